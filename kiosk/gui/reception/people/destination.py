"""Where an archive is put: on a USB stick, or into the exchange folder."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from kiosk.gui.controls import Choice, Note, column
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.place_watch import PlaceWatch, place_words
from kiosk.i18n import translate
from kiosk.paths import Place


class Destination(QWidget):
    """A choice that follows the sticks that are plugged in and out while it is on the screen.

    Signals:
        changed: there are other places than before.
    """

    changed = pyqtSignal()

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.choice = Choice(translate("people", "Where to"))
        self.hint = Note(
            translate("people", "Insert a USB stick to take the zip with you; otherwise it stays on this computer."),
            "hint",
        )
        self.setLayout(column(self.choice, self.hint, gap=3))
        self._watch = PlaceWatch(office.run)
        self._watch.changed.connect(self.on_places)

    @property
    def folder(self) -> Path | None:
        """The place in force; None where there is none."""
        place = self.choice.value
        return place.path if isinstance(place, Place) else None

    @pyqtSlot(list, list)
    def on_places(self, places: list[Place], came: list[Place]) -> None:
        self.choice.set_options([(place_words(place), place) for place in places])
        if came:
            self.choice.choose(came[0])
        self.hint.setVisible(not any(place.is_stick for place in places))
        self.changed.emit()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().showEvent(event)
        self._watch.start()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().hideEvent(event)
        self._watch.stop()
