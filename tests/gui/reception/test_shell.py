import threading

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLineEdit, QPushButton

from kiosk.door.report import Status
from kiosk.gui.controls import column
from kiosk.gui.reception.page import EVERYBODY, INSTALLERS, PageEntry, StaffPage, Unsaved
from kiosk.gui.reception.picker import Picker, wanted_pictures
from kiosk.gui.reception.shell import Reception
from kiosk.gui.state import Kind, View
from kiosk.people.staff import Role


class PageOfTests(StaffPage):
    """Remembers what happens to it."""

    unsaved: Unsaved | None = None
    saving = False

    def __init__(self, context) -> None:
        super().__init__(context)
        self.happened: list[object] = []
        self.field, self.erase = QLineEdit(), QPushButton("Erase")
        self.setLayout(column(self.field, self.erase))
        context.status_changed.connect(self.happened.append)

    def enter(self, **arguments: object) -> None:
        self.happened.append(("entered", arguments))
        self.field.setFocus()

    def leave(self) -> None:
        self.happened.append("left")


PAGES = [
    PageEntry("people", "People", "people", EVERYBODY, PageOfTests),
    PageEntry("journal", "Journal", "journal", EVERYBODY, PageOfTests),
    PageEntry("settings", "Settings", "settings", INSTALLERS, PageOfTests),
]


@pytest.fixture
def reception(services, feed, shown):
    services.staff.add("Ida", Role.INSTALLER, "482913")
    services.staff.add("Rita", Role.RECEPTION, "739104")
    reception = shown(Reception(services, feed, lambda do, then: None, lambda: PAGES))
    reception.open()
    yield reception
    reception.close_jobs()


def sign_in(qtbot, reception: Reception, pin: str = "482913") -> None:
    qtbot.keyClicks(reception.pin, pin)
    reception.pin.on_done()
    qtbot.waitUntil(lambda: reception.context is not None)


def page(reception: Reception) -> PageOfTests:
    widget = reception.stack.currentWidget()
    assert isinstance(widget, PageOfTests)
    return widget


def test_the_first_thing_asked_for_is_the_pin(reception):
    assert reception.stack.currentWidget() is reception.pin
    assert reception.navigation is None


def test_where_nobody_has_a_pin_the_screen_says_what_to_do(services, feed, shown):
    reception = shown(Reception(services, feed, lambda do, then: None, lambda: PAGES))
    reception.open()
    assert reception.stack.currentWidget() is reception.nobody_yet
    reception.close_jobs()


def test_each_role_sees_its_own_pages(qtbot, reception):
    sign_in(qtbot, reception)
    assert list(reception.navigation.buttons) == ["people", "journal", "settings"]
    reception.close_up()
    reception.open()
    sign_in(qtbot, reception, "739104")
    assert list(reception.navigation.buttons) == ["people", "journal"]
    reception.go("settings")
    assert page(reception).happened[0] == ("entered", {})
    assert reception.title.text() == "People"


def test_who_signed_in_stands_in_the_journal_and_a_wrong_pin_too(qtbot, reception, services):
    qtbot.keyClicks(reception.pin, "111999")
    reception.pin.on_done()
    qtbot.waitUntil(lambda: "wait" in reception.pin.message.text().lower())
    assert [entry.action for entry in services.journal.actions(5)] == ["wrong_pin"]
    services.staff.reset("Ida", "482913")
    reception.pin.on_tick()
    sign_in(qtbot, reception)
    assert [(entry.action, entry.staff) for entry in services.journal.actions(1)] == [("signed_in", "Ida")]


def test_a_page_is_entered_with_what_it_was_asked_for_and_left_when_another_comes(qtbot, reception):
    sign_in(qtbot, reception)
    people = page(reception)
    reception.go("journal", person="Ada")
    assert people.happened[-1] == "left"
    assert page(reception).happened == [("entered", {"person": "Ada"})]
    assert reception.navigation.buttons["journal"].isChecked()


def test_what_a_page_wants_typed_has_the_focus_from_the_first_moment(qtbot, reception):
    reception.window().activateWindow()
    sign_in(qtbot, reception)
    qtbot.waitUntil(page(reception).field.hasFocus)


def test_half_done_work_is_left_and_everybody_signed_out_on_the_way_back(qtbot, reception):
    sign_in(qtbot, reception)
    people = page(reception)
    reception.close_up()
    assert (people.happened[-1], reception.context, reception.navigation) == ("left", None, None)
    reception.open()
    assert reception.stack.currentWidget() is reception.pin


def test_escape_and_the_button_lead_back_to_the_door(qtbot, reception):
    with qtbot.waitSignal(reception.left):
        qtbot.keyClick(reception, Qt.Key.Key_Escape)
    with qtbot.waitSignal(reception.left):
        reception.back.click()


