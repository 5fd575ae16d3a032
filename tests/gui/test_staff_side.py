"""The staff side as a whole, page by page: for fingers, keyboards, screen readers, large letters and two languages."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QWidget,
)

from kiosk.config import ConfigFile
from kiosk.config.options import ScreenSection
from kiosk.domain import ByteImage, Embedding, Frame
from kiosk.door.build import Choices, build_station
from kiosk.door.services import StaffServices, open_services
from kiosk.files import asset
from kiosk.gui.app import Kiosk
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.reception import portraits
from kiosk.gui.reception.people import person_view as access_panel
from kiosk.gui.reception.picker import Picker, wanted_pictures
from kiosk.gui.reception.shell import Reception, shipped_pages
from kiosk.gui.theme import LIGHT, Look
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import Latest
from kiosk.people.enrolment import Offered
from kiosk.people.erasure import ErasureReport
from kiosk.people.staff import Role, StaffMember
from kiosk.vision.camera import WatchedCamera
from kiosk.vision.demo import RATE_HZ, draw
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import decode_picture
from kiosk.vision.source import Source
from kiosk.vision.sources import open_source

PAGES = [entry.name for entry in shipped_pages()]
SIZES = {"wide": (800, 480), "tall": (480, 853)}
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractSlider, QAbstractSpinBox)
PICKER = "picker"
DARK = ScreenSection(theme="dark", language="en")


def laid_out(folder: Path) -> Path:
    """A folder with a configuration, and an image folder in which Grace Hopper is enrolled."""
    (folder / "images" / "Grace Hopper").mkdir(parents=True)
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    (folder / "images" / "Grace Hopper" / "1.jpg").write_bytes(portrait.read_bytes())
    (folder / "config.yaml").write_text(
        "gallery: {folder: images}\njournal: {file: journal.sqlite3}\nvoice: {enabled: false}\n"
        "reception: {staff_file: staff.sqlite3, keep_refused_hours: 24}\n"
    )
    return folder


@contextmanager
def opened(home: Path) -> Iterator[StaffServices]:
    """Open the services of that folder with a real station."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo", fast=True)
    with closing(build_station(choices, lambda *_: None)) as station, closing(open_services(choices)) as services:
        services.station = station
        yield services


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffServices]:
    """The services for every test that changes no person and no option."""
    home = laid_out(tmp_path_factory.mktemp("shared"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(home / "cache"))
        with opened(home) as services:
            yield services


@pytest.fixture
def own(tmp_path: Path) -> Iterator[StaffServices]:
    """Services that a test may change; Rita is on the staff beside Ida."""
    with opened(laid_out(tmp_path / "home")) as services:
        services.staff.add("Ida", Role.INSTALLER, "482913")
        services.staff.add("Rita", Role.RECEPTION, "739104")
        yield services


@pytest.fixture
def language(qapp) -> Iterator[ScreenLanguage]:
    language = ScreenLanguage()
    yield language
    language.leave()


@pytest.fixture
def stick(sticks) -> Path:
    """A stick with a picture; that it is plugged in is known at once."""
    folder = sticks.plug("A stick of some length")
    (folder / "picture.jpg").write_bytes(asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes())
    return folder


@pytest.fixture
def open_window(staff_window, language: ScreenLanguage) -> Callable[..., KioskWindow]:
    """open_window(services, size=(800, 480), code="de"): the window, in which the installer Ida has signed in."""

    def open_window(services: StaffServices, *, code: str = "en", **options: object) -> KioskWindow:
        language.use(code)
        frames = Latest[Frame]()
        window = staff_window(services, frames=frames, **options)
        window.open_staff_side()
        window.reception.on_entered(StaffMember("Ida", Role.INSTALLER))
        frames.put(Frame(draw(4 * RATE_HZ), 1.0, 1))
        window.feed.on_ready()
        return window

    return open_window


def enter(qtbot, window: KioskWindow, page: str) -> KioskWindow:
    """Show a page with what it reads in the background."""
    window.reception.go("enrol" if page == PICKER else page)
    if page == PICKER:
        window.reception.pick(wanted_pictures(), pytest.fail, pytest.fail)
    qtbot.waitUntil(lambda: not window.reception.context._jobs.busy)
    qtbot.wait(1)  # a widget added to a layout is shown one turn later
    return window


def controls(window: QWidget) -> list[QWidget]:
    """Everything on the screen that somebody can act on."""
    return [
        each
        for each in window.findChildren(QWidget)
        if isinstance(each, CONTROLS)
        and each.isVisible()
        and not isinstance(each, QScrollBar)
        and each.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox)
    ]


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or getattr(widget, 'text', str)()!r}"


