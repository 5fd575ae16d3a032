"""The mirror: the newest frame with its boxes."""

from PyQt6.QtCore import QRectF, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from kiosk.domain import Frame
from kiosk.door.report import Report
from kiosk.gui.images import to_qimage
from kiosk.gui.mailbox import Latest
from kiosk.gui.marks import Mark, marks_of, stale
from kiosk.gui.overlay import Overlay
from kiosk.gui.placement import place
from kiosk.gui.theme import DARK, Theme
from kiosk.i18n import translate


class Feed(QWidget):
    """Paints what the mailbox held last, so that a slow window never falls behind the camera.

    Signals:
        pictured: another picture is there, or none any more; also while the widget is hidden.
    """

    pictured = pyqtSignal()

    def __init__(self, frames: Latest[Frame], *, mirror: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = frames
        self._mirror = mirror
        self._frame: Frame | None = None
        self._picture = QImage()
        self._report: Report | None = None
        self._theme = DARK
        self._scale = 1.0
        self.setObjectName("feed")
        self.retranslate()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def frame(self) -> Frame | None:
        """The frame on the screen."""
        return self._frame

    @property
    def picture(self) -> QImage:
        """The same as Qt paints it; a null image where there is none."""
        return self._picture

    @property
    def mirrored(self) -> bool:
        """Whether people see themselves as in a mirror."""
        return self._mirror

    def dress(self, theme: Theme, scale: float) -> None:
        """Take over colours and scale."""
        self._theme, self._scale = theme, scale
        self.update()

    def retranslate(self) -> None:
        """Take over the language of the screen."""
        self.setAccessibleName(translate("door", "Camera picture"))
        self.update()

    @pyqtSlot()
    def on_ready(self) -> None:
        frame = self._frames.take()
        if frame is not None:
            self._frame, self._picture = frame, to_qimage(frame.image)
            self.update()
            self.pictured.emit()

    def show_report(self, report: Report) -> None:
        """Draw the boxes of this report over the frames that follow."""
        self._report = report
        self.update()

    def forget_report(self) -> None:
        """Draw no boxes until the next report."""
        self._report = None
        self.update()

    def clear(self) -> None:
        """Show no picture: an old one would look like a living one."""
        self._frame, self._report, self._picture = None, None, QImage()
        self.update()
        self.pictured.emit()

    def marks(self) -> tuple[Mark, ...]:
        """What is drawn over the frame now on the screen."""
        if self._report is None or self._frame is None or stale(self._report, self._frame.captured_at):
            return ()
        return marks_of(self._report)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(self._theme.page.back))
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 14 * self._scale, 14 * self._scale)
        painter.setClipPath(shape)
        painter.fillPath(shape, QColor(self._theme.feed.back))
        if self._picture.isNull():
            self._paint_nothing(painter)
        else:
            self._paint_picture(painter)
        painter.end()

    def _paint_nothing(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(max(round(20 * self._scale), 1))
        painter.setFont(font)
        painter.setPen(QPen(QColor(self._theme.feed.text)))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, translate("door", "No picture"))

    def _paint_picture(self, painter: QPainter) -> None:
        size = self._picture.width(), self._picture.height()
        where = place(size, (self.width(), self.height()), mirrored=self._mirror)
        painter.save()
        painter.translate(where.left + (where.width if self._mirror else 0), where.top)
        painter.scale(-where.scale if self._mirror else where.scale, where.scale)
        painter.drawImage(0, 0, self._picture)
        painter.restore()
        overlay = Overlay(painter, QRectF(self.rect()), self._theme, self._scale)
        for mark in self.marks():
            overlay.draw(mark, QRectF(*where.of(mark.box)))
