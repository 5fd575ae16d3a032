"""A plot of the distances over time, with the threshold. Imported when it is opened: pyqtgraph loads slowly.

Measured offscreen on two cores, import and first plot: pyqtgraph 0.2 s and 31 MB, matplotlib 0.7 s and 52 MB.
"""

from collections.abc import Sequence
from datetime import datetime

import pyqtgraph  # type: ignore[import-untyped]
from PyQt6.QtCore import QEvent, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QFont, QPalette
from PyQt6.QtWidgets import QSizePolicy, QWidget

from kiosk.gui.controls import Note
from kiosk.gui.layouts import column, px
from kiosk.gui.reception.dates import day_text
from kiosk.health.distances import Point, insight
from kiosk.i18n import number, translate

_ROOM = 0.05  # of a distance, above the highest and below the lowest


class _Distances(pyqtgraph.AxisItem):  # type: ignore[misc]  # ships no annotations
    """Numbers as the screen's language writes them."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802  (pyqtgraph's name)
        return [number(value * scale, 2) for value in values]


class DistancePlot(QWidget):
    """A point for each decision, a line for the threshold, and a sentence about them."""

    picked = pyqtSignal(int)  # the number of the journal's row whose point was tapped

    def __init__(self) -> None:
        super().__init__()
        self._points: Sequence[Point] = ()
        self.sentence, self.legend = Note(""), Note("", "hint")
        self.plot = pyqtgraph.PlotWidget(
            axisItems={"bottom": pyqtgraph.DateAxisItem("bottom"), "left": _Distances("left")}
        )
        self.plot.setAccessibleName(translate("journal", "Distances over time"))
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot.setBackground(None)
        self.plot.setStyleSheet("background: transparent; border: none")  # that of the page shows through
        # A picture to look at: a finger on it is not to move it away.
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        layout = column(self.sentence, self.plot, self.legend, gap=6)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_points(self, points: Sequence[Point]) -> None:
        self._points = points
        self.sentence.setText(insight(points))
        self.plot.setAccessibleDescription(self.sentence.text())
        self._draw()

    @pyqtSlot(object, object, object)
    def on_points_clicked(self, drawn: object, points: Sequence[pyqtgraph.SpotItem], event: object) -> None:
        if len(points):
            self.picked.emit(int(points[0].data()))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._draw()

    def _draw(self) -> None:
        palette = self.sentence.palette()
        text = palette.color(QPalette.ColorRole.WindowText)
        self._dress_axes(text)
        self.plot.clear()
        if not self._points:
            self.legend.setText("")
            return
        for points, symbol, colour in self._groups(dark=text.lightness() > 127):
            drawn = self.plot.plot(
                [point.at for point in points],
                [point.distance for point in points],
                data=[point.row for point in points],
                pen=None,
                symbol=symbol,
                symbolSize=px(11),
                symbolPen=pyqtgraph.mkPen(QColor(colour), width=px(2)),
                symbolBrush=QColor(colour) if symbol == "o" else None,
            )
            drawn.sigPointsClicked.connect(self.on_points_clicked)
        self._draw_threshold(text)
        heights = [value for point in self._points for value in (point.distance, point.threshold)]
        self.plot.setYRange(min(heights) - _ROOM, max(heights) + _ROOM, padding=0)

    def _groups(self, *, dark: bool) -> list[tuple[list[Point], str, str]]:
        good, poor, bad = ("#4cc38a", "#f2b632", "#ff8a93") if dark else ("#0f7a42", "#8a5a00", "#b3242f")
        let_in = [point for point in self._points if point.granted]
        refused = [point for point in self._points if not point.granted]
        return [
            (let_in, "o", good),
            ([point for point in refused if point.remarks], "t1", poor),
            ([point for point in refused if not point.remarks], "x", bad),
        ]

    def _draw_threshold(self, colour: QColor) -> None:
        newest = self._points[-1].threshold
        pen = pyqtgraph.mkPen(colour, width=px(2), style=Qt.PenStyle.DashLine)
        if any(point.threshold != newest for point in self._points):
            self.plot.plot([point.at for point in self._points], [point.threshold for point in self._points], pen=pen)
        else:
            self.plot.addItem(pyqtgraph.InfiniteLine(newest, angle=0, pen=pen))
        text = translate(
            "journal",
            "● let in   ✕ refused   ▲ refused, picture poor   ┅ threshold {threshold}; smaller = closer   "
            "{first} to {last}",
        )
        ends = (datetime.fromtimestamp(self._points[index].at).astimezone().date() for index in (0, -1))
        first, last = map(day_text, ends)
        self.legend.setText(text.format(threshold=number(newest, 2), first=first, last=last))

    def _dress_axes(self, colour: QColor) -> None:
        font = QFont(self.legend.font())
        font.setPixelSize(max(self.legend.fontInfo().pixelSize() - px(2), px(11)))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(colour)
            axis.setTextPen(colour)
            axis.setTickFont(font)
