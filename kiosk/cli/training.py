"""kiosk train: an encoder from a folder of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.output import JsonOption, print_json, progress_bar, rounded
from kiosk.domain import CropKind
from kiosk.errors import require_extra
from kiosk.names import first_of
from kiosk.training import NetworkName
from kiosk.training.triplet import Mining

if TYPE_CHECKING:
    from kiosk.training.checkpoint import Row
    from kiosk.training.training import Prepared, Request, Trained

_LISTED = 20  # pictures left out; --json has them all


def train(
    *,
    encoder: Annotated[NetworkName, typer.Option(help="The network to train.")],
    data: Annotated[Path, typer.Option(metavar="DIR", help="The pictures: DIR/<person>/*.jpg, at least two each.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run; a stopped run continues there.")],
    init: Annotated[
        Path | None,
        typer.Option(metavar="WEIGHTS", help="Start from published weights or from best.weights.h5 of a run."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the result; default <encoder>_trained.")] = None,
    crop: Annotated[
        CropKind | None,
        typer.Option(help="How faces are cut out; default: as the weights of --init need it, else dlib_chip."),
    ] = None,
    people: Annotated[int, typer.Option(min=2, help="P: number of people in a batch.")] = 16,
    pictures: Annotated[int, typer.Option(min=2, help="K: number of pictures of each person in a batch.")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="Number of batches.")] = 5000,
    warm_up: Annotated[
        int | None,
        typer.Option(min=0, metavar="STEPS", help="Steps in which the learning rate rises; default a twentieth."),
    ] = None,
    all_steps: Annotated[
        int | None,
        typer.Option(min=0, metavar="STEPS", help="First steps, which use all triplets; default half."),
    ] = None,
    mining: Annotated[Mining, typer.Option(help="Which triplets the network learns from.")] = Mining.SEMI_HARD,
    margin: Annotated[
        float, typer.Option(min=0.01, max=2, help="Margin of the triplet loss, in squared distances.")
    ] = 0.2,
    learning_rate: Annotated[float, typer.Option(min=1e-7, max=1, help="Highest learning rate.")] = 1e-3,
    augmentation: Annotated[
        float, typer.Option(min=0, max=2, help="Strength: 1 = like a door camera, 0 = mirror only.")
    ] = 1.0,
    held_out: Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the people kept for validation.")] = 0.1,
    report_every: Annotated[
        int, typer.Option(min=1, metavar="STEPS", help="Steps between validations and checkpoints.")
    ] = 50,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of the random choice of batches.")] = 1,
    as_json: JsonOption = False,
) -> int:
    """Train an encoder with the triplet loss. The same command continues a run that was stopped.

    Each person needs two pictures; a tenth of the people is held out for validation. OUT gets the encoder and its spec,
    the best weights, log.csv and plot.svg. All chips are in memory: 28 kB a picture for openface, 77 kB for facenet.

    Example: kiosk train --encoder openface --data people --out run --steps 20000
    """
    require_extra("training", "h5py", "matplotlib", "tensorflow")
    from kiosk.training.loop import Settings
    from kiosk.training.training import TRAINABLE, Request, only_run, prepare, train_encoder

    settings = Settings(
        people=people,
        pictures=pictures,
        steps=steps,
        warm_up_steps=steps // 20 if warm_up is None else warm_up,
        all_steps=steps // 2 if all_steps is None else all_steps,
        mining=mining,
        margin=margin,
        learning_rate=learning_rate,
        augmentation=augmentation,
        held_out=held_out,
        report_every=report_every,
        seed=seed,
    )
    request = Request(name or f"{encoder}_trained", TRAINABLE[encoder], data, out, settings, init, crop)
    with only_run(out):
        with progress_bar("cutting out faces") as show:
            prepared = prepare(request, show)
        _tell_data(prepared, request)
        trained = train_encoder(request, prepared, _tell_row)
    if as_json:
        print_json(_as_json(trained, prepared))
    else:
        _tell_result(request, trained)
    return 0


def _tell_data(prepared: Prepared, request: Request) -> None:
    unused = prepared.found.unused
    for one in unused[:_LISTED]:
        typer.echo(f"left out: {one.picture}: {one.reason}", err=True)
    if len(unused) > _LISTED:
        typer.echo(f"left out: {len(unused) - _LISTED} more pictures", err=True)
    if prepared.single:
        shown = first_of(prepared.single, _LISTED)
        typer.echo(f"{len(prepared.single)} people with one usable picture are left out: {shown}", err=True)
    for what, chips in (("learnt from", prepared.training), ("held out", prepared.held_out)):
        typer.echo(f"{what}: {len(chips.people)} people, {len(chips.images)} pictures", err=True)
    typer.echo(f"faces are cut out as {request.full_crop.kind.value}", err=True)


def _tell_row(row: Row) -> None:
    typer.echo(
        f"step {row.step}: loss {row.loss:.4f}, {row.triplets:.0f} triplets a step, "
        f"{row.zero_loss:.0%} cost nothing, accuracy {row.accuracy:.1%}, {row.faces_per_second:.0f} faces a second",
        err=True,
    )


def _tell_result(request: Request, trained: Trained) -> None:
    progress = trained.run.progress
    typer.echo(
        f"{request.name}: accuracy {trained.accuracy:.1%} on people held out (grey levels alone "
        f"{trained.pixel_accuracy:.1%}), best after step {progress.best_step} of {progress.step}, "
        f"{progress.seconds / 60:.1f} minutes of learning"
    )
    typer.echo(
        f"threshold {trained.threshold:g}: of {trained.impostors} pairs of two people, at most 1 in 1000 is nearer"
    )
    typer.echo(f"To use it, write `weights: {request.out.absolute()}` and `encoder: {request.name}` in config.yaml.")


def _as_json(trained: Trained, prepared: Prepared) -> dict[str, Any]:
    progress, rows = trained.run.progress, trained.run.rows
    last = rows[-1] if rows else None  # None where the log of a finished run was removed
    return {
        "spec": str(trained.spec),
        "accuracy": rounded(trained.accuracy),
        "pixel_accuracy": rounded(trained.pixel_accuracy),
        "threshold": trained.threshold,
        "impostors": trained.impostors,
        "steps": progress.step,
        "best_step": progress.best_step,
        "seconds": round(progress.seconds, 1),
        "triplets": round(last.triplets, 1) if last else None,
        "zero_loss": rounded(last.zero_loss) if last else None,
        "faces_per_second": round(last.faces_per_second, 1) if last else None,
        "people": len(prepared.training.people),
        "held_out": len(prepared.held_out.people),
        "single": list(prepared.single),
        "unused": [{"picture": one.picture, "reason": one.reason} for one in prepared.found.unused],
    }
