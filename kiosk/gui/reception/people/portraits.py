"""Small pictures of people, read in the background when they come into view, and kept in memory alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap

from kiosk.errors import PictureError
from kiosk.gui.images import to_qimage
from kiosk.vision.pictures import read_picture

_KEPT = 400
_READ_PX = 320
_AT_ONCE = 2


class Portraits(QObject):
    """Round pictures by source; a source that cannot be read has none.

    Signals:
        ready: the source whose picture has come.
    """

    ready = pyqtSignal(str)

    def __init__(self, folder: Path, run: Callable[[Callable[[], QImage], Callable[[QImage], None]], None]) -> None:
        super().__init__()
        self._folder, self._run = folder, run
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._rounded: dict[tuple[str, int], QPixmap] = {}
        self._wanted: list[str] = []
        self._reading: set[str] = set()

    def get(self, source: str, side_px: int) -> QPixmap | None:
        """The picture, if it is there; otherwise it is read, the newest wish first."""
        rounded = self._rounded.get((source, side_px))
        if rounded is not None:
            return rounded
        image = self._kept.get(source)
        if image is None:
            self._ask_for(source)
            return None
        self._kept.move_to_end(source)
        rounded = QPixmap() if image.isNull() else round_picture(image, side_px)
        self._rounded[source, side_px] = rounded
        return rounded

    def forget(self) -> None:
        """Nothing is kept any more, such as when somebody was erased; what is being read is not waited for."""
        self._kept.clear()
        self._rounded.clear()
        self.stop()

    def stop(self) -> None:
        """Nobody looks: what waits is not read."""
        self._wanted.clear()
        self._reading.clear()

    def _ask_for(self, source: str) -> None:
        if source in self._reading:
            return
        if source in self._wanted:
            self._wanted.remove(source)
        self._wanted.append(source)
        del self._wanted[:-50]  # those that were scrolled away
        self._read_next()

    def _read_next(self) -> None:
        while self._wanted and len(self._reading) < _AT_ONCE:
            source = self._wanted.pop()
            self._reading.add(source)
            self._run(partial(_read, self._folder / source), partial(self._came, source))

    def _came(self, source: str, image: QImage) -> None:
        self._reading.discard(source)
        self._kept[source] = image
        while len(self._kept) > _KEPT:
            oldest, _ = self._kept.popitem(last=False)
            self._rounded = {key: value for key, value in self._rounded.items() if key[0] != oldest}
        self._read_next()
        self.ready.emit(source)


def round_picture(image: QImage, side_px: int) -> QPixmap:
    """The middle of a picture, of an upright one its upper part, as a disc."""
    side = min(image.width(), image.height())
    left, top = (image.width() - side) // 2, (image.height() - side) // 4
    square = image.copy(QRect(left, top, side, side)).scaled(
        side_px, side_px, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    disc = QPixmap(side_px, side_px)
    disc.fill(QColor(0, 0, 0, 0))
    painter = QPainter(disc)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addEllipse(0, 0, side_px, side_px)
    painter.setClipPath(path)
    painter.drawImage(0, 0, square)
    painter.end()
    return disc


def _read(path: Path) -> QImage:
    try:
        return to_qimage(read_picture(path, longest_side_px=_READ_PX))
    except PictureError:
        return QImage()