def unreachable(window: QWidget) -> list[QWidget]:
    """Controls to which the Tab key does not lead."""
    chain, each = set(), window
    while (each := each.nextInFocusChain()) is not None and each not in chain:
        chain.add(each)
    reachable = {each for each in chain if each.focusPolicy() & Qt.FocusPolicy.TabFocus}
    # Of buttons of which one is chosen, Tab reaches the chosen one, and the arrows the others.
    groups = {each.group() for each in reachable if isinstance(each, QAbstractButton)} - {None}
    reachable |= {button for group in groups for button in group.buttons()}
    return [each for each in controls(window) if each.isEnabled() and each not in reachable]


def is_cut_off(widget: QWidget) -> bool:
    if isinstance(widget, QPushButton) and widget.text():
        return widget.width() < widget.minimumSizeHint().width()
    if isinstance(widget, QLabel) and type(widget).__name__ != "FitLabel" and widget.text():
        if widget.wordWrap():
            return widget.height() < widget.heightForWidth(widget.width())
        return widget.width() < widget.minimumSizeHint().width()
    return False


def cut_off(qtbot, window: QWidget) -> list[QWidget]:
    """Widgets whose words are cut off once the layout has come to rest, which takes it some turns of the event loop."""
    for _ in range(100):
        cut = [each for each in window.findChildren(QWidget) if each.isVisible() and is_cut_off(each)]
        if not cut:
            break
        qtbot.wait(20)
    return cut


@pytest.mark.usefixtures("stick")
def test_no_words_are_cut_off_and_every_control_is_named_reached_with_tab_and_large_enough(qtbot, shared, open_window):
    """44 px on a screen of 800 x 480: two of them are the frame that a focus may need."""
    for size, (code, large) in itertools.product(SIZES.values(), (("en", False), ("de", True))):
        window = open_window(shared, size=size, code=code, look=Look(LIGHT, large_type=large))
        for page in (*PAGES, PICKER):
            enter(qtbot, window, page)
            cut = cut_off(qtbot, window)
            assert [f"{told(each)} {each.width()} x {each.height()}" for each in cut] == [], (page, code, size)
            assert [told(each) for each in controls(window) if not each.accessibleName()] == [], page
            assert [told(each) for each in unreachable(window)] == [], page
            small = [each for each in controls(window) if min(each.width(), each.height()) < 42]
            assert [f"{told(each)} {each.width()} x {each.height()}" for each in small] == [], (page, size)
        window.end()


def time_out(window: KioskWindow) -> None:
    """Nobody touches the screen for as long as it takes to go back to the door."""
    for _ in range(61):
        window.reception._idle.on_second()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.door.isVisible()
    assert QApplication.activePopupWidget() is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_list_that_is_open_goes_with_the_page_when_the_time_is_over(qtbot, shared, open_window):
    window = enter(qtbot, open_window(shared), "journal")
    box = next(each for each in controls(window) if isinstance(each, QComboBox))
    box.showPopup()
    assert QApplication.activePopupWidget() is not None
    time_out(window)


