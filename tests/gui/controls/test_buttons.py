from PyQt6.QtCore import Qt

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


def test_enter_presses_the_button_that_has_the_focus(qtbot, shown):
    button = shown(Button("Go"))
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_other_words_are_told_to_screen_readers(shown):
    button = shown(Button("Suspend"))
    button.set_text("Resume", "lock_open")
    assert (button.text(), button.accessibleName()) == ("Resume", "Resume")
