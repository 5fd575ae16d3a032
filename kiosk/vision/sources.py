"""Open the source that `--source` names: a camera, stream, video file, folder of pictures or the demo."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.domain import ByteImage, Frame
from kiosk.errors import CameraError, PictureError, cause_of
from kiosk.i18n import Message
from kiosk.names import printable
from kiosk.vision.capture import STREAM_SCHEMES, Camera, Stream, VideoFile, is_camera_number, without_secrets
from kiosk.vision.demo import DemoScene
from kiosk.vision.pictures import SUFFIXES, read_picture
from kiosk.vision.source import Pace, Source, unreadable


class Stills(Source):
    """Every readable picture of a folder as a frame, in natural order."""

    endless = False

    def __init__(self, folder: Path, *, rate_hz: float, fast: bool) -> None:
        self.name = printable(folder)
        self.skipped: list[PictureError] = []  # pictures that could not be read so far
        self._waiting = iter(_pictures(folder, self.name))
        self._pace = Pace(rate_hz, fast=fast)

    def read(self) -> Frame | None:
        return self._pace.frame(None if self._pace.stopped else self._next_readable())

    def close(self) -> None:
        self._pace.stop()

    def _next_readable(self) -> ByteImage | None:
        for path in self._waiting:
            try:
                return read_picture(path)
            except PictureError as error:
                self.skipped.append(error)
        if self._pace.sequence == 0:
            reason = Message("none of its pictures can be read ({first})", first=self.skipped[0])
            raise CameraError(self.name, reason, "replace them")
        return None


def _pictures(folder: Path, name: str) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    except OSError as error:
        raise unreadable(name, error) from error
    if not found:
        raise CameraError(name, "holds no pictures", "put .jpg, .png, .webp or .bmp files there, or name another one")
    return sorted(found, key=_natural_order)


def _natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Return a key that puts 2.png before 10.png."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.name)
    return [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts]


def open_source(spec: str, *, fast: bool = False, width: int = 640, height: int = 480, rate_hz: float = 30) -> Source:
    """Open a camera (number or device), stream, video file, folder of stills, or "demo"; raises CameraError.

    With `fast`, recorded sources give every frame as quickly as it is read, with video time as the clock. Size and rate
    are asked of a camera; the rate is also the pace of stills.
    """
    if not spec.strip() or "\0" in spec:
        raise CameraError("--source", "names nothing", "give a camera, a file, a folder, a stream or 'demo'")
    if spec == "demo":
        return DemoScene(fast=fast)
    if "://" in spec:
        return Stream(_known_stream(spec))
    path = _path(f"/dev/video{int(spec)}" if is_camera_number(spec) else spec)
    if _is_device(path):
        return Camera(str(path), width=width, height=height, rate_hz=rate_hz)
    return Stills(path, rate_hz=rate_hz, fast=fast) if path.is_dir() else VideoFile(path, fast=fast)


def is_recording(spec: str) -> bool:
    """Return whether the source is a file or folder, which ends, and no camera, stream or demo.

    Raises CameraError for an address of an unknown kind.
    """
    if "://" in spec:
        _known_stream(spec)
        return False
    return not (spec == "demo" or is_camera_number(spec) or _is_device(_path(spec)))


def source_name(spec: str) -> str:
    """Return the name of the source for messages, without passwords."""
    return without_secrets(spec) if "://" in spec else printable(spec)


def _is_device(path: Path) -> bool:
    """Return whether it is a device, which may be missing for now; files below /dev/shm are no devices."""
    return path.is_char_device() or (path.is_relative_to("/dev") and not path.exists())


def _path(spec: str) -> Path:
    """Return the path, which may be missing; raise CameraError where it cannot be a path."""
    try:
        path = Path(spec).expanduser()
        path.exists()
    except (OSError, RuntimeError) as error:
        reason = Message("cannot be used ({cause})", cause=cause_of(error))
        raise CameraError(printable(spec), reason, "check what --source names") from error
    return path


def _known_stream(url: str) -> str:
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError as error:
        reason = Message("the address is not well-formed ({error})", error=error)
        raise CameraError("--source", reason, "check the address") from error
    if scheme not in STREAM_SCHEMES:
        known = Message("use one of {schemes}", schemes=", ".join(sorted(STREAM_SCHEMES)))
        raise CameraError(f"{scheme}://", "this kind of address is not known", known)
    return url