def test_the_picker_goes_with_the_staff_side_while_pictures_are_read(qtbot, shared, open_window, stick, monkeypatch):
    reads, go_on = threading.Event(), threading.Event()

    def slow(file: BinaryIO, path: Path, **options: int) -> ByteImage:
        reads.set()
        go_on.wait(20)
        return decode_picture(file, path, **options)

    monkeypatch.setattr(portraits, "decode_picture", slow)
    for number in range(5):
        (stick / f"{number}.jpg").write_bytes((stick / "picture.jpg").read_bytes())
    for way in ("time", "language"):
        reads.clear()
        go_on.clear()
        window = open_window(shared)
        window.reception.pick(wanted_pictures(), pytest.fail, pytest.fail)
        qtbot.waitUntil(reads.is_set)
        (picker,) = window.reception.findChildren(Picker)
        picker.on_touched(picker.model.index(0))
        with qtbot.waitSignal(picker.destroyed):
            if way == "time":
                time_out(window)
            else:
                window.reception.close_jobs()
                window.replace_reception(Reception(shared, window.feed, print))
        go_on.set()
        window.open_staff_side()
        reception = window.reception
        assert reception.stack.currentWidget() in {reception.pin, reception.nobody_yet}, way
        window.end()


def test_files_are_enrolled_from_a_stick(qtbot, shared, open_window, stick):
    window = enter(qtbot, open_window(shared), "enrol")
    page = window.reception.stack.currentWidget()
    qtbot.keyClicks(page.name.name.edit, "Ada")
    page.name.next.click()
    read_and_agree(qtbot, page)
    qtbot.mouseClick(page.capture.files, Qt.MouseButton.LeftButton)
    (picker,) = window.reception.findChildren(Picker)
    qtbot.waitUntil(lambda: len(picker.model.entries) == 1)
    where = picker.grid.visualRect(picker.model.index(0)).center()
    qtbot.mouseClick(picker.grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseClick(picker.add, Qt.MouseButton.LeftButton)
    assert page.step is page.check
    qtbot.waitUntil(lambda: bool(page.check.checked.pictures))
    assert [one.offered.content for one in page.check.checked.pictures] == [stick / "picture.jpg"]


# The whole kiosk: camera, threads, station, window.


class Visitor:
    """A camera before which a person stands: each of a real person's pictures for two seconds, again and again."""

    name, endless = "camera 0", True

    def __init__(self, pictures: list[Path]) -> None:
        self._portraits = [cv2.resize(cv2.imread(str(path)), (480, 480)) for path in pictures]
        self._noise, self._number = np.random.default_rng(1), 0
        self._closed = threading.Event()

    def read(self) -> Frame | None:
        self._closed.wait(1 / 15)
        self._number += 1
        image = np.full((480, 640, 3), 90, np.int16)
        image[:, 80:560] = self._portraits[self._number // 30 % len(self._portraits)]
        image += self._noise.integers(-3, 4, image.shape, np.int16)
        return Frame(image.clip(0, 255).astype(np.uint8), time.monotonic(), self._number)

    def close(self) -> None:
        self._closed.set()


@pytest.fixture
def start(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Kiosk]]:
    """start(open): a kiosk in a folder of its own, in which Grace Hopper is enrolled and Ida is an installer."""
    monkeypatch.setattr("kiosk.gui.app.OPTIONS_MS", 20)
    home = laid_out(tmp_path / "home")
    kiosks: list[Kiosk] = []
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "0")
    services = open_services(choices)
    services.staff.add("Ida", Role.INSTALLER, "482913")

    def start(open_: Callable[[], Source], screen: Callable[[], ScreenSection]) -> Kiosk:
        camera = WatchedCamera(open_, open_within_seconds=60, lost_after_seconds=60)
        kiosk = Kiosk(
            camera,
            lambda progress: build_station(choices, progress),
            screen,
            mirror=True,
            notice="",
            services=services,
        )
        kiosks.append(kiosk)
        qtbot.addWidget(kiosk.window)
        kiosk.start(full_screen=False)
        qtbot.waitUntil(lambda: services.station is not None, timeout=60_000)
        return kiosk

    yield start
    assert all(kiosk.stop() for kiosk in kiosks)
    services.close()


