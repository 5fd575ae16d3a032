"""The staff side around its pages: sign-in, navigation, unsaved work, idle time, questions and messages."""

import threading

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from kiosk.errors import JournalError
from kiosk.gui.layouts import column
from kiosk.gui.reception.page import EVERYBODY, INSTALLERS, Jobs, PageEntry, StaffPage, Unsaved
from kiosk.gui.reception.picker import Picker, wanted_pictures
from kiosk.gui.reception.shell import Reception
from kiosk.people.staff import Role
from kiosk.store.journal import Action


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


def test_where_nobody_has_a_pin_the_screen_says_what_to_do(services, feed, shown):
    reception = shown(Reception(services, feed, lambda do, then: None, lambda: PAGES))
    reception.open()
    assert reception.stack.currentWidget() is reception.nobody_yet
    reception.close_jobs()


def test_each_role_sees_its_own_pages_beside_them_or_on_a_tall_screen_above(qtbot, reception):
    sign_in(qtbot, reception)
    for size in ((800, 480), (480, 853)):
        reception.resize(*size)
        reception.layout().activate()
        beside = reception.navigation.geometry().right() < page(reception).mapTo(reception, page(reception).pos()).x()
        assert beside == (size[0] > size[1])
    assert list(reception.navigation.buttons) == ["people", "journal", "settings"]
    people = page(reception)
    reception.go("journal", person="Ada")
    assert (people.happened[-1], page(reception).happened) == ("left", [("entered", {"person": "Ada"})])
    assert reception.navigation.buttons["journal"].isChecked()
    reception.close_up()
    reception.open()
    sign_in(qtbot, reception, "739104")
    assert list(reception.navigation.buttons) == ["people", "journal"]
    reception.go("settings")
    assert page(reception).happened[0] == ("entered", {})
    assert reception.title.text() == "People"


def test_who_signed_in_stands_in_the_journal_and_so_does_a_wrong_pin(qtbot, reception, services):
    qtbot.keyClicks(reception.pin, "111999")
    reception.pin.on_done()
    qtbot.waitUntil(lambda: "wait" in reception.pin.message.text().lower())
    assert [entry.action for entry in services.journal.actions(5)] == ["wrong_pin"]
    services.staff.reset("Ida", "482913")
    reception.pin.on_tick()
    sign_in(qtbot, reception)
    assert [(entry.action, entry.staff) for entry in services.journal.actions(1)] == [("signed_in", "Ida")]


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
    picker.picked.emit(picker.model.chosen)
    assert (picked, cancelled, page(reception)) == ([[sticks.root / "a.jpg"]], [True], there)


def asked(reception: Reception) -> str:
    return reception.question._panel.accessibleName() if reception.question.isVisible() else ""


def pass_seconds(reception: Reception, count: int) -> None:
    for _ in range(count):
        reception._idle.on_second()


LEAVING = {
    "To the door": lambda reception: reception.back.click(),
    "Esc": lambda reception: QTest.keyClick(reception.stack.page, Qt.Key.Key_Escape),
    "tab": lambda reception: reception.navigation.buttons["journal"].click(),
    "same tab": lambda reception: reception.navigation.buttons["people"].click(),
    "from within": lambda reception: reception.stack.page.context.go("journal"),
}


def test_before_something_is_lost_there_is_a_question_and_not_while_it_is_being_saved(qtbot, reception):
    sign_in(qtbot, reception)
    left: list[bool] = []
    reception.left.connect(lambda: left.append(True))
    for name, way in LEAVING.items():
        reception.go("people")
        here = page(reception)
        here.saving = True
        here.happened.clear()
        left.clear()
        way(reception)
        assert (asked(reception), here.happened, left) == ("", [], []), name
        assert reception.toast.text() == "One moment, please. This is still being saved."
        here.saving, here.unsaved = False, Unsaved.ENROLMENT
        way(reception)
        assert (asked(reception), here.happened, left) == ("Discard this enrolment?", [], []), name
        assert reception.navigation.buttons["people"].isChecked()
        qtbot.keyClick(reception.window().focusWidget(), Qt.Key.Key_Return)
        assert (asked(reception), here.happened, left) == ("", [], []), "to keep it is what Enter does"
        way(reception)
        reception.question.buttons[0].click()
        assert left or here.happened[0] == "left", name
        here.unsaved = None


