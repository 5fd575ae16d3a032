"""kiosk evaluate: measure error rates on pictures of people, by the field's protocols."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from kiosk.cli.output import ConfigOption, JsonOption, print_json, print_table, progress_bar, read_config
from kiosk.errors import EvaluationError, require_extra

if TYPE_CHECKING:
    from kiosk.evaluation.running import EvaluationSettings


ProtocolName: TypeAlias = Literal["lfw", "open-set", "visits"]


class PeerName(StrEnum):
    """The systems that the kiosk is compared with; Typer takes no list of literals."""

    DLIB = "dlib"


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="DIR/<person>/*.jpg")],
    *,
    protocol: Annotated[
        ProtocolName, typer.Option("--protocol", help="Pairs of pictures, a search among N people, or whole visits.")
    ] = "lfw",
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
    from kiosk.evaluation.lfw import Lfw
    from kiosk.evaluation.open_set import OpenSet
    from kiosk.evaluation.running import EvaluationSettings, paths_of
    from kiosk.evaluation.running import as_json as in_json
    from kiosk.evaluation.running import evaluate as measure
    from kiosk.evaluation.statistics import measured_statistics
    from kiosk.evaluation.visits import VisitsProtocol

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
        rule=chosen.current.decision,
    )
    _check(protocol, wanted, report)
    protocols: dict[ProtocolName, type[Lfw | OpenSet | VisitsProtocol]] = {
        "lfw": Lfw,
        "open-set": OpenSet,
        "visits": VisitsProtocol,
    }
    with progress_bar("reading pictures") as show:
        found = measure(protocols[protocol](wanted), wanted, paths, show)
    if as_json:
        print_json(in_json(found))
    else:
        for table in found.tables():
            print_table(table.headings, table.rows)
            for note in table.notes:
                typer.echo(note)
        typer.echo(f"seed {found.seed}, {found.seconds:.1f} s")
    if report is not None:
        from kiosk.evaluation.pages.evaluation import evaluation_page
        from kiosk.evaluation.pages.page import write_folder

        typer.echo(f"report: {write_folder(report, evaluation_page(found))}", err=as_json)
    return 0


def _each(names: Sequence[str] | None) -> list[str]:
    return [name.strip() for listed in names or () for name in listed.split(",") if name.strip()]


def _check(protocol: ProtocolName, settings: EvaluationSettings, report: Path | None) -> None:
    """Raise what is wrong with the options, before minutes are spent."""
    if protocol == "lfw" and settings.pairs is None:
        raise typer.BadParameter("--protocol lfw needs --pairs FILE")
    if protocol == "visits" and len(settings.templates) > 1:
        raise typer.BadParameter("--protocol visits takes --templates once")
    if report is not None:
        require_extra("evaluation", "jinja2", "matplotlib", fault=EvaluationError)
        from kiosk.evaluation.pages.page import check_folder

        check_folder(report)
