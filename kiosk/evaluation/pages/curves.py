"""Plots of both errors over all thresholds: DET, ROC, histograms of distances, and strangers against members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from kiosk.evaluation.pages.plots import (
    DASHES,
    GENUINE,
    IMPOSTOR,
    INK,
    MARK,
    MUTED,
    PAPER,
    Plot,
    label,
    legend_above,
    percent_axis,
    plot,
    series_style,
)
from kiosk.evaluation.pages.wording import distance, noun
from kiosk.evaluation.rates import Curve

_STEPS = 400  # visible places along an axis
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
_WIDE = 1e4  # ratio of both ends from which only powers of ten are labelled


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The curve of one path, and its operating points."""

    label: str
    curve: Curve
    pairs: tuple[int, int]  # genuine, impostor
    marks: tuple[tuple[float, float], ...] = ()  # FMR, FNMR


def det(lines: Sequence[Line]) -> Plot:
    """Draw FNMR against FMR on logarithmic axes: lower is better."""

    def draw(axes: Axes) -> None:
        floors = _floor(lines, 1), _floor(lines, 0)
        axes.plot([1e-9, 1], [1e-9, 1], color=MUTED, linewidth=1, linestyle=(0, (1, 2)), label="_both equal")
        for index, line in enumerate(lines):
            _step(axes, index, line, line.curve.fnmr, floors)
        _marks(axes, lines, lambda fnmr: fnmr)
        for which, floor in zip("xy", floors, strict=True):
            _logarithmic(axes, which, floor)
        axes.set(xlabel="other people accepted (FMR)", ylabel="the person not recognised (FNMR)")
        legend_above(axes)

    described = "The false non-match rate against the false match rate on logarithmic axes, a line for each path."
    return plot("det", "DET curves", described, draw)


def roc(lines: Sequence[Line]) -> Plot:
    """Draw 1 - FNMR against FMR on a logarithmic axis: higher is better."""

    def draw(axes: Axes) -> None:
        floor = _floor(lines, 1)
        chance = np.geomspace(floor, 1, 100)
        axes.plot(chance, chance, color=MUTED, linewidth=1, linestyle=(0, (1, 2)), label="_by chance")
        axes.annotate("dotted: by chance", (0.98, 0.04), xycoords="axes fraction", color=MUTED, ha="right", fontsize=11)
        for index, line in enumerate(lines):
            _step(axes, index, line, 1 - line.curve.fnmr, (floor, 0.0))
        _marks(axes, lines, lambda fnmr: 1 - fnmr)
        _logarithmic(axes, "x", floor)
        axes.set(ylim=(0, 1.02), xlabel="other people accepted (FMR)", ylabel="the person recognised (1 - FNMR)")
        percent_axis(axes, "y")
        legend_above(axes)

    described = "The share of pairs of one person that are accepted against the false match rate, a line for each path."
    return plot("roc", "ROC curves", described, draw)


def _floor(lines: Sequence[Line], which: int) -> float:
    """Return half of the smallest rate that pairs of that kind can show."""
    return 0.5 / max((line.pairs[which] for line in lines), default=1)


def _step(axes: Axes, index: int, line: Line, heights: NDArray[np.float64], floors: tuple[float, float]) -> None:
    # A logarithmic axis has no 0: rates of 0 are drawn along the edge.
    across, up = np.maximum(line.curve.fmr, floors[0]), np.maximum(heights, floors[1])
    kept = _seen(across, up)
    # Between two points FMR rises first: a threshold in between has the old FNMR.
    axes.plot(across[kept], up[kept], drawstyle="steps-post", label=label(line.label), **series_style(index))