def sign_in(qtbot, kiosk: Kiosk) -> Reception:
    qtbot.keyClick(kiosk.window, Qt.Key.Key_F2)
    reception = kiosk.window.reception
    assert reception is not None
    for digit in "482913":
        qtbot.mouseClick(reception.pin.keys[digit], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(reception.pin.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: reception.context is not None, timeout=30_000)
    return reception


@pytest.mark.data
def test_from_the_pin_to_the_door_opening_for_who_was_just_enrolled(qtbot, start, data, monkeypatch):
    # Photographs do not turn their heads: six seconds a pose would be waited for in vain.
    monkeypatch.setattr("kiosk.people.capture.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("kiosk.people.capture.SETTLE_AGAIN_SECONDS", 0.7)
    kiosk = start(lambda: Visitor(sorted((data / "lfw-view1" / "Ricardo_Lagos").glob("*.jpg"))), lambda: DARK)
    reception = sign_in(qtbot, kiosk)
    services = reception.context.services
    page = reception.stack.currentWidget()
    qtbot.keyClicks(page.name.name.edit, "Ricardo Lagos")
    for button in (page.name.next, page.consent.agree, page.check.save):  # three clicks
        qtbot.waitUntil(button.isVisible, timeout=120_000)
        if button is page.consent.agree:
            qtbot.keyClick(page.consent.page, Qt.Key.Key_End)
        qtbot.waitUntil(button.isEnabled, timeout=120_000)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.step is page.trial, timeout=30_000)
    qtbot.waitUntil(lambda: page.trial.verdict is not None and page.trial.verdict.enters, timeout=60_000)
    qtbot.waitUntil(lambda: "Ricardo Lagos" in reception.corner.words.text())
    granted = [entry for entry in services.journal.entries(50) if entry.outcome == "granted"]
    assert [entry.person for entry in granted] == ["Ricardo Lagos"]
    assert len(list((services.folder / "Ricardo Lagos").iterdir())) == 5
    assert services.people.record("Ricardo Lagos").consent.recorded_by == "Ida"


def test_the_door_opens_while_the_journal_is_read_and_another_language_waits_for_what_was_begun(qtbot, start):
    now = [DARK]
    kiosk = start(lambda: open_source("demo"), lambda: now[-1])
    reception = sign_in(qtbot, kiosk)
    reception.go("journal")
    services = reception.context.services
    qtbot.waitUntil(lambda: "Grace Hopper" in reception.corner.words.text(), timeout=90_000)
    assert kiosk.window._situation.seconds_left > 0
    assert [entry.person for entry in services.journal.entries(5) if entry.outcome == "granted"] == ["Grace Hopper"]
    assert reception.corner.isVisible()
    reception.go("enrol")
    page = reception.stack.page
    type_a_name(qtbot, page)
    now.append(ScreenSection(theme="light", language="de"))
    qtbot.waitUntil(lambda: kiosk.window._look.theme is LIGHT)
    assert (kiosk.window.reception, page.name.name.text) == (reception, "Lin")
    page.name.name.set_text("")
    reception.tell("The changes are saved.", fault=False)
    qtbot.waitUntil(lambda: kiosk.window.reception is not reception)
    after = kiosk.window.reception
    assert (after.stack.name, after.toast.text()) == ("enrol", "The changes are saved.")


# What is told, what is not saved, and where the focus goes: on each page, with real files and registers.


@pytest.fixture
def pages_of(qtbot, open_window) -> Callable[[StaffServices], Callable[[str], Reception]]:
    """pages_of(services)("people"): that page in a window of its own, signed in as the installer Ida."""

    def pages_of(services: StaffServices) -> Callable[[str], Reception]:
        window = open_window(services, size=(1280, 800))
        qtbot.waitUntil(window.isActiveWindow)

        def show(name: str) -> Reception:
            reception = window.reception
            if reception.context is None:
                window.open_staff_side()
                reception.on_entered(StaffMember("Ida", Role.INSTALLER))
            reception.go(name)
            return reception

        return show

    return pages_of


@pytest.fixture
def staffed(own: StaffServices, pages_of) -> Callable[[str], Reception]:
    """staffed("people"): the same with a folder, registers and options that the test may change."""
    return pages_of(own)


def is_harmless(window: QWidget) -> bool:
    """Whether Enter, pressed where the focus is, changes nothing."""
    focused = window.focusWidget()
    return focused is not None and focused.isVisible() and not isinstance(focused, QAbstractButton)


def open_grace(qtbot, reception: Reception) -> QWidget:
    page = reception.stack.page
    page.on_opened("Grace Hopper")
    qtbot.waitUntil(lambda: page.person.data.name.text == "Grace Hopper" and len(page.person.pictures.cards) == 1)
    return page


def press_with_focus(qtbot, button: QAbstractButton) -> None:
    """As with the keyboard: the button has the focus when it is pressed."""
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled())
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)


