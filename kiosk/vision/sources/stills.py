"""A folder of pictures as a source of frames."""

import re
from pathlib import Path

from kiosk.domain import ByteImage, Frame
from kiosk.errors import CameraError, PictureError
from kiosk.i18n import translate
from kiosk.vision.pictures import SUFFIXES, printable, read_picture
from kiosk.vision.sources.pace import Pace
from kiosk.vision.sources.source import Source


class Stills(Source):
    """Every readable picture of a folder, in natural order, one a frame."""

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
            raise CameraError(
                self.name,
                translate("faults", "none of its pictures can be read ({first})").format(first=self.skipped[0]),
                translate("faults", "replace them"),
            )
        return None


def _pictures(folder: Path, name: str) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    except OSError as error:
        raise CameraError(
            name,
            translate("faults", "cannot be read ({cause})").format(cause=error.strerror),
            translate("faults", "give this user the right to read it"),
        ) from error
    if not found:
        raise CameraError(
            name,
            translate("faults", "holds no pictures"),
            translate("faults", "put .jpg, .png, .webp or .bmp files there, or name another one"),
        )
    return sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key under which 2.png comes before 10.png."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.name)
    return [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts]
