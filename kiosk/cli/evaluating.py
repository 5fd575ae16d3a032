"""kiosk evaluate: how often the kiosk errs, by the field's protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from kiosk.cli.output import ConfigOption, JsonOption, answering, print_json, print_table, progress_bar, read_config

if TYPE_CHECKING:
    from kiosk.config import ConfigFile
    from kiosk.evaluation.extractors import Recipe
    from kiosk.evaluation.features import Show
    from kiosk.evaluation.intervals import Interval, Rate
    from kiosk.evaluation.rates import OperatingPoint
    from kiosk.evaluation.results import (
        Acquisition,
        EvaluationReport,
        LfwResult,
        OpenSetResult,
        OpenSetRow,
        VisitsResult,
        VisitsRow,
    )


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
    from kiosk.evaluation.results import LfwResult, OpenSetResult, VisitsResult

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


class ProtocolName(StrEnum):
    """What is measured."""

    LFW = "lfw"
    OPEN_SET = "open-set"
    VISITS = "visits"


class PeerName(StrEnum):
    """Whom the kiosk is compared with."""

    DLIB = "dlib"


Folder: TypeAlias = Annotated[Path, typer.Argument(metavar="DIR", help="DIR/<person>/*.jpg")]
ProtocolOption: TypeAlias = Annotated[
    ProtocolName, typer.Option("--protocol", help="Pairs of pictures, a search among N people, or whole visits.")
]
PairsOption: TypeAlias = Annotated[
    Path | None, typer.Option("--pairs", metavar="FILE", help="lfw: the pairs, in the format of LFW's pairs.txt.")
]
TrainingOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--training", metavar="FILE", help="lfw: other pairs to choose the threshold on; else the folds."),
]
EncoderOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--encoder",
        metavar="E",
        help="Instead of the configuration's: a name, a+b for two as one, pixels; several times, or with commas.",
    ),
]
DetectorOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--detector", metavar="D", help="Instead of the configuration's; several likewise."),
]
PeerOption: TypeAlias = Annotated[
    list[PeerName] | None, typer.Option("--peer", metavar="dlib", help="Also measure dlib on the same pictures.")
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of the configuration, for this run; several times."),
]
ReportOption: TypeAlias = Annotated[
    Path | None, typer.Option("--report", metavar="DIR", help="Also as a page with curves and the worst pictures.")
]
GalleryOption: TypeAlias = Annotated[
    list[int] | None,
    typer.Option("--gallery", metavar="N", min=1, help="open-set, visits: people enrolled; several times."),
]
TemplatesOption: TypeAlias = Annotated[
    list[int] | None,
    typer.Option("--templates", metavar="K", min=1, help="open-set, visits: pictures of each person; several times."),
]
SeedsOption: TypeAlias = Annotated[
    int | None, typer.Option("--seeds", metavar="S", min=1, max=1000, help="open-set, visits: galleries drawn.")
]
FramesOption: TypeAlias = Annotated[
    int, typer.Option("--frames", metavar="F", min=1, max=100, help="visits: frames of each.")
]
ClipsOption: TypeAlias = Annotated[
    Path | None, typer.Option("--clips", metavar="DIR", help="visits: video clips, <person>/*.mp4; else those in DIR.")
]
StatisticsOption: TypeAlias = Annotated[
    bool,
    typer.Option("--statistics", help="Print the section `statistics` for the encoder's spec, of all pictures of DIR."),
]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Of all that is drawn.")]


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(answering(evaluate))


def evaluate(
    folder: Folder,
    *,
    protocol: ProtocolOption = ProtocolName.LFW,
    pairs: PairsOption = None,
    training: TrainingOption = None,
    encoder: EncoderOption = None,
    detector: DetectorOption = None,
    peer: PeerOption = None,
    settings: SetOption = None,
    gallery: GalleryOption = None,
    templates: TemplatesOption = None,
    seeds: SeedsOption = None,
    frames: FramesOption = 5,
    clips: ClipsOption = None,
    seed: Seed = 0,
    statistics: StatisticsOption = False,
    report: ReportOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> int:
    """Measures error rates on pictures of people, each with its interval and the counts behind it.

    What pictures give is kept, so that a second run takes seconds.

    Example: kiosk evaluate --protocol lfw --pairs lfw/pairs.txt --peer dlib lfw
    """
    from kiosk.config.file import overridden
    from kiosk.evaluation.running import recipes_of

    chosen = overridden(read_config(config), settings or ())
    recipes = recipes_of(chosen, _each(encoder), _each(detector), [one.value for one in peer or ()])
    if statistics:
        return _print_statistics(folder, recipes, seed)
    if protocol is ProtocolName.LFW and pairs is None:
        raise typer.BadParameter("--protocol lfw needs --pairs FILE")
    if report is not None:
        _check_folder(report)  # before minutes are spent
    asked = _Asked(
        folder=folder,
        pairs=pairs,
        training=training,
        gallery=gallery or (),
        templates=templates or (),
        seeds=seeds,
        frames=frames,
        clips=clips,
        seed=seed,
        settings=settings or (),
    )
    with progress_bar("reading pictures") as show:
        found = _MEASURE[protocol](asked, recipes, chosen, show)
    _print(found, as_json=as_json)
    if report is not None:
        _write_report(report, found, to_stderr=as_json)
    return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options that a protocol may look at."""

    folder: Path
    pairs: Path | None
    training: Path | None
    gallery: Sequence[int]
    templates: Sequence[int]
    seeds: int | None
    frames: int
    clips: Path | None
    seed: int
    settings: Sequence[str]

    def told(self, **further: Any) -> dict[str, Any]:  # noqa: ANN401  (whatever was asked)
        """For the report: what was set for this run, and what this protocol took."""
        return {**further, "set": list(self.settings)}


