import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.gui import keyboard as keys
from kiosk.gui.keyboard import Act, Key, KeyButton, Variants, key_row


@pytest.fixture
def make(qtbot: QtBot):
    def made(key: Key) -> KeyButton:
        button = KeyButton(key)
        qtbot.addWidget(button)
        return button

    return made


def test_a_key_tells_what_it_is_when_it_is_let_go(make, qtbot: QtBot):
    button = make(Key(Act.TYPE, "q"))
    with qtbot.waitSignal(button.pressed_key) as told:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == [Key(Act.TYPE, "q")]


def test_a_long_press_offers_accents_and_types_nothing(make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keys, "HELD_MS", 20)
    button = make(Key(Act.TYPE, "e"))
    typed = []
    button.pressed_key.connect(typed.append)
    with qtbot.waitSignal(button.held):
        qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert typed == []


def test_a_short_press_offers_nothing_later(make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keys, "HELD_MS", 20)
    button = make(Key(Act.TYPE, "e"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(button.held, wait=60):
        pass


@pytest.mark.parametrize("act", Act)
def test_every_key_has_a_name_and_never_the_focus(make, act: Act):
    button = make(Key(act, "ä" if act is Act.TYPE else ""))
    assert button.accessibleName()
    assert button.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert button.text() or not button.icon().isNull()


def test_shift_shows_in_every_letter_and_is_told_in_words(make):
    letter, shift = make(Key(Act.TYPE, "ß")), make(Key(Act.SHIFT))
    said = set()
    for on, locked in ((False, False), (True, False), (True, True)):
        for button in (letter, shift):
            button.show_state(shift=on, locked=locked)
        assert letter.text() == letter.accessibleName() == ("ẞ" if on else "ß")
        assert shift.isChecked() is on
        said.add(shift.accessibleDescription())
    assert len(said) == 3


def test_an_ampersand_is_shown(make):
    button = make(Key(Act.TYPE, "&"))
    button.show_state(shift=False, locked=False)
    assert (button.text(), button.accessibleName()) == ("&&", "&")


def test_keys_of_a_row_are_as_wide_as_they_should_be(qtbot: QtBot):
    row, buttons = key_row([Key(Act.SHIFT, halves=4), Key(Act.TYPE, "a"), Key(Act.TYPE, "b")], 8)
    qtbot.addWidget(row)
    row.setMinimumSize(50, 50)
    row.resize(800, 50)
    row.show()
    wide, first, second = (button.width() for button in buttons)
    assert abs(first - second) <= 1
    assert abs(wide - 2 * first) < 10


def test_accents_stay_inside_the_window_and_the_picked_one_is_told(qtbot: QtBot):
    window = QWidget()
    window.resize(400, 300)
    qtbot.addWidget(window)
    variants = Variants(window)
    window.show()
    for x in (0, 200, 399):
        variants.offer("éèê", QPoint(x, 200))
        assert window.rect().contains(variants.geometry())
    with qtbot.waitSignal(variants.picked) as told:
        qtbot.mouseClick(variants.buttons[1], Qt.MouseButton.LeftButton)
    assert told.args == ["è"]
    assert not variants.isVisible()