class WindowsOfTheirOwn(QObject):
    """Notes each widget beside the kiosk's window that is shown as a window: it would take the focus away."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        shown = event is not None and event.type() == QEvent.Type.Show
        if shown and isinstance(watched, QWidget) and watched.isWindow() and not isinstance(watched, KioskWindow):
            self.seen.append(told(watched))
        return False


def test_no_page_shows_a_window_of_its_own_for_a_moment_nor_loses_the_focus(qtbot, qapp, staffed):
    windows = WindowsOfTheirOwn()
    qapp.installEventFilter(windows)
    reception = staffed("health")
    two_pictures_and_ten_visitors(reception.services)
    for name in PAGES:
        enter(qtbot, reception.window(), name)
    page = staffed("people").stack.page
    page.on_opened("Grace Hopper")
    qtbot.waitUntil(lambda: any(card.distance.text() for card in page.person.pictures.cards), timeout=30_000)
    page.on_person_closed()
    page.on_moving_wanted()
    visitors = staffed("visitors").stack.page
    qtbot.waitUntil(lambda: len(visitors.cards) == 1)
    assert windows.seen == []
    # Settings that are saved or discarded leave the focus on the page.
    page = staffed("settings").stack.page
    for button in (lambda: page.bar.save_button, lambda: page.bar.discard_button):
        change_a_setting(qtbot, page)
        press_with_focus(qtbot, button())
        qtbot.waitUntil(lambda: page.unsaved is None and not page.saving)
        assert is_harmless(page.window())
    assert "takes effect" in page.window().reception.toast.text()


def two_pictures_and_ten_visitors(services: StaffServices) -> None:
    folder = services.folder / "Grace Hopper"
    (folder / "2.jpg").write_bytes(asset("demo", "grace_hopper.jpg").read_bytes())
    assert services.station is not None
    services.station.refresh()
    face = asset("demo", "eileen_collins.jpg").read_bytes()
    vector = np.random.default_rng(1).normal(size=128).astype(np.float32)
    for _ in range(10):
        services.visitors.keep(face, Embedding(vector / np.linalg.norm(vector), "sface_fp16"), datetime.now(UTC))


def test_each_action_on_a_person_is_answered_and_leaves_the_focus_on_nothing_dangerous(qtbot, staffed, monkeypatch):
    page = open_grace(qtbot, staffed("people"))
    view, reception = page.person, page.window().reception
    go_on = threading.Event()
    real = access_panel.suspend
    monkeypatch.setattr(access_panel, "suspend", lambda *args, **options: (go_on.wait(60), real(*args, **options))[1])
    press_with_focus(qtbot, view.access.suspend)
    assert is_harmless(page.window())
    staffed("journal")
    go_on.set()  # the answer comes although another page is shown by then
    told = "Grace Hopper is suspended. The door stays locked for this person."
    qtbot.waitUntil(lambda: reception.toast.text() == told)
    assert (reception.stack.name, view.access.suspend.isEnabled()) == ("journal", True)
    open_grace(qtbot, staffed("people"))
    view.data.name.set_text("Admiral Hopper")
    press_with_focus(qtbot, view.data.save)
    qtbot.waitUntil(
        lambda: "The changes are saved." in reception.toast.text() and view.heading.text() == "Admiral Hopper"
    )
    assert is_harmless(page.window())
    station = page.context.services.station
    qtbot.waitUntil(
        lambda: station.refresh() and [each.facts.source for each in view.pictures.cards] == ["Admiral Hopper/1.jpg"]
    )
    press_with_focus(qtbot, view.pictures.cards[0].remove)
    reception.question.buttons[0].click()
    assert is_harmless(page.window())
    qtbot.waitUntil(lambda: station.refresh() and view.pictures.cards == [])
    assert is_harmless(page.window())
    assert "One picture was removed." in reception.toast.text()


def test_the_report_of_an_erasure_stays_where_the_person_was_until_it_was_read(qtbot, staffed, monkeypatch):
    page = open_grace(qtbot, staffed("people"))
    reception, view = page.window().reception, page.person
    erase, erased, go_on = StaffServices.erase, threading.Event(), threading.Event()

    def erase_and_wait(services: StaffServices, person: str, staff: str) -> ErasureReport:
        report = erase(services, person, staff)
        erased.set()
        go_on.wait(60)
        return report

    monkeypatch.setattr(StaffServices, "erase", erase_and_wait)
    press_with_focus(qtbot, view.leaving.begin)
    view.leaving.typed.set_text("Grace Hopper")
    press_with_focus(qtbot, view.leaving.erase)
    assert is_harmless(page.window())
    qtbot.waitUntil(erased.is_set, timeout=60_000)
    # The list knows already that nobody is there any more, and somebody wants to go.
    qtbot.waitUntil(lambda: page.list.model.rows == [], timeout=60_000)
    for button in (view.back, reception.back, reception.navigation.buttons["journal"]):
        button.click()
    assert (reception.stack.page, page.stack.currentWidget()) == (page, view)
    go_on.set()
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.erasure)
    page.on_look()
    reception.tell("something else", fault=False)
    qtbot.wait(1)
    assert (page.stack.currentWidget(), view.erasure.isVisible()) == (view, True)
    assert "The person is erased" in view.erasure.heading.text()
    assert is_harmless(page.window())
    press_with_focus(qtbot, view.erasure.done)
    assert page.stack.currentWidget() is page.list
    assert is_harmless(page.window())


# What somebody has begun


def change_a_setting(qtbot, page: QWidget) -> None:
    qtbot.waitUntil(lambda: not page.form.isHidden())
    page._choose("decision")
    editor = page.form.rows["decision.k"].editor
    editor.more.click()
    assert page.form.draft.changes


def break_a_setting(qtbot, page: QWidget) -> None:
    qtbot.waitUntil(lambda: not page.form.isHidden())
    page._choose("decision")
    edit = page.form.rows["decision.k"].editor.edit
    edit.clear()
    qtbot.keyClicks(edit, "x")


def type_a_name(qtbot, page: QWidget) -> None:
    qtbot.keyClicks(page.name.name.edit, "Lin")


def agree(qtbot, page: QWidget) -> None:
    page.enter(person="Grace Hopper")
    read_and_agree(qtbot, page)


def read_and_agree(qtbot, page: QWidget) -> None:
    qtbot.waitUntil(lambda: page.step is page.consent and page.consent.isVisible())
    qtbot.keyClick(page.consent.page, Qt.Key.Key_End)
    qtbot.waitUntil(page.consent.agree.isEnabled)
    page.consent.agree.click()


def check_pictures(qtbot, page: QWidget) -> None:
    page.enter(pictures=[Offered.file(asset("demo", "eileen_collins.jpg"))], person="Eileen")
    page.name.next.click()
    read_and_agree(qtbot, page)
    qtbot.waitUntil(lambda: len(page.check.cards) == 1, timeout=30_000)


def rename_grace(qtbot, page: QWidget) -> None:
    open_grace(qtbot, page.window().reception)
    qtbot.keyClicks(page.person.data.name.edit, "x")


def write_a_member(qtbot, page: QWidget) -> None:
    page.add.click()
    qtbot.keyClicks(page.form.name_field.edit, "Lin")


BEGUN = {
    "a name": ("enrol", type_a_name),
    "a consent": ("enrol", agree),
    "pictures that are checked": ("enrol", check_pictures),
    "a new name": ("people", rename_grace),
    "a setting": ("settings", change_a_setting),
    "a number that is none": ("settings", break_a_setting),
    "a member of the staff": ("staff", write_a_member),
}
WAYS = {
    "Esc": lambda reception: qt_press(reception.window(), Qt.Key.Key_Escape),
    "To the door": lambda reception: reception.back.click(),
    "tab": lambda reception: reception.navigation.buttons["journal"].click(),
}


def qt_press(window: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(window.windowHandle(), key)


def test_nothing_that_was_begun_is_lost_without_a_question(qtbot, shared, pages_of):
    staffed = pages_of(shared)
    for (what, (name, begin)), way in zip(BEGUN.items(), itertools.cycle(WAYS.values()), strict=False):
        reception = staffed(name)
        page = reception.stack.page
        assert page.unsaved is None, what
        begin(qtbot, page)
        assert page.unsaved is not None, what
        way(reception)
        assert (reception.question.isVisible(), reception.stack.page) == (True, page), what
        qt_press(page.window(), Qt.Key.Key_Return)
        assert (reception.question.isVisible(), page.unsaved is None) == (False, False), what
        way(reception)
        reception.question.buttons[0].click()
        assert page.unsaved is None, what
    reception = staffed("enrol")
    for name in ("people", "settings", "staff", "enrol"):  # where nothing was begun, nothing is asked
        reception.go(name)
        assert reception.stack.name == name
    reception.stack.page.enter(person="Grace Hopper")
    assert reception.stack.page.step is reception.stack.page.consent
    reception.go("people")
    open_grace(qtbot, reception)
    qt_press(reception.window(), Qt.Key.Key_Escape)
    assert reception.stack.page.stack.currentWidget() is reception.stack.page.list


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_enrolment_that_nobody_goes_on_with_is_discarded_and_nothing_of_it_stays(qtbot, shared, pages_of):
    reception = pages_of(shared)("enrol")
    page, home = reception.stack.page, shared.folder.parent
    before = files(home)
    check_pictures(qtbot, page)
    watch = reception._idle
    watch.stop()  # the seconds are the test's
    watch.stay()
    for _ in range(60):
        watch.on_second()
    assert (reception.countdown.isVisible(), page.step) == (True, page.check)
    told = "The enrolment is not saved and will be discarded."
    assert told in reception.countdown.detail.text()
    assert len(reception.countdown.buttons) == 1
    for _ in range(20):
        watch.on_second()
    window = reception.window()
    assert (window.door.isVisible(), reception.context) == (True, None)
    assert (page.draft.pictures, page.draft.offered, page.draft.consent, page.draft.person) == ([], [], None, "")
    changed = {path: content for path, content in files(home).items() if before.get(path) != content}
    # The gallery may write the index of its own pictures at any time.
    assert {re.split("[.-]", path.name)[0] for path in changed} <= {"journal", "index"}
    assert not any(b"Eileen" in content for content in changed.values())
