"""Sections that all protocols share: failed pictures, times, and the worst pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes

from kiosk.domain import Rejection
from kiosk.evaluation.pages.page import Item, Plots, PortraitPair, PortraitPairs, Section, Table, Thumbnails, section
from kiosk.evaluation.pages.plots import INK, PAPER, SERIES, WIDTH_PX, Plot, label, legend_above, percent_axis, plot
from kiosk.evaluation.pages.wording import (
    NOTHING,
    Cell,
    count,
    distance,
    milliseconds,
    path_name,
    percent,
    rate_cell,
    shortened,
)
from kiosk.evaluation.results import Acquisition, EvaluationReport, PathLabel, Result, WorstPair
from kiosk.vision.quality import in_words

_ROW_PX, _FRAME_PX, _LEGEND_PX = 46, 66, 18  # height of a bar with its gap; of the axis and its name; of a name
_HATCHES = ("", "///", "...", "\\\\\\", "xxx", "++")


def stages(rows: Sequence[tuple[str, Mapping[str, float]]]) -> Plot:
    """Draw the milliseconds of each stage."""
    return _stacked("milliseconds", "Milliseconds a picture", rows, "milliseconds a picture, on one core", milliseconds)


def failures(rows: Sequence[tuple[str, Mapping[str, float]]]) -> Plot:
    """Draw the share of pictures without an embedding, by reason."""
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


_SHOWN_ALONE, _SHOWN_AMONG_OTHERS = 12, 6  # worst pairs of a kind


def acquisition_section(results: Sequence[Result]) -> tuple[Section, ...]:
    """Return failures by reason and milliseconds by stage, as bars and as a table."""
    rows = [(path_name(result.path), result.acquisition) for result in results if result.acquisition.pictures]
    if not rows:
        return ()
    plots = []
    if any(acquired.milliseconds for _, acquired in rows):
        taken = stages(
            [(name, {_words(part): one for part, one in acquired.milliseconds.items()}) for name, acquired in rows]
        )
        plots.append((taken, "Median milliseconds of each stage, when a picture was first encoded."))
    if any(acquired.failures for _, acquired in rows):
        failed = failures([(name, _shares(acquired)) for name, acquired in rows])
        plots.append((failed, "Pictures that gave no face to compare, by reason."))
    items: list[Item] = [Plots(tuple(plots))] if plots else []
    return section("pictures", "Failed pictures, and times", [*items, _table(rows)])


def worst_section(
    report: EvaluationReport, paths: Sequence[tuple[PathLabel, Sequence[WorstPair]]], kinds: tuple[str, str]
) -> tuple[Section, ...]:
    """Return the worst pairs of each path with their pictures; `kinds` are the captions of genuine and other pairs."""
    thumbnails = Thumbnails(report.folder)
    most = _SHOWN_ALONE if len(paths) == 1 else _SHOWN_AMONG_OTHERS
    items: list[Item] = []
    for path, pairs in paths:
        for same, caption in zip((True, False), kinds, strict=True):
            worst = [pair for pair in pairs if pair.same == same][:most]
            if worst:
                named = caption if len(paths) == 1 else f"{path_name(path)}: {caption}"
                items.append(PortraitPairs(named, tuple(_pair(pair, thumbnails) for pair in worst)))
    return section("worst", "The worst pairs", items)


def _pair(worst: WorstPair, thumbnails: Thumbnails) -> PortraitPair:
    portraits = tuple(thumbnails.portrait(picture, _named(picture)) for picture in (worst.picture_a, worst.picture_b))
    said = "apart; the data says: one person" if worst.same else "apart; the data says: two people"
    return PortraitPair(portraits, distance(worst.distance), said, "plain" if worst.same else "warn")


def _named(picture: str) -> str:
    """Return "Ada Lovelace 0001" for Ada_Lovelace/Ada_Lovelace_0001.jpg, "Ada, 3" for Ada/3.jpg."""
    person, _, file = picture.rpartition("/")
    stem = file.rpartition(".")[0] or file
    name = stem if not person or stem.startswith(person) else f"{person}, {stem}"
    return shortened(name.replace("_", " "), 60)


def _shares(acquired: Acquisition) -> dict[str, float]:
    return {_words(reason): failed / acquired.pictures for reason, failed in acquired.failures.items()}


def _words(name: str) -> str:
    return in_words(Rejection(name)) if name in {one.value for one in Rejection} else name.replace("_", " ")


def _table(rows: Sequence[tuple[str, Acquisition]]) -> Table:
    reasons = list(dict.fromkeys(reason for _, acquired in rows for reason in acquired.failures))
    body: tuple[tuple[Cell | str, ...], ...] = tuple(
        (
            name,
            Cell(count(acquired.pictures)),
            rate_cell(acquired.rate),
            *(Cell(count(acquired.failures.get(reason, 0)), _share(acquired, reason)) for reason in reasons),
            Cell(milliseconds(sum(acquired.milliseconds.values())) if acquired.milliseconds else NOTHING),
        )
        for name, acquired in rows
    )
    headings = ("Path", "Pictures", "Failures to acquire", *map(_words, reasons), "A picture takes")
    note = "Times are medians on one core, from when the pictures were first read."
    return Table("Failures to acquire by reason, with 95 % intervals.", headings, body, note)


def _share(acquired: Acquisition, reason: str) -> str:
    failed = acquired.failures.get(reason, 0)
    return percent(failed / acquired.pictures) if failed else ""
