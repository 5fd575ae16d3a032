"""Which USB sticks are plugged in, looked at again and again."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from kiosk.i18n import translate
from kiosk.paths import Place, exchange_places
from kiosk.vision.pictures import printable

_LOOK_MS = 1000
_LONGEST_NAME = 24  # letters
Run = Callable[[Callable[[], list[Place]], Callable[[list[Place]], None]], None]


class PlaceWatch(QObject):
    """Looks once a second, in the background, from `start` to `stop`.

    Signals:
        changed: all places, and the sticks that have come; the first time, and whenever one comes or goes.
    """

    changed = pyqtSignal(list, list)

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._places: list[Place] | None = None
        self._looking = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.on_look)

    def start(self) -> None:
        self._places, self._looking = None, False
        self._timer.start()
        self.on_look()

    def stop(self) -> None:
        self._timer.stop()

    @pyqtSlot()
    def on_look(self) -> None:
        if not self._looking:
            self._looking = True
            self._run(exchange_places, self._came)

    def _came(self, places: list[Place]) -> None:
        self._looking = False
        if places != self._places:
            before, self._places = self._places or [], places
            self.changed.emit(places, [place for place in places if place.is_stick and place not in before])


def place_words(place: Place) -> str:
    """Return the name of a place: a stick's own, shortened where it is long."""
    if not place.is_stick:
        return translate("picker", "Exchange folder")
    name = printable(place.path.name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
