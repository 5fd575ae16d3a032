import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

from kiosk.gui.controls import Button
from kiosk.gui.theme import DARK


def test_a_button_is_large_enough_for_a_finger(shown):
    button = shown(Button("Go"))
    hint = button.sizeHint()
    assert (hint.width() >= 44, hint.height() >= 44) == (True, True)


def test_a_button_says_what_it_is_without_words_too(shown):
    assert shown(Button(icon_name="leave", name="To the door")).accessibleName() == "To the door"
    assert shown(Button("Save")).accessibleName() == "Save"


def test_the_icon_has_the_colour_of_the_words(shown):
    button = shown(Button("Go", "people", "primary"))
    image = button.icon().pixmap(button.iconSize()).toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert DARK.primary.text in colours


@pytest.fixture
def pressed(shown):
    """pressed(button): how often it was, from now on."""

    def count(button: Button) -> list[bool]:
        clicks: list[bool] = []
        button.clicked.connect(clicks.append)
        shown(button).setFocus()
        return clicks

    return count


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_and_space_press_the_button_that_has_the_focus(qtbot, pressed, key):
    button = Button("Go")
    clicks = pressed(button)
    qtbot.keyClick(button, key)
    assert len(clicks) == 1


def hold(widget: QWidget, key: Qt.Key, text: str) -> None:
    """What a keyboard sends while a key is held."""
    for kind, repeated in ((QEvent.Type.KeyPress, False), *[(QEvent.Type.KeyPress, True)] * 20):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text, repeated)
        QApplication.sendEvent(widget, event)


def test_a_key_that_is_held_presses_a_button_once_and_no_other_one_after_it(pressed):
    button, other = Button("Go"), Button("Then")
    clicks, others = pressed(button), pressed(other)
    hold(button, Qt.Key.Key_Return, "\r")
    assert len(clicks) == 1
    for _ in range(20):
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
        QApplication.sendEvent(other, event)
    assert others == []


def test_a_deliberate_button_is_pressed_by_space_and_never_by_enter(qtbot, pressed):
    button = Button("Erase", deliberate=True)
    clicks = pressed(button)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        qtbot.keyClick(button, key)
        hold(button, key, "\r")
    assert clicks == []
    assert not button.autoDefault()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(clicks) == 2
    button.set_deliberate(False)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert len(clicks) == 3


def test_other_words_are_told_to_screen_readers(shown):
    button = shown(Button("Suspend"))
    button.set_text("Resume", "lock_open")
    assert (button.text(), button.accessibleName()) == ("Resume", "Resume")
