"""The picture of another camera than the one that looks at the door."""

from collections.abc import Callable

from PyQt6.QtCore import QRect, QSize, Qt, QTimer, pyqtSlot
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from kiosk.gui.controls import px
from kiosk.gui.images import to_qimage
from kiosk.gui.placement import place
from kiosk.i18n import translate
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.sources import Source

_LOOK_MS = 66
_UNITS = (240, 180)


class CameraPreview(QWidget):
    """Shows a source of frames while it is open; nothing is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._camera: WatchedCamera | None = None
        self._picture = QImage()
        self._words = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.on_time)
        self.setAccessibleName(translate("settings", "Picture of the chosen camera"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def picture(self) -> QImage:
        """What is shown; a null image for nothing."""
        return self._picture

    def open(self, source: Callable[[], Source]) -> None:
        """Show what `source` opens, in a thread of its own, until `close`."""
        self.close_camera()
        self._camera = WatchedCamera(source)
        self._say(translate("settings", "The camera is being opened."))
        self._timer.start()

    def close_camera(self) -> None:
        """Let go of the device; never waits."""
        self._timer.stop()
        if self._camera is not None:
            self._camera.close()
        self._camera, self._picture = None, QImage()
        self._say("")

    @pyqtSlot()
    def on_time(self) -> None:
        camera = self._camera
        if camera is None:
            return
        frame = camera.wait(0)
        if frame is not None:
            self._picture = to_qimage(frame.image)
            self._say("")
        elif camera.state in {CameraState.LOST, CameraState.ENDED} and camera.fault:
            self._picture = QImage()
            self._say(camera.fault)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(_UNITS[0]), px(_UNITS[1]))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#05080b"))
        if self._picture.isNull():
            painter.setPen(QColor("#f3f6f8"))
            room = self.rect().adjusted(px(8), px(8), -px(8), -px(8))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        else:
            where = place(
                (self._picture.width(), self._picture.height()), (self.width(), self.height()), mirrored=False
            )
            spot = QRect(round(where.left), round(where.top), round(where.width), round(where.height))
            painter.drawImage(spot, self._picture)
        painter.end()

    def _say(self, words: str) -> None:
        self._words = words
        self.setAccessibleDescription(words)
        self.update()
