"""Plots of report pages, as SVG for the page and as PNG: DET curves, histograms, and rates against a setting."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter
from numpy.typing import NDArray

from kiosk.evaluation.rates import Rate, curve
from kiosk.evaluation.tables import distance, noun, shortened
from kiosk.names import is_printable

_SIZE_PX = (460, 345)
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
_DOTTED: dict[str, Any] = {"color": MUTED, "linewidth": 1, "linestyle": (0, (1, 2))}

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.dpi": 72,
    "figure.facecolor": PAPER,
    "font.size": 12,
    "grid.color": GRID,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "path.simplify_threshold": 1.0,
    "svg.fonttype": "none",  # text stays text: it uses the reader's font and can be searched
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A finished plot."""

    name: str  # of its file, without .png
    title: str
    described: str  # in a sentence, for screen readers
    svg: str  # for the page, in colours of its style sheet
    png: bytes


def plot(name: str, title: str, described: str, draw: Callable[[Axes], None]) -> Plot:
    """Return the plot that `draw` makes."""
    # The salt makes the internal names of the plots on a page different, and the same in every run.
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(_SIZE_PX[0] / 72, _SIZE_PX[1] / 72))
        axes = figure.subplots()
        draw(axes)
        handles, labels = axes.get_legend_handles_labels()
        if handles:
            columns = 2 if len(handles) > 1 and max(map(len, labels)) <= 26 else 1
            figure.legend(handles, labels, loc="outside upper left", ncols=columns)
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        figure.savefig(png, format="png", dpi=72 * _PNG_SCALE, metadata={"Software": None})
    return Plot(name, title, described, _for_page(svg.getvalue()), png.getvalue())


def _for_page(document: str) -> str:
    # Identifiers such as figure_1 and axes_1 are equal in all plots of a page.
    drawing = re.sub(r' id="[A-Za-z0-9]+_\d+"', "", document[document.index("<svg") :])
    head, _, body = drawing.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    return f'{head} aria-hidden="true">{body}'


def _series(index: int) -> dict[str, Any]:
    """Return colour and dashes of a line, so that lines differ without colours too."""
    return {"color": SERIES[index % len(SERIES)], "linestyle": DASHES[index % len(DASHES)]}


def _in_percent(axis: Axis) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axis.set_minor_formatter(NullFormatter())


