"""kiosk evaluate: measure error rates on pictures of people, by the field's protocols."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.output import ConfigOption, JsonOption, answering, print_json, print_table, progress_bar, read_config

if TYPE_CHECKING:
    from kiosk.config import ConfigFile
    from kiosk.evaluation.intervals import Interval, Rate
    from kiosk.evaluation.lfw import LfwResult
    from kiosk.evaluation.open_set import OpenSetResult, OpenSetRow
    from kiosk.evaluation.rates import OperatingPoint
    from kiosk.evaluation.results import Acquisition, EvaluationReport
    from kiosk.evaluation.running import EvaluationProtocol, EvaluationSettings
    from kiosk.evaluation.visits import VisitsResult, VisitsRow


class ProtocolName(StrEnum):
    """The protocols."""

    LFW = "lfw"
    OPEN_SET = "open-set"
    VISITS = "visits"


class PeerName(StrEnum):
    """The systems that the kiosk is compared with."""

    DLIB = "dlib"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(answering(evaluate))


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="DIR/<person>/*.jpg")],
    *,
    protocol: Annotated[
        ProtocolName, typer.Option("--protocol", help="Pairs of pictures, a search among N people, or whole visits.")
    ] = ProtocolName.LFW,
    pairs: Annotated[
        Path | None, typer.Option("--pairs", metavar="FILE", help="lfw: the pairs, in the format of LFW's pairs.txt.")
    ] = None,
    training: Annotated[
        Path | None,
        typer.Option("--training", metavar="FILE", help="lfw: other pairs to choose the threshold on; else the folds."),
    ] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            "--encoder",
            metavar="E",
            help="Instead of the configuration's: a name, a+b for two as one, pixels; several times, or with commas.",
        ),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option("--detector", metavar="D", help="Instead of the configuration's; several likewise."),
    ] = None,
    peer: Annotated[
        list[PeerName] | None,
        typer.Option("--peer", metavar="dlib", help="Also measure dlib on the same pictures."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="An option of the configuration, for this run; several times."),
    ] = None,
    gallery: Annotated[
        list[int] | None,
        typer.Option("--gallery", metavar="N", min=1, help="open-set, visits: people enrolled; several times."),
    ] = None,
    templates: Annotated[
        list[int] | None,
        typer.Option(
            "--templates", metavar="K", min=1, help="open-set, visits: pictures of each person; several times."
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option("--seeds", metavar="S", min=1, max=1000, help="open-set, visits: galleries drawn.")
    ] = None,
    frames: Annotated[int, typer.Option("--frames", metavar="F", min=1, max=100, help="visits: frames of each.")] = 5,
    clips: Annotated[
        Path | None,
        typer.Option("--clips", metavar="DIR", help="visits: video clips, <person>/*.mp4; else those in DIR."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**31 - 1, help="Seed of everything that is drawn at random.")
    ] = 0,
    statistics: Annotated[
        bool,
        typer.Option(
            "--statistics", help="Print the section `statistics` for the encoder's spec, of all pictures of DIR."
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="DIR", help="Also write a page with curves and the worst pictures."),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> int:
    """Measure error rates on pictures of people, each with its interval and the counts behind it.

    Embeddings are kept, so that a second run takes seconds.

    Example: kiosk evaluate --protocol lfw --pairs lfw/pairs.txt --peer dlib lfw
    """
    from kiosk.config.file import overridden
    from kiosk.evaluation.running import EvaluationSettings, paths_of
    from kiosk.evaluation.running import evaluate as measure
    from kiosk.evaluation.statistics import measured_statistics

    chosen = overridden(read_config(config), settings or ())
    paths = paths_of(chosen, _each(encoder), _each(detector), dlib=bool(peer))
    if statistics:
        if len(paths) != 1:
            raise typer.BadParameter("--statistics takes one encoder, one detector and no peer")
        with progress_bar("reading pictures") as show:
            text = measured_statistics(folder, paths[0], seed, show)
        typer.echo(text, nl=False)
        return 0
    wanted = EvaluationSettings(
        folder=folder,
        pairs=pairs,
        training=training,
        galleries=tuple(gallery or ()),
        templates=tuple(templates or ()),
        seeds=seeds,
        frames=frames,
        clips=clips,
        seed=seed,
        overrides=tuple(settings or ()),
    )
    _check(protocol, wanted, report)
    with progress_bar("reading pictures") as show:
        found = measure(_protocol(protocol, wanted, chosen), wanted, paths, show)
    if as_json:
        from kiosk.evaluation.results import as_json as in_json

        print_json(in_json(found))
    else:
        tell(found)
    if report is not None:
        from kiosk.evaluation.pages.evaluation import write_report

        typer.echo(f"report: {write_report(report, found)}", err=as_json)
    return 0


def _each(names: Sequence[str] | None) -> list[str]:
    return [name.strip() for listed in names or () for name in listed.split(",") if name.strip()]


def _check(protocol: ProtocolName, settings: EvaluationSettings, report: Path | None) -> None:
    """Raise what is wrong with the options, before minutes are spent."""
    if protocol is ProtocolName.LFW and settings.pairs is None:
        raise typer.BadParameter("--protocol lfw needs --pairs FILE")
    if protocol is ProtocolName.VISITS and len(settings.templates) > 1:
        raise typer.BadParameter("--protocol visits takes --templates once")
    if report is not None:
        from kiosk.evaluation.pages import require_libraries

        require_libraries()
        from kiosk.evaluation.pages.page import check_folder

        check_folder(report)


def _protocol(name: ProtocolName, settings: EvaluationSettings, config: ConfigFile) -> EvaluationProtocol:
    if name is ProtocolName.LFW:
        from kiosk.evaluation.lfw import Lfw

        return Lfw(settings)
    if name is ProtocolName.OPEN_SET:
        from kiosk.evaluation.open_set import OpenSet

        return OpenSet(settings)
    from kiosk.door.decision import RuleSettings
    from kiosk.evaluation.visits import VisitsProtocol

    return VisitsProtocol(settings, RuleSettings(**config.current.decision.model_dump()))


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
    """Print all figures with their 95 % intervals and the counts behind them."""
    from kiosk.evaluation.lfw import LfwResult
    from kiosk.evaluation.open_set import OpenSetResult
    from kiosk.evaluation.visits import VisitsResult

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
    points = [f"FNMR at FMR {point.fmr_asked:.2g}" for point in results[0].verification.points]
    headings = ("path", "accuracy", "of acquired pairs", "threshold", "area", "equal error", *points)
    print_table(headings, [_pairs_cells(one) for one in results])
    first = results[0]
    typer.echo(f"{first.pairs} pairs of {first.people} people; {first.folds}.")
    typer.echo("A pair with a picture without a face counts as an error in the accuracy, as a non-match in the FNMR of")
    typer.echo('one person, and is left out of "of acquired pairs", the area and the equal error rate.')
    if any(not point.is_carried for one in results for point in one.verification.points):
        typer.echo("* no pair of two people is below this threshold: there are too few pairs for such a rate.")


def _pairs_cells(one: LfwResult) -> tuple[str, ...]:
    found = one.verification
    error = "" if found.accuracy.standard_error is None else f" ± {found.accuracy.standard_error:.2%}"
    return (
        str(one.path),
        f"{found.accuracy.value:.2%}{error} {_interval(found.accuracy.interval)}",
        f"{found.accuracy_acquired.value:.2%}",
        f"{found.threshold:.4f}",
        f"{found.area.value:.5f}",
        f"{found.equal_error.value:.2%}",
        *map(_point, found.points),
    )


def _point(point: OperatingPoint) -> str:
    return f"{_rate(point.fnmr)} at {point.threshold:.4f}{'' if point.is_carried else ' *'}"


def _tell_searches(results: Sequence[OpenSetResult]) -> None:
    print_table(_OPEN_SET, [_search_cells(str(one.path), row) for one in results for row in one.rows])
    first = results[0].rows[0]
    typer.echo(f"N people with K pictures each are enrolled, drawn {first.seeds} times; errors are counted over all.")
    _tell_left_out(results)


def _search_cells(path: str, row: OpenSetRow) -> tuple[str, ...]:
    point, rank_one = row.point, row.rank_one
    return (
        path,
        str(row.people),
        str(row.templates),
        f"{point.fpir_asked:.2%}",
        _rate(point.fnir),
        _rate(point.wrong_person),
        "-" if rank_one is None else f"{rank_one:.2%}",
        f"{point.threshold:.4f}",
        f"{point.fpir.errors} of {point.fpir.trials}, {row.strangers} people",
    )


def _tell_visits(results: Sequence[VisitsResult]) -> None:
    print_table(_VISITS, [_visit_cells(str(one.path), row) for one in results for row in one.rows])
    first = results[0].rows[0] if results[0].rows else None
    if first is not None:
        rule, margin = first.door.rule, first.door.margin
        typer.echo(f"{rule.k} of {rule.n} frames, margin {margin:.4f}; {first.seeds} galleries of each size.")
        typer.echo(
            "still: frames of one picture, moved, lit and blurred; pictures: of several pictures; clips: of a video."
        )
        typer.echo("Of two rows, the second has the highest threshold at which none of these strangers was let in.")
    _tell_left_out(results)


def _visit_cells(path: str, row: VisitsRow) -> tuple[str, ...]:
    needed = ", ".join(f"{name} {frames:g}" for name, frames in row.frames_needed.items())
    rates = (row.strangers_granted, row.wrong_person_granted, row.members_refused, row.members_undecided)
    sizes = (row.people, row.templates, row.frames)
    return (path, row.kind, *map(str, sizes), f"{row.door.threshold:.4f}", *map(_rate, rates), needed or "-")


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
