"""The editors of the settings page, one for each kind of value."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QLocale, QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent

from kiosk.config import Config
from kiosk.config.saving import Draft, Seen
from kiosk.config.schema import options, values
from kiosk.door.voice import Voice
from kiosk.gui.reception.settings.editors import (
    ByEncoderEditor,
    CameraEditor,
    CameraPreview,
    ChoiceEditor,
    Editor,
    FlagEditor,
    NumberEditor,
    TextEditor,
    change_text,
    number_of,
    number_text,
    value_text,
)
from kiosk.gui.reception.settings.effect import VoiceTrial
from kiosk.gui.reception.settings.page import editor_for
from kiosk.vision.capture import CameraDevice
from kiosk.vision.sources import open_source, source_name


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


class Heard(list):
    """What an editor told."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.refusals: list[str] = []
        editor.changed.connect(self.append)
        editor.refused.connect(self.refusals.append)


@pytest.fixture
def number(qtbot):
    def make(key: str, value: float) -> tuple[NumberEditor, Heard]:
        editor = NumberEditor(options()[key])
        qtbot.addWidget(editor)
        editor.show_value(value)
        return editor, Heard(editor)

    return make


def test_what_is_no_value_is_refused_with_the_range(number):
    editor, heard = number("door.open_seconds", 5.0)
    for text in ("x", "0", "61", "-3", "nan", "inf", "1e99"):
        heard.refusals.clear()
        editor.on_edited(text)
        assert "More than 0, at most 60." in heard.refusals[-1], text
    assert heard == []
    editor, heard = number("decision.k", 3)
    for text in ("2.5", "nan", "inf", ""):
        editor.on_edited(text)
        assert heard.refusals.pop().startswith("A whole number is expected."), text
    assert heard == []


def test_steps_go_to_round_numbers_and_stop_at_the_limits(number):
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


def test_value_that_is_no_choice_is_shown_all_the_same_and_no_wheel_changes_it(qtbot):
    editor = ChoiceEditor([("a", "a"), ("b", "b")])
    qtbot.addWidget(editor)
    spot, down = QPointF(5, 5), QPoint(0, -120)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(spot, spot, down, down, *none, Qt.ScrollPhase.NoScrollPhase, False)
    editor.box.wheelEvent(event)
    assert (editor.box.currentIndex(), event.isAccepted()) == (0, False)
    editor.show_value(["a", "b"])
    assert (editor.box.currentText(), editor.box.currentData()) == ("a + b", ["a", "b"])
    editor.show_value({"a": 0.5})
    assert editor.box.currentText() == "a: 0.5"


def test_number_for_this_encoder_is_slid_or_typed_and_those_of_others_stay(qtbot):
    editor = ByEncoderEditor(options()["matching.threshold"], "dlib_resnet", 0.38, ("stricter", "more lenient"))
    qtbot.addWidget(editor)
    heard = Heard(editor)
    editor.show_value({"sface": 1.0})
    editor.slider.setValue(300)
    assert heard == [{"sface": 1.0, "dlib_resnet": 0.3}]
    assert (editor.in_force, editor.automatic.isChecked(), editor.number.edit.text()) == (0.3, False, "0.3")
    editor.automatic.click()
    assert (heard[-1], editor.in_force, editor.slider.value()) == ({"sface": 1.0}, 0.38, 380)
    editor.show_value("auto")
    editor.number.on_edited("0.41")
    assert (heard[-1], editor.slider.value()) == ({"dlib_resnet": 0.41}, 410)
    editor.automatic.click()
    assert (heard[-1], editor.in_force) == ("auto", 0.38)


DOOR = CameraDevice("/dev/v4l/by-id/door", "Door Cam")
HALL = CameraDevice("/dev/v4l/by-id/hall", "Hall Cam")


def choose(editor: CameraEditor, words: str) -> None:
    index = editor.box.findText(words)
    editor.box.setCurrentIndex(index)
    editor.box.activated.emit(index)


