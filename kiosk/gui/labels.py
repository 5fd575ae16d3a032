"""Text that always fits."""

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PyQt6.QtWidgets import QLabel, QSizePolicy


class FitLabel(QLabel):
    """A centred text in the style sheet's font, or smaller until it fits; what is still too long is elided.

    Args:
        name: as the style sheet calls it.
        smallest: part of the style sheet's font size that is still legible.
        top: at the top of its space instead of in the middle.
    """

    def __init__(self, name: str, *, smallest: float, top: bool = False) -> None:
        super().__init__()
        self._smallest = self.smallest = smallest
        self._top = top
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def allow(self, type_scale: float) -> None:
        """Letters of a style sheet that are so much larger may shrink to the same size as before."""
        self.smallest = self._smallest / type_scale

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(0, 0)

    def fitted(self) -> QTextLayout:
        """The lines as they are drawn."""
        room = self.contentsRect()
        return _fitted(self.text(), QFont(self.font()), room.width(), room.height(), self.smallest)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        room, layout = self.contentsRect(), self.fitted()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        spare = 0.0 if self._top else max(room.height() - _height(layout), 0.0)
        layout.draw(painter, QPointF(room.left(), room.top() + spare / 2))
        painter.end()


def _fitted(text: str, font: QFont, width: int, height: int, smallest: float) -> QTextLayout:
    largest = font.pixelSize()
    for size in range(largest, max(round(largest * smallest), 1) - 1, -1):
        font.setPixelSize(size)
        layout = _laid_out(text, font, width)
        if _height(layout) <= height and _widest_word(text, font) <= width:
            return _balanced(layout, width)
    return _elided(text, font, width, height)


def _balanced(layout: QTextLayout, width: int) -> QTextLayout:
    """The same number of lines, of like lengths: no word stands alone in the last one."""
    text, font = layout.text(), layout.font()
    for narrower in range(width, width // 2, -max(width // 40, 1)):
        attempt = _laid_out(text, font, width, narrower)
        if attempt.lineCount() > layout.lineCount() or _widest_word(text, font) > narrower:
            break
        layout = attempt
    return layout


def _elided(text: str, font: QFont, width: int, height: int) -> QTextLayout:
    metrics = QFontMetricsF(font)
    advance = metrics.horizontalAdvance(text)
    layout = _laid_out(text, font, width)
    while _height(layout) > height and advance > width / 2:
        advance *= 0.95
        layout = _laid_out(metrics.elidedText(text, Qt.TextElideMode.ElideRight, advance), font, width)
    return layout


def _laid_out(text: str, font: QFont, width: int, narrower: int | None = None) -> QTextLayout:
    """Lines no longer than `width`, or than `narrower` in the middle of it, px."""
    option = QTextOption(Qt.AlignmentFlag.AlignHCenter)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, font)
    layout.setTextOption(option)
    layout.beginLayout()
    left, top = (width - (narrower or width)) / 2, 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(narrower or width, 1))
        line.setPosition(QPointF(left, top))
        top += line.height()
    layout.endLayout()
    return layout


def _height(layout: QTextLayout) -> float:
    return layout.boundingRect().height()


def _widest_word(text: str, font: QFont) -> float:
    metrics = QFontMetricsF(font)
    return max((metrics.horizontalAdvance(word) for word in text.split()), default=0.0)
