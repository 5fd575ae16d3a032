"""How far apart pictures of one person and of two are, and where the threshold stands between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from kiosk.evaluation.pages.plots import DASHES, GENUINE, IMPOSTOR, INK, MARK, Plot, legend_above, percent_axis, plot
from kiosk.evaluation.pages.wording import distance, noun

_MOST_BINS = 60
_PAIRS_A_BIN = 8  # fewer make a comb of a histogram
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
    """Both kinds of distances, with thresholds as (what it is for, where).

    The heights are square roots, so that the few pairs on the wrong side of a threshold can be seen.
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
    top = 1.22 * tallest  # room for what is written at the thresholds
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
