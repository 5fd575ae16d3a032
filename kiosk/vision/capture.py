"""Cameras, video files and streams, read by OpenCV; and the list of cameras of this machine."""

import fcntl
import os
import re
import stat
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from kiosk.domain import ByteImage, Frame
from kiosk.errors import CameraError
from kiosk.i18n import Message
from kiosk.names import printable
from kiosk.vision.opencv import cv2
from kiosk.vision.source import Pace, Source, unreadable

# Standard error is for people; FFmpeg reads its level when the first capture is made. -8 is AV_LOG_QUIET.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

STREAM_SCHEMES = frozenset({"rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "rtp", "udp", "tcp", "srt"})
_STREAM_TIMEOUT_MSEC = 5000
_SNIFFED_BYTES = 4096  # every container has a zero byte well before
_LARGEST_PX = 7680 * 4320
_FALLBACK_RATE_HZ = 30.0
_HIGHEST_RATE_HZ = 1000.0  # some containers give their time base (90,000) as the rate


class _Capture:
    """An opened VideoCapture that can be closed while another thread reads it; raises `refused` where none opens."""

    def __init__(self, address: str, backend: int, refused: CameraError, parameters: Sequence[int] = ()) -> None:
        try:
            address.encode()
        except UnicodeEncodeError as error:  # OpenCV 4.14 crashes on it
            raise CameraError("--source", "what it names is not UTF-8", "rename it") from error
        self._capture = cv2.VideoCapture(address, backend, parameters)
        self._reading = threading.Lock()
        self._closed = threading.Event()
        if not self._capture.isOpened():
            raise refused

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def figure(self, which: int) -> float:
        return float(self._capture.get(which))

    def ask_for(self, wanted: Mapping[int, float]) -> None:
        """Ask the device for settings, which it may decline."""
        for which, value in wanted.items():
            self._capture.set(which, value)

    def check_size(self, name: str) -> None:
        """Close the capture of a picture that is too large, and raise CameraError."""
        width, height = self.figure(cv2.CAP_PROP_FRAME_WIDTH), self.figure(cv2.CAP_PROP_FRAME_HEIGHT)
        if width * height > _LARGEST_PX:
            self.close()
            reason = Message("{width:.0f} x {height:.0f} px is too large", width=width, height=height)
            raise CameraError(name, reason, "scale it down to at most 7680 x 4320")

    def read(self) -> ByteImage | None:
        """Return the next picture; None where there is none."""
        with self._reading:
            image = None if self.closed else self._decoded()
        if self.closed:
            self.close()
            return None
        return image

    def close(self) -> None:
        """Release the device now, or as soon as the current read returns: to release it earlier would crash."""
        self._closed.set()
        if self._reading.acquire(blocking=False):
            try:
                self._capture.release()
            finally:
                self._reading.release()

    def _decoded(self) -> ByteImage | None:
        try:
            delivered, image = self._capture.read()
        except cv2.error:
            return None
        if not delivered:
            return None
        return np.asarray(image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)


class _Live(Source):
    """A camera or stream: each picture is taken when it is read, and a missing one is a fault."""

    endless = True

    def __init__(self, name: str, capture: _Capture, broken: CameraError) -> None:
        self.name = name
        self._capture = capture
        self._broken = broken
        self._sequence = 0

    def read(self) -> Frame | None:
        image = self._capture.read()
        if self._capture.closed:
            return None
        if image is None:
            raise self._broken
        self._sequence += 1
        return Frame(image, time.monotonic(), self._sequence - 1)

    def close(self) -> None:
        self._capture.close()


class Camera(_Live):
    """A camera of this machine, by V4L2."""

    def __init__(self, device: str, *, width: int, height: int, rate_hz: float) -> None:
        _check_device(Path(device))
        busy = CameraError(device, "is no camera or is busy", "close the program that uses it, or name another one")
        capture = _Capture(device, cv2.CAP_V4L2, busy)
        wanted = {
            cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),  # first: a driver chooses size and rate within it
            cv2.CAP_PROP_FRAME_WIDTH: width,
            cv2.CAP_PROP_FRAME_HEIGHT: height,
            cv2.CAP_PROP_FPS: rate_hz,
            cv2.CAP_PROP_BUFFERSIZE: 1,
        }
        capture.ask_for(wanted)
        broken = CameraError(device, "delivers no pictures", "check its cable, and that no other program uses it")
        super().__init__(device, capture, broken)


class Stream(_Live):
    """A network camera or another stream that FFmpeg can open."""

    def __init__(self, url: str) -> None:
        name = without_secrets(url)
        refused = CameraError(name, "the stream cannot be opened", "check the address, the password and the network")
        opening, reading = cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, cv2.CAP_PROP_READ_TIMEOUT_MSEC
        limits = [opening, _STREAM_TIMEOUT_MSEC, reading, _STREAM_TIMEOUT_MSEC]
        capture = _Capture(url, cv2.CAP_FFMPEG, refused, limits)
        capture.check_size(name)
        super().__init__(name, capture, CameraError(name, "the stream broke off", "check the network and the camera"))


class VideoFile(Source):
    """A video file, at its own pace or, when `fast`, as quickly as it can be read."""

    endless = False

    def __init__(self, path: Path, *, fast: bool) -> None:
        self.name = printable(path)
        _check_file(path, self.name)
        # FFmpeg cannot take an absolute path for one of its protocols.
        self._capture = _Capture(str(path.absolute()), cv2.CAP_FFMPEG, _not_a_video(self.name))
        self._capture.check_size(self.name)
        rate_hz = self._capture.figure(cv2.CAP_PROP_FPS)
        self._pace = Pace(rate_hz if 0 < rate_hz <= _HIGHEST_RATE_HZ else _FALLBACK_RATE_HZ, fast=fast)

    def read(self) -> Frame | None:
        image = self._capture.read()
        if self._capture.closed:
            return None
        if image is None and self._pace.sequence == 0:
            raise _not_a_video(self.name)
        # The time is counted: CAP_PROP_POS_MSEC stands still or jumps in some containers.
        return self._pace.frame(image)

    def close(self) -> None:
        self._pace.stop()
        self._capture.close()


def _check_device(device: Path) -> None:
    if not device.exists():
        raise CameraError(device, "there is no such camera", "plug it in, or choose another one with --source")
    if not stat.S_ISCHR(device.stat().st_mode):
        raise CameraError(device, "is no camera", "choose another one with --source")
    if not os.access(device, os.R_OK | os.W_OK):
        raise CameraError(device, "may not be opened by this user", "add the user to the group 'video', log in again")


def _check_file(path: Path, name: str) -> None:
    """Raise CameraError for what is surely no video, and for text, which FFmpeg would draw or follow as a playlist."""
    if not path.exists():
        raise CameraError(name, "there is no such file, folder or camera", "check what --source names")
    if not path.is_file():
        raise CameraError(name, "is neither a video file nor a folder of pictures", "name another one with --source")
    try:
        with path.open("rb") as file:
            start = file.read(_SNIFFED_BYTES)
    except OSError as error:
        raise unreadable(name, error) from error
    if not start:
        raise CameraError(name, "is empty", "name another video file with --source")
    if b"\0" not in start:
        raise _not_a_video(name)


def _not_a_video(name: str) -> CameraError:
    return CameraError(name, "holds no video that can be decoded", "convert it, for instance to .mp4 with H.264")


def without_secrets(url: str) -> str:
    """Return scheme, host, port and path of a URL; some cameras have the password in the query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


DEVICES = Path("/dev")
NAMES = Path("/sys/class/video4linux")
_LONGEST_NAME = 200
# struct v4l2_capability and the request that fills it, from linux/videodev2.h.
_CAPABILITY = struct.Struct("=16s32s32sIII12x")
_VIDIOC_QUERYCAP = 0x80685600
_VIDEO_CAPTURE = 0x00000001 | 0x00001000  # single- or multi-planar


def is_capture_device(path: Path) -> bool:
    """Return whether the device node opens and captures pictures; a camera's second node often has metadata only."""
    try:
        node = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        answer = fcntl.ioctl(node, _VIDIOC_QUERYCAP, bytes(_CAPABILITY.size))
    except OSError:
        return False
    finally:
        os.close(node)
    return bool(_CAPABILITY.unpack(answer)[-1] & _VIDEO_CAPTURE)


def first_camera() -> str | None:
    """Return the stable name of the first usable camera; None if there is none."""
    return next((str(path) for path in _candidates() if is_capture_device(path)), None)


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera of this machine."""

    source: str  # for the configuration; stays when it is plugged in again
    name: str  # by its maker


def cameras(in_use: str) -> tuple[CameraDevice, ...]:
    """Return every usable camera once; the one `in_use`, given by its stable name, is not opened again."""
    found: dict[Path, CameraDevice] = {}
    for path in _candidates():
        node = path.resolve()
        if node not in found and (str(path) == in_use or is_capture_device(path)):
            found[node] = CameraDevice(str(path), _name(NAMES / node.name / "name") or path.name)
    return tuple(found.values())


def _name(file: Path) -> str:
    """Return the name that the driver read from the device, without control characters."""
    try:
        text = file.read_bytes()[:_LONGEST_NAME].decode("utf-8", "replace")
    except OSError:
        return ""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def stable_name(spec: str) -> str:
    """Return the stable name of a camera given by number or path; any other source as it is."""
    number = is_camera_number(spec)
    if not number and not spec.startswith(f"{DEVICES}/"):
        return spec
    node = DEVICES / f"video{int(spec)}" if number else Path(spec)
    for path in _candidates():
        if node.exists() and path.exists() and path.samefile(node):
            return str(path)
    return str(node)


def is_camera_number(spec: str) -> bool:
    """Return whether `--source` names a camera by its number."""
    return re.fullmatch(r"[0-9]{1,4}", spec) is not None


def _candidates() -> Iterator[Path]:
    for folder in ("v4l/by-id", "v4l/by-path"):
        yield from sorted(DEVICES.joinpath(folder).glob("*"))
    yield from sorted(DEVICES.glob("video[0-9]*"), key=lambda path: (len(path.name), path.name))
