"""Small pictures, read in the background when they come into view, and kept in memory alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PyQt6.QtCore import QObject, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap

from kiosk.errors import PictureError
from kiosk.gui.feed import to_qimage
from kiosk.names import printable
from kiosk.vision.pictures import decode_picture, open_picture

_KEPT = 400
_READ_PX = 320
Read: TypeAlias = tuple[QImage, str]  # a picture, or a null one and its fault


class Portraits(QObject):
    """Pictures by source, cut into a shape; a source that cannot be read has a null picture and a fault.

    `at_once` of them are read at the same time.
    """

    ready = pyqtSignal(str)  # the source whose picture has come

    def __init__(
        self,
        folder: Path,
        run: Callable[[Callable[[], Read], Callable[[Read], None]], None],
        cut: Callable[[QImage, int], QPixmap],
        *,
        at_once: int = 2,
    ) -> None:
        super().__init__()
        self._folder, self._run, self._cut, self._at_once = folder, run, cut, at_once
        self._kept: OrderedDict[str, Read] = OrderedDict()
        self._shaped: dict[tuple[str, int], QPixmap] = {}
        self._wanted: list[str] = []
        self._reading: set[str] = set()

    def get(self, source: str, side_px: int) -> QPixmap | None:
        """Return the picture; None = it is being read, the newest request first."""
        shaped = self._shaped.get((source, side_px))
        if shaped is not None:
            return shaped
        if source not in self._kept:
            if source not in self._reading:
                self._wanted = [*(each for each in self._wanted if each != source), source][-50:]
                self._read_next()
            return None
        self._kept.move_to_end(source)
        image, _ = self._kept[source]
        return self._shaped.setdefault((source, side_px), QPixmap() if image.isNull() else self._cut(image, side_px))

    def fault(self, source: str) -> str:
        """Return why a picture cannot be read; "" where it can be, or is not known yet."""
        return self._kept[source][1] if source in self._kept else ""

    def forget(self) -> None:
        """Forget every picture, such as after an erasure."""
        self._kept.clear()
        self._shaped.clear()
        self.stop()

    def stop(self) -> None:
        self._wanted.clear()
        self._reading.clear()

    def _read_next(self) -> None:
        while self._wanted and len(self._reading) < self._at_once:
            source = self._wanted.pop()
            self._reading.add(source)
            self._run(partial(read_small, self._folder / source), partial(self._came, source))

    def _came(self, source: str, read: Read) -> None:
        self._reading.discard(source)
        self._kept[source] = read
        while len(self._kept) > _KEPT:
            oldest, _ = self._kept.popitem(last=False)
            self._shaped = {key: value for key, value in self._shaped.items() if key[0] != oldest}
        self._read_next()
        self.ready.emit(source)


def round_picture(image: QImage, side_px: int, corner: float = 0.5) -> QPixmap:
    """Return the middle of a picture, of an upright one its upper part, as a circle.

    With a smaller `corner`, a radius as a share of the side, it is a square with round corners. A null picture gives a
    null one.
    """
    if image.isNull():
        return QPixmap()
    side = min(image.width(), image.height())
    left, top = (image.width() - side) // 2, (image.height() - side) // 4
    square = image.copy(QRect(left, top, side, side)).scaled(
        side_px, side_px, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    shape = QPixmap(side_px, side_px)
    shape.fill(QColor(0, 0, 0, 0))
    painter = QPainter(shape)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(QRectF(shape.rect()), side_px * corner, side_px * corner)
    painter.setClipPath(path)
    painter.drawImage(0, 0, square)
    painter.end()
    return shape


def square_picture(image: QImage, side_px: int) -> QPixmap:
    """Return the same part as a square with round corners."""
    return round_picture(image, side_px, 0.125)


def read_small(content: Path | bytes) -> Read:
    """Read a picture in a small size, for a background thread; whatever it holds, it costs little and never blocks."""
    path = content if isinstance(content, Path) else Path()
    try:
        with open_picture(content) as file:
            return to_qimage(decode_picture(file, path, longest_side_px=_READ_PX)), ""
    except PictureError as fault:
        return QImage(), str(PictureError(printable(path.name), fault.reason, fault.remedy))
