"""The editors of the settings page, one for each kind of value."""

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import QLocale, QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent

from kiosk.config import Config
from kiosk.config.saving import Draft, Seen
from kiosk.config.schema import OptionInfo, options, values
from kiosk.door.voice import Voice
from kiosk.gui.reception.settings.editors import (
    ByEncoderEditor,
    CameraEditor,
    CameraPreview,
    ChoiceBox,
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

INFOS = dict(options())


@pytest.fixture
def info() -> Callable[[str], OptionInfo]:
    return INFOS.__getitem__


@pytest.fixture
def draft() -> Draft:
    """Nothing changed, everything as it is without a file."""
    return Draft(Seen(values(Config()), "digest"))


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


@pytest.mark.parametrize("text", ["x", "0", "61", "-3", "nan", "inf", "1e99"])
def test_what_is_no_value_is_refused_with_the_range(qtbot, number, text):
    editor, heard = number("door.open_seconds", 5.0)
    editor.on_edited(text)
    assert heard == []
    assert "More than 0, at most 60." in heard.refusals[-1]


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


def test_value_that_is_no_choice_is_shown_all_the_same(qtbot):
    editor = ChoiceEditor([("a", "a")])
    qtbot.addWidget(editor)
    editor.show_value(["a", "b"])
    assert (editor.box.currentText(), editor.box.currentData()) == ("a + b", ["a", "b"])
    editor.show_value({"a": 0.5})
    assert editor.box.currentText() == "a: 0.5"


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


@pytest.fixture
def editor(qtbot, info):
    made = ByEncoderEditor(info("matching.threshold"), "dlib_resnet", 0.38, ("stricter", "more lenient"))
    qtbot.addWidget(made)
    made.heard = []
    made.changed.connect(made.heard.append)
    return made


def test_slider_sets_a_number_for_this_encoder_and_keeps_those_of_others(editor):
    editor.show_value({"sface": 1.0})
    editor.slider.setValue(300)
    assert editor.heard == [{"sface": 1.0, "dlib_resnet": 0.3}]
    assert (editor.in_force, editor.automatic.isChecked(), editor.number.edit.text()) == (0.3, False, "0.3")


def test_typed_number_moves_the_slider(editor):
    editor.show_value("auto")
    editor.number.on_edited("0.41")
    assert editor.heard == [{"dlib_resnet": 0.41}]
    assert (editor.slider.value(), editor.number.edit.text()) == (410, "0.38")
    editor.number.on_finished()


def test_back_to_automatic_takes_the_number_out(editor):
    editor.show_value({"dlib_resnet": 0.3})
    assert not editor.automatic.isChecked()
    editor.automatic.click()
    assert (editor.heard, editor.in_force, editor.slider.value()) == (["auto"], 0.38, 380)
    editor.show_value({"dlib_resnet": 0.3, "sface": 1.0})
    editor.automatic.click()
    assert editor.heard[-1] == {"sface": 1.0}


DOOR = CameraDevice("/dev/v4l/by-id/door", "Door Cam")

HALL = CameraDevice("/dev/v4l/by-id/hall", "Hall Cam")


@pytest.fixture
def camera_editor(shown):
    opened = []

    def open_(source: str):
        opened.append(source)
        return open_source("demo")

    made = CameraEditor(DOOR.source, open_)
    shown(made)
    made.opened, made.heard = opened, []
    made.changed.connect(made.heard.append)
    made.show_cameras((DOOR, HALL))
    yield made
    made.stop()


def choose(camera_editor: CameraEditor, words: str) -> None:
    index = camera_editor.box.findText(words)
    camera_editor.box.setCurrentIndex(index)
    camera_editor.box.activated.emit(index)


def test_camera_in_use_is_not_opened_again(camera_editor):
    choose(camera_editor, "Door Cam")
    assert camera_editor.look.isHidden()
    assert "in use" in camera_editor.note.text()
    choose(camera_editor, "Automatic: the first camera")
    assert camera_editor.look.isHidden()
    assert DOOR.source in camera_editor.note.text()


def test_another_one_can_be_looked_through_until_something_else_is_chosen(qtbot, camera_editor):
    choose(camera_editor, "Hall Cam")
    camera_editor.look.click()
    qtbot.waitUntil(lambda: not camera_editor.preview.picture.isNull(), timeout=30_000)
    assert camera_editor.opened == [HALL.source]
    choose(camera_editor, "Demo")
    assert camera_editor.preview.isHidden()
    assert camera_editor.preview.picture.isNull()


def test_anything_else_can_be_typed(qtbot, camera_editor):
    choose(camera_editor, "Another source")
    assert not camera_editor.other.isHidden()
    camera_editor.other.clear()
    qtbot.keyClicks(camera_editor.other, "a.mp4")
    assert camera_editor.heard[-1] == "a.mp4"


def test_source_of_the_command_line_is_said_to_count_more(qtbot):
    camera_editor = CameraEditor(DOOR.source, open_source, overruled=True)
    qtbot.addWidget(camera_editor)
    camera_editor.show_value("demo")
    assert "overrides" in camera_editor.note.text()


@pytest.fixture
def preview(qtbot):
    made = CameraPreview()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close_camera()


def test_picture_comes_and_goes_with_the_camera(qtbot, preview):
    opened = []

    def open_demo():
        opened.append(open_source("demo"))
        return opened[-1]

    preview.open(open_demo)
    assert preview.accessibleDescription() == "Opening the camera …"
    qtbot.waitUntil(lambda: not preview.picture.isNull(), timeout=30_000)
    assert not preview.grab().isNull()
    preview.close_camera()
    assert preview.picture.isNull()
    assert len(opened) == 1


def test_camera_that_hangs_is_not_waited_for(qtbot, preview):
    release = threading.Event()
    preview.open(lambda: release.wait(30) and open_source("demo"))
    qtbot.wait(150)
    preview.close_camera()
    assert preview.picture.isNull()
    release.set()


@pytest.fixture
def make(qtbot, info, services):
    def editor(key: str):
        made = editor_for(info(key), services)
        qtbot.addWidget(made)
        return made

    return editor


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("voice.enabled", FlagEditor),
        ("threads", NumberEditor),
        ("voice.text", TextEditor),
        ("screen.theme", ChoiceEditor),
        ("camera.source", CameraEditor),
    ],
)
def test_editor_suits_the_option(make, key, kind):
    assert type(make(key)) is kind


