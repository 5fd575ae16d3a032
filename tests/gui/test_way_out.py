"""Every way out of the kiosk, on a real window with a real staff register."""

import itertools
import os
import threading
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from PyQt6.QtCore import QEvent, QRect, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from kiosk.door.services import StaffServices
from kiosk.errors import JournalError
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.reception.page import EVERYBODY, PageEntry, StaffPage, Unsaved, warning
from kiosk.gui.theme import DARK, Look
from kiosk.gui.way_out import ASKING_SECONDS, Wish
from kiosk.gui.window import KioskWindow
from kiosk.paths import staff_file
from kiosk.people import staff
from kiosk.people.staff import LOCK_AFTER, Role, StaffMember

INSTALLER, RECEPTIONIST, NOBODY = "482913", "739104", "305817"
Key = Qt.Key


class PageOfTests(StaffPage):
    """A page on which something is being typed."""

    typed = False

    @property
    def unsaved(self) -> Unsaved | None:
        return Unsaved.ENROLMENT if self.typed else None


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function at less cost, and a window manager that is answered sooner."""
    monkeypatch.setattr("kiosk.gui.window._AGAIN_MS", 5)
    monkeypatch.setattr(staff, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def staffed(services: StaffServices) -> StaffServices:
    services.staff.add("Ida", Role.INSTALLER, INSTALLER)
    services.staff.add("Rita", Role.RECEPTION, RECEPTIONIST)
    return services


@pytest.fixture
def make_window(staff_window, services: StaffServices) -> Callable[[], KioskWindow]:
    pages = [PageEntry("people", "People", "people", EVERYBODY, PageOfTests)]
    return lambda: staff_window(services, pages=lambda: pages)


@pytest.fixture
def window(make_window) -> KioskWindow:
    return make_window()


@pytest.fixture
def full(window: KioskWindow) -> KioskWindow:
    """The same, over the whole screen."""
    window.toggle_full_screen()
    assert window.isFullScreen()
    return window


def press(window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key as a keyboard does: what has the focus gets it."""
    QTest.keyClick(window.windowHandle(), key, modifier)


def close_button(window: QWidget) -> None:
    """The button of a window's frame, or Alt+F4: the window system asks."""
    window.windowHandle().close()


WAYS: dict[str, Callable[[KioskWindow], object]] = {
    "Esc": lambda window: press(window, Key.Key_Escape),
    "F11": lambda window: press(window, Key.Key_F11),
    "F11 and Esc": lambda window: (press(window, Key.Key_F11), press(window, Key.Key_Escape)),
    "Esc twice": lambda window: (press(window, Key.Key_Escape), press(window, Key.Key_Escape)),
    "Alt+F4": lambda window: press(window, Key.Key_F4, Qt.KeyboardModifier.AltModifier),
    "Ctrl+Q": lambda window: press(window, Key.Key_Q, Qt.KeyboardModifier.ControlModifier),
    "Ctrl+W": lambda window: press(window, Key.Key_W, Qt.KeyboardModifier.ControlModifier),
    "close button": close_button,
    "close()": lambda window: window.close(),
    "quit": lambda window: QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.Quit)),
    "minimise": lambda window: window.showMinimized(),
    "restore": lambda window: window.showNormal(),
    "restore and Esc": lambda window: (window.showNormal(), press(window, Key.Key_Escape)),
}
ENDS = [WAYS[name] for name in ("Esc", "close button", "close()", "quit")]


def is_kept(window: KioskWindow) -> bool:
    return window.isVisible() and window.isFullScreen() and not window.isMinimized()


def type_pin(qtbot, window: KioskWindow, pin: str) -> None:
    for digit in pin:
        press(window, Key(ord(digit)))
    press(window, Key.Key_Return)
    pad = window.way_out.pad
    if pad is not None:  # else the PIN was checked at once
        qtbot.waitUntil(lambda: window.way_out.pad is not pad or not pad.pin._checking)


def said(window: KioskWindow) -> str:
    return window.way_out.pad.pin.message.text()


# In full screen, with staff


AT = ("door", "pin of the staff side", "page", "page without focus", "pin of the way out")


@pytest.mark.usefixtures("staffed")
def test_nobody_leaves_full_screen_without_a_pin(qtbot, full):
    for at, (name, way) in itertools.product(AT, WAYS.items()):
        full.way_out.close_up()
        full.close_staff_side()
        if at not in {"door", "pin of the way out"}:
            press(full, Key.Key_F2)
        if at.startswith("page"):
            full.reception.on_entered(StaffMember("Ida", Role.INSTALLER))
        if at == "page without focus":
            full.focusWidget().clearFocus()
        if at == "pin of the way out":
            press(full, Key.Key_F11)
        way(full)
        qtbot.waitUntil(lambda: is_kept(full))
        qtbot.wait(5)
        for _ in range(3):
            press(full, Key.Key_Return)
            press(full, Key.Key_Space)
        assert is_kept(full), (at, name)


