import threading

import pytest

from kiosk.errors import CameraError
from kiosk.gui.reception.settings.camera_editor import CameraPreview
from kiosk.vision.sources import open_source


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
    assert preview.accessibleDescription() == "The camera is being opened."
    qtbot.waitUntil(lambda: not preview.picture.isNull(), timeout=30_000)
    assert not preview.grab().isNull()
    preview.close_camera()
    assert preview.picture.isNull()
    assert len(opened) == 1


def test_camera_that_is_not_there_says_so(qtbot, preview):
    def fail():
        raise CameraError("camera 7", "is not there", "plug it in")

    preview.open(fail)
    qtbot.waitUntil(lambda: "plug it in" in preview.accessibleDescription(), timeout=30_000)
    assert not preview.grab().isNull()


def test_camera_that_hangs_is_not_waited_for(qtbot, preview):
    release = threading.Event()
    preview.open(lambda: release.wait(30) and open_source("demo"))
    qtbot.wait(150)
    preview.close_camera()
    assert preview.picture.isNull()
    release.set()


def test_another_camera_takes_the_place_of_the_first(qtbot, preview):
    preview.open(lambda: open_source("demo"))
    qtbot.waitUntil(lambda: not preview.picture.isNull(), timeout=30_000)
    preview.open(lambda: open_source("demo"))
    assert preview.picture.isNull()
    qtbot.waitUntil(lambda: not preview.picture.isNull(), timeout=30_000)
