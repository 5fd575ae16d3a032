"""Draws a face's box, name and ring."""

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from kiosk.gui.marks import Mark
from kiosk.gui.theme import Pair, Theme

BOX_RADIUS = 10  # lengths in px at scale 1
RING_RADIUS = 12
LABEL_PX = 20
LABEL_HEIGHT = 32


class Overlay:
    """Draws marks over a picture that fills `view`; labels and rings stay inside it."""

    def __init__(self, painter: QPainter, view: QRectF, theme: Theme, scale: float) -> None:
        self._painter = painter
        self._view = view
        self._theme = theme
        self._scale = scale

    def draw(self, mark: Mark, box: QRectF) -> None:
        colours = self._theme.kinds[mark.kind]
        self._box(box, colours)
        if mark.share is not None:
            self._ring(box, mark.share, colours)
        if mark.label:
            self._label(box, mark.label, colours)

    def _box(self, box: QRectF, colours: Pair) -> None:
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = BOX_RADIUS * self._scale
        # Two lines, so that the box is seen on light and on dark pictures.
        for colour, width in ((colours.text, 7), (colours.back, 4)):
            self._painter.setPen(QPen(QColor(colour), width * self._scale))
            self._painter.drawRoundedRect(box, radius, radius)

    def _ring(self, box: QRectF, share: float, colours: Pair) -> None:
        radius = RING_RADIUS * self._scale
        centre = self._inside(box.topRight(), 2 * radius, 2 * radius)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(colours.back))
        self._painter.drawEllipse(centre, 1.6 * radius, 1.6 * radius)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        faint = QColor(colours.text)
        faint.setAlphaF(0.3)
        around = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        for colour, part in ((faint, 1.0), (QColor(colours.text), share)):
            pen = QPen(colour, 5 * self._scale)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            self._painter.setPen(pen)
            # Qt counts in sixteenths of a degree, counter-clockwise from three o'clock.
            self._painter.drawArc(around, 90 * 16, round(-360 * 16 * part))

    def _label(self, box: QRectF, label: str, colours: Pair) -> None:
        font = QFont(self._painter.font())
        font.setPixelSize(max(round(LABEL_PX * self._scale), 1))
        font.setBold(True)
        metrics, padding = QFontMetricsF(font), 12 * self._scale
        widest = max(box.width(), self._view.width() * 0.6) - 2 * padding
        text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, widest)
        width, height = metrics.horizontalAdvance(text) + 2 * padding, LABEL_HEIGHT * self._scale
        below = QPointF(box.center().x(), box.bottom() + 0.75 * height)
        centre = self._inside(below, width / 2 + padding / 2, height)
        pill = QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(colours.back))
        self._painter.drawRoundedRect(pill, height / 2, height / 2)
        self._painter.setFont(font)
        self._painter.setPen(QPen(QColor(colours.text)))
        self._painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _inside(self, point: QPointF, dx: float, dy: float) -> QPointF:
        """The nearest point that keeps this distance from the edges of the view."""
        room = self._view.adjusted(dx, dy, -dx, -dy)
        x = max(min(point.x(), room.right()), room.left())
        return QPointF(x, max(min(point.y(), room.bottom()), room.top()))
