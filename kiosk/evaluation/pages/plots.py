"""What every plot has in common: how it is drawn, and how it becomes a drawing for the page and a PNG."""

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

# The colours of the light theme. In the drawing each is a variable of the style sheet, so that they follow the theme.
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
    "svg.fonttype": "none",  # letters stay letters: they are drawn in the reader's font, and can be searched
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}
_ID_OF_NOTHING = re.compile(r' id="[A-Za-z0-9]+_\d+"')  # figure_1, axes_1: the same in every drawing of a page


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot, ready for a page."""

    name: str  # of its file, without .png
    title: str
    described: str  # in a sentence, for who cannot see it
    svg: str  # to stand inside a page, in colours of its style sheet
    png: bytes


def plot(
    name: str,
    title: str,
    described: str,
    draw: Callable[[Axes], None],
    size_px: tuple[float, float] = (WIDTH_PX, HEIGHT_PX),
) -> Plot:
    """Lets `draw` fill a pair of axes."""
    # The salt keeps what drawings of one page refer to inside them apart, and makes them the same on every run.
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
    """Colour and dashes of the line with that number: told apart without colours too."""
    return {"color": SERIES[index % len(SERIES)], "linestyle": DASHES[index % len(DASHES)]}


def percent_axis(axes: Axes, which: str) -> None:
    """Ticks in percent on the x or y axis, without the small ones of a logarithmic scale."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axis.set_minor_formatter(NullFormatter())


def legend_above(axes: Axes) -> None:
    """The names of the lines above the axes, where nothing lies below them."""
    handles, labels = axes.get_legend_handles_labels()
    figure = axes.get_figure()
    if handles and isinstance(figure, Figure):
        # Two short names stand beside each other, long ones below.
        columns = 2 if len(handles) > 1 and max(map(len, labels)) <= 26 else 1
        figure.legend(handles, labels, loc="outside upper left", ncols=columns)


def label(text: str) -> str:
    """A name as a plot shows it: no font has the controls that a hostile one may hold."""
    text = "".join(one if is_printable(one) else " " for one in text)
    # A name that begins with an underscore would be left out of a legend.
    return shortened(text, 44).lstrip("_") or "?"


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


_APART_SIZES = 0.035  # of a decade: what keeps the intervals of two paths from lying on each other


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
            apart = 10 ** (_APART_SIZES * (index - (len(lines) - 1) / 2))
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
