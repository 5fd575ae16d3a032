"""The camera picture on the door's page, with a box around each face."""

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QTransform
from PyQt6.QtWidgets import QSizePolicy, QWidget

from kiosk.domain import Box, ByteImage, Decision, Frame, Reason, display_name
from kiosk.door.report import Report
from kiosk.gui.state import ADMITTED, NOT_ADMITTED, Kind
from kiosk.gui.theme import DARK, Pair, Theme
from kiosk.gui.workers import Latest
from kiosk.i18n import translate


def to_qimage(image: ByteImage) -> QImage:
    """Return a copy of an (H, W, 3) BGR array as an image; a null image if it has no pixels."""
    height, width = image.shape[:2]
    if not height or not width:
        return QImage()
    borrowed = QImage(image.tobytes(), width, height, 3 * width, QImage.Format.Format_BGR888)
    # The conversion copies the pixels, into the format that Qt paints two to three times as fast.
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)


MOST_CROPPED = 1.2  # the largest size of the picture, relative to the size that fits completely


def place(picture: QSize, view: QSize, *, mirrored: bool) -> QTransform:
    """Return the transform from a picture to its view, which it fills if that cuts off little. Sizes are above 0."""
    whole, filling = sorted((view.width() / picture.width(), view.height() / picture.height()))
    scale = min(filling, whole * MOST_CROPPED)
    middle = QTransform.fromTranslate(view.width() / 2, view.height() / 2)
    scaled = middle.scale(-scale if mirrored else scale, scale)
    return scaled.translate(-picture.width() / 2, -picture.height() / 2)


def paint_rounded(painter: QPainter, view: QWidget, radius: float, back: str) -> None:
    """Fill a view with a colour, and keep what is painted from now on inside its rounded corners."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(view.rect()), radius, radius)
    painter.setClipPath(shape)
    painter.fillPath(shape, QColor(back))


def paint_picture(painter: QPainter, picture: QImage, view: QWidget, *, mirrored: bool) -> QTransform:
    """Paint a picture into a view; return the transform from the picture to the view."""
    where = place(picture.size(), view.size(), mirrored=mirrored)
    painter.save()
    painter.setTransform(where, combine=True)
    painter.drawImage(0, 0, picture)
    painter.restore()
    return where


STALE_AFTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """The box of a face, its colours and its label."""

    box: Box
    kind: Kind
    label: str = ""
    share: float | None = None  # filled part of the ring, 0 to 1; None = no ring


def marks_of(report: Report) -> tuple[Mark, ...]:
    """Return one mark for each face.

    Only a person who was let in is named, so that the screen never shows whom a stranger resembles.
    """
    decisions = {decision.track: decision for decision in report.decisions}
    return tuple(_mark(each.face.box, decisions.get(each.track), report) for each in report.observation.faces)


def _mark(box: Box, decision: Decision | None, report: Report) -> Mark:
    if decision is None:
        return Mark(box, Kind.LOOKING)
    if decision.reason in ADMITTED:
        person = decision.person or ""
        return Mark(box, Kind.UNLOCKED, report.shown.get(person) or display_name(person))
    if decision.reason is Reason.GATHERING:
        return Mark(box, Kind.LOOKING, share=decision.agreeing / max(decision.required, 1))
    if decision.reason in NOT_ADMITTED:
        return Mark(box, Kind.REFUSED, translate("door", "No access"))
    return Mark(box, Kind.REFUSED, "" if decision.reason is Reason.FAULT else translate("door", "Not recognised"))


BOX_RADIUS = 10  # lengths in px at scale 1
RING_RADIUS = 12
LABEL_PX = 20
LABEL_HEIGHT = 32


class Overlay:
    """Draws marks over a picture; labels and rings stay inside `view`."""

    def __init__(self, painter: QPainter, view: QRectF, theme: Theme, scale: float) -> None:
        self._painter, self._view, self._theme, self._scale = painter, view, theme, scale

    def draw(self, mark: Mark, box: QRectF) -> None:
        colours = self._theme.kinds[mark.kind]
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = BOX_RADIUS * self._scale
        # Two lines make the box visible on light and on dark pictures.
        for colour, width in ((colours.text, 7), (colours.back, 4)):
            self._painter.setPen(QPen(QColor(colour), width * self._scale))
            self._painter.drawRoundedRect(box, radius, radius)
        if mark.share is not None:
            self._ring(box, mark.share, colours)
        if mark.label:
            self._label(box, mark.label, colours)

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
        """Return the nearest point at least this far from the edges of the view."""
        room = self._view.adjusted(dx, dy, -dx, -dy)
        x = max(min(point.x(), room.right()), room.left())
        return QPointF(x, max(min(point.y(), room.bottom()), room.top()))


class Feed(QWidget):
    """The widget that paints the newest frame of a mailbox, so that a slow window never falls behind the camera.

    Attributes:
        frame: the frame on the screen, or None.
        picture: the same as Qt paints it; a null image if there is none.
    """

    pictured = pyqtSignal()  # the picture changed or is gone; also while the widget is hidden

    def __init__(self, frames: Latest[Frame], *, mirror: bool) -> None:
        super().__init__()
        self._frames = frames
        self.mirrored = mirror
        self.frame: Frame | None = None
        self.picture = QImage()
        self._report: Report | None = None
        self._theme, self._scale = DARK, 1.0
        self.setObjectName("feed")
        self.retranslate()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def dress(self, theme: Theme, scale: float) -> None:
        self._theme, self._scale = theme, scale
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(translate("door", "Camera picture"))
        self.update()

    @pyqtSlot()
    def on_ready(self) -> None:
        frame = self._frames.take()
        if frame is not None:
            self.frame, self.picture = frame, to_qimage(frame.image)
            self.update()
            self.pictured.emit()

    def show_report(self, report: Report | None) -> None:
        """Draw the boxes of this report, or none, over the frames that follow."""
        self._report = report
        self.update()

    def clear(self) -> None:
        """Show no picture: an old one would look live."""
        self.frame, self._report, self.picture = None, None, QImage()
        self.update()
        self.pictured.emit()

    def marks(self) -> tuple[Mark, ...]:
        """Return the marks over the frame on the screen."""
        if self._report is None or self.frame is None:
            return ()
        apart = abs(self.frame.captured_at - self._report.observation.captured_at)
        return marks_of(self._report) if apart <= STALE_AFTER_SECONDS else ()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.page.back))
        paint_rounded(painter, self, 14 * self._scale, self._theme.feed.back)
        if self.picture.isNull():
            font = QFont(self.font())
            font.setPixelSize(max(round(20 * self._scale), 1))
            painter.setFont(font)
            painter.setPen(QPen(QColor(self._theme.feed.text)))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, translate("door", "No picture"))
        else:
            where = paint_picture(painter, self.picture, self, mirrored=self.mirrored)
            overlay = Overlay(painter, QRectF(self.rect()), self._theme, self._scale)
            for mark in self.marks():
                box = QRectF(mark.box.left, mark.box.top, mark.box.width, mark.box.height)
                overlay.draw(mark, where.mapRect(box))
        painter.end()