def test_files_are_picked_in_place_of_the_page(qtbot, reception, sticks):
    sign_in(qtbot, reception)
    there, picked, cancelled = page(reception), [], []
    reception.pick(wanted_pictures(), picked.append, lambda: cancelled.append(True))
    picker = reception.stack.currentWidget()
    assert isinstance(picker, Picker)
    with qtbot.assertNotEmitted(reception.left):
        qtbot.keyClick(picker, Qt.Key.Key_Escape)
    assert (cancelled, page(reception)) == ([True], there)
    reception.pick(wanted_pictures(), picked.append, cancelled.clear)
    picker = reception.stack.currentWidget()
    picker.model.toggle(sticks.root / "a.jpg")
    picker.on_add()
    assert (picked, cancelled, page(reception)) == ([[sticks.root / "a.jpg"]], [True], there)


@pytest.mark.parametrize("leave", [lambda shell: shell.go("journal"), Reception.close_up, Reception.close_jobs])
def test_a_page_that_is_left_takes_the_picker_along(qtbot, reception, sticks, leave):
    sign_in(qtbot, reception)
    reception.pick(wanted_pictures(), pytest.fail, lambda: pytest.fail("nobody cancelled"))
    picker = reception.stack.currentWidget()
    with qtbot.waitSignal(picker.destroyed):
        leave(reception)
    assert reception.findChildren(Picker) == []
    reception.pick(wanted_pictures(), pytest.fail, pytest.fail)
    assert len(reception.findChildren(Picker)) == (1 if reception.context is not None else 0)


def test_without_input_the_screen_goes_back_to_the_door(qtbot, reception):
    sign_in(qtbot, reception)
    with qtbot.waitSignal(reception.left):
        for _ in range(60):
            reception._idle.on_second()
    assert "Back to the door in 1 " in reception.countdown.detail.text()


def test_the_door_stays_in_view(qtbot, reception):
    sign_in(qtbot, reception)
    reception.show_view(View(Kind.UNLOCKED, "Welcome Ada", "Unlocked for 3 s"))
    assert reception.corner.isVisible()
    assert reception.corner.words == "Welcome Ada"


def test_pages_hear_of_the_station(qtbot, reception):
    reception.on_status_changed(Status(1, 0, ()))
    sign_in(qtbot, reception)
    reception.on_status_changed(Status(2, 0, ()))
    assert page(reception).happened[-1] == Status(2, 0, ())


@pytest.mark.parametrize("size", [(800, 480), (480, 853)])
def test_navigation_is_beside_the_page_on_a_wide_screen_and_above_it_on_a_tall_one(qtbot, reception, size):
    sign_in(qtbot, reception)
    reception.resize(*size)
    reception.layout().activate()
    beside = reception.navigation.geometry().right() < page(reception).mapTo(reception, page(reception).pos()).x()
    assert beside == (size[0] > size[1])


def test_a_restart_that_a_page_asks_for_is_told(qtbot, reception):
    sign_in(qtbot, reception)
    with qtbot.waitSignal(reception.restart_wanted):
        page(reception).context.restart()


def test_above_a_keyboard_the_page_has_the_room_of_the_navigation(qtbot, reception):
    sign_in(qtbot, reception)
    assert reception.navigation.isVisible()
    reception.resize(800, 270)
    assert not reception.navigation.isVisible()
    reception.resize(800, 480)
    assert reception.navigation.isVisible()
    reception.resize(480, 600)
    assert reception.navigation.isVisible()


# What is not saved


def asked(reception: Reception) -> str:
    return reception.question._panel.accessibleName() if reception.question.isVisible() else ""


LEAVING = {
    "To the door": lambda reception: reception.back.click(),
    "Esc": lambda reception: QTest.keyClick(reception.stack.page, Qt.Key.Key_Escape),
    "tab": lambda reception: reception.navigation.buttons["journal"].click(),
    "same tab": lambda reception: reception.navigation.buttons["people"].click(),
    "from within": lambda reception: reception.stack.page.context.go("journal"),
}


@pytest.mark.parametrize("way", LEAVING.values(), ids=LEAVING)
def test_whoever_would_lose_something_is_asked_first_and_keeps_it_unless_they_say_so(qtbot, reception, way):
    sign_in(qtbot, reception)
    here, left = page(reception), []
    reception.left.connect(lambda: left.append(True))
    here.unsaved = Unsaved.ENROLMENT
    way(reception)
    assert (asked(reception), here.happened[1:], left) == ("Discard this enrolment?", [], [])
    assert reception.navigation.buttons["people"].isChecked()
    qtbot.keyClick(reception.window().focusWidget(), Qt.Key.Key_Return)
    assert (asked(reception), here.happened[1:], left) == ("", [], []), "to keep it is what Enter does"
    way(reception)
    reception.question.buttons[0].click()
    assert left or here.happened[1] == "left"


@pytest.mark.parametrize("way", LEAVING.values(), ids=LEAVING)
def test_what_is_just_being_saved_has_its_answer_first(qtbot, reception, way):
    sign_in(qtbot, reception)
    here, left = page(reception), []
    reception.left.connect(lambda: left.append(True))
    here.saving = True
    way(reception)
    assert (asked(reception), here.happened[1:], left) == ("", [], [])
    assert reception.toast.text() == "One moment: this is not finished yet."


