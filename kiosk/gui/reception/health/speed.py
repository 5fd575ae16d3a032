"""Milliseconds a stage, frame by frame, as small curves."""

from PyQt6.QtCore import QPointF, QSize
from PyQt6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from kiosk.door.pulse import REMEMBERED, Pulse
from kiosk.gui.controls import Heading, Note, Panel, column, px
from kiosk.gui.reception.health.wording import stage_name
from kiosk.i18n import translate

_HEIGHT_UNITS = 26
_WIDTH_UNITS = 80
_LEAST_SCALE_MS = 1.0  # so that the noise of a stage that takes nothing does not look like much


class Sparkline(QWidget):
    """A curve without axes; its height is its own largest value."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(_WIDTH_UNITS), px(_HEIGHT_UNITS))

    def show_values(self, values: list[float]) -> None:
        """Other values, the newest last."""
        self.values = values
        self.update()

    def points(self) -> list[tuple[float, float]]:
        """The curve in px, the newest value at the right edge."""
        pen = px(1.5)
        width, height = self.width() - 2 * pen, self.height() - 2 * pen
        largest = max([*self.values, _LEAST_SCALE_MS])
        first = REMEMBERED - len(self.values)
        return [
            (pen + width * (first + index) / (REMEMBERED - 1), pen + height * (1 - value / largest))
            for index, value in enumerate(self.values)
        ]

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(self.foregroundRole())
        painter.setPen(QPen(colour, px(1.5)))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in self.points()]))
        colour.setAlphaF(0.25)
        painter.setPen(QPen(colour, px(1)))
        bottom = self.height() - px(1)
        painter.drawLine(0, bottom, self.width(), bottom)
        painter.end()


class SpeedPanel(Panel):
    """A line for each stage: its name, its usual milliseconds, its curve."""

    def __init__(self) -> None:
        self._grid = QGridLayout()
        self.nothing = Note(translate("health", "No frame has been looked at yet."), "muted")
        super().__init__(
            column(Heading(translate("health", "Milliseconds a stage")), self.nothing, self._grid, gap=4), margin=10
        )
        self._grid.setColumnStretch(2, 1)
        self.lines: dict[str, tuple[QLabel, QLabel, Sparkline]] = {}

    def show_pulse(self, pulse: Pulse) -> None:
        """The frames that are remembered now."""
        self.nothing.setVisible(not pulse.stages)
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(px(3))
        for stage in pulse.stages:
            name, number, curve = self.lines.get(stage) or self._added(stage)
            told = translate("health", "{ms} ms").format(ms=self.locale().toString(pulse.ms(stage), "f", 1))
            number.setText(told)
            curve.show_values(pulse.history(stage))
            curve.setAccessibleName(name.text())
            curve.setAccessibleDescription(told)

    def _added(self, stage: str) -> tuple[QLabel, QLabel, Sparkline]:
        line = len(self.lines)
        self.lines[stage] = QLabel(stage_name(stage)), QLabel(), Sparkline()
        for column_, widget in enumerate(self.lines[stage]):
            self._grid.addWidget(widget, line, column_)
        return self.lines[stage]
