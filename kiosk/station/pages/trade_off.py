"""How often a door errs at each threshold: what keeps strangers out also keeps members waiting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from kiosk.station.pages.plots import DASHES, GENUINE, IMPOSTOR, MARK, MUTED, Plot, legend_above, percent_axis, plot
from kiosk.station.pages.wording import distance

_LEAST_RATE = 1e-12  # a logarithmic axis has no place for 0
_BELOW_ASKED = 2  # powers of ten


def trade_off(
    thresholds: NDArray[np.float64],
    strangers: NDArray[np.float64],
    members: NDArray[np.float64],
    *,
    asked: float,
    marks: Sequence[tuple[str, float]],
) -> Plot:
    """Both rates, of visits, against the threshold; marks are thresholds with their names."""

    def draw(axes: Axes) -> None:
        strange, refused = np.maximum(strangers, _LEAST_RATE), np.maximum(members, _LEAST_RATE)
        axes.plot(thresholds, strange, color=IMPOSTOR, label="a stranger is let in")
        axes.plot(thresholds, refused, color=GENUINE, linestyle=DASHES[1], label="a member is refused")
        for index, (name, at) in enumerate(marks):
            dashes = DASHES[index % len(DASHES)]
            axes.axvline(at, color=MARK, linewidth=1.4, linestyle=dashes, label=f"{name} {distance(at)}")
        _asked(axes, asked)
        axes.set(xlim=(thresholds[0], thresholds[-1]), xlabel="threshold (distance)", ylabel="share of the visits")
        legend_above(axes)

    named = ", ".join(f"{name} {distance(at)}" for name, at in marks)
    described = f"How often strangers are let in and members refused, against the threshold. Marked: {named}."
    return plot("trade-off", "At every threshold", described, draw)


def _asked(axes: Axes, rate: float) -> None:
    """The rate that was asked for as a line, and the axis around it."""
    power = int(np.floor(np.log10(max(rate, _LEAST_RATE)))) - _BELOW_ASKED
    axes.set_yscale("log")
    axes.set_ylim(10.0**power, 1)
    axes.yaxis.set_major_locator(FixedLocator([10.0**one for one in range(power, 1)]))
    percent_axis(axes, "y")
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
