"""Plots for report pages: common style, SVG for the page and PNG, and two of the plots."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from kiosk.evaluation.intervals import Rate
from kiosk.evaluation.pages.wording import count, percent, shortened
from kiosk.names import is_printable

PX: Final = 1 / 72  # inches of a pixel of the page: a point
WIDTH_PX, HEIGHT_PX = 460, 345
_PNG_SCALE = 2.5  # pixels of the PNG for one of the page

# The colours of the light theme. In the SVG each becomes a variable of the style sheet, so that it follows the theme.
INK, MUTED, GRID, PAPER = "#22303c", "#5d6b78", "#dde3e8", "#fffffe"
GENUINE, IMPOSTOR, MARK = "#0d7a6c", "#c2502e", "#7a3fb0"
SERIES: Final = ("#1c5fbe", "#c8620f", "#0e7d64", "#a4327c", "#8a6c04", "#4f6479")
_VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--plot-paper",
    GENUINE: "--genuine",
    IMPOSTOR: "--impostor",
    MARK: "--mark",
    **{colour: f"--series-{number}" for number, colour in enumerate(SERIES, start=1)},
}
DASHES: Final = ("-", (0, (6, 2)), (0, (2, 1.6)), (0, (7, 2, 1.5, 2)), (0, (10, 3)), (0, (1, 1)))

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.dpi": 1 / PX,
    "figure.facecolor": PAPER,
    "font.size": 12,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 11.5,
    "legend.handlelength": 2.2,
    "lines.linewidth": 2,
    "svg.fonttype": "none",  # text stays text: it uses the reader's font and can be searched
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}
_ID_OF_NOTHING = re.compile(r' id="[A-Za-z0-9]+_\d+"')  # figure_1, axes_1: equal in all plots of a page


@dataclass(frozen=True, slots=True)
class Plot:
    """A finished plot."""

    name: str  # of its file, without .png
    title: str
    described: str  # in a sentence, for screen readers
    svg: str  # for the page, in colours of its style sheet
    png: bytes


def plot(
    name: str,
    title: str,
    described: str,
    draw: Callable[[Axes], None],
    size_px: tuple[float, float] = (WIDTH_PX, HEIGHT_PX),
) -> Plot:
    """Return the plot that `draw` makes."""
    # The salt makes the internal names of the plots on a page different, and the same in every run.
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(size_px[0] * PX, size_px[1] * PX))
        draw(figure.subplots())
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        figure.savefig(png, format="png", dpi=_PNG_SCALE / PX, metadata={"Software": None})
    return Plot(name, title, described, _for_page(svg.getvalue()), png.getvalue())


def _for_page(document: str) -> str:
    drawing = _ID_OF_NOTHING.sub("", document[document.index("<svg") :])
    head, _, body = drawing.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    return f'{head} aria-hidden="true">{body}'


def series_style(index: int) -> dict[str, Any]:
    """Return colour and dashes of a line, so that lines differ without colours too."""
    return {"color": SERIES[index % len(SERIES)], "linestyle": DASHES[index % len(DASHES)]}


def percent_axis(axes: Axes, which: str) -> None:
    """Label the x or y axis in percent, without the minor labels of a logarithmic scale."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axis.set_minor_formatter(NullFormatter())


def legend_above(axes: Axes) -> None:
    """Put the legend above the axes."""
    handles, labels = axes.get_legend_handles_labels()
    figure = axes.get_figure()
    if handles and isinstance(figure, Figure):
        # Two short names fit into one line.
        columns = 2 if len(handles) > 1 and max(map(len, labels)) <= 26 else 1
        figure.legend(handles, labels, loc="outside upper left", ncols=columns)


def label(text: str) -> str:
    """Return a name without control characters, shortened, as a label."""
    text = "".join(one if is_printable(one) else " " for one in text)
    # matplotlib leaves names that begin with an underscore out of the legend.
    return shortened(text, 44).lstrip("_") or "?"


_ROW_PX, _FRAME_PX = 36, 96
_APART = 0.15  # of a row: distance between the two intervals of a row
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """Both error rates of one setting."""

    label: str
    strangers: Rate
    members: Rate


def intervals(name: str, title: str, rows: Sequence[IntervalRow]) -> Plot:
    """Draw rates as dots with intervals; a rate without errors has no dot."""

    def draw(axes: Axes) -> None:
        both = [rate for row in rows for rate in (row.strangers, row.members)]
        floor = _floor(both)
        for place, row in enumerate(rows):
            _whisker(axes, row.strangers, place - _APART, floor, IMPOSTOR)
            _whisker(axes, row.members, place + _APART, floor, GENUINE)
        for colour, what in ((IMPOSTOR, "strangers let in"), (GENUINE, "members refused")):
            axes.plot([], [], "o-", color=colour, label=what)
        _rate_axis(axes, floor)
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlabel="visits, with 95 % intervals")
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
    """Return the power of ten below every interval, and below the upper end of those that begin at 0."""
    smallest = min((rate.low or rate.value or rate.high for rate in rates if rate.trials), default=1.0)
    return float(10 ** np.floor(np.log10(smallest / 2)))


def _whisker(axes: Axes, rate: Rate, place: float, floor: float, colour: str) -> None:
    if not rate.trials:
        return
    ends = [max(rate.low, floor), max(rate.high, floor)]
    axes.plot(ends, [place, place], color=colour, linewidth=2.2)
    seen = ends if rate.low else ends[1:]  # an interval from 0 has no lower end
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


_APART_SIZES = 0.035  # of a decade: distance between the intervals of two paths


@dataclass(frozen=True, slots=True)
class SizeLine:
    """A rate of one path for several numbers of people."""

    label: str
    rates: tuple[tuple[int, Rate], ...]  # people, rate


def against_people(name: str, title: str, axis: str, lines: Sequence[SizeLine]) -> Plot:
    """Draw the rate named by `axis` against the number of people."""

    def draw(axes: Axes) -> None:
        for index, line in enumerate(lines):
            apart = 10 ** (_APART_SIZES * (index - (len(lines) - 1) / 2))
            across = [people * apart for people, _ in line.rates]
            values = [rate.value or 0.0 for _, rate in line.rates]
            below = [max(value - rate.low, 0.0) for value, (_, rate) in zip(values, line.rates, strict=True)]
            above = [max(rate.high - value, 0.0) for value, (_, rate) in zip(values, line.rates, strict=True)]
            colour = series_style(index)["color"]
            axes.errorbar(across, values, [below, above], fmt="none", capsize=3, elinewidth=1.4, ecolor=colour)
            axes.plot(across, values, marker="o", markersize=6, label=label(line.label), **series_style(index))
        _people_axis(axes, sorted({people for line in lines for people, _ in line.rates}))
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
