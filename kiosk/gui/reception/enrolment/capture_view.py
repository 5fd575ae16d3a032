"""The mirror in which somebody has pictures taken: the live picture, an oval for the face, a ring that fills."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSlot
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from kiosk.gui.controls import px
from kiosk.gui.feed import Feed
from kiosk.gui.icons import icon
from kiosk.gui.placement import Placement, place
from kiosk.i18n import translate

_OVAL = (0.50, 0.70)  # of the picture's height: width and height
_BACK, _SHADE = QColor("#05080b"), QColor(0, 0, 0, 130)
_WAITING, _RIGHT, _RING_BACK = QColor("#ffd166"), QColor("#5fd38d"), QColor(255, 255, 255, 90)


class CaptureView(QWidget):
    """Follows the feed; takes no frames of its own. The words stand beside it: colours and arrows only repeat them."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed = feed
        self._share = 0.0
        self._right = False
        self._arrow = ""
        self.setAccessibleName(translate("enrolment", "Camera picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(px(160), px(120))
        feed.pictured.connect(self.on_pictured)

    def show_progress(self, *, right: bool, share: float, arrow: str = "") -> None:
        """Whether all is right, how much of the ring is filled, and the icon of an arrow."""
        self._right, self._share, self._arrow = right, share, arrow
        self.update()

    @pyqtSlot()
    def on_pictured(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), px(12), px(12))
        painter.setClipPath(shape)
        painter.fillPath(shape, _BACK)
        picture = self._feed.picture
        if not picture.isNull():
            size = picture.width(), picture.height()
            where = place(size, (self.width(), self.height()), mirrored=self._feed.mirrored)
            self._paint_picture(painter, where)
            self._paint_oval(painter, self._oval(where))
        painter.end()

    def _paint_picture(self, painter: QPainter, where: Placement) -> None:
        mirrored = self._feed.mirrored
        painter.save()
        painter.translate(where.left + (where.width if mirrored else 0), where.top)
        painter.scale(-where.scale if mirrored else where.scale, where.scale)
        painter.drawImage(0, 0, self._feed.picture)
        painter.restore()

    def _oval(self, where: Placement) -> QRectF:
        height = min(where.height, self.height())
        oval = QRectF(0, 0, height * _OVAL[0], height * _OVAL[1])
        oval.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        return oval

    def _paint_oval(self, painter: QPainter, oval: QRectF) -> None:
        around = QPainterPath()
        around.addRect(QRectF(self.rect()))
        inside = QPainterPath()
        inside.addEllipse(oval)
        painter.fillPath(around.subtracted(inside), _SHADE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        style = Qt.PenStyle.SolidLine if self._right else Qt.PenStyle.DashLine
        painter.setPen(QPen(_RING_BACK if self._share else (_RIGHT if self._right else _WAITING), px(5), style))
        painter.drawEllipse(oval)
        if self._share > 0:
            painter.setPen(QPen(_RIGHT, px(7), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(oval, 90 * 16, -round(self._share * 360 * 16))
        if self._arrow:
            self._paint_arrow(painter, oval)

    def _paint_arrow(self, painter: QPainter, oval: QRectF) -> None:
        side = px(44)
        places = {
            "arrow_left": QPointF(oval.left() - side * 0.7, oval.center().y()),
            "arrow_right": QPointF(oval.right() + side * 0.7, oval.center().y()),
            "arrow_up": QPointF(oval.center().x(), max(oval.top() - side * 0.1, side * 0.6)),
        }
        middle = places[self._arrow]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 150))
        painter.drawEllipse(middle, side * 0.6, side * 0.6)
        corner = QPointF(middle.x() - side / 2, middle.y() - side / 2)
        painter.drawPixmap(corner.toPoint(), icon(self._arrow, _WAITING.name(), side))
