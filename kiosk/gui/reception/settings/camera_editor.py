"""The camera, chosen by its name, with a look through it."""

from collections.abc import Callable, Sequence

from PyQt6.QtCore import pyqtSlot
from PyQt6.QtWidgets import QLineEdit, QWidget

from kiosk.config.schema import Value
from kiosk.gui.controls import Button, Note, column
from kiosk.gui.reception.settings.editors import ChoiceBox, Editor
from kiosk.gui.reception.settings.preview import CameraPreview
from kiosk.i18n import translate
from kiosk.vision.sources import CameraDevice, Source, source_name, stable_name

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

    @property
    def target(self) -> QWidget:
        return self.box

    def show_cameras(self, cameras: Sequence[CameraDevice]) -> None:
        """Those that were found."""
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
        listed = next((one for one in (self._source, named) if one in sources and one != _OTHER), None)
        self.box.setCurrentIndex(sources.index(_OTHER if listed is None else listed))
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
        source = self._source
        self.preview.show()
        self.preview.open(lambda: self._open(source))

    def stop(self) -> None:
        """Nobody looks any more."""
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
        self.note.setText(self._words(in_use=in_use))
        self.note.setVisible(bool(self.note.text()))

    def _words(self, *, in_use: bool) -> str:
        if self._overruled:
            told = translate("settings", "The command line named {source}, which counts more than what is set here.")
            return told.format(source=source_name(self._in_use))
        if in_use:
            return translate("settings", "It is in use; its picture is at the top of this screen.")
        if self._source == AUTO:
            return translate("settings", "In use now: {source}").format(source=source_name(self._in_use))
        return ""
