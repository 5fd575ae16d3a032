"""The cameras of this machine, by names that stay when they are plugged in again."""

import fcntl
import os
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_DEVICES = Path("/dev")
_NAMES = Path("/sys/class/video4linux")
_LONGEST_NAME = 200
# struct v4l2_capability and the request that fills it, from linux/videodev2.h.
_CAPABILITY = struct.Struct("=16s32s32sIII12x")
_VIDIOC_QUERYCAP = 0x80685600
_VIDEO_CAPTURE = 0x00000001 | 0x00001000  # single- or multi-planar


def is_capture_device(path: Path) -> bool:
    """Whether the device node can be opened and takes pictures; a camera's second node often carries only metadata."""
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


def first_camera(devices: Path = _DEVICES, *, is_camera: Callable[[Path], bool] = is_capture_device) -> str | None:
    """The stable name of the first usable camera, None if there is none."""
    return next((str(path) for path in _candidates(devices) if is_camera(path)), None)


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera of this machine."""

    source: str  # as the configuration takes it; stays when it is plugged in again
    name: str  # what its maker calls it


def cameras(
    in_use: str = "",
    devices: Path = _DEVICES,
    *,
    is_camera: Callable[[Path], bool] = is_capture_device,
    names: Path = _NAMES,
) -> tuple[CameraDevice, ...]:
    """Every usable camera once. The one in use, by its stable name, is known to be one and not opened again."""
    found: dict[Path, CameraDevice] = {}
    for path in _candidates(devices):
        node = path.resolve()
        if node not in found and (str(path) == in_use or is_camera(path)):
            found[node] = CameraDevice(str(path), _name(names / node.name / "name") or path.name)
    return tuple(found.values())


def _name(file: Path) -> str:
    """What the driver has read from the device, which may be anything."""
    try:
        text = file.read_bytes()[:_LONGEST_NAME].decode("utf-8", "replace")
    except OSError:
        return ""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def stable_name(spec: str, devices: Path = _DEVICES) -> str:
    """The name under which a camera given by number or path is found again; any other source as it is."""
    number = is_camera_number(spec)
    if not number and not spec.startswith(f"{devices}/"):
        return spec
    node = devices / f"video{int(spec)}" if number else Path(spec)
    for path in _candidates(devices):
        if node.exists() and path.exists() and path.samefile(node):
            return str(path)
    return str(node)


def is_camera_number(spec: str) -> bool:
    """Whether `--source` names a camera by its number."""
    return re.fullmatch(r"[0-9]{1,4}", spec) is not None


def _candidates(devices: Path) -> Iterator[Path]:
    for folder in ("v4l/by-id", "v4l/by-path"):
        yield from sorted(devices.joinpath(folder).glob("*"))
    yield from sorted(devices.glob("video[0-9]*"), key=lambda path: (len(path.name), path.name))
