import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit

from kiosk.access.staff import Role
from kiosk.gui.reception.page import EVERYBODY, INSTALLERS, PageEntry, StaffPage
from kiosk.gui.reception.picker import Picker, wanted_pictures
from kiosk.gui.reception.shell import Reception
from kiosk.gui.state import Kind, View
from kiosk.station.report import Status


class PageOfTests(StaffPage):
    """Remembers what happens to it."""

    def __init__(self, office) -> None:
        super().__init__(office)
        self.happened: list[object] = []
        self.field = QLineEdit(self)
        office.status_changed.connect(self.happened.append)

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
def reception(desk, feed, shown):
    desk.staff.add("Ida", Role.INSTALLER, "482913")
    desk.staff.add("Rita", Role.RECEPTION, "739104")
    reception = shown(Reception(desk, feed, lambda do, then: None, lambda: PAGES))
    reception.open()
    yield reception
    reception.close_jobs()


def sign_in(qtbot, reception: Reception, pin: str = "482913") -> None:
    qtbot.keyClicks(reception.pin, pin)
    reception.pin.on_done()
    qtbot.waitUntil(lambda: reception.office is not None)


def page(reception: Reception) -> PageOfTests:
    widget = reception.stack.currentWidget()
    assert isinstance(widget, PageOfTests)
    return widget


def test_the_first_thing_asked_for_is_the_pin(reception):
    assert reception.stack.currentWidget() is reception.pin
    assert reception.navigation is None


def test_where_nobody_has_a_pin_the_screen_says_what_to_do(desk, feed, shown):
    reception = shown(Reception(desk, feed, lambda do, then: None, lambda: PAGES))
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


def test_who_signed_in_stands_in_the_journal_and_a_wrong_pin_too(qtbot, reception, desk):
    qtbot.keyClicks(reception.pin, "111999")
    reception.pin.on_done()
    qtbot.waitUntil(lambda: "wait" in reception.pin.message.text().lower())
    assert [entry.action for entry in desk.journal.actions(5)] == ["wrong_pin"]
    desk.staff.reset("Ida", "482913")
    reception.pin.on_tick()
    sign_in(qtbot, reception)
    assert [(entry.action, entry.staff) for entry in desk.journal.actions(1)] == [("signed_in", "Ida")]


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
    assert (people.happened[-1], reception.office, reception.navigation) == ("left", None, None)
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
    assert len(reception.findChildren(Picker)) == (1 if reception.office is not None else 0)


def test_without_input_the_screen_goes_back_to_the_door(qtbot, reception):
    sign_in(qtbot, reception)
    with qtbot.waitSignal(reception.left):
        for _ in range(60):
            reception._idle.on_second()
    assert "Back to the door in 1" in reception.toast.text()


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
        page(reception).office.restart()


def test_above_a_keyboard_the_page_has_the_room_of_the_navigation(qtbot, reception):
    sign_in(qtbot, reception)
    assert reception.navigation.isVisible()
    reception.resize(800, 270)
    assert not reception.navigation.isVisible()
    reception.resize(800, 480)
    assert reception.navigation.isVisible()
    reception.resize(480, 600)
    assert reception.navigation.isVisible()
