"""A run as a picture: what happened over the steps, and how far pictures of people are apart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kiosk.training.checkpoint import Row

_WIDTH, _HEIGHT = 640, 300  # px of one chart
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 60, 40, 50  # px around the axes
_TICKS: Final = 5
_BLUE, _ORANGE = "#1f6fb4", "#d9660a"
_BINS: Final = 40

Points = Sequence[tuple[float, float]]


def plot(rows: Sequence[Row], same: NDArray[np.float64], different: NDArray[np.float64]) -> str:
    """The SVG of a log, and of the distances between pictures of one person and of two."""
    charts = [
        _chart(
            "Learning",
            "step",
            _series("loss", [(row.step, row.loss) for row in rows], _BLUE),
            _series("part of the triplets that cost nothing", [(row.step, row.zero_loss) for row in rows], _ORANGE, 1),
        ),
        _chart(
            "Verification of people held out",
            "step",
            _series("accuracy", [(row.step, row.accuracy) for row in rows], _BLUE, 1),
            _series("learning rate", [(row.step, row.learning_rate) for row in rows], _ORANGE),
        ),
        _chart(
            "Distances between pictures of people held out",
            "distance",
            _series("part of the pairs of one person", _histogram(same), _BLUE),
            _series("part of the pairs of two people", _histogram(different), _ORANGE),
        ),
    ]
    moved = [f'<g transform="translate(0 {number * _HEIGHT})">{chart}</g>' for number, chart in enumerate(charts)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT * len(charts)}" '
        f'width="{_WIDTH}" font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *moved, "</svg>", ""])


def _histogram(distances: NDArray[np.float64]) -> Points:
    counts, edges = np.histogram(distances, _BINS, (0.0, 2.0))
    middles = (edges[:-1] + edges[1:]) / 2
    return list(zip(middles.tolist(), (counts / max(len(distances), 1)).tolist(), strict=True))


class _Series(NamedTuple):
    """A line whose axis goes from 0 to `top`."""

    name: str
    points: Points
    colour: str
    top: float


def _series(name: str, points: Points, colour: str, top: float | None = None) -> _Series:
    """Without a `top`, the largest value is it."""
    return _Series(name, points, colour, top or max((y for _, y in points), default=0.0) or 1.0)


def _chart(title: str, along: str, left: _Series, right: _Series) -> str:
    """Two lines, each with its own axis at its side."""
    last = max((x for series in (left, right) for x, _ in series.points), default=0.0) or 1.0
    across, floor = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM
    ticks = np.linspace(0, 1, _TICKS + 1).tolist()
    parts = [
        _text(_WIDTH / 2, 20, title, "#000"),
        _text(_WIDTH / 2, _HEIGHT - 10, along, "#000"),
        f'<path d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT}V{_TOP}" fill="none" stroke="#555"/>',
        *(_text(_LEFT + tick * across, floor + 18, f"{tick * last:.4g}", "#000") for tick in ticks),
    ]
    for (name, points, colour, top), edge, outward in ((left, _LEFT, -1), (right, _WIDTH - _RIGHT, 1)):
        towards, away = ("start", "end") if outward < 0 else ("end", "start")
        line = " ".join(f"{_LEFT + x / last * across:.1f},{floor - y / top * (floor - _TOP):.1f}" for x, y in points)
        parts += [
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>',
            _text(edge, _TOP - 8, name, colour, towards),
        ]
        parts += [
            _text(edge + 6 * outward, floor - tick * (floor - _TOP) + 4, f"{tick * top:.2g}", colour, away)
            for tick in ticks
        ]
    return "\n".join(parts)


def _text(x: float, y: float, text: str, colour: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
