"""The plot shows a point a decision, told apart by more than colour, and the threshold."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import QLocale, QPointF, Qt

from kiosk.domain import Conditions
from kiosk.gui.reception.journal.insight import Point
from kiosk.gui.reception.journal.plot import DistancePlot

LET_IN = Point(7, 1_700_000_000.0, 0.3, 0.39, granted=True, conditions=None, encoder="dlib")
REFUSED = replace(LET_IN, at=LET_IN.at + 3600, distance=0.5, granted=False)
DARK = replace(REFUSED, at=REFUSED.at + 60, conditions=Conditions(140, 40.0, 40.0, 0.1))


@pytest.fixture
def plot(qtbot, shown) -> DistancePlot:
    return shown(DistancePlot())


def test_points_are_told_apart_by_their_symbols(plot: DistancePlot) -> None:
    plot.show_points([LET_IN, REFUSED, DARK])
    symbols = {
        item.opts["symbol"]: list(item.xData if item.xData is not None else []) for item in plot.plot.listDataItems()
    }
    assert symbols == {"o": [LET_IN.at], "x": [REFUSED.at], "t1": [DARK.at]}


def test_threshold_is_drawn_within_sight(plot: DistancePlot) -> None:
    plot.show_points([LET_IN])
    [line] = [item for item in plot.plot.items() if type(item).__name__ == "InfiniteLine"]
    assert line.value() == 0.39
    low, high = plot.plot.viewRange()[1]
    assert low < 0.3
    assert high > 0.39


def test_threshold_that_changed_is_drawn_as_it_was(plot: DistancePlot) -> None:
    plot.show_points([LET_IN, replace(REFUSED, threshold=0.45)])
    [curve] = [item for item in plot.plot.listDataItems() if item.opts["symbol"] is None]
    assert list(curve.yData) == [0.39, 0.45]
    assert "0.45" in plot.legend.text()


def test_what_is_drawn_is_said_too(plot: DistancePlot) -> None:
    plot.show_points([LET_IN, LET_IN, REFUSED])
    assert "far above the threshold" in plot.sentence.text()
    assert plot.plot.accessibleDescription() == plot.sentence.text()
    plot.show_points([])
    assert plot.plot.listDataItems() == []
    assert "No decision" in plot.sentence.text()
    assert plot.legend.text() == ""


def test_numbers_at_the_axis_are_written_as_the_language_writes_them(plot: DistancePlot) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    try:
        assert plot.plot.getAxis("left").tickStrings([0.3, 0.35], 1.0, 0.05) == ["0,30", "0,35"]
    finally:
        QLocale.setDefault(before)


def test_point_that_is_tapped_names_its_row(plot: DistancePlot, qtbot) -> None:
    plot.show_points([LET_IN, replace(REFUSED, row=8)])
    view = plot.plot.getViewBox()
    where = plot.plot.mapFromScene(view.mapViewToScene(QPointF(REFUSED.at, REFUSED.distance)))
    with qtbot.waitSignal(plot.picked) as picked:
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert picked.args == [8]
