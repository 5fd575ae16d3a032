"""What an evaluation found, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from kiosk.cli.output import print_table

if TYPE_CHECKING:
    from kiosk.evaluation.protocols.results import (
        Acquisition,
        EvaluationReport,
        LfwResult,
        OpenSetResult,
        OpenSetRow,
        VisitsResult,
        VisitsRow,
    )
    from kiosk.evaluation.rates.intervals import Interval, Rate
    from kiosk.evaluation.rates.rates import OperatingPoint

_OPEN_SET = ("path", "N", "K", "FPIR", "FNIR", "wrong person", "rank one", "threshold", "strangers behind it")
_VISITS = (
    "path",
    "visits",
    "N",
    "K",
    "frames",
    "threshold",
    "strangers granted",
    "wrong person granted",
    "members refused",
    "undecided",
    "frames needed",
)


def tell(report: EvaluationReport) -> None:
    """All figures with their intervals (95 %) and the counts behind them."""
    from kiosk.evaluation.protocols.results import LfwResult, OpenSetResult, VisitsResult

    results = report.results
    if pairs := [one for one in results if isinstance(one, LfwResult)]:
        _tell_pairs(pairs)
    if searches := [one for one in results if isinstance(one, OpenSetResult)]:
        _tell_searches(searches)
    if visits := [one for one in results if isinstance(one, VisitsResult)]:
        _tell_visits(visits)
    _tell_acquisition([(str(one.path), one.acquisition) for one in results])
    typer.echo(f"seed {report.seed}, {report.seconds:.1f} s")


def _tell_pairs(results: Sequence[LfwResult]) -> None:
    points = [_named(point.fmr_asked) for point in results[0].points]
    headings = ("path", "accuracy", "of acquired pairs", "threshold", "area", "equal error", *points)
    print_table(headings, [_pairs_cells(one) for one in results])
    first = results[0]
    typer.echo(f"{first.pairs} pairs of {first.people} people; {first.folds}.")
    typer.echo("A pair with a picture without a face counts as an error in the accuracy, as a non-match in the FNMR of")
    typer.echo('one person, and is left out of "of acquired pairs", the area and the equal error rate.')
    if any(not point.is_carried for one in results for point in one.points):
        typer.echo("* no pair of two people stands behind this threshold: there are too few for such a rate.")


def _pairs_cells(one: LfwResult) -> tuple[str, ...]:
    error = "" if one.accuracy_error is None else f" ± {one.accuracy_error:.2%}"
    return (
        str(one.path),
        f"{one.accuracy:.2%}{error} {_interval(one.accuracy_interval)}",
        f"{one.accuracy_acquired:.2%}",
        f"{one.threshold:.4f}",
        f"{one.area:.5f}",
        f"{one.equal_error_rate:.2%}",
        *map(_point, one.points),
    )


def _named(rate: float) -> str:
    return f"FNMR at FMR {rate:.2g}"


def _point(point: OperatingPoint) -> str:
    return f"{_rate(point.fnmr)} at {point.threshold:.4f}{'' if point.is_carried else ' *'}"


def _tell_searches(results: Sequence[OpenSetResult]) -> None:
    print_table(_OPEN_SET, [_search_cells(str(one.path), row) for one in results for row in one.rows])
    first = results[0].rows[0]
    typer.echo(f"N people with K pictures each are enrolled, {first.seeds} times anew; errors are counted over all.")
    _tell_left_out(results)


def _search_cells(path: str, row: OpenSetRow) -> tuple[str, ...]:
    rank_one = row.rank_one
    return (
        path,
        str(row.people),
        str(row.templates),
        f"{row.fpir_asked:.2%}",
        _rate(row.fnir),
        _rate(row.wrong_person),
        "-" if rank_one is None else f"{rank_one:.2%}",
        f"{row.threshold:.4f}",
        f"{row.strangers_behind} of {row.fpir.trials}, {row.strangers} people",
    )


def _tell_visits(results: Sequence[VisitsResult]) -> None:
    print_table(_VISITS, [_visit_cells(str(one.path), row) for one in results for row in one.rows])
    first = results[0].rows[0] if results[0].rows else None
    if first is not None:
        typer.echo(f"{first.k} of {first.n} frames, margin {first.margin:.4f}; {first.seeds} galleries of each size.")
        typer.echo(
            "still: frames of one picture, moved, lit and blurred; pictures: of several pictures; clips: of a video."
        )
        typer.echo("Of two rows the second is at the highest threshold at which none of these strangers was let in.")
    _tell_left_out(results)


def _visit_cells(path: str, row: VisitsRow) -> tuple[str, ...]:
    needed = ", ".join(f"{name} {frames:g}" for name, frames in row.frames_needed.items())
    rates = (row.strangers_granted, row.wrong_person_granted, row.members_refused, row.members_undecided)
    sizes = (row.people, row.templates, row.frames)
    return (path, row.kind, *map(str, sizes), f"{row.threshold:.4f}", *map(_rate, rates), needed or "-")


def _tell_left_out(results: Sequence[OpenSetResult | VisitsResult]) -> None:
    for reason in dict.fromkeys(reason for one in results for reason in one.left_out):
        typer.echo(f"left out: {reason}")


def _tell_acquisition(rows: Sequence[tuple[str, Acquisition]]) -> None:
    print_table(
        ("path", "pictures", "failure to acquire", "reasons", "ms a picture"), [_acquired(*row) for row in rows]
    )


def _acquired(path: str, found: Acquisition) -> tuple[str, ...]:
    reasons = ", ".join(f"{reason} {count}" for reason, count in found.failures.items())
    spent = ", ".join(f"{stage} {milliseconds:.1f}" for stage, milliseconds in found.milliseconds.items())
    return path, str(found.pictures), _rate(found.rate), reasons or "-", spent or "-"


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "-"
    return f"{rate.value:.2%} ({rate.errors} of {rate.trials}) {_interval(rate)}"


def _interval(interval: Interval | Rate) -> str:
    return f"[{interval.low:.2%}, {interval.high:.2%}]"