def test_camera_is_chosen_and_looked_through_unless_it_is_in_use(qtbot, shown):
    opened = []

    def open_(source: str):
        opened.append(source)
        return open_source("demo")

    editor = shown(CameraEditor(DOOR.source, open_))
    heard = Heard(editor)
    editor.show_cameras((DOOR, HALL))
    choose(editor, "Door Cam")
    assert (editor.look.isHidden(), "in use" in editor.note.text()) == (True, True)
    choose(editor, "Automatic: the first camera")
    assert (editor.look.isHidden(), DOOR.source in editor.note.text()) == (True, True)
    choose(editor, "Hall Cam")
    editor.look.click()
    assert editor.preview.accessibleDescription() == "Opening the camera …"
    qtbot.waitUntil(lambda: not editor.preview.picture.isNull())
    assert not editor.preview.grab().isNull()
    assert opened == [HALL.source]
    choose(editor, "Demo")
    assert (editor.preview.isHidden(), editor.preview.picture.isNull()) == (True, True)
    choose(editor, "Another source")
    assert not editor.other.isHidden()
    editor.other.clear()
    qtbot.keyClicks(editor.other, "a.mp4")
    assert heard[-1] == "a.mp4"
    # One that the command line names counts more.
    editor = CameraEditor(DOOR.source, open_source, overruled=True)
    qtbot.addWidget(editor)
    editor.show_value("demo")
    assert "overrides" in editor.note.text()


def test_camera_that_hangs_is_not_waited_for(qtbot):
    preview, release, asked = CameraPreview(), threading.Event(), threading.Event()
    qtbot.addWidget(preview)
    preview.open(lambda: (asked.set(), release.wait(30), open_source("demo"))[-1])
    qtbot.waitUntil(asked.is_set)
    preview.close_camera()
    assert preview.picture.isNull()
    release.set()


def test_editor_suits_the_option(qtbot, services):
    for key, kind in (
        ("voice.enabled", FlagEditor),
        ("threads", NumberEditor),
        ("voice.text", TextEditor),
        ("screen.theme", ChoiceEditor),
        ("camera.source", CameraEditor),
    ):
        editor = editor_for(options()[key], services)
        qtbot.addWidget(editor)
        assert type(editor) is kind, key


def test_number_is_understood_as_the_language_writes_it_and_with_a_point():
    QLocale.setDefault(QLocale("de_DE"))
    for text, number in (("0,36", 0.36), ("0.36", 0.36), (" 5 ", 5.0), ("-1,5", -1.5)):
        assert number_of(text) == number
    assert number_text(0.36) == "0,36"


def test_value_is_read_out_and_a_change_told_without_passwords():
    secretive = "rtsp://me:secret@door/1"
    for key, value, text in (
        ("door.open_seconds", 5.0, "5 s"),
        ("threads", 2, "2 cores"),
        ("voice.enabled", True, "On"),
        ("screen.theme", "auto", "Automatic"),
        ("encoder", ["a", "b"], "a + b"),
        ("encoder", {"a": 1.0, "b": 0.5}, "a: 1, b: 0.5"),
        ("matching.threshold", {"dlib_resnet": 0.36}, "dlib_resnet: 0.36"),
        ("journal.file", "", "empty"),
        ("voice.text", "auto", "auto"),
        ("camera.source", 0, "0"),
        ("camera.source", secretive, source_name(secretive)),
    ):
        assert value_text(options()[key], value) == text
    assert change_text("matching.threshold", "auto", {"sface": 0.9}) == "auto -> {sface: 0.9}"
    assert change_text("voice.text", "a", "b c") == "a -> b c"
    assert "secret" not in change_text("camera.source", secretive, "demo") + source_name(secretive)


def test_welcome_of_the_draft_is_said_with_its_values_and_a_voice_that_cannot_speak_says_so(qtbot):
    silent = Voice(command=(sys.executable, "-c", "raise SystemExit(1)"))
    trial, draft = VoiceTrial(silent), Draft(Seen(values(Config()), "digest"))
    said = []
    silent.say, say = said.append, silent.say
    for key, value in (("text", "Hello {names}!"), ("words_per_minute", 200), ("volume", 0.5), ("name", "en-gb")):
        draft.set(f"voice.{key}", value)
    trial.say(draft, "Ida")
    assert said == ["Hello Ida!"]
    assert (silent.rate_words_per_minute, silent.volume, silent.voice) == (200, 0.5, "en-gb")
    silent.say = say
    with qtbot.waitSignal(trial.failed, timeout=15_000) as heard:
        trial.say(draft, "Ida")
    assert "voice" in heard.args[0]
    trial.close()
