"""Good, warning or fault: an icon and a word on the colour of it."""

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QFrame, QLabel, QSizePolicy

from kiosk.gui.controls import row
from kiosk.gui.controls.labels import polish_again
from kiosk.gui.icons import icon
from kiosk.gui.reception.health.wording import state_name
from kiosk.health.findings import State

_LOOKS = {State.OK: ("good", "tick_mark"), State.WARNING: ("warning", "alert"), State.FAULT: ("fault", "alert")}
_REDRAWN = (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange)


class Badge(QFrame):
    """How serious a finding is."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self.word = _Icon(), QLabel()
        self.setProperty("role", "badge")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setLayout(row(self._icon, self.word, gap=4, margin=3))
        self.show_state(State.OK)

    def show_state(self, state: State) -> None:
        """Another state."""
        name, drawing = _LOOKS[state]
        self.word.setText(state_name(state))
        self._icon.show_drawing(drawing)
        if self.property("state") != name:
            self.setProperty("state", name)
            for widget in (self, self._icon, self.word):
                polish_again(widget)


class _Icon(QLabel):
    """A drawing as high as the letters beside it, in the colour that the style sheet gives to them."""

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._drawn: tuple[str, str, int] | None = None

    def show_drawing(self, name: str) -> None:
        self._name = name
        self._draw()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in _REDRAWN:
            self._draw()

    def _draw(self) -> None:
        wanted = self._name, self.palette().color(self.foregroundRole()).name(), max(self.fontMetrics().height(), 1)
        if self._name and wanted != self._drawn:
            self._drawn = wanted
            self.setPixmap(icon(*wanted))
