import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from kiosk.gui.reception.idle import Countdown
from kiosk.gui.reception.page import Unsaved


@pytest.fixture
def unsaved() -> list[Unsaved | None]:
    return [None]


@pytest.fixture
def countdown(shown, unsaved) -> Countdown:
    return Countdown(shown(QWidget()), lambda: unsaved[-1])


def test_it_says_how_many_seconds_are_left(countdown):
    for seconds in (3, 2, 1):
        countdown.show_seconds(seconds)
        assert (countdown.isVisible(), countdown.detail.text()) == (True, f"Back to the door in {seconds} seconds.")


def test_it_says_what_will_be_discarded(countdown, unsaved):
    unsaved.append(Unsaved.ENROLMENT)
    countdown.show_seconds(30)
    assert countdown.detail.text() == (
        "Back to the door in 30 seconds. The enrolment is not saved and will be discarded."
    )


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_who_is_still_there_says_so(qtbot, countdown, key):
    countdown.show_seconds(5)
    (button,) = countdown.buttons
    assert (button.text(), button.hasFocus() or countdown.window().focusWidget() is button) == ("Continue", True)
    with qtbot.waitSignal(countdown.stayed):
        qtbot.keyClick(button, key)
    assert not countdown.isVisible()
