import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QLineEdit

from kiosk.gui.reception.settings.editors import (
    ChoiceBox,
    ChoiceEditor,
    Editor,
    FlagEditor,
    NumberEditor,
    TextEditor,
    plain_editor,
    step_of,
)


class Heard(list):
    """What an editor told."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.refusals: list[str] = []
        editor.changed.connect(self.append)
        editor.refused.connect(self.refusals.append)


@pytest.fixture
def number(qtbot, info):
    def make(key: str, value: float) -> tuple[NumberEditor, Heard]:
        editor = NumberEditor(info(key))
        qtbot.addWidget(editor)
        editor.show_value(value)
        return editor, Heard(editor)

    return make


def typed(qtbot, editor: Editor, text: str) -> None:
    field = editor.findChild(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_editor_shows_a_value_without_telling_a_change(qtbot, info):
    for key, value in {"voice.enabled": True, "threads": 7, "voice.text": "Hi", "screen.theme": "dark"}.items():
        editor = plain_editor(info(key))
        qtbot.addWidget(editor)
        heard = Heard(editor)
        editor.show_value(value)
        assert heard == []


def test_flag_tells_on_and_off_and_says_it_in_words(qtbot):
    editor = FlagEditor()
    qtbot.addWidget(editor)
    heard = Heard(editor)
    editor.show_value(False)
    assert editor.switch.text() == "Off"
    editor.switch.click()
    assert (heard, editor.switch.text()) == ([True], "On")


def test_number_is_told_as_it_is_typed_once_it_is_one(qtbot, number):
    editor, heard = number("door.open_seconds", 5.0)
    typed(qtbot, editor, "7.5")
    assert heard == [7.0, 7.5]
    assert all(type(value) is float for value in heard)
    assert heard.refusals[-1] == ""


@pytest.mark.parametrize("text", ["x", "0", "61", "-3", "nan", "inf", "1e99"])
def test_what_is_no_value_is_refused_with_the_range(qtbot, number, text):
    editor, heard = number("door.open_seconds", 5.0)
    editor.on_edited(text)
    assert heard == []
    assert "More than 0, at most 60." in heard.refusals[-1]


def test_whole_number_takes_no_fraction(number):
    editor, heard = number("decision.k", 3)
    editor.on_edited("2.5")
    assert (heard, "whole number" in heard.refusals[-1]) == ([], True)
    editor.on_edited("4")
    assert (heard, type(heard[0])) == ([4], int)


def test_steps_go_to_round_numbers_and_stop_at_the_limits(qtbot, number):
    editor, heard = number("quality.max_turn", 0.43)
    for button in (editor.more, editor.more, editor.less):
        button.click()
    assert heard == [0.45, 0.5, 0.45]
    editor, heard = number("decision.k", 99)
    for _ in range(3):
        editor.more.click()
    assert heard == [100]
    editor, heard = number("quality.max_turn", 0.02)
    editor.less.click()
    editor.less.click()
    assert heard == [0.0]


def test_steps_suit_the_range(info):
    steps = {"volume": 0.05, "words_per_minute": 10.0}
    assert {key: step_of(info(f"voice.{key}")) for key in steps} == steps
    assert step_of(info("decision.k")) == 1.0
    assert step_of(info("quality.min_face_px")) == 10.0


def test_text_is_told_with_every_letter(qtbot):
    editor = TextEditor()
    qtbot.addWidget(editor)
    heard = Heard(editor)
    typed(qtbot, editor, "Hi")
    assert heard == ["H", "Hi"]


def test_choice_tells_its_value(qtbot):
    editor = ChoiceEditor([("Automatic", "auto"), ("Dark", "dark")])
    qtbot.addWidget(editor)
    heard = Heard(editor)
    editor.show_value("dark")
    editor.box.activated.emit(0)
    assert heard == ["auto"]


def test_value_that_is_no_choice_is_shown_all_the_same(qtbot):
    editor = ChoiceEditor([("a", "a")])
    qtbot.addWidget(editor)
    editor.show_value(["a", "b"])
    assert (editor.box.currentText(), editor.box.currentData()) == ("a + b", ["a", "b"])
    editor.show_value({"a": 0.5})
    assert editor.box.currentText() == "a: 0.5"
    editor.set_options([("a", "a"), ("c", "c")])
    assert editor.box.currentData() == {"a": 0.5}


def test_wheel_scrolls_the_page_and_changes_no_choice(qtbot):
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItems(["a", "b"])
    spot, down = QPointF(5, 5), QPoint(0, -120)
    event = QWheelEvent(
        spot,
        spot,
        down,
        down,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    box.wheelEvent(event)
    assert (box.currentIndex(), event.isAccepted()) == (0, False)


def test_every_part_that_takes_the_focus_has_a_name_and_the_buttons_their_own(qtbot, info, number):
    editor, _ = number("decision.k", 3)
    editor.describe("Frames", "From 1")
    assert (editor.edit.accessibleName(), editor.edit.accessibleDescription()) == ("Frames", "From 1")
    assert editor.less.accessibleName() == "Less: Frames that must agree"
    assert editor.target is editor.edit
