"""Training of an encoder from a folder of people: chips, the run, the export."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Crop, CropKind
from kiosk.errors import EncoderError
from kiosk.evaluation.rates import threshold_at_fmr
from kiosk.files import clear_partials, folder_lock
from kiosk.training.checkpoint import Row, write_whole
from kiosk.training.chips import CACHE, FolderChips, PeopleChips, Show, folder_chips, split, usable
from kiosk.training.export import export_encoder, start_tensorflow
from kiosk.training.keras_h5 import load_h5
from kiosk.training.loop import BEST, CHECKPOINT, Learner, Run, make_learner, train
from kiosk.training.networks import Trainable
from kiosk.training.plot import plot
from kiosk.training.settings import Settings
from kiosk.training.validation import distances_of, impostor_distances, pairs_of, verification_accuracy
from kiosk.weights.specs import is_name

PLOT: Final = "plot.svg"
FALSE_MATCH_RATE: Final = 1e-3  # at the threshold in the spec, as for the shipped encoders
_LICENCE: Final = "the terms of the pictures it was trained on"
_LARGEST_DISTANCE: Final = 2.0
_NAMED: Final = 5

Vectors: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Request:
    """A training run.

    Attributes:
        name: of the new encoder.
        data: <data>/<person>/*.jpg
        out: the folder for all files of the run; a stopped run continues there.
        init: weights to start from instead of random ones.
        crop: of the faces, also in the spec; None: that of published weights, else dlib_chip.
    """

    name: str
    network: Trainable
    data: Path
    out: Path
    settings: Settings
    init: Path | None = None
    crop: CropKind | None = None

    @property
    def full_crop(self) -> Crop:
        recipe = self.network.recipe.crop
        kind = self.crop or self.network.crop_kind(self.init)
        return recipe if kind is recipe.kind else Crop(kind, recipe.size_px)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Checked chips, ready for training."""

    training: PeopleChips
    held_out: PeopleChips
    found: FolderChips
    single: tuple[str, ...]  # people left out because they have only one picture


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained encoder and its results on people held out, with mirror averaging as in use."""

    run: Run
    spec: Path
    accuracy: float  # of verification
    pixel_accuracy: float  # the same for the grey levels of the chips
    threshold: float
    impostors: int  # pairs of two people behind the threshold


@contextmanager
def only_run(out: Path) -> Iterator[None]:
    """Lock a folder for one run and create it; raises EncoderError when it cannot be written or is in use."""
    remedy = "name another folder with --out"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EncoderError(out, f"cannot be written: {error.strerror}", remedy) from error
    with folder_lock(out, EncoderError(out, "another run is writing there", f"wait for it, or {remedy}")):
        clear_partials(out)
        yield


def prepare(request: Request, show: Show) -> Prepared:
    """Read, check and split the pictures; raises KioskError."""
    if not is_name(request.name):
        raise EncoderError(f"encoder name {request.name!r}", "is no name for a spec", "use a-z, 0-9 and _")
    if request.init is not None and not (request.out / CHECKPOINT).exists():
        request.network.check(request.init)
    found = folder_chips(request.data, request.full_crop, request.out / CACHE, show)
    single: tuple[str, ...] = ()
    try:
        kept, single = usable(found.chips)
        return Prepared(*split(kept, request.settings), found, single)
    except EncoderError as error:
        raise EncoderError(error.thing, error.reason + _left_out(found, single), error.remedy) from error


def train_encoder(request: Request, prepared: Prepared, tell: Callable[[Row], None]) -> Trained:
    """Train, or continue a stopped run, and export the best weights; raises KioskError."""
    start_tensorflow()
    network, settings = request.network, request.settings
    learner = make_learner(network.build, network.recipe.inputs, settings)
    # A continued run has its weights in its checkpoint; the initial ones may be gone.
    if request.init is not None and not (request.out / CHECKPOINT).exists():
        network.load(learner.model, request.init)
    run = train(
        learner,
        prepared.training,
        prepared.held_out,
        request.out,
        settings=settings,
        run=f"{_run(request, prepared)}; precision {learner.precision}",
        tell=tell,
    )
    return _finish(request, prepared, run)


def _left_out(found: FolderChips, single: tuple[str, ...]) -> str:
    """Return the end of a reason: the pictures and people that were left out."""
    # One picture of each person.
    by_person = {one.picture.partition("/")[0]: one for one in reversed(found.unused)}
    named = [f"{by_person[person].picture} {by_person[person].reason}" for person in sorted(by_person)]
    pictures = f", pictures that could not be used: {len(found.unused)} ({_some(named, len(found.unused))})"
    people = f", people left out for want of a second picture: {len(single)} ({_some(single, len(single))})"
    return (pictures if named else "") + (people if single else "")


def _some(names: Sequence[str], of: int) -> str:
    return ", ".join(names[:_NAMED]) + (", ..." if of > len(names[:_NAMED]) else "")


def _cut_off(threshold: float) -> float:
    """Round down to four digits: a larger threshold would accept more than promised."""
    return math.floor(threshold * 1e4) / 1e4


def _finish(request: Request, prepared: Prepared, run: Run) -> Trained:
    # A new model, because the trained one may compute in half precision.
    model = request.network.build()
    load_h5(model, request.out / BEST)
    learner = Learner(model, request.network.recipe.inputs, request.settings)
    held_out = prepared.held_out
    embeddings = _normalised(learner.embed(held_out.images) + learner.embed(held_out.images[:, :, ::-1]))
    pairs = pairs_of(held_out.owners, request.settings.seed)
    distances = distances_of(embeddings, pairs)
    impostors = impostor_distances(embeddings, held_out.owners)
    threshold = _cut_off(float(np.clip(threshold_at_fmr(impostors, FALSE_MATCH_RATE), 1e-3, _LARGEST_DISTANCE)))
    write_whole(request.out / PLOT, lambda partial: plot(partial, run.rows, distances[pairs.same], impostors))
    recipe = replace(
        request.network.recipe,
        crop=request.full_crop,
        threshold=threshold,
        licence=_LICENCE,
        source=_source(prepared, run, request),
    )
    exported = export_encoder(model, request.name, request.out, recipe)
    return Trained(
        run=run,
        spec=exported.spec,
        accuracy=verification_accuracy(distances, pairs),
        pixel_accuracy=verification_accuracy(distances_of(_pixels(held_out), pairs), pairs),
        threshold=threshold,
        impostors=len(impostors),
    )


def _run(request: Request, prepared: Prepared) -> str:
    """Return a text that identifies the run, for the checkpoint."""
    settings = {field.name: value for field, value in zip(fields(Settings), astuple(request.settings), strict=True)}
    start = "random" if request.init is None else str(request.init.resolve())
    what = {"encoder": request.network.recipe.source, "chips": prepared.found.key, "start": start, **settings}
    return "; ".join(f"{name} {value}" for name, value in what.items())


def _source(prepared: Prepared, run: Run, request: Request) -> str:
    start = "random weights" if request.init is None else request.init.name
    chips = prepared.training
    return (
        f"trained by kiosk train from {start}: {len(chips.images)} pictures of {len(chips.people)} people, "
        f"step {run.progress.best_step} of {request.settings.steps}, mining {request.settings.mining}"
    )[:500]


def _pixels(chips: PeopleChips) -> Vectors:
    """Return grey levels as embeddings, as a baseline."""
    grey = chips.images.mean(axis=-1, dtype=np.float32).reshape(len(chips.images), -1)
    return _normalised(grey - grey.mean(axis=1, keepdims=True))


def _normalised(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)
