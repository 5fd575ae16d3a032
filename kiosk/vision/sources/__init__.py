"""Where frames come from: cameras, streams, video files, stills and the demo scene."""

from pathlib import Path
from urllib.parse import urlsplit

from kiosk.errors import CameraError
from kiosk.i18n import translate
from kiosk.vision.pictures import printable
from kiosk.vision.sources.capture import STREAM_SCHEMES, Camera, Stream, VideoFile, without_secrets
from kiosk.vision.sources.demo import DemoScene
from kiosk.vision.sources.devices import CameraDevice, cameras, first_camera, is_camera_number, stable_name
from kiosk.vision.sources.source import Source
from kiosk.vision.sources.stills import Stills

__all__ = [
    "CameraDevice",
    "Source",
    "cameras",
    "first_camera",
    "is_recording",
    "open_source",
    "source_name",
    "stable_name",
]


def open_source(spec: str, *, fast: bool = False, width: int = 640, height: int = 480, rate_hz: float = 30) -> Source:
    """Opens what `--source` names.

    Args:
        spec: camera number, device path, stream URL, video file, folder of stills, or "demo".
        fast: recorded sources give every frame as quickly as it is read, with video time as the clock.
        width: asked of a camera, px.
        height: asked of a camera, px.
        rate_hz: asked of a camera; the pace of stills.

    Raises:
        CameraError: there is no such source, or it cannot be opened.
    """
    if not spec.strip() or "\0" in spec:
        raise CameraError(
            "--source",
            translate("faults", "names nothing"),
            translate("faults", "give a camera, a file, a folder, a stream or 'demo'"),
        )
    if spec == "demo":
        return DemoScene(fast=fast)
    if "://" in spec:
        return Stream(_known_stream(spec))
    path = _path(f"/dev/video{int(spec)}" if is_camera_number(spec) else spec)
    if _is_device(path):
        return Camera(str(path), width=width, height=height, rate_hz=rate_hz)
    return Stills(path, rate_hz=rate_hz, fast=fast) if path.is_dir() else VideoFile(path, fast=fast)


def is_recording(spec: str) -> bool:
    """Whether the source is a file or folder, which ends, and no camera, stream or demo.

    Raises CameraError where it can never be any of them.
    """
    if "://" in spec:
        _known_stream(spec)
        return False
    return not (spec == "demo" or is_camera_number(spec) or _is_device(_path(spec)))


def source_name(spec: str) -> str:
    """The source as messages call it: without passwords."""
    return without_secrets(spec) if "://" in spec else printable(spec)


def _is_device(path: Path) -> bool:
    """A device that is not there yet is one too; what lies below /dev/shm is a file."""
    return path.is_char_device() or (path.is_relative_to("/dev") and not path.exists())


def _path(spec: str) -> Path:
    """The path as it can be looked at; it may be missing."""
    try:
        path = Path(spec).expanduser()
        path.exists()
    except (OSError, RuntimeError) as error:
        reason = translate("faults", "cannot be used ({cause})").format(cause=getattr(error, "strerror", None) or error)
        raise CameraError(printable(spec), reason, translate("faults", "check what --source names")) from error
    return path


def _known_stream(url: str) -> str:
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError as error:
        raise CameraError(
            "--source",
            translate("faults", "the address is not well-formed ({error})").format(error=error),
            translate("faults", "check the address"),
        ) from error
    if scheme not in STREAM_SCHEMES:
        raise CameraError(
            f"{scheme}://",
            translate("faults", "this kind of address is not known"),
            translate("faults", "use one of {schemes}").format(schemes=", ".join(sorted(STREAM_SCHEMES))),
        )
    return url
