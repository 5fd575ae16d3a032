"""How rates change with the number of people enrolled, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from kiosk.evaluation.pages.plots import Plot, label, legend_above, percent_axis, plot, series_style
from kiosk.evaluation.pages.wording import count

_APART = 0.035  # of a decade: what keeps the intervals of two paths from lying on each other


@dataclass(frozen=True, slots=True)
class SizeLine:
    """A rate of one path, for several numbers of people."""

    label: str
    people: tuple[int, ...]
    rates: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]


def against_people(name: str, title: str, axis: str, lines: Sequence[SizeLine]) -> Plot:
    """The rate named by `axis` against the number of people."""

    def draw(axes: Axes) -> None:
        for index, line in enumerate(lines):
            apart = 10 ** (_APART * (index - (len(lines) - 1) / 2))
            across = [people * apart for people in line.people]
            below = [max(rate - low, 0.0) for rate, low in zip(line.rates, line.lows, strict=True)]
            above = [max(high - rate, 0.0) for rate, high in zip(line.rates, line.highs, strict=True)]
            colour = series_style(index)["color"]
            axes.errorbar(across, line.rates, [below, above], fmt="none", capsize=3, elinewidth=1.4, ecolor=colour)
            axes.plot(across, line.rates, marker="o", markersize=6, label=label(line.label), **series_style(index))
        _people_axis(axes, sorted({people for line in lines for people in line.people}))
        axes.set_ylim(bottom=0)
        axes.set(xlabel="people enrolled (N)", ylabel=axis)
        percent_axis(axes, "y")
        legend_above(axes)

    return plot(name, title, f"{axis} against the number of people enrolled, a line for each path.", draw)


def _people_axis(axes: Axes, people: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(people))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(round(value))))
    axes.xaxis.set_minor_formatter(NullFormatter())
    if people:
        axes.set_xlim(people[0] / 1.4, people[-1] * 1.4)
