"""How often a door errs at each threshold: what keeps strangers out also keeps members waiting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from kiosk.evaluation.pages.plots import DASHES, GENUINE, IMPOSTOR, MARK, MUTED, Plot, legend_above, percent_axis, plot
from kiosk.evaluation.pages.wording import distance

_LEAST_RATE = 1e-12  # a logarithmic axis has no place for 0
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
    """Both rates, of visits, against the threshold; marks are thresholds with their names."""

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
    """The smallest rate that was seen; ten times that of which an axis goes below."""
    seen = np.concatenate(rates)
    return 10 * float(min(seen[seen > 0], default=1e-2))


def _rate_axis(axes: Axes, rate: float) -> None:
    """From two powers of ten below a rate."""
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
