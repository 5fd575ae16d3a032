"""Plot of a training run: loss and accuracy over the steps, and distances between pictures of people held out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.training.checkpoint import Row

_BLUE, _ORANGE = "#1f6fb4", "#d9660a"
_BINS: Final = 40


def plot(path: Path, rows: Sequence[Row], same: NDArray[np.float64], different: NDArray[np.float64]) -> None:
    """Write an SVG with the log and the distances of pairs of one person and of two people."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - of the extra [training]

    figure = Figure(figsize=(7, 9), layout="constrained")
    learning, verification, distances = figure.subplots(3)
    steps = [row.step for row in rows]
    for axes, title, left, right in (
        (learning, "Learning", "loss", "zero_loss"),
        (verification, "Verification of people held out", "accuracy", "learning_rate"),
    ):
        axes.set(title=title, xlabel="step")
        for each, name, colour in ((axes, left, _BLUE), (axes.twinx(), right, _ORANGE)):
            each.plot(steps, [getattr(row, name) for row in rows], color=colour)
            each.set_ylabel(name.replace("_", " "), color=colour)
    distances.set(title="Distances between pictures of people held out", xlabel="distance", ylabel="part of the pairs")
    for found, name, colour in ((same, "one person", _BLUE), (different, "two people", _ORANGE)):
        shares = np.full(len(found), 1 / max(len(found), 1))
        distances.hist(found, _BINS, range=(0, 2), weights=shares, histtype="step", color=colour, label=name)
    distances.legend()
    figure.savefig(path, format="svg")
