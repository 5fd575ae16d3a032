"""The camera, chosen by its name, with a look through it."""

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer, pyqtSlot
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from kiosk.config.schema import Value
from kiosk.gui.controls import Button, Note
from kiosk.gui.feed import place, to_qimage
from kiosk.gui.layouts import column, px
from kiosk.gui.reception.settings.editors import ChoiceBox, Editor
from kiosk.i18n import translate
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.capture import CameraDevice, stable_name
from kiosk.vision.source import Source
from kiosk.vision.sources import source_name

_LOOK_MS = 66
_UNITS = (240, 180)


class CameraPreview(QWidget):
    """Shows a source of frames while it is open; nothing is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._camera: WatchedCamera | None = None
        self.picture = QImage()
        self._words = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.on_time)
        self.setAccessibleName(translate("settings", "Picture of the chosen camera"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def open(self, source: Callable[[], Source]) -> None:
        """Show what `source` opens, in a thread of its own, until `close`."""
        self.close_camera()
        self._camera = WatchedCamera(source)
        self._say(translate("settings", "Opening the camera …"))
        self._timer.start()

    def close_camera(self) -> None:
        """Let go of the device; never waits."""
        self._timer.stop()
        if self._camera is not None:
            self._camera.close()
        self._camera, self.picture = None, QImage()
        self._say("")

    @pyqtSlot()
    def on_time(self) -> None:
        camera = self._camera
        if camera is None:
            return
        frame = camera.wait(0)
        if frame is not None:
            self.picture = to_qimage(frame.image)
            self._say("")
        elif camera.state in {CameraState.LOST, CameraState.ENDED} and camera.fault:
            self.picture = QImage()
            self._say(camera.fault)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(_UNITS[0]), px(_UNITS[1]))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#05080b"))
        if self.picture.isNull():
            painter.setPen(QColor("#f3f6f8"))
            room = self.rect().adjusted(px(8), px(8), -px(8), -px(8))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        else:
            where = place((self.picture.width(), self.picture.height()), (self.width(), self.height()), mirrored=False)
            painter.drawImage(QRectF(where.left, where.top, where.width, where.height), self.picture)
        painter.end()

    def _say(self, words: str) -> None:
        self._words = words
        self.setAccessibleDescription(words)
        self.update()


AUTO, DEMO = "auto", "demo"
_OTHER = ""  # no source is called so


class CameraEditor(Editor):
    """Automatic, one of the machine's cameras, the demo, or anything that is typed.

    Args:
        in_use: the source that looks at the door now; it is never opened a second time.
        open_: opens a source for a look through it.
        overruled: the command line named a source, which counts more than this option.
    """

    def __init__(self, in_use: str, open_: Callable[[str], Source], *, overruled: bool = False) -> None:
        super().__init__()
        self._in_use, self._open, self._overruled = in_use, open_, overruled
        self._source = AUTO
        self.box, self.other = ChoiceBox(), QLineEdit()
        self.target = self.box
        self.other.setMaxLength(500)
        self.other.setAccessibleName(translate("settings", "Address or path of the source"))
        self.look = Button(translate("settings", "Look through it"), "camera")
        self.note = Note("", "hint")
        self.preview = CameraPreview()
        self.preview.hide()
        self.setLayout(column(self.box, self.other, self.note, self.look, self.preview, gap=6))
        self.show_cameras(())
        self.box.activated.connect(self.on_activated)
        self.other.textEdited.connect(self.on_typed)
        self.look.clicked.connect(self.on_look)

    def show_cameras(self, cameras: Sequence[CameraDevice]) -> None:
        self.box.clear()
        self.box.addItem(translate("settings", "Automatic: the first camera"), AUTO)
        for camera in cameras:
            self.box.addItem(camera.name, camera.source)
        self.box.addItem(translate("settings", "Demo"), DEMO)
        self.box.addItem(translate("settings", "Another source"), _OTHER)
        self._choose()

    def show_value(self, value: Value) -> None:
        self._source = str(value)
        self._choose()
        self.other.setText(self._source)

    def _choose(self) -> None:
        """Select the source in the box; what is typed beside it stays."""
        named = stable_name(self._source)
        sources = [self.box.itemData(index) for index in range(self.box.count())]
        self.box.setCurrentIndex(next(sources.index(one) for one in (self._source, named, _OTHER) if one in sources))
        self._show_parts()

    @pyqtSlot(int)
    def on_activated(self, index: int) -> None:
        chosen = self.box.itemData(index)
        if chosen != _OTHER:
            self._take(chosen)
        self._show_parts()
        if chosen == _OTHER:
            self.other.setFocus()

    @pyqtSlot(str)
    def on_typed(self, text: str) -> None:
        self.refused.emit("" if text.strip() else translate("settings", "Name a source."))
        if text.strip():
            self._take(text.strip())
            self._show_parts()

    @pyqtSlot()
    def on_look(self) -> None:
        self.preview.show()
        self.preview.open(partial(self._open, self._source))

    def stop(self) -> None:
        self.preview.close_camera()
        self.preview.hide()

    def _take(self, source: str) -> None:
        self.stop()
        self._source = source
        self.changed.emit(source)

    def _show_parts(self) -> None:
        self.other.setVisible(self.box.currentData() == _OTHER)
        in_use = stable_name(self._source) == self._in_use
        self.look.setVisible(not in_use and self._source != AUTO)
        text = ""
        if self._overruled:
            text = translate("settings", "The command line sets {source}, which overrides this setting.")
        elif in_use:
            text = translate("settings", "It is in use; its picture is at the top of this screen.")
        elif self._source == AUTO:
            text = translate("settings", "In use now: {source}")
        self.note.setText(text.format(source=source_name(self._in_use)))
        self.note.setVisible(bool(text))
