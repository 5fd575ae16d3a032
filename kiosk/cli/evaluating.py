"""kiosk evaluate: how often the kiosk errs, by the field's protocols."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from kiosk.cli.exits import answering
from kiosk.cli.options import ConfigOption, JsonOption, read_config
from kiosk.cli.output import print_json, print_table, progress_bar

if TYPE_CHECKING:
    from kiosk.station.evaluation.protocol import EvaluationProtocol
    from kiosk.station.evaluation.results import EvaluationReport


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
    list[PeerName] | None, typer.Option("--peer", help="Measured on the same pictures in the same run.")
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of the configuration, for this run; several times."),
]
ReportOption: TypeAlias = Annotated[
    Path | None, typer.Option("--report", metavar="DIR", help="Also as a page with curves and the worst pictures.")
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
    seed: Seed = 0,
    report: ReportOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> int:
    """Measures error rates on pictures of people, each with its interval and the counts behind it.

    What pictures give is kept, so that a second run takes seconds.

    Example: kiosk evaluate --protocol lfw --pairs lfw/pairs.txt --peer dlib lfw
    """
    from kiosk.config.overriding import overridden
    from kiosk.station.evaluation.results import as_json as in_json
    from kiosk.station.evaluation.running import Request, recipes_of
    from kiosk.station.evaluation.running import evaluate as measure

    chosen = overridden(read_config(config), settings or ())
    recipes = recipes_of(chosen, _each(encoder), _each(detector), [one.value for one in peer or ()])
    asked: dict[str, Any] = {"pairs": pairs, "training": training, "set": settings or []}
    if report is not None:
        _check_folder(report)  # before minutes are spent
    with progress_bar("reading pictures") as show:
        found = measure(Request(_protocol(folder, pairs, training, seed), folder, recipes, seed, asked), show)
    if as_json:
        print_json(in_json(found))
    else:
        _tell(found)
    if report is not None:
        _write_report(report, found, to_stderr=as_json)
    return 0


def _check_folder(folder: Path) -> None:
    from kiosk.station.pages.folder import check_folder

    check_folder(folder)


def _write_report(folder: Path, found: EvaluationReport, *, to_stderr: bool) -> None:
    from kiosk.station.pages.evaluation import write_report

    typer.echo(f"report: {write_report(folder, found)}", err=to_stderr)


def _protocol(folder: Path, pairs: Path | None, training: Path | None, seed: int) -> EvaluationProtocol:
    from kiosk.station.evaluation.lfw import Lfw
    from kiosk.station.evaluation.pairs import read_pairs

    if pairs is None:
        raise typer.BadParameter("--protocol lfw needs --pairs FILE")
    others = None if training is None else read_pairs(training, folder)
    return Lfw(read_pairs(pairs, folder), others, seed)


def _each(given: list[str] | None) -> list[str]:
    return [name.strip() for text in given or () for name in text.split(",") if name.strip()]


def _tell(report: EvaluationReport) -> None:
    print_table(("path",), [(str(one.path),) for one in report.results])