@pytest.mark.usefixtures("staffed")
def test_an_installer_leaves_full_screen_by_pin_and_the_journal_says_who(qtbot, full, services):
    press(full, Key.Key_F11)
    assert full.way_out.pad.pin.title.text() == "Installer's PIN to leave full screen"
    type_pin(qtbot, full, INSTALLER)
    assert (full.isVisible(), full.isFullScreen(), full.way_out.isVisible()) == (True, False, False)
    assert (services.journal.actions(1)[0].staff, services.journal.actions(1)[0].action) == ("Ida", "full_screen_left")
    press(full, Key.Key_F11)
    assert full.isFullScreen(), "anybody may enter it"
    press(full, Key.Key_F11)
    assert full.isFullScreen()


def test_an_installer_ends_it_by_pin_and_the_journal_says_who(qtbot, make_window, staffed):
    for way in ENDS:
        full = make_window()
        full.toggle_full_screen()
        way(full)
        assert full.way_out.pad.pin.title.text() == "Installer's PIN to end the kiosk"
        with qtbot.waitSignal(full.closed):
            type_pin(qtbot, full, INSTALLER)
        assert not full.isVisible()
        (entry,) = staffed.journal.actions(1)
        assert (entry.staff, entry.action) == ("Ida", "kiosk_ended")


@pytest.mark.usefixtures("staffed")
def test_another_pin_is_not_enough_and_a_wrong_one_is_counted(qtbot, full, services, monkeypatch):
    press(full, Key.Key_F11)
    type_pin(qtbot, full, RECEPTIONIST)
    assert (is_kept(full), said(full)) == (True, "This PIN is not an installer's.")
    type_pin(qtbot, full, NOBODY)
    assert (is_kept(full), said(full).startswith("Wrong PIN. 9 tries left.")) == (True, True)
    assert services.journal.actions(1)[0].action == "wrong_pin"
    press(full, Key.Key_Escape)
    now = [1000.0]
    monkeypatch.setattr(services.staff, "_now", lambda: now[0])
    services.staff.reset("Ida", INSTALLER)
    for _ in range(LOCK_AFTER):
        now[0] += services.staff.wait_seconds
        services.staff.enter(NOBODY)
    press(full, Key.Key_F11)
    type_pin(qtbot, full, INSTALLER)
    assert is_kept(full)
    assert said(full) == "Too many wrong PINs. Please wait 15 minutes."


@pytest.mark.usefixtures("staffed")
def test_keys_that_are_held_down_or_pressed_twice_change_nothing(qtbot, full):
    press(full, Key.Key_F11)
    pad = full.way_out.pad
    for key in (Key.Key_F11, Key.Key_Escape):
        held = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", True)
        QApplication.sendEvent(full.focusWidget(), held)
    press(full, Key.Key_F11)
    press(full, Key.Key_F2)
    assert (full.way_out.pad, pad.isVisible(), full.door.isVisible()) == (pad, True, True)
    press(full, Key.Key_Escape)
    assert (full.way_out.isVisible(), is_kept(full), full.door.hasFocus()) == (False, True, True)


@pytest.mark.usefixtures("staffed")
def test_an_answer_that_comes_after_the_pad_was_left_grants_nothing(qtbot, full, services, monkeypatch):
    left, checked, enter = threading.Event(), threading.Event(), services.staff.enter
    monkeypatch.setattr("kiosk.gui.reception.page._STOP_MS", 1)
    monkeypatch.setattr(services.staff, "enter", lambda pin: (left.wait(20), enter(pin), checked.set())[1])
    press(full, Key.Key_F11)
    for digit in INSTALLER:
        press(full, Key(ord(digit)))
    press(full, Key.Key_Return)
    press(full, Key.Key_Escape)
    left.set()
    assert checked.wait(20)
    qtbot.wait(1)
    assert is_kept(full)


@pytest.mark.usefixtures("staffed")
def test_what_is_being_typed_on_the_staff_side_is_still_there_after_the_pad(qtbot, full):
    press(full, Key.Key_F2)
    full.reception.on_entered(StaffMember("Rita", Role.RECEPTION))
    page = full.reception.stack.page
    page.typed = True
    press(full, Key.Key_Escape)
    assert full.reception.question.isVisible(), "Esc is for the staff side"
    press(full, Key.Key_Return)
    press(full, Key.Key_F11)
    press(full, Key.Key_Escape)
    assert full.reception.stack.page is page
    close_button(full)
    assert said(full) == "The enrolment is not saved and will be discarded."


def test_staff_that_is_registered_while_it_runs_counts_at_once(qtbot, full, services):
    press(full, Key.Key_Escape)
    assert full.way_out.question.isVisible()
    services.staff.add("Ida", Role.INSTALLER, INSTALLER)
    full.way_out.question.buttons[0].click()
    assert (is_kept(full), full.way_out.pad is not None) == (True, True)


