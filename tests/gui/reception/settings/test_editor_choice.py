import pytest

from kiosk.gui.reception.settings import page as editor_choice
from kiosk.gui.reception.settings.camera_editor import CameraEditor
from kiosk.gui.reception.settings.editors import ByEncoderEditor, ChoiceEditor, FlagEditor, NumberEditor, TextEditor
from kiosk.gui.reception.settings.page import WaitingEditor, editor_for


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


def test_installed_encoders_and_detectors_are_offered(make):
    assert make("encoder").box.itemData(0) == "dlib_resnet"
    assert make("detector").box.itemData(0) == "haar"


def test_two_encoders_can_work_as_one(make, monkeypatch):
    monkeypatch.setattr(editor_choice, "encoders", lambda config: ["a", "b", "c"])
    editor = make("encoder")
    offered = [(editor.box.itemText(index), editor.box.itemData(index)) for index in range(editor.box.count())]
    assert offered[:4] == [("a", "a"), ("b", "b"), ("c", "c"), ("a + b", ["a", "b"])]
    assert len(offered) == 6


def test_languages_that_there_are_are_offered(make):
    editor = make("screen.language")
    box = editor.box
    assert [box.itemData(index) for index in range(2)] == ["auto", "en"]


def test_number_for_an_encoder_waits_until_one_is_at_work(make):
    editor = make("matching.threshold")
    assert type(editor) is WaitingEditor
    editor.show_value("auto")


@pytest.mark.usefixtures("station")
def test_number_is_for_the_encoder_at_work(make, station):
    threshold, margin = make("matching.threshold"), make("matching.margin")
    assert type(threshold) is type(margin) is ByEncoderEditor
    threshold.show_value("auto")
    margin.show_value("auto")
    assert (threshold.in_force, margin.in_force) == (station.automatic_threshold, station.encoder.margin)


def test_another_source_is_opened_as_the_configuration_has_it(make):
    source = make("camera.source")._open("demo")
    assert source.read() is not None
    source.close()
