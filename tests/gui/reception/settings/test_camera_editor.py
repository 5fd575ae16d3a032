import pytest

from kiosk.gui.reception.settings.camera_editor import CameraEditor
from kiosk.vision.capture import CameraDevice
from kiosk.vision.sources import open_source

DOOR = CameraDevice("/dev/v4l/by-id/door", "Door Cam")
HALL = CameraDevice("/dev/v4l/by-id/hall", "Hall Cam")


@pytest.fixture
def editor(shown):
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


def choose(editor: CameraEditor, words: str) -> None:
    index = editor.box.findText(words)
    editor.box.setCurrentIndex(index)
    editor.box.activated.emit(index)


def test_cameras_are_listed_by_name(editor):
    shown = [editor.box.itemText(index) for index in range(editor.box.count())]
    assert shown == ["Automatic: the first camera", "Door Cam", "Hall Cam", "Demo", "Another source"]


def test_choice_tells_the_stable_path(editor):
    choose(editor, "Hall Cam")
    assert editor.heard == [HALL.source]
    assert editor.other.isHidden()


def test_camera_in_use_is_not_opened_again(editor):
    choose(editor, "Door Cam")
    assert editor.look.isHidden()
    assert "in use" in editor.note.text()
    choose(editor, "Automatic: the first camera")
    assert editor.look.isHidden()
    assert DOOR.source in editor.note.text()


def test_another_one_can_be_looked_through_until_something_else_is_chosen(qtbot, editor):
    choose(editor, "Hall Cam")
    editor.look.click()
    qtbot.waitUntil(lambda: not editor.preview.picture.isNull(), timeout=30_000)
    assert editor.opened == [HALL.source]
    choose(editor, "Demo")
    assert editor.preview.isHidden()
    assert editor.preview.picture.isNull()


def test_anything_else_can_be_typed(qtbot, editor):
    choose(editor, "Another source")
    assert not editor.other.isHidden()
    editor.other.clear()
    qtbot.keyClicks(editor.other, "a.mp4")
    assert editor.heard[-1] == "a.mp4"


def test_nothing_is_no_source(qtbot, editor):
    choose(editor, "Another source")
    with qtbot.waitSignal(editor.refused) as heard:
        editor.on_typed("  ")
    assert heard.args == ["Name a source."]


def test_source_that_is_not_listed_is_shown_as_it_is(editor):
    editor.show_value("rtsp://door/1")
    assert (editor.box.currentText(), editor.other.text()) == ("Another source", "rtsp://door/1")
    editor.show_value(7)
    assert editor.other.text() == "7"
    editor.show_value("auto")
    assert editor.box.currentText() == "Automatic: the first camera"
    assert editor.heard == []


def test_source_of_the_command_line_is_said_to_count_more(qtbot):
    editor = CameraEditor(DOOR.source, open_source, overruled=True)
    qtbot.addWidget(editor)
    editor.show_value("demo")
    assert "counts more" in editor.note.text()


def test_what_is_being_typed_stays_when_the_list_of_cameras_comes(qtbot, editor):
    choose(editor, "Another source")
    editor.other.clear()
    qtbot.keyClicks(editor.other, "x")
    editor.other.setText("")
    editor.other.textEdited.emit("")
    editor.show_cameras((DOOR,))
    assert editor.other.text() == ""
