"""Sign in with a PIN."""

import pytest
from PyQt6.QtCore import Qt

from kiosk.errors import JournalError
from kiosk.gui.reception.page import INSTALLERS
from kiosk.gui.reception.pin import PinPage
from kiosk.people.staff import Refused, Role, StaffMember

IDA = StaffMember("Ida", Role.INSTALLER)


class Register:
    """Answers as a staff register does, at once."""

    def __init__(self) -> None:
        self.wait_seconds = 0.0
        self.tried: list[str] = []

    def enter(self, pin: str) -> StaffMember | Refused:
        self.tried.append(pin)
        if pin == "482913":
            return IDA
        self.wait_seconds = 4.0
        return Refused(4.0, locked=False, tries_left=7)


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def pin(shown, register):
    page = shown(PinPage(register.enter, lambda: register.wait_seconds))
    page.enter()
    yield page
    page.leave()
    page.close_jobs()


def test_whose_pin_it_is_is_let_in_by_touch(qtbot, pin):
    with qtbot.waitSignal(pin.entered, timeout=20000) as entered:
        for digit in "482913":
            pin.keys[digit].click()
        pin.done.click()
    assert entered.args == [IDA]


def test_whose_pin_it_is_is_let_in_by_keyboard(qtbot, pin):
    with qtbot.waitSignal(pin.entered, timeout=20000):
        focused = pin.keys["5"]
        qtbot.keyClicks(focused, "48299")
        qtbot.keyClick(focused, Qt.Key.Key_Backspace)
        qtbot.keyClicks(focused, "13")
        qtbot.keyClick(focused, Qt.Key.Key_Return)


def test_a_wrong_pin_is_refused_and_the_pad_waits(qtbot, pin, register):
    qtbot.keyClicks(pin, "111222")
    pin.on_done()
    qtbot.waitUntil(lambda: "Please wait 4 seconds" in pin.message.text())
    qtbot.keyClicks(pin, "482913")
    pin.on_done()
    assert register.tried == ["111222"]
    register.wait_seconds = 0.0
    pin.on_tick()
    qtbot.keyClicks(pin, "482913")
    with qtbot.waitSignal(pin.entered, timeout=20000):
        pin.on_done()


def test_a_wrong_pin_is_called_wrong_until_the_next_digit(qtbot, pin, register):
    qtbot.mouseClick(pin.done, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(pin, "111222")
    pin.done.setFocus()
    pin.on_done()
    qtbot.waitUntil(lambda: "Please wait" in pin.message.text())
    for left in (4.0, 3.0, 0.0):
        register.wait_seconds = left
        pin.on_tick()
        assert pin.message.text().startswith("Wrong PIN. 7 tries left.")
        assert ("Please wait" in pin.message.text()) == (left > 0)
    assert pin.isAncestorOf(pin.window().focusWidget())
    assert pin.window().focusWidget() is not pin.done
    qtbot.keyClick(pin.window().focusWidget(), Qt.Key.Key_4)
    assert pin.message.text() == ""


def test_what_went_wrong_is_not_overwritten_by_the_wait(qtbot, shown, register):
    def enter(pin: str) -> StaffMember | Refused:
        register.wait_seconds = 2.0
        raise JournalError("journal", "is full", "make room")

    pin = shown(PinPage(enter, lambda: register.wait_seconds))
    pin.enter()
    qtbot.keyClicks(pin, "111222")
    pin.on_done()
    qtbot.waitUntil(lambda: pin.message.text() == "journal: is full; make room\nPlease wait 2 seconds.")
    pin.leave()
    pin.close_jobs()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Refused(900.0, locked=True), "Wrong PIN."),
        (Refused(3.0, locked=False, tried=False), "The PIN was not checked: it came too early."),
        (StaffMember("Rita", Role.RECEPTION), "This PIN is not an installer's."),
    ],
)
def test_each_answer_says_what_is_the_matter(qtbot, shown, answer, told):
    pin = shown(PinPage(lambda pin: answer, lambda: 0.0, INSTALLERS))
    pin.enter()
    assert pin.settled
    qtbot.keyClicks(pin, "111222")
    pin.on_done()
    qtbot.waitUntil(lambda: pin.message.text() == told)
    assert not pin.settled
    pin.leave()
    assert pin.settled
    pin.close_jobs()


def test_what_was_typed_is_forgotten_when_the_page_is_left(qtbot, pin, register):
    qtbot.keyClicks(pin, "48291")
    pin.leave()
    pin.enter()
    qtbot.keyClicks(pin, "3")
    pin.on_done()
    assert register.tried == []
