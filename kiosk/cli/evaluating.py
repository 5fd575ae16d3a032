"""kiosk evaluate: how often the kiosk errs, by the field's protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from kiosk.cli.exits import answering
from kiosk.cli.options import ConfigOption, JsonOption, read_config
from kiosk.cli.output import print_json, progress_bar

if TYPE_CHECKING:
    from kiosk.config import ConfigFile
    from kiosk.evaluation.protocols.extractors import Recipe
    from kiosk.evaluation.protocols.features import Show
    from kiosk.evaluation.protocols.results import EvaluationReport


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
    from kiosk.config.overriding import overridden
    from kiosk.evaluation.protocols.running import recipes_of

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
    from kiosk.evaluation.protocols.lfw import Lfw
    from kiosk.evaluation.protocols.pairs import read_pairs
    from kiosk.evaluation.protocols.running import Request, evaluate

    files = [None if path is None else read_pairs(path, asked.folder) for path in (asked.pairs, asked.training)]
    pairs, training = files
    if pairs is None:
        raise typer.BadParameter("--protocol lfw needs --pairs FILE")
    told = asked.told(pairs=asked.pairs, training=asked.training)
    return evaluate(Request(Lfw(pairs, training, asked.seed), asked.folder, recipes, asked.seed, told), show)


def _open_set(asked: _Asked, recipes: Sequence[Recipe], _: ConfigFile, show: Show) -> EvaluationReport:
    from kiosk.evaluation.protocols.features import people_in
    from kiosk.evaluation.protocols.open_set import GALLERIES, OpenSet
    from kiosk.evaluation.protocols.running import Request, evaluate

    galleries, templates = asked.gallery or GALLERIES, asked.templates or (1,)
    protocol = OpenSet(people_in(asked.folder), galleries, templates, asked.seeds or 5, asked.seed)
    told = asked.told(gallery=list(galleries), templates=list(templates), seeds=protocol.seeds)
    return evaluate(Request(protocol, asked.folder, recipes, asked.seed, told), show)


def _visits(asked: _Asked, recipes: Sequence[Recipe], config: ConfigFile, show: Show) -> EvaluationReport:
    from kiosk.door.decision import RuleSettings
    from kiosk.evaluation.protocols.visits import Asked, run_visits
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
    from kiosk.evaluation.protocols.statistics import measured_statistics

    if len(recipes) != 1:
        raise typer.BadParameter("--statistics takes one encoder, one detector and no peer")
    with progress_bar("reading pictures") as show:
        text = measured_statistics(folder, recipes[0], seed, show)
    typer.echo(text, nl=False)
    return 0


def _print(found: EvaluationReport, *, as_json: bool) -> None:
    from kiosk.cli.evaluation_tables import tell
    from kiosk.evaluation.protocols.results import as_json as in_json

    if as_json:
        print_json(in_json(found))
    else:
        tell(found)


def _check_folder(folder: Path) -> None:
    from kiosk.evaluation.pages.folder import check_folder

    check_folder(folder)


def _write_report(folder: Path, found: EvaluationReport, *, to_stderr: bool) -> None:
    from kiosk.evaluation.pages.evaluation import write_report

    typer.echo(f"report: {write_report(folder, found)}", err=to_stderr)


def _each(given: list[str] | None) -> list[str]:
    return [name.strip() for text in given or () for name in text.split(",") if name.strip()]