def _label(text: str) -> str:
    text = "".join(one if is_printable(one) else " " for one in text)
    # matplotlib leaves names that begin with an underscore out of the legend.
    return shortened(text, 44).lstrip("_") or "?"


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The distances of one path, and its operating points."""

    name: str
    genuine: NDArray[np.float64]
    impostor: NDArray[np.float64]
    marks: tuple[tuple[float, float], ...] = ()  # FMR, FNMR


def det(lines: Sequence[Line]) -> Plot:
    """Draw FNMR against FMR on logarithmic axes: lower is better."""

    def draw(axes: Axes) -> None:
        # A logarithmic axis has no 0: rates of 0 are drawn along the edge, at half of the smallest rate.
        left = 0.5 / max(len(line.impostor) for line in lines)
        bottom = 0.5 / max(len(line.genuine) for line in lines)
        axes.plot([1e-9, 1], [1e-9, 1], label="_both equal", **_DOTTED)
        for index, line in enumerate(lines):
            found, style = curve(line.genuine, line.impostor), _series(index)
            across, up = np.maximum(found.fmr, left), np.maximum(found.fnmr, bottom)
            # Between two points FMR rises first: a threshold in between has the old FNMR.
            axes.plot(across, up, drawstyle="steps-post", label=_label(line.name), **style)
            points = [mark for mark in line.marks if mark[0] > 0]
            if points:
                left_to_right, heights = zip(*points, strict=True)
                axes.scatter(left_to_right, heights, s=34, zorder=4, facecolor=PAPER, edgecolor=style["color"])
        axes.set(xscale="log", yscale="log", xlim=(left, 1), ylim=(bottom, 1))
        axes.set(xlabel="other people accepted (FMR)", ylabel="the person not recognised (FNMR)")
        _in_percent(axes.xaxis)
        _in_percent(axes.yaxis)

    described = "The false non-match rate against the false match rate on logarithmic axes, a line for each path."
    return plot("det", "DET curves", described, draw)


_SHARES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # labels of the histograms' vertical axis
Marks = Sequence[tuple[str, float]]  # names of thresholds, and their distances


def _draw_marks(axes: Axes, marks: Marks) -> None:
    for index, (name, at) in enumerate(marks):
        if np.isfinite(at):
            dashes = DASHES[index % len(DASHES)]
            axes.axvline(at, color=MARK, linewidth=1.5, linestyle=dashes, label=f"{name} {distance(at)}")


def _told(marks: Marks) -> str:
    return ", ".join(f"{name} {distance(at)}" for name, at in marks)


def distances(
    name: str, title: str, genuine: NDArray[np.floating], impostor: NDArray[np.floating], marks: Marks
) -> Plot:
    """Draw histograms of both kinds of distances, and thresholds.

    The vertical scale is a square root, so that the few pairs on the wrong side of a threshold can be seen.
    """
    kinds = (("of one person", GENUINE, genuine), ("of two people", IMPOSTOR, impostor))

    def draw(axes: Axes) -> None:
        finite = [np.asarray(values, np.float64)[np.isfinite(values)] for *_, values in kinds]
        fewest = min((len(values) for values in finite if len(values)), default=1)
        inside = [at for _, at in marks if np.isfinite(at)]
        edges = np.histogram_bin_edges(np.concatenate([*finite, inside]), min(max(fewest // 8, 8), 60))
        tallest = 0.0
        for (whose, colour, _), values in zip(kinds, finite, strict=True):
            if len(values):
                shares = np.histogram(values, edges)[0] / len(values)
                tallest = max(tallest, float(shares.max()))
                axes.stairs(shares, edges, fill=True, color=colour, alpha=0.3, linewidth=0)
                axes.stairs(shares, edges, color=colour, label=f"{noun(len(values), 'pair')} {whose}")
        top = tallest or 1.0
        axes.set_yscale("function", functions=(lambda value: np.sqrt(np.maximum(value, 0)), np.square))
        axes.set_ylim(0, 1.1 * top)
        axes.yaxis.set_major_locator(FixedLocator([0, *(one for one in _SHARES if top / 300 < one <= top)]))
        _draw_marks(axes, marks)
        axes.set(xlabel="distance (closer is more alike)", ylabel="share of the pairs")
        _in_percent(axes.yaxis)

    described = f"Histograms of the distances of pairs of one person and of two. Threshold: {_told(marks)}."
    return plot(name, title, described, draw)


def trade_off(
    name: str,
    title: str,
    points: Sequence[tuple[float, float, float]],
    marks: Marks,
    asked: float | None = None,
) -> Plot:
    """Draw the rates of strangers let in and members refused against the threshold; a point holds all three."""

    def draw(axes: Axes) -> None:
        thresholds, strangers, members = np.array(points).T
        rates = np.concatenate([strangers, members])
        least = asked or 10 * float(min(rates[rates > 0], default=1e-2))
        bottom = max(least, 1e-12) / 100  # a logarithmic axis has no 0
        axes.plot(thresholds, np.maximum(strangers, bottom), color=IMPOSTOR, label="a stranger is let in")
        axes.plot(
            thresholds, np.maximum(members, bottom), color=GENUINE, linestyle=DASHES[1], label="a member is refused"
        )
        _draw_marks(axes, marks)
        if asked is not None:
            axes.axhline(asked, label="asked", **_DOTTED)
        axes.set(yscale="log", ylim=(bottom, 1), xlabel="threshold (distance)", ylabel="share of the visits")
        _in_percent(axes.yaxis)

    described = f"How often strangers are let in and members refused, against the threshold. Marked: {_told(marks)}."
    return plot(name, title, described, draw)


def against_people(name: str, title: str, axis: str, lines: Sequence[tuple[str, Sequence[tuple[int, Rate]]]]) -> Plot:
    """Draw the rate named by `axis` against the number of people; a line has a name and its points."""

    def draw(axes: Axes) -> None:
        for index, (line, points) in enumerate(lines):
            apart = 10 ** (0.035 * (index - (len(lines) - 1) / 2))  # keeps the intervals of several paths apart
            across = [people * apart for people, _ in points]
            rates = np.array([(rate.low, rate.value or 0.0, rate.high) for _, rate in points])
            beyond = np.maximum(np.diff(rates), 0).T
            axes.errorbar(
                across, rates[:, 1], beyond, marker="o", capsize=3, elinewidth=1.4, label=_label(line), **_series(index)
            )
        axes.set(xscale="log", xlabel="people enrolled (N)", ylabel=axis)
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(FixedLocator(sorted({people for _, points in lines for people, _ in points})))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(value):,}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        _in_percent(axes.yaxis)

    return plot(name, title, f"{axis} against the number of people enrolled, a line for each path.", draw)
