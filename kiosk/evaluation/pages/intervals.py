"""Rates with their intervals, a row each, on one logarithmic axis: what can be promised, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from kiosk.evaluation.pages.plots import GENUINE, IMPOSTOR, WIDTH_PX, Plot, label, legend_above, percent_axis, plot
from kiosk.evaluation.pages.wording import percent
from kiosk.evaluation.rates.intervals import Rate

_ROW_PX, _FRAME_PX = 36, 96
_APART = 0.15  # of a row: what keeps two intervals of a row from lying on each other
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """Both rates of one setting: strangers are the door's trouble, members suffer their own."""

    label: str
    strangers: Rate
    members: Rate


def intervals(name: str, title: str, rows: Sequence[IntervalRow]) -> Plot:
    """Dots with whiskers; what was never seen has no dot, and ends at what the counts exclude."""

    def draw(axes: Axes) -> None:
        both = [rate for row in rows for rate in (row.strangers, row.members)]
        floor = _floor(both)
        for place, row in enumerate(rows):
            _whisker(axes, row.strangers, place - _APART, floor, IMPOSTOR)
            _whisker(axes, row.members, place + _APART, floor, GENUINE)
        for colour, what in ((IMPOSTOR, "strangers let in"), (GENUINE, "members refused")):
            axes.plot([], [], "o-", color=colour, label=what)
        _rate_axis(axes, floor)
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlabel="visits, with what the counts leave open (95 %)")
        axes.set_yticks(range(len(rows)), [label(row.label) for row in rows])
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        legend_above(axes)

    told = "; ".join(
        f"{row.label}: strangers let in {percent(row.strangers.value)}, members refused {percent(row.members.value)}"
        for row in rows
    )
    return plot(name, title, f"Rates with their intervals. {told}.", draw, (WIDTH_PX, _FRAME_PX + _ROW_PX * len(rows)))


def _floor(rates: Sequence[Rate]) -> float:
    """The power of ten below every interval, and below the end of those that begin at 0."""
    smallest = min((rate.low or rate.value or rate.high for rate in rates if rate.trials), default=1.0)
    return float(10 ** np.floor(np.log10(smallest / 2)))


def _whisker(axes: Axes, rate: Rate, place: float, floor: float, colour: str) -> None:
    if not rate.trials:
        return
    ends = [max(rate.low, floor), max(rate.high, floor)]
    axes.plot(ends, [place, place], color=colour, linewidth=2.2)
    seen = ends if rate.low else ends[1:]  # from 0 on, a line has no lower end
    axes.plot(seen, [place] * len(seen), "|", markersize=9, markeredgewidth=2, color=colour)
    if rate.value:
        axes.plot([rate.value], [place], "o", markersize=6.5, color=colour)


def _rate_axis(axes: Axes, floor: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(floor, 1)
    powers = -round(np.log10(floor))
    step = 1 + powers // _MOST_TICKS
    axes.xaxis.set_major_locator(FixedLocator([10.0**-power for power in range(0, powers + 1, step)]))
    percent_axis(axes, "x")