SECRETIVE = source_name("rtsp://me:secret@door/1")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def german(english) -> None:
    QLocale.setDefault(QLocale("de_DE"))


def test_number_is_understood_as_the_language_writes_it_and_with_a_point(german):
    for text, number in (
        ("0,36", 0.36),
        ("0.36", 0.36),
        (" 5 ", 5.0),
        ("-1,5", -1.5),
    ):
        assert number_of(text) == number
        assert number_text(0.36) == "0,36"


def test_value_is_read_out(info):
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
        ("camera.source", "rtsp://me:secret@door/1", SECRETIVE),
    ):
        assert value_text(info(key), value) == text


def test_change_is_told_as_the_file_has_it_and_without_passwords():
    assert change_text("matching.threshold", "auto", {"sface": 0.9}) == "auto -> {sface: 0.9}"
    assert change_text("voice.text", "a", "b c") == "a -> b c"
    assert "secret" not in change_text("camera.source", "rtsp://me:secret@door", "demo")


@pytest.fixture
def trial(qtbot):
    class Recorder:
        """As Voice, without sound."""

        def __init__(self) -> None:
            self.fault, self.said, self.closed = None, [], False
            self.rate_words_per_minute, self.volume, self.voice = 0, 0.0, None

        def say(self, text: str) -> None:
            self.said.append(text)

        def close(self) -> None:
            self.closed = True

    made = VoiceTrial(Recorder())
    yield made
    made.close()


def test_welcome_of_the_draft_is_said_with_its_values(trial, draft):
    draft.set("voice.text", "Hello {names}!")
    draft.set("voice.words_per_minute", 200)
    draft.set("voice.volume", 0.5)
    draft.set("voice.name", "en-gb")
    voice = trial._voice
    trial.say(draft, "Ida")
    assert voice.said == ["Hello Ida!"]
    assert (voice.rate_words_per_minute, voice.volume, voice.voice) == (200, 0.5, "en-gb")


def test_real_voice_whose_child_cannot_speak_says_so(qtbot, draft):
    trial = VoiceTrial(Voice(command=(sys.executable, "-c", "raise SystemExit(1)")))
    trial.say(draft, "Ida")
    with qtbot.waitSignal(trial.failed, timeout=15_000) as heard:
        pass
    assert "voice" in heard.args[0]
    trial.close()
