import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.vision import capture
from kiosk.vision.capture import Camera, Stream, VideoFile
from kiosk.vision.opencv import cv2

LEVELS = [20, 60, 100, 140, 180, 220]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Six frames of 64 x 48 px at 20 Hz, each of one grey level."""
    return write_video(tmp_path / "walk.avi", LEVELS, rate_hz=20)


def write_video(path: Path, levels: list[int], *, rate_hz: float) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate_hz, (64, 48))
    for level in levels:
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


class Device:
    """Stands in for cv2.VideoCapture on a camera; each answer is a picture, None (no picture) or a cv2.error."""

    def __init__(self, *answers: object, opened: bool = True) -> None:
        self.answers = list(answers)
        self.opened = opened
        self.opened_with: tuple[object, ...] = ()
        self.asked: dict[int, float] = {}
        self.released = threading.Event()
        self.reading = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, *opened_with: object) -> "Device":
        self.opened_with = opened_with
        return self

    def isOpened(self) -> bool:
        return self.opened

    def set(self, which: int, value: float) -> bool:
        self.asked[which] = value
        return False

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


def camera_on(device: Device, monkeypatch: pytest.MonkeyPatch) -> Camera:
    # /dev/null is a device that may be opened, which is all that is looked at before OpenCV.
    monkeypatch.setattr(cv2, "VideoCapture", device)
    return Camera("/dev/null", width=320, height=240, rate_hz=15)


def picture(level: int) -> np.ndarray:
    return np.full((4, 6, 3), level, np.uint8)


def test_fast_gives_every_frame_with_its_video_time(video: Path):
    with VideoFile(video, fast=True) as source:
        frames = list(source)
    assert [round(float(frame.image.mean()), -1) for frame in frames] == LEVELS
    assert [frame.captured_at for frame in frames] == [index / 20 for index in range(6)]
    assert [frame.sequence for frame in frames] == list(range(6))
    assert frames[0].image.shape == (48, 64, 3)


def test_a_file_ends_and_says_so(video: Path):
    source = VideoFile(video, fast=True)
    assert not source.endless
    assert source.name == str(video)
    assert len(list(source)) == 6
    assert source.read() is None


def test_frames_do_not_share_their_pixels(video: Path):
    with VideoFile(video, fast=True) as source:
        first, second = source.read(), source.read()
    assert not np.array_equal(first.image, second.image)
    assert not np.shares_memory(first.image, second.image)


def test_a_real_clip_is_read_whole(data: Path):
    with VideoFile(data / "clips" / "short_hamilton_clip.mp4", fast=True) as source:
        frames = list(source)
    assert len(frames) == 275
    assert source.rate_hz == pytest.approx(29.97)
    assert frames[-1].captured_at == pytest.approx(274 / 29.97)


def test_own_pace_is_the_rate_of_the_file_on_the_monotonic_clock(video: Path):
    before = time.monotonic()
    with VideoFile(video, fast=False) as source:
        times = [frame.captured_at for frame in source]
    assert before <= times[0]
    assert times == sorted(times)
    assert times[-1] - times[0] >= 5 / 20 - 0.001


def test_closing_wakes_a_read_that_waits_for_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = VideoFile(write_video(tmp_path / "slow.avi", LEVELS, rate_hz=1), fast=False)
    assert source.read() is not None
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(source.read()), daemon=True)
    waiting.start()
    source.close()
    waiting.join(20)
    assert answers == [None]


def test_a_closed_file_gives_nothing_and_may_be_closed_again(video: Path):
    source = VideoFile(video, fast=True)
    source.close()
    source.close()
    assert source.read() is None


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf"), 90_000.0])
def test_an_implausible_rate_is_replaced(video: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: float):
    monkeypatch.setattr(capture._Capture, "figure", lambda self, which: rate_hz if which == cv2.CAP_PROP_FPS else 64.0)
    with VideoFile(video, fast=True) as source:
        assert source.rate_hz == 30
        assert [frame.captured_at for frame in source][1] == 1 / 30


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "no such file"),
        (Path.mkdir, "neither a video file"),
        (make_fifo, "neither a video file"),
        (Path.touch, "is empty"),
        (lambda path: path.write_text("no video\n" * 2000), "holds no video"),
        (lambda path: path.write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/walk.ts\n"), "holds no video"),
        (lambda path: path.write_bytes(bytes(range(256)) * 100), "holds no video"),
        (lambda path: path.write_bytes(b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(5000)), "holds no video"),
    ],
    ids=["missing", "folder", "fifo", "empty", "text", "playlist", "noise", "header only"],
)
@pytest.mark.parametrize("name", ["walk.mp4", "walk.txt"])
def test_what_is_no_video_is_a_fault_with_a_remedy_and_no_noise(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], make, reason: str, name: str
):
    path = tmp_path / name
    make(path)
    with pytest.raises(CameraError, match=reason) as caught:
        list(VideoFile(path, fast=True))
    assert caught.value.thing == str(path)
    assert caught.value.remedy
    assert capfd.readouterr() == ("", "")


def test_a_cut_file_gives_the_frames_it_still_has_without_noise(video: Path, capfd: pytest.CaptureFixture[str]):
    whole = video.read_bytes()
    last_frame = whole.rindex(b"00dc", 0, whole.index(b"idx1"))
    video.write_bytes(whole[:last_frame])
    with VideoFile(video, fast=True) as source:
        assert len(list(source)) == 5
    assert capfd.readouterr() == ("", "")


def test_a_file_with_damaged_pictures_neither_hangs_nor_makes_noise(video: Path, capfd: pytest.CaptureFixture[str]):
    content = video.read_bytes()
    second_frame = content.index(b"00dc", content.index(b"00dc") + 1)
    damaged = range(second_frame + 200, content.index(b"idx1"), 7)
    video.write_bytes(bytes(0 if index in damaged else byte for index, byte in enumerate(content)))
    with VideoFile(video, fast=True) as source:
        assert 1 <= len(list(source)) <= 6
    assert capfd.readouterr() == ("", "")


def test_a_picture_too_large_to_handle_is_a_fault(video: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(capture, "_LARGEST_PX", 64 * 48 - 1)
    with pytest.raises(CameraError, match="64 x 48 px is too large"):
        VideoFile(video, fast=True)


def test_a_name_that_is_not_utf_8_is_a_fault_that_can_be_printed(video: Path):
    odd = video.rename(video.with_name(os.fsdecode(b"walk\xff.avi")))
    with pytest.raises(CameraError, match="is not UTF-8") as caught:
        VideoFile(odd, fast=True)
    str(caught.value).encode("utf-8")


def test_a_camera_is_asked_for_its_newest_picture_in_a_fast_format(monkeypatch: pytest.MonkeyPatch):
    device = Device()
    camera_on(device, monkeypatch)
    assert device.opened_with[:2] == ("/dev/null", cv2.CAP_V4L2)
    assert list(device.asked.items()) == [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 320),
        (cv2.CAP_PROP_FRAME_HEIGHT, 240),
        (cv2.CAP_PROP_FPS, 15),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]


def test_a_camera_counts_its_frames_and_stamps_them_when_they_are_read(monkeypatch: pytest.MonkeyPatch):
    source = camera_on(Device(picture(1), picture(2)), monkeypatch)
    before = time.monotonic()
    first, second = source.read(), source.read()
    assert source.endless
    assert (first.sequence, second.sequence) == (0, 1)
    assert before <= first.captured_at <= second.captured_at <= time.monotonic()


def test_a_grey_camera_gives_three_channels(monkeypatch: pytest.MonkeyPatch):
    frame = camera_on(Device(np.full((4, 6), 9, np.uint8)), monkeypatch).read()
    assert np.array_equal(frame.image, picture(9))


@pytest.mark.parametrize("answer", [None, cv2.error("driver")])
def test_a_camera_that_gives_no_picture_is_a_fault(monkeypatch: pytest.MonkeyPatch, answer: object):
    source = camera_on(Device(picture(1), answer), monkeypatch)
    assert source.read() is not None
    with pytest.raises(CameraError, match="/dev/null: delivers no pictures; check its cable"):
        source.read()


def test_a_camera_that_cannot_be_opened_is_a_fault(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(CameraError, match="busy"):
        camera_on(Device(opened=False), monkeypatch)


@pytest.mark.parametrize(
    ("device", "reason"),
    [("/dev/video9999", "no such camera"), ("/dev/fd", "is no camera"), ("/dev/zero", "no camera")],
)
def test_what_is_no_camera_is_a_fault_without_noise(capfd: pytest.CaptureFixture[str], device: str, reason: str):
    with pytest.raises(CameraError, match=reason) as caught:
        Camera(device, width=640, height=480, rate_hz=30)
    assert caught.value.thing == device
    assert capfd.readouterr() == ("", "")


def test_closing_does_not_wait_for_a_blocked_read_and_releases_after_it(monkeypatch: pytest.MonkeyPatch):
    device = Device(picture(1))
    source = camera_on(device, monkeypatch)
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


@pytest.mark.parametrize(
    "url",
    [
        "http://door:hunter2@127.0.0.1:9/video",
        "http://127.0.0.1:9/video?user=door&pwd=hunter2",
        "http://door:hunt@er2@127.0.0.1:9/video?size=1#hunter2",
    ],
)
def test_a_stream_that_nobody_serves_is_a_fault_that_keeps_the_password(capfd: pytest.CaptureFixture[str], url: str):
    with pytest.raises(CameraError, match="cannot be opened") as caught:
        Stream(url)
    assert caught.value.thing == "http://127.0.0.1:9/video"
    assert "hunter2" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_stream_limits_how_long_it_waits(monkeypatch: pytest.MonkeyPatch):
    device = Device(opened=False)
    monkeypatch.setattr(cv2, "VideoCapture", device)
    with pytest.raises(CameraError):
        Stream("rtsp://camera/1")
    _, backend, parameters = device.opened_with
    assert backend == cv2.CAP_FFMPEG
    assert parameters == [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 5000]


def test_a_server_that_says_nothing_does_not_block_for_ever(monkeypatch: pytest.MonkeyPatch):
    import socket

    monkeypatch.setattr(capture, "_STREAM_TIMEOUT_MSEC", 300)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(CameraError, match="cannot be opened"):
        Stream(f"http://127.0.0.1:{silent.getsockname()[1]}/video")
