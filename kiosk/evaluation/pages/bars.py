"""Horizontal bars, a row for each path: milliseconds by stage, failures to acquire by reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes

from kiosk.evaluation.pages.plots import INK, PAPER, SERIES, WIDTH_PX, Plot, label, legend_above, percent_axis, plot
from kiosk.evaluation.pages.wording import milliseconds, percent

_ROW_PX, _FRAME_PX, _LEGEND_PX = 46, 66, 18  # height of a bar with its gap; of the axis and its name; of a name
_HATCHES = ("", "///", "...", "\\\\\\", "xxx", "++")


def stages(rows: Sequence[tuple[str, Mapping[str, float]]]) -> Plot:
    """Milliseconds a picture, stage after stage."""
    return _stacked("milliseconds", "Milliseconds a picture", rows, "milliseconds a picture, on one core", milliseconds)


def failures(rows: Sequence[tuple[str, Mapping[str, float]]]) -> Plot:
    """Pictures that gave no embedding, by reason, as shares of all pictures."""
    return _stacked("failures", "Pictures without an embedding", rows, "share of the pictures", percent)


def _stacked(
    name: str, title: str, rows: Sequence[tuple[str, Mapping[str, float]]], axis: str, written: Callable[[float], str]
) -> Plot:
    parts = list(dict.fromkeys(part for _, values in rows for part in values))

    def draw(axes: Axes) -> None:
        starts = [0.0] * len(rows)
        for index, part in enumerate(parts):
            sizes = [values.get(part, 0.0) for _, values in rows]
            colour, hatch = SERIES[index % len(SERIES)], _HATCHES[index // len(SERIES) % len(_HATCHES)]
            axes.barh(
                range(len(rows)), sizes, 0.56, starts, color=colour, edgecolor=PAPER, hatch=hatch, label=label(part)
            )
            starts = [start + size for start, size in zip(starts, sizes, strict=True)]
        for row, total in enumerate(starts):
            axes.annotate(f" {written(total)}", (total, row), va="center", color=INK, fontsize=11.5)
        axes.set_yticks(range(len(rows)), [label(of) for of, _ in rows])
        axes.set(xlim=(0, 1.22 * max([*starts, 1e-9])), ylim=(len(rows) - 0.5, -0.5), xlabel=axis)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        if written is percent:
            percent_axis(axes, "x")
        legend_above(axes)

    height = _FRAME_PX + _ROW_PX * len(rows) + _LEGEND_PX * len(parts)
    described = f"{title}: a bar for each path, divided into {', '.join(parts) or 'nothing'}."
    return plot(name, title, described, draw, (WIDTH_PX, height))