def _seen(across: NDArray[np.float64], up: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points of a monotonic line are visible."""
    height = np.log(up) if up.min() > 0 else up * 7
    places = np.column_stack([np.log(across) / np.log(1e3), height / np.log(1e3)]) * _STEPS
    rounded = np.floor(places)
    changed = np.any(rounded[1:] != rounded[:-1], axis=1)
    # Keep both ends of a change, or it would be drawn as a slope.
    return np.asarray(np.append(True, changed) | np.append(changed, True), bool)


def _marks(axes: Axes, lines: Sequence[Line], height: Callable[[float], float]) -> None:
    for index, line in enumerate(lines):
        points = [(fmr, height(fnmr)) for fmr, fnmr in line.marks if fmr > 0]
        if points:
            across, up = zip(*points, strict=True)
            colour = series_style(index)["color"]
            axes.scatter(across, up, s=34, zorder=4, facecolor=PAPER, edgecolor=colour, linewidth=1.8)


def _logarithmic(axes: Axes, which: str, floor: float) -> None:
    """Scale an axis from the floor to 100 %."""
    set_scale, set_limits = (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    set_scale("log")
    set_limits(floor, 1.0)
    powers = floor < 1 / _WIDE
    ticks = [tick for tick in _TICKS if tick >= floor and (not powers or round(np.log10(tick), 6).is_integer())]
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(ticks))
    percent_axis(axes, which)


_MOST_BINS = 60
_PAIRS_A_BIN = 8  # with fewer the histogram is too rough
_SHARES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
_ROOM_FOR_LABEL = 0.4  # of the width of the axes
_NEAREST_TICKS = 0.09  # of the height of the axes, as square roots


def distances(
    name: str,
    title: str,
    genuine: NDArray[np.floating],
    impostor: NDArray[np.floating],
    thresholds: Sequence[tuple[str, float]],
) -> Plot:
    """Draw histograms of both kinds of distances, and thresholds as (name, distance).

    The vertical scale is a square root, so that the few pairs on the wrong side of a threshold can be seen.
    """
    kinds = [
        ("of one person", "pair", GENUINE, _finite(genuine)),
        ("of two people", "pair", IMPOSTOR, _finite(impostor)),
    ]

    def draw(axes: Axes) -> None:
        edges = _edges([values for *_, values in kinds], [at for _, at in thresholds])
        tallest = 0.0
        for of_whom, what, colour, values in kinds:
            if not len(values):
                continue
            shares = np.histogram(values, edges)[0] / len(values)
            tallest = max(tallest, float(shares.max()))
            text = f"{noun(len(values), what)} {of_whom}"
            axes.stairs(shares, edges, fill=True, color=colour, alpha=0.3, linewidth=0)
            axes.stairs(shares, edges, color=colour, linewidth=1.8, label=text)
        _share_axis(axes, tallest or 1.0)
        axes.set_xlim(edges[0], edges[-1])
        for index, (what_for, at) in enumerate(sorted(thresholds, key=lambda one: one[1])):
            left = index < len(thresholds) / 2 and at > edges[0] + _ROOM_FOR_LABEL * (edges[-1] - edges[0])
            _threshold(axes, f"{what_for} {distance(at)}".strip(), at, index, left=left)
        axes.set(xlabel="distance (closer is more alike)", ylabel="share of the pairs")
        legend_above(axes)

    at = ", ".join(f"{what_for} {distance(value)}" for what_for, value in thresholds)
    return plot(name, title, f"Histograms of the distances of pairs of one person and of two. Threshold: {at}.", draw)


def _finite(values: NDArray[np.floating]) -> NDArray[np.float64]:
    given = np.asarray(values, np.float64)
    return given[np.isfinite(given)]


def _edges(kinds: Sequence[NDArray[np.float64]], thresholds: Sequence[float]) -> NDArray[np.float64]:
    everything = np.concatenate([*kinds, [at for at in thresholds if np.isfinite(at)]])
    if not len(everything):
        return np.linspace(0, 1, 11)
    fewest = min((len(values) for values in kinds if len(values)), default=1)
    low, high = float(everything.min()), float(everything.max())
    border = 0.04 * (high - low) or 0.5
    return np.linspace(max(low - border, 0.0), high + border, 1 + min(max(fewest // _PAIRS_A_BIN, 8), _MOST_BINS))


def _share_axis(axes: Axes, tallest: float) -> None:
    top = 1.22 * tallest  # room for the names of the thresholds
    axes.set_yscale("function", functions=(lambda value: np.sqrt(np.maximum(value, 0)), np.square))
    axes.set_ylim(0, top)
    ticks = [0.0]
    for share in _SHARES:
        if share <= tallest * 1.05 and np.sqrt(share / top) - np.sqrt(ticks[-1] / top) >= _NEAREST_TICKS:
            ticks.append(share)
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    percent_axis(axes, "y")


def _threshold(axes: Axes, text: str, at: float, index: int, *, left: bool) -> None:
    if not np.isfinite(at):
        return
    axes.axvline(at, color=MARK, linewidth=1.6, linestyle=DASHES[index % len(DASHES)])
    axes.annotate(
        text,
        (at, 1),
        (-5 if left else 5, -12 - 16 * index),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right" if left else "left",
        color=INK,
        fontsize=11,
    )


_LEAST_RATE = 1e-12  # a logarithmic axis has no 0
_BELOW_ASKED = 2  # powers of ten


def trade_off(
    name: str,
    title: str,
    thresholds: NDArray[np.float64],
    strangers: NDArray[np.float64],
    members: NDArray[np.float64],
    *,
    asked: float | None,
    marks: Sequence[tuple[str, float]],
) -> Plot:
    """Draw both error rates of visits against the threshold; marks are named thresholds."""

    def draw(axes: Axes) -> None:
        strange, refused = np.maximum(strangers, _LEAST_RATE), np.maximum(members, _LEAST_RATE)
        axes.plot(thresholds, strange, color=IMPOSTOR, label="a stranger is let in")
        axes.plot(thresholds, refused, color=GENUINE, linestyle=DASHES[1], label="a member is refused")
        for index, (mark, at) in enumerate(marks):
            dashes = DASHES[index % len(DASHES)]
            axes.axvline(at, color=MARK, linewidth=1.4, linestyle=dashes, label=f"{mark} {distance(at)}")
        _rate_axis(axes, asked or _least(strangers, members))
        if asked is not None:
            _line_at(axes, asked)
        axes.set(xlim=(thresholds[0], thresholds[-1]), xlabel="threshold (distance)", ylabel="share of the visits")
        legend_above(axes)

    named = ", ".join(f"{mark} {distance(at)}" for mark, at in marks)
    described = f"How often strangers are let in and members refused, against the threshold. Marked: {named}."
    return plot(name, title, described, draw)


def _least(*rates: NDArray[np.float64]) -> float:
    """Return ten times the smallest rate above 0."""
    seen = np.concatenate(rates)
    return 10 * float(min(seen[seen > 0], default=1e-2))


def _rate_axis(axes: Axes, rate: float) -> None:
    """Scale the axis from two powers of ten below a rate."""
    power = int(np.floor(np.log10(max(rate, _LEAST_RATE)))) - _BELOW_ASKED
    axes.set_yscale("log")
    axes.set_ylim(10.0**power, 1)
    axes.yaxis.set_major_locator(FixedLocator([10.0**one for one in range(power, 1)]))
    percent_axis(axes, "y")


def _line_at(axes: Axes, rate: float) -> None:
    axes.axhline(rate, color=MUTED, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(
        "asked",
        (1, rate),
        (-3, 4),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=MUTED,
        fontsize=11,
    )