def test_nobody_at_the_screen_is_warned_for_half_a_minute_then_it_is_discarded(qtbot, reception):
    sign_in(qtbot, reception)
    here, left = page(reception), []
    reception.left.connect(lambda: left.append(True))
    here.unsaved = Unsaved.CHANGES
    reception.leave()
    for _ in range(51):
        reception._idle.on_second()
    told = "Back to the door in 29 seconds. The changes are not saved and will be discarded."
    assert (reception.countdown.isVisible(), reception.countdown.detail.text()) == (True, told)
    for _ in range(28):
        reception._idle.on_second()
    assert left == []
    reception._idle.on_second()
    assert left == [True]
    reception.close_up()
    assert (reception.countdown.isVisible(), reception.question.isVisible()) == (False, False)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_A], ids=["Continue", "any key"])
def test_whoever_is_still_there_goes_on_and_that_key_does_nothing_else(qtbot, reception, key):
    sign_in(qtbot, reception)
    here, pressed = page(reception), []
    here.erase.clicked.connect(lambda: pressed.append(True))
    here.erase.setAutoDefault(True)  # Enter presses it
    focused = here.erase if key == Qt.Key.Key_Return else here.field
    focused.setFocus()
    for _ in range(55):
        reception._idle.on_second()
    assert reception.countdown.isVisible()
    QTest.keyClick(reception.window().windowHandle(), key)
    qtbot.waitUntil(lambda: not reception.countdown.isVisible())
    assert (pressed, here.field.text(), reception.window().focusWidget()) == ([], "", focused)
    for _ in range(45):
        reception._idle.on_second()
    assert not reception.countdown.isVisible()


# The focus


@pytest.mark.parametrize("go", ["disabled", "hidden", "deleted"])
def test_when_what_has_the_focus_goes_nothing_dangerous_gets_it(qtbot, reception, go):
    sign_in(qtbot, reception)
    here = page(reception)
    here.field.setFocus()
    if go == "disabled":
        here.field.setEnabled(False)
    elif go == "hidden":
        here.field.hide()
    else:
        here.field.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: reception.window().focusWidget() is here)
    with qtbot.waitSignal(reception.left):
        QTest.keyClick(reception.window().windowHandle(), Qt.Key.Key_Escape)


def test_tab_goes_on_from_there(qtbot, reception):
    sign_in(qtbot, reception)
    page(reception).field.setFocus()
    page(reception).field.hide()
    QTest.keyClick(reception.window().windowHandle(), Qt.Key.Key_Tab)
    assert reception.window().focusWidget() is page(reception).erase


@pytest.mark.parametrize(("answer", "rests"), [(0, True), (1, False)], ids=["erase", "keep"])
def test_after_a_dangerous_answer_the_focus_is_not_on_the_button_that_asked(qtbot, reception, answer, rests):
    sign_in(qtbot, reception)
    here = page(reception)
    here.erase.setFocus()
    here.context.ask("Erase?", "For good.", [("Erase", lambda: None), ("Keep", lambda: None)], danger=True)
    reception.question.buttons[answer].click()
    assert reception.window().focusWidget() is (here if rests else here.erase)


# What is told


def test_an_answer_outlasts_notices_the_countdown_and_another_page(qtbot, reception):
    sign_in(qtbot, reception)
    context = page(reception).context
    context.tell("Ada is enrolled.")
    context.notice("the gallery: is being changed; try again")
    for _ in range(55):
        reception._idle.on_second()
    reception.go("journal")
    assert reception.toast.text().splitlines()[0] == "Ada is enrolled."
    reception.close_up()
    assert reception.toast.text() == ""


def test_a_register_that_cannot_be_read_is_told_at_the_pad(reception, services):
    reception.close_up()
    services.staff.close()
    (services.folder.parent / "staff.sqlite3").write_bytes(b"nonsense" * 1000)
    reception.open()
    assert reception.stack.currentWidget() is reception.pin
    assert "staff.sqlite3" in reception.pin.message.text()
    reception.pin.on_tick()
    assert "staff.sqlite3" in reception.pin.message.text()


def test_a_new_staff_side_waits_for_what_would_be_missed(qtbot, reception):
    assert reception.settled
    reception.pin.add("4")
    assert not reception.settled
    reception.pin.on_erase()
    sign_in(qtbot, reception)
    here = page(reception)
    assert reception.settled
    here.unsaved = Unsaved.CHANGES
    assert not reception.settled
    here.unsaved = None
    here.context.ask("Erase?", "", [("Keep", lambda: None)])
    assert not reception.settled
    reception.question.dismiss()
    go_on = threading.Event()
    here.context.act(lambda: go_on.wait(20), lambda done: None)
    assert not reception.settled
    go_on.set()
    qtbot.waitUntil(lambda: reception.settled)