def test_where_the_register_cannot_be_read_nobody_leaves_and_the_screen_says_what_to_do(qtbot, staffed, full):
    staffed.staff.close()
    staff_file(staffed.config).write_bytes(b"nonsense" * 1000)
    for name, way in WAYS.items():
        way(full)
        qtbot.waitUntil(lambda: is_kept(full))
        press(full, Key.Key_F11)
        press(full, Key.Key_F11)
        told = full.way_out.question.detail.text()
        assert all(part in told for part in ("staff.sqlite3", "systemctl stop", f"kill {os.getpid()}")), name
        press(full, Key.Key_Return)
        assert (full.way_out.isVisible(), is_kept(full)) == (False, True), name


@pytest.mark.usefixtures("staffed")
def test_a_journal_that_cannot_be_written_keeps_no_installer_in(qtbot, full, services, monkeypatch):
    def refuse(*asked):
        raise JournalError("journal", "is full", "make room")

    press(full, Key.Key_F11)
    monkeypatch.setattr(type(services.journal), "note", refuse)
    type_pin(qtbot, full, INSTALLER)
    assert not full.isFullScreen()


# In a window, or while nobody is registered


def test_the_end_is_asked_about_first(qtbot, make_window, services):
    for whole, way in itertools.product((True, False), ENDS):
        window = make_window()
        if whole:
            press(window, Key.Key_F11)
        elif not services.staff.members():
            services.staff.add("Ida", Role.INSTALLER, INSTALLER)
        question = window.way_out.question
        way(window)
        assert (window.isVisible(), question.isVisible()) == (True, True)
        assert question._panel.accessibleName() == "End the kiosk?"
        press(window, Key.Key_Return)
        assert (window.isVisible(), window.way_out.isVisible()) == (True, False)
        way(window)
        with qtbot.waitSignal(window.closed):
            qtbot.mouseClick(question.buttons[0], Qt.MouseButton.LeftButton)
        assert not window.isVisible()


def let_time_pass(window: KioskWindow) -> None:
    for _ in range(ASKING_SECONDS):
        window.way_out._idle.on_second()


def test_what_is_asked_goes_by_esc_and_by_itself(window, services):
    for end in (lambda: press(window, Key.Key_Escape), lambda: let_time_pass(window)):
        press(window, Key.Key_Escape)
        assert window.way_out.isVisible()
        end()
        assert (window.way_out.isVisible(), window.isVisible(), window.door.hasFocus()) == (False, True, True)
    services.staff.add("Ida", Role.INSTALLER, INSTALLER)
    press(window, Key.Key_F11)
    press(window, Key.Key_F11)
    for _ in range(20):
        press(window, Key.Key_Tab)
        assert window.way_out.pad.isAncestorOf(window.focusWidget())
    let_time_pass(window)
    assert (window.way_out.isVisible(), is_kept(window)) == (False, True)


def test_without_staff_f11_leads_in_and_out(qtbot, window):
    press(window, Key.Key_F11)
    assert window.isFullScreen()
    press(window, Key.Key_F11)
    assert (window.isFullScreen(), window.way_out.isVisible()) == (False, False)


def test_the_staff_side_that_goes_back_to_the_door_leaves_the_question_the_focus(qtbot, window):
    press(window, Key.Key_F2)
    close_button(window)
    window.reception.left.emit()
    assert window.way_out.isAncestorOf(window.focusWidget())


def is_whole(window: KioskWindow, pad: QWidget) -> bool:
    """Whether everything on the pad is inside the window, nothing overlaps, and no words are cut off."""
    parts = [each for each in pad.findChildren(QWidget) if isinstance(each, QAbstractButton | QLabel)]
    places = {each: QRect(each.mapTo(window, each.rect().topLeft()), each.size()) for each in parts}
    inside = all(window.rect().contains(place) for place in places.values())
    apart = not any(one.intersects(other) for one, other in itertools.combinations(places.values(), 2))
    labels = [each for each in parts if isinstance(each, QLabel) and each.text()]
    return inside and apart and all(each.height() >= each.heightForWidth(each.width()) for each in labels)


@pytest.mark.usefixtures("staffed")
def test_the_pad_fits_with_large_type_and_all_that_it_may_say(qtbot, window):
    for size in ((320, 320), (480, 800), (800, 480)):
        window.resize(*size)
        window.way_out.ask(Wish.END, guarded=True)
        QApplication.processEvents()
        assert window.way_out.geometry() == window.rect()
        assert is_whole(window, window.way_out.pad), size
        window.way_out.close_up()
    language = ScreenLanguage()
    window.dress(Look(DARK, large_type=True))
    try:
        for code in ("en", "de"):
            language.use(code)
            window.way_out.ask(Wish.END, guarded=True, warning=warning(Unsaved.CHANGES))
            QApplication.processEvents()
            assert is_whole(window, window.way_out.pad), code
            window.way_out.pad.pin.tell("")
            type_pin(qtbot, window, NOBODY)
            QApplication.processEvents()
            assert is_whole(window, window.way_out.pad), code
            window.way_out.close_up()
    finally:
        language.leave()