def test_a_person_who_is_still_there_goes_on_and_that_key_does_nothing_else(qtbot, reception):
    sign_in(qtbot, reception)
    here, pressed = page(reception), []
    here.erase.clicked.connect(lambda: pressed.append(True))
    here.erase.setAutoDefault(True)  # Enter presses it
    for key, focused in ((Qt.Key.Key_Return, here.erase), (Qt.Key.Key_A, here.field)):
        focused.setFocus()
        pass_seconds(reception, 55)
        assert reception.countdown.isVisible()
        QTest.keyClick(reception.window().windowHandle(), key)
        qtbot.waitUntil(lambda: not reception.countdown.isVisible())
        assert (pressed, here.field.text(), reception.window().focusWidget()) == ([], "", focused)
        pass_seconds(reception, 45)
        assert not reception.countdown.isVisible()


def delete(widget: QWidget) -> None:
    widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_when_what_has_the_focus_goes_nothing_dangerous_gets_it(qtbot, reception):
    sign_in(qtbot, reception)
    here = page(reception)
    for go in (lambda field: field.setEnabled(False), QWidget.hide, delete):
        field = QLineEdit(here)
        field.show()
        field.setFocus()
        go(field)
        qtbot.waitUntil(lambda: reception.window().focusWidget() is here)
        with qtbot.waitSignal(reception.left):
            QTest.keyClick(reception.window().windowHandle(), Qt.Key.Key_Escape)
    for answer, rests in enumerate((here, here.erase)):
        here.erase.setFocus()
        here.context.ask("Erase?", "For good.", [("Erase", lambda: None), ("Keep", lambda: None)], danger=True)
        reception.question.buttons[answer].click()
        assert reception.window().focusWidget() is rests


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


def test_a_journal_that_does_not_take_it_is_told(context, services, screen, monkeypatch):
    def refuse(*asked):
        raise JournalError("journal", "is full", "make room")

    monkeypatch.setattr(type(services.journal), "note", refuse)
    context.note(Action.RENAMED, "Ada")
    assert screen.faults == ["journal: is full; make room"]


def test_what_was_asked_for_is_answered_after_the_page_was_left_and_done_after_signing_out(qtbot, context, screen):
    go_on, done, answers = threading.Event(), threading.Event(), []
    context.act(lambda: go_on.wait(20), answers.append)
    context.forget_jobs()
    assert context.acting
    go_on.set()
    qtbot.waitUntil(lambda: answers == [True])
    assert not context.acting

    def fail():
        raise JournalError("journal", "is full", "make room")

    context.act(fail, print)
    qtbot.waitUntil(lambda: bool(screen.faults))
    go_on.clear()
    for _ in range(4):
        context.act(lambda: go_on.wait(20), answers.append)
    context.act(done.set, answers.append)
    context.close()
    go_on.set()
    assert done.wait(20)
    qtbot.wait(10)
    assert answers == [True]


def test_when_the_page_is_left_no_answer_comes_and_nothing_is_begun_any_more(qtbot):
    jobs, go_on, done, answers = Jobs(), threading.Event(), threading.Event(), []
    jobs.run(lambda: go_on.wait(20) and done.set(), answers.append, answers.append)
    jobs.run(lambda: go_on.wait(20), answers.append, answers.append)
    jobs.run(lambda: answers.append("begun"), answers.append, answers.append)
    jobs.forget()
    go_on.set()
    assert done.wait(20)
    jobs.run(lambda: 2, answers.append, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [2]
    go_on.clear()
    jobs.run(lambda: go_on.wait(20), answers.append, answers.append)
    jobs.close()  # does not wait for work that hangs
    go_on.set()
