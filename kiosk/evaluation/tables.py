"""The figures of a run as tables, with 95 % intervals and counts: for the screen and for the report page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from kiosk.evaluation.intervals import Interval, Rate
from kiosk.evaluation.lfw import LfwResult
from kiosk.evaluation.open_set import OpenSetResult
from kiosk.evaluation.rates import OperatingPoint
from kiosk.evaluation.results import EvaluationReport, PathLabel, Result
from kiosk.evaluation.visits import VisitsResult


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row."""

    kind: ClassVar[str] = "table"  # on a page
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def path_name(label: PathLabel) -> str:
    """Return the name of a path in tables and plots."""
    return f"{label} (peer)" if label.peer else str(label)


def result_table(report: EvaluationReport) -> Table:
    """Return the figures of all paths of the report."""
    if pairs := [one for one in report.results if isinstance(one, LfwResult)]:
        return _pairs(pairs)
    if searches := [one for one in report.results if isinstance(one, OpenSetResult)]:
        return _searches(searches)
    return _visits([one for one in report.results if isinstance(one, VisitsResult)])


def _pairs(results: Sequence[LfwResult]) -> Table:
    rows = []
    for one in results:
        found = one.verification
        error = "" if found.accuracy.standard_error is None else f" ± {found.accuracy.standard_error:.2%}"
        rows.append(
            (
                path_name(one.path),
                f"{found.accuracy.value:.2%}{error} {_interval(found.accuracy.interval)}",
                f"{found.accuracy_acquired.value:.2%}",
                f"{found.threshold:.4f}",
                f"{found.area.value:.5f}",
                f"{found.equal_error.value:.2%}",
                *map(_point, found.points),
            )
        )
    points = [f"FNMR at FMR {point.fmr_asked:.2g}" for point in results[0].verification.points]
    notes = [
        f"{results[0].pairs} pairs of {results[0].people} people; {results[0].folds}.",
        "A pair with a picture without a face counts as an error in the accuracy, as a non-match in the FNMR of",
        'one person, and is left out of "of acquired pairs", the area and the equal error rate.',
    ]
    if any(not point.is_carried for one in results for point in one.verification.points):
        notes.append("* no pair of two people is below this threshold: there are too few pairs for such a rate.")
    return Table(("path", "accuracy", "of acquired pairs", "threshold", "area", "equal error", *points), rows, notes)


def _point(point: OperatingPoint) -> str:
    return f"{_rate(point.fnmr)} at {point.threshold:.4f}{'' if point.is_carried else ' *'}"


def _searches(results: Sequence[OpenSetResult]) -> Table:
    rows = [
        (
            path_name(one.path),
            str(row.people),
            str(row.templates),
            f"{row.point.fpir_asked:.2%}",
            _rate(row.point.fnir),
            _rate(row.point.wrong_person),
            "-" if row.rank_one is None else f"{row.rank_one:.2%}",
            f"{row.point.threshold:.4f}",
            f"{row.point.fpir.errors} of {row.point.fpir.trials}, {row.strangers} people",
        )
        for one in results
        for row in one.rows
    ]
    seeds = results[0].rows[0].seeds
    note = f"N people with K pictures each are enrolled, drawn {seeds} times; errors are counted over all."
    headings = ("path", "N", "K", "FPIR", "FNIR", "wrong person", "rank one", "threshold", "strangers behind it")
    return Table(headings, rows, [note, *_left_out(results)])


def _visits(results: Sequence[VisitsResult]) -> Table:
    rows = [
        (
            path_name(one.path),
            *map(str, (row.kind, row.people, row.templates, row.frames)),
            f"{row.door.threshold:.4f}",
            *map(_rate, (row.strangers_granted, row.wrong_person_granted, row.members_refused, row.members_undecided)),
            ", ".join(f"{name} {frames:g}" for name, frames in row.frames_needed.items()) or "-",
        )
        for one in results
        for row in one.rows
    ]
    notes = ["still: frames of one picture, moved, lit and blurred; pictures: of several pictures; clips: of a video."]
    for first in results[0].rows[:1]:
        rule, margin = first.door.rule, first.door.margin
        notes.insert(0, f"{rule.k} of {rule.n} frames, margin {margin:.4f}; {first.seeds} galleries of each size.")
        notes.append("Of two rows, the second has the highest threshold at which none of these strangers was let in.")
    granted = ("strangers granted", "wrong person granted", "members refused", "undecided")
    return Table(
        ("path", "visits", "N", "K", "frames", "threshold", *granted, "frames needed"),
        rows,
        [*notes, *_left_out(results)],
    )


def _left_out(results: Sequence[OpenSetResult | VisitsResult]) -> list[str]:
    return [f"left out: {reason}" for reason in dict.fromkeys(reason for one in results for reason in one.left_out)]


def acquisition_table(results: Sequence[Result]) -> Table:
    """Return the pictures that gave no embedding, with reasons, and the median times."""
    rows = []
    for one in results:
        found = one.acquisition
        reasons = ", ".join(f"{reason} {count}" for reason, count in found.failures.items())
        spent = ", ".join(f"{stage} {milliseconds:.1f}" for stage, milliseconds in found.milliseconds.items())
        rows.append((path_name(one.path), str(found.pictures), _rate(found.rate), reasons or "-", spent or "-"))
    return Table(("path", "pictures", "failure to acquire", "reasons", "ms a picture"), rows)


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "-"
    return f"{rate.value:.2%} ({rate.errors} of {rate.trials}) {_interval(rate)}"


def _interval(interval: Interval | Rate) -> str:
    return f"[{interval.low:.2%}, {interval.high:.2%}]"
