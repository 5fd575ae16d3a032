"""Where frames come from: video files, cameras, streams and folders of pictures; each fault has a remedy."""

import os
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.vision import capture
from kiosk.vision.capture import (
    Camera,
    CameraDevice,
    Stream,
    VideoFile,
    cameras,
    first_camera,
    is_camera_number,
    is_capture_device,
    stable_name,
)
from kiosk.vision.opencv import cv2
from kiosk.vision.sources import Stills, is_recording, open_source, source_name

LEVELS = [20, 60, 100, 140, 180, 220]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Six frames of 64 x 48 px at 20 Hz, each of one grey level."""
    path = tmp_path / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (64, 48))
    for level in LEVELS:
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


def save(path: Path, level: int) -> None:
    cv2.imwrite(str(path), np.full((24, 32, 3), level, np.uint8))


class TestVideoFiles:
    def test_fast_gives_every_frame_with_its_video_time_and_ends(self, video: Path):
        with VideoFile(video, fast=True) as source:
            frames = list(source)
            assert source.read() is None
        assert [round(float(frame.image.mean()), -1) for frame in frames] == LEVELS
        assert [(frame.sequence, frame.captured_at) for frame in frames] == [(n, n / 20) for n in range(6)]
        assert frames[0].image.shape == (48, 64, 3)
        assert not np.shares_memory(frames[0].image, frames[1].image)
        assert (source.endless, source.name) == (False, str(video))

    def test_what_is_no_video_is_a_fault_with_a_remedy_and_no_noise(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ):
        makers = {
            "missing": (lambda path: None, "no such file"),
            "folder": (Path.mkdir, "neither a video file"),
            "fifo": (os.mkfifo, "neither a video file"),
            "empty": (Path.touch, "is empty"),
            "text": (lambda path: path.write_text("no video\n" * 2000), "holds no video"),
            "playlist": (lambda path: path.write_text("#EXTM3U\nhttp://127.0.0.1:9/walk.ts\n"), "holds no video"),
            "noise": (lambda path: path.write_bytes(bytes(range(256)) * 100), "holds no video"),
            "header": (lambda path: path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(5000)), "holds no video"),
        }
        for what, (make, reason) in makers.items():
            for suffix in ("mp4", "txt"):
                path = tmp_path / f"{what}.{suffix}"
                make(path)
                with pytest.raises(CameraError, match=reason) as caught:
                    list(VideoFile(path, fast=True))
                assert (caught.value.thing, bool(caught.value.remedy)) == (str(path), True)
        assert capfd.readouterr() == ("", "")

    def test_a_damaged_file_gives_the_frames_it_still_has_without_noise(
        self, video: Path, capfd: pytest.CaptureFixture[str]
    ):
        whole = video.read_bytes()
        index = whole.index(b"idx1")
        video.write_bytes(whole[: whole.rindex(b"00dc", 0, index)])
        with VideoFile(video, fast=True) as source:
            assert len(list(source)) == 5
        second_frame = whole.index(b"00dc", whole.index(b"00dc") + 1)
        damaged = range(second_frame + 200, index, 7)
        video.write_bytes(bytes(0 if place in damaged else byte for place, byte in enumerate(whole)))
        with VideoFile(video, fast=True) as source:
            assert 1 <= len(list(source)) <= 6
        assert capfd.readouterr() == ("", "")


class TestStills:
    def test_pictures_come_in_natural_order_and_end(self, tmp_path: Path):
        for name, level in (("door 10.png", 30), ("door 2.PNG", 20), ("Door 1.bmp", 10), ("x.png", 40)):
            save(tmp_path / name, level)
        tmp_path.joinpath("notes.txt").write_text("no picture")
        with Stills(tmp_path, rate_hz=4, fast=True) as source:
            frames = list(source)
            assert source.read() is None
        assert [int(frame.image[0, 0, 0]) for frame in frames] == [10, 20, 30, 40]
        assert [(frame.sequence, frame.captured_at) for frame in frames] == [(0, 0), (1, 0.25), (2, 0.5), (3, 0.75)]
        assert (source.endless, source.skipped) == (False, [])

    def test_unreadable_pictures_are_skipped_and_named(self, tmp_path: Path):
        save(tmp_path / "1.png", 1)
        tmp_path.joinpath("2.png").write_text("text")
        tmp_path.joinpath("3.jpg").touch()
        tmp_path.joinpath("4.png").mkdir()
        tmp_path.joinpath("5.png").symlink_to("nowhere")
        save(tmp_path / "7.png", 7)
        source = Stills(tmp_path, rate_hz=30, fast=True)
        assert [int(frame.image[0, 0, 0]) for frame in source] == [1, 7]
        assert [Path(error.thing).name for error in source.skipped] == ["2.png", "3.jpg", "4.png", "5.png"]


class Device:
    """Stands in for cv2.VideoCapture on a camera; each answer is a picture, None (no picture) or a cv2.error."""

    def __init__(self, *answers: object, opened: bool = True) -> None:
        self.answers = list(answers)
        self.isOpened = lambda: opened
        self.set = lambda which, value: False
        self.released, self.reading, self.go_on = threading.Event(), threading.Event(), threading.Event()
        self.go_on.set()

    def read(self) -> tuple[bool, object]:
        self.reading.set()
        self.go_on.wait(60)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer is not None, answer

    def release(self) -> None:
        assert self.go_on.is_set(), "released under a read"
        self.released.set()


class TestCameras:
    @pytest.fixture
    def camera_on(self, monkeypatch: pytest.MonkeyPatch):
        def open_camera(device: Device) -> Camera:
            # /dev/null is a device that may be opened, which is all that is checked before OpenCV.
            monkeypatch.setattr(cv2, "VideoCapture", lambda *opened_with: device)
            return Camera("/dev/null", width=320, height=240, rate_hz=15)

        return open_camera

    def test_a_camera_gives_pictures_of_three_channels_until_it_fails(self, camera_on):
        with pytest.raises(CameraError, match="busy"):
            camera_on(Device(opened=False))
        for failure in (None, cv2.error("driver")):
            source = camera_on(Device(np.full((4, 6, 3), 1, np.uint8), np.full((4, 6), 9, np.uint8), failure))
            before = time.monotonic()
            first, second = source.read(), source.read()
            assert (source.endless, first.sequence, second.sequence) == (True, 0, 1)
            assert before <= first.captured_at <= second.captured_at <= time.monotonic()
            assert np.array_equal(second.image, np.full((4, 6, 3), 9))
            with pytest.raises(CameraError, match="/dev/null: delivers no pictures; check its cable"):
                source.read()

    def test_closing_does_not_wait_for_a_blocked_read_and_releases_after_it(self, camera_on):
        device = Device(np.zeros((4, 6, 3), np.uint8))
        source = camera_on(device)
        device.go_on.clear()
        answers = []
        reading = threading.Thread(target=lambda: answers.append(source.read()), daemon=True)
        reading.start()
        assert device.reading.wait(20)
        source.close()
        assert not device.released.is_set()
        device.go_on.set()
        assert device.released.wait(20)
        reading.join(20)
        assert answers == [None]


class TestStreams:
    def test_a_stream_that_nobody_serves_is_a_fault_that_keeps_the_password(self, capfd: pytest.CaptureFixture[str]):
        for address in (
            "door:hunter2@127.0.0.1:9/video",
            "127.0.0.1:9/video?user=door&pwd=hunter2",
            "door:hunt@er2@127.0.0.1:9/video?size=1#hunter2",
        ):
            with pytest.raises(CameraError, match="cannot be opened") as caught:
                Stream(f"http://{address}")
            assert caught.value.thing == "http://127.0.0.1:9/video"
            assert "hunter2" not in str(caught.value)
        assert source_name("rtsp://admin:hunter2@door:554/live?pwd=hunter2") == "rtsp://door:554/live"
        assert capfd.readouterr() == ("", "")

    def test_a_server_that_says_nothing_does_not_block_for_ever(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(capture, "_STREAM_TIMEOUT_MSEC", 300)
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(CameraError, match="cannot be opened"):
            Stream(f"http://127.0.0.1:{silent.getsockname()[1]}/video")


class TestOpening:
    def test_a_path_is_a_video_or_a_folder_of_pictures(self, video: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("HOME", str(video.parent))
        for spec in (str(video), "~/walk.avi"):
            with open_source(spec, fast=True) as source:
                assert (len(list(source)), source.endless, source.name) == (6, False, str(video))
        save(video.parent / "1.png", 1)
        with open_source(str(video.parent), fast=True, rate_hz=5) as source:
            assert [frame.captured_at for frame in source] == [0]

    def test_a_source_that_cannot_be_had_is_a_fault_on_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ):
        monkeypatch.chdir(tmp_path)
        reasons = {
            "": "names nothing",
            "a\0b": "names nothing",
            "missing.mp4": "no such file",
            "x" * 5000: "cannot be used",
            "~nobody-of-this-name/walk.mp4": "cannot be used",
            "walk\udcff.mp4": "no such file",
            "/dev/" + "x" * 5000: "cannot be used",
            "walk.mp4/frame": "no such file",
            "-1": "no such file",
            "99999999999999999999": "no such file",
            "/dev/v4l/by-id/usb-Gone-video-index0": "no such camera",
            "/dev/null": "no camera",
            "gopher://host/video": "not known",
            "file:///etc/passwd": "not known",
            "http://[::1": "not well-formed",
            "http://127.0.0.1:9/video": "cannot be opened",
        }
        for spec, reason in reasons.items():
            with pytest.raises(CameraError, match=reason) as caught:
                open_source(spec)
            assert caught.value.remedy
            assert "\n" not in str(caught.value)
            str(caught.value).encode("utf-8")
        assert capfd.readouterr() == ("", "")

    def test_files_and_folders_are_recordings(self):
        live = ["demo", "0", "17", "/dev/video0", "/dev/v4l/by-id/usb-door", "rtsp://door/stream"]
        recorded = ["film.mp4", "12345", "stills/", "/tmp/film.mp4"]
        assert [spec for spec in (*live, *recorded) if is_recording(spec)] == recorded
        with pytest.raises(CameraError, match="ftp"):
            is_recording("ftp://door/stream")


class TestPace:
    def test_closing_wakes_every_source_that_waits_for_its_time(self, tmp_path: Path):
        for number in range(2):
            save(tmp_path / f"{number}.png", number)
        source = Stills(tmp_path, rate_hz=1e-3, fast=False)
        assert source.read() is not None
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(source.read()), daemon=True)
        waiting.start()
        source.close()
        waiting.join(20)
        assert answers == [None]
        assert source.read() is None


class TestDevices:
    @pytest.fixture
    def devices(self, tmp_path: Path, monkeypatch) -> Path:
        """Two cameras, each with a second node for metadata; only the second camera has a serial number."""
        for number in (0, 1, 2, 10):
            tmp_path.joinpath(f"video{number}").touch()
        for folder, links in {
            "by-id": {"usb-Maker_Cam_42-video-index0": 2, "usb-Maker_Cam_42-video-index1": 10},
            "by-path": {"pci-0-usb-0:1:1.0-video-index0": 0, "pci-0-usb-0:2:1.0-video-index0": 2},
        }.items():
            tmp_path.joinpath("v4l", folder).mkdir(parents=True)
            for name, number in links.items():
                tmp_path.joinpath("v4l", folder, name).symlink_to(tmp_path / f"video{number}")
        monkeypatch.setattr(capture, "DEVICES", tmp_path)
        monkeypatch.setattr(capture, "NAMES", tmp_path / "class")
        return tmp_path

    @pytest.fixture
    def only(self, monkeypatch):
        """only(0, 2): these nodes are cameras."""

        def choose(*numbers: int) -> None:
            nodes = {f"video{number}" for number in numbers}
            monkeypatch.setattr(capture, "is_capture_device", lambda path: path.resolve().name in nodes)

        return choose

    def test_a_camera_is_named_by_its_serial_number_its_port_or_its_node(self, devices: Path, only):
        by_id = str(devices / "v4l/by-id/usb-Maker_Cam_42-video-index0")
        by_path = str(devices / "v4l/by-path/pci-0-usb-0:1:1.0-video-index0")
        assert first_camera() is None  # plain files are no cameras
        for numbers, path in {(0, 2): by_id, (0,): by_path, (1,): str(devices / "video1")}.items():
            only(*numbers)
            assert first_camera() == path
        assert not any(is_capture_device(Path(path)) for path in ("/dev/null", "/dev", "/dev/video9999"))
        gone = str(devices / "v4l/by-id/usb-Other-video-index0")
        named = {"2": by_id, str(devices / "video2"): by_id, by_id: by_id, gone: gone, "7": str(devices / "video7")}
        named |= {spec: spec for spec in ("demo", "walk.mp4", "rtsp://host/1", "./0", "")}
        assert {spec: stable_name(spec) for spec in named} == named
        assert [spec for spec in ("0", "12", "-1", "٣", "0.mp4") if is_camera_number(spec)] == ["0", "12"]

    def test_every_camera_is_listed_once_by_stable_path_and_maker_s_name(self, devices: Path, only, monkeypatch):
        for node, name in {"video0": b"Door Cam\n", "video2": "Caméra\x1b[2J \u202eécran".encode()}.items():
            devices.joinpath("class", node).mkdir(parents=True)
            devices.joinpath("class", node, "name").write_bytes(name)
        by_id = str(devices / "v4l/by-id/usb-Maker_Cam_42-video-index0")
        only(0, 1, 2)
        assert cameras("") == (
            CameraDevice(by_id, "Caméra [2J écran"),
            CameraDevice(str(devices / "v4l/by-path/pci-0-usb-0:1:1.0-video-index0"), "Door Cam"),
            CameraDevice(str(devices / "video1"), "video1"),
        )
        devices.joinpath("class", "video0", "name").write_bytes(b"\xff" * 10_000)
        only(0)
        (found,) = cameras("")
        assert len(found.name) == 200
        monkeypatch.setattr(capture, "DEVICES", devices / "missing")
        assert (cameras(""), first_camera()) == ((), None)