def _lfw(asked: _Asked, recipes: Sequence[Recipe], _: ConfigFile, show: Show) -> EvaluationReport:
    from kiosk.evaluation.lfw import Lfw, read_pairs
    from kiosk.evaluation.running import Request, evaluate

    files = [None if path is None else read_pairs(path, asked.folder) for path in (asked.pairs, asked.training)]
    pairs, training = files
    if pairs is None:
        raise typer.BadParameter("--protocol lfw needs --pairs FILE")
    told = asked.told(pairs=asked.pairs, training=asked.training)
    return evaluate(Request(Lfw(pairs, training, asked.seed), asked.folder, recipes, asked.seed, told), show)


def _open_set(asked: _Asked, recipes: Sequence[Recipe], _: ConfigFile, show: Show) -> EvaluationReport:
    from kiosk.evaluation.features import people_in
    from kiosk.evaluation.open_set import GALLERIES, OpenSet
    from kiosk.evaluation.running import Request, evaluate

    galleries, templates = asked.gallery or GALLERIES, asked.templates or (1,)
    protocol = OpenSet(people_in(asked.folder), galleries, templates, asked.seeds or 5, asked.seed)
    told = asked.told(gallery=list(galleries), templates=list(templates), seeds=protocol.seeds)
    return evaluate(Request(protocol, asked.folder, recipes, asked.seed, told), show)


def _visits(asked: _Asked, recipes: Sequence[Recipe], config: ConfigFile, show: Show) -> EvaluationReport:
    from kiosk.door.decision import RuleSettings
    from kiosk.evaluation.visits import Asked, run_visits
    from kiosk.paths import cache_folder

    if len(asked.templates) > 1:
        raise typer.BadParameter("--protocol visits takes --templates once")
    usual = Asked()
    wanted = Asked(
        gallery=tuple(asked.gallery) or usual.gallery,
        templates=asked.templates[0] if asked.templates else usual.templates,
        frames=asked.frames,
        seeds=asked.seeds or usual.seeds,
        seed=asked.seed,
        clips=asked.clips,
    )
    told = asked.told(gallery=list(wanted.gallery), templates=wanted.templates, frames=wanted.frames, clips=asked.clips)
    rule = RuleSettings(**config.current.decision.model_dump())
    return run_visits(asked.folder, recipes, rule, wanted, cache=cache_folder(), show=show, settings=told)


_MEASURE: Final = {ProtocolName.LFW: _lfw, ProtocolName.OPEN_SET: _open_set, ProtocolName.VISITS: _visits}


def _print_statistics(folder: Path, recipes: Sequence[Recipe], seed: int) -> int:
    from kiosk.evaluation.statistics import measured_statistics

    if len(recipes) != 1:
        raise typer.BadParameter("--statistics takes one encoder, one detector and no peer")
    with progress_bar("reading pictures") as show:
        text = measured_statistics(folder, recipes[0], seed, show)
    typer.echo(text, nl=False)
    return 0


def _print(found: EvaluationReport, *, as_json: bool) -> None:
    from kiosk.cli.evaluating import tell
    from kiosk.evaluation.results import as_json as in_json

    if as_json:
        print_json(in_json(found))
    else:
        tell(found)


def _check_folder(folder: Path) -> None:
    from kiosk.evaluation.pages.page import check_folder

    check_folder(folder)


def _write_report(folder: Path, found: EvaluationReport, *, to_stderr: bool) -> None:
    from kiosk.evaluation.pages.evaluation import write_report

    typer.echo(f"report: {write_report(folder, found)}", err=to_stderr)


def _each(given: list[str] | None) -> list[str]:
    return [name.strip() for text in given or () for name in text.split(",") if name.strip()]
