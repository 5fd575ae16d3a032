"""DET and ROC: the two errors against each other over all thresholds, several paths in one figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from kiosk.evaluation.pages.plots import MUTED, PAPER, Plot, label, legend_above, percent_axis, plot, series_style
from kiosk.evaluation.rates.rates import Curve

_STEPS = 400  # places along an axis that a reader can tell apart
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
_WIDE = 1e4  # from this ratio of both ends on, there is room for the powers of ten only


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The curve of one path, and the points on it that tables speak of."""

    label: str
    curve: Curve
    pairs: tuple[int, int]  # genuine, impostor: no rate is measured below one of so many
    marks: tuple[tuple[float, float], ...] = ()  # FMR, FNMR


def det(lines: Sequence[Line]) -> Plot:
    """False non-matches against false matches, both axes logarithmic: the lower, the better."""

    def draw(axes: Axes) -> None:
        floors = _floor(lines, 1), _floor(lines, 0)
        axes.plot([1e-9, 1], [1e-9, 1], color=MUTED, linewidth=1, linestyle=(0, (1, 2)), label="_both equal")
        for index, line in enumerate(lines):
            _step(axes, index, line, line.curve.fnmr, floors)
        _marks(axes, lines, lambda fnmr: fnmr)
        for which, floor in zip("xy", floors, strict=True):
            _logarithmic(axes, which, floor)
        axes.set(xlabel="other people taken for the person (FMR)", ylabel="the person not recognised (FNMR)")
        legend_above(axes)

    described = "The false non-match rate against the false match rate on logarithmic axes, a line for each path."
    return plot("det", "DET curves", described, draw)


def roc(lines: Sequence[Line]) -> Plot:
    """Pairs of one person that are accepted against false matches, which are logarithmic: the higher, the better."""

    def draw(axes: Axes) -> None:
        floor = _floor(lines, 1)
        chance = np.geomspace(floor, 1, 100)
        axes.plot(chance, chance, color=MUTED, linewidth=1, linestyle=(0, (1, 2)), label="_by chance")
        axes.annotate("dotted: by chance", (0.98, 0.04), xycoords="axes fraction", color=MUTED, ha="right", fontsize=11)
        for index, line in enumerate(lines):
            _step(axes, index, line, 1 - line.curve.fnmr, (floor, 0.0))
        _marks(axes, lines, lambda fnmr: 1 - fnmr)
        _logarithmic(axes, "x", floor)
        axes.set(
            ylim=(0, 1.02), xlabel="other people taken for the person (FMR)", ylabel="the person recognised (1 - FNMR)"
        )
        percent_axis(axes, "y")
        legend_above(axes)

    described = "The share of pairs of one person that are accepted against the false match rate, a line for each path."
    return plot("roc", "ROC curves", described, draw)


def _floor(lines: Sequence[Line], which: int) -> float:
    """Half of the smallest rate that the pairs of that kind can show."""
    return 0.5 / max((line.pairs[which] for line in lines), default=1)


def _step(axes: Axes, index: int, line: Line, heights: NDArray[np.float64], floors: tuple[float, float]) -> None:
    # A logarithmic axis has no place for 0: what lies there runs along the edge.
    across, up = np.maximum(line.curve.fmr, floors[0]), np.maximum(heights, floors[1])
    kept = _seen(across, up)
    # From one point to the next, FMR rises first: a threshold between both still has the old FNMR.
    axes.plot(across[kept], up[kept], drawstyle="steps-post", label=label(line.label), **series_style(index))


def _seen(across: NDArray[np.float64], up: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points of a monotonous line show, and not only repeat the one before."""
    height = np.log(up) if up.min() > 0 else up * 7
    places = np.column_stack([np.log(across) / np.log(1e3), height / np.log(1e3)]) * _STEPS
    rounded = np.floor(places)
    changed = np.any(rounded[1:] != rounded[:-1], axis=1)
    # Both ends of a change: what lies between them would be drawn as a slope.
    return np.asarray(np.append(True, changed) | np.append(changed, True), bool)


def _marks(axes: Axes, lines: Sequence[Line], height: Callable[[float], float]) -> None:
    for index, line in enumerate(lines):
        points = [(fmr, height(fnmr)) for fmr, fnmr in line.marks if fmr > 0]
        if points:
            across, up = zip(*points, strict=True)
            colour = series_style(index)["color"]
            axes.scatter(across, up, s=34, zorder=4, facecolor=PAPER, edgecolor=colour, linewidth=1.8)


def _logarithmic(axes: Axes, which: str, floor: float) -> None:
    """From half of the smallest rate that is measured to 100 %."""
    set_scale, set_limits = (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    set_scale("log")
    set_limits(floor, 1.0)
    powers = floor < 1 / _WIDE
    ticks = [tick for tick in _TICKS if tick >= floor and (not powers or round(np.log10(tick), 6).is_integer())]
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(ticks))
    percent_axis(axes, which)
