import tempfile
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.vision.capture import first_camera, stable_name
from kiosk.vision.opencv import cv2
from kiosk.vision.sources import is_recording, open_source, source_name


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (32, 24))
    for level in (50, 150):
        writer.write(np.full((24, 32, 3), level, np.uint8))
    writer.release()
    return path


def test_a_path_of_a_file_is_a_video(video: Path):
    with open_source(str(video), fast=True) as source:
        assert (len(list(source)), source.endless, source.name) == (2, False, str(video))


def test_a_path_of_a_folder_is_stills_at_the_rate_asked_for(tmp_path: Path):
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((24, 32, 3), number, np.uint8))
    with open_source(str(tmp_path), fast=True, rate_hz=5) as source:
        assert [frame.captured_at for frame in source] == [0, 0.2]
        assert not source.endless


def test_demo_is_the_drawn_scene():
    with open_source("demo", fast=True) as source:
        assert (source.name, source.endless) == ("demo", False)
        assert source.read().image.shape == (480, 640, 3)


def test_a_file_called_like_a_number_or_the_demo_needs_its_folder(video: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(video.parent)
    video.rename("9999")
    with pytest.raises(CameraError, match="/dev/video9999: there is no such camera"):
        open_source("9999")
    with open_source("./9999", fast=True) as source:
        assert len(list(source)) == 2


def test_the_home_folder_may_be_written_as_a_tilde(video: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(video.parent))
    with open_source("~/walk.avi", fast=True) as source:
        assert len(list(source)) == 2


def test_a_link_to_a_device_is_a_camera(tmp_path: Path):
    link = tmp_path / "door"
    link.symlink_to("/dev/null")
    with pytest.raises(CameraError, match="no camera"):
        open_source(str(link))


def test_a_video_below_dev_is_a_video(video: Path):
    memory = Path("/dev/shm")
    if not memory.is_dir():
        pytest.skip("no /dev/shm here")
    with tempfile.NamedTemporaryFile(dir=memory, suffix=".avi") as file:
        file.write(video.read_bytes())
        file.flush()
        with open_source(file.name, fast=True) as source:
            assert len(list(source)) == 2


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", "names nothing"),
        ("  ", "names nothing"),
        ("a\0b", "names nothing"),
        ("missing.mp4", "no such file"),
        ("x" * 5000, "cannot be used"),
        ("~nobody-of-this-name/walk.mp4", "cannot be used"),
        ("walk\udcff.mp4", "no such file"),
        ("/dev/" + "x" * 5000, "cannot be used"),
        ("walk.mp4/frame", "no such file"),
        ("-1", "no such file"),
        ("99999999999999999999", "no such file"),
        ("/dev/v4l/by-id/usb-Gone-video-index0", "no such camera"),
        ("/dev/null", "no camera"),
        ("gopher://host/video", "not known"),
        ("file:///etc/passwd", "not known"),
        ("http://[::1", "not well-formed"),
        ("http://127.0.0.1:9/video", "cannot be opened"),
    ],
)
def test_a_source_that_cannot_be_had_is_a_fault_on_one_line(
    spec: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CameraError, match=reason) as caught:
        open_source(spec)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    str(caught.value).encode("utf-8")
    assert capfd.readouterr() == ("", "")


def test_the_cameras_of_this_machine_are_named_stably():
    found = first_camera()
    assert found is None or stable_name(found) == found


@pytest.mark.parametrize("spec", ["demo", "0", "17", "/dev/video0", "/dev/v4l/by-id/usb-door", "rtsp://door/stream"])
def test_cameras_streams_and_the_demo_are_no_recordings(spec):
    assert not is_recording(spec)


@pytest.mark.parametrize("spec", ["film.mp4", "12345", "stills/", "/tmp/film.mp4"])
def test_files_and_folders_are_recordings(spec):
    assert is_recording(spec)


def test_an_address_that_can_never_be_a_stream_is_a_fault():
    with pytest.raises(CameraError, match="ftp"):
        is_recording("ftp://door/stream")


def test_messages_name_a_source_without_its_secrets():
    assert source_name("rtsp://admin:geheim@door:554/live?pwd=geheim") == "rtsp://door:554/live"
    assert source_name("film.mp4") == "film.mp4"
