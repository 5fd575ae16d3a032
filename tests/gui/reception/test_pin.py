"""Sign in with a PIN."""

from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import Qt

from kiosk.errors import JournalError
from kiosk.gui.reception.page import INSTALLERS
from kiosk.gui.reception.pin import PinPage
from kiosk.people.staff import Refused, Role, StaffMember

IDA = StaffMember("Ida", Role.INSTALLER)


class Register:
    """Answers as a staff register does, at once; `answer` is what it answers to a wrong PIN."""

    def __init__(self) -> None:
        self.wait_seconds = 0.0
        self.tried: list[str] = []
        self.answer: Callable[[], StaffMember | Refused] = lambda: Refused(4.0, locked=False, tries_left=7)

    def enter(self, pin: str) -> StaffMember | Refused:
        self.tried.append(pin)
        if pin == "482913":
            return IDA
        self.wait_seconds = 4.0
        return self.answer()


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def pin(shown, register) -> Iterator[PinPage]:
    page = shown(PinPage(register.enter, lambda: register.wait_seconds, INSTALLERS))
    page.enter()
    yield page
    page.leave()
    page.close_jobs()


def test_whose_pin_it_is_is_let_in_by_touch_and_by_keyboard(qtbot, pin):
    with qtbot.waitSignal(pin.entered, timeout=20000) as entered:
        for digit in "482913":
            pin.keys[digit].click()
        pin.done.click()
    assert entered.args == [IDA]
    with qtbot.waitSignal(pin.entered, timeout=20000):
        focused = pin.keys["5"]
        qtbot.keyClicks(focused, "48299")
        qtbot.keyClick(focused, Qt.Key.Key_Backspace)
        qtbot.keyClicks(focused, "13")
        qtbot.keyClick(focused, Qt.Key.Key_Return)


def test_a_wrong_pin_is_called_wrong_until_the_next_digit_and_the_pad_waits(qtbot, pin, register):
    qtbot.keyClicks(pin, "111222")
    pin.done.setFocus()
    pin.on_done()
    qtbot.waitUntil(lambda: "Please wait 4 seconds" in pin.message.text())
    qtbot.keyClicks(pin, "482913")
    pin.on_done()
    assert register.tried == ["111222"]
    for register.wait_seconds in (4.0, 3.0, 0.0):
        pin.on_tick()
        assert pin.message.text().startswith("Wrong PIN. 7 tries left.")
        assert ("Please wait" in pin.message.text()) == (register.wait_seconds > 0)
    focused = pin.window().focusWidget()
    assert (pin.isAncestorOf(focused), focused is pin.done) == (True, False)
    qtbot.keyClick(focused, Qt.Key.Key_4)
    assert pin.message.text() == ""
    qtbot.keyClicks(pin, "82913")
    with qtbot.waitSignal(pin.entered, timeout=20000):
        pin.on_done()


def fail() -> Refused:
    raise JournalError("journal", "is full", "make room")


def test_each_answer_says_what_is_the_matter_and_the_wait_stands_below(qtbot, pin, register):
    for answer, told in (
        (lambda: Refused(900.0, locked=True), "Wrong PIN."),
        (lambda: Refused(3.0, locked=False, tried=False), "The PIN was not checked: it came too early."),
        (lambda: StaffMember("Rita", Role.RECEPTION), "This PIN is not an installer's."),
        (fail, "journal: is full; make room"),
    ):
        register.wait_seconds, register.answer = 0.0, answer
        pin.enter()
        assert pin.settled
        qtbot.keyClicks(pin, "111222")
        pin.on_done()
        qtbot.waitUntil(lambda told=told: pin.message.text() == f"{told}\nPlease wait 4 seconds.")
        assert not pin.settled
        pin.leave()
        assert pin.settled


def test_what_was_typed_is_forgotten_when_the_page_is_left(qtbot, pin, register):
    qtbot.keyClicks(pin, "48291")
    pin.leave()
    pin.enter()
    qtbot.keyClicks(pin, "3")
    pin.on_done()
    assert register.tried == []
