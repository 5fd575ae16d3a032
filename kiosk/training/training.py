"""Training of an encoder from a folder of people: chips, the run, the export."""

from __future__ import annotations

import math
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Crop, CropKind
from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet
from kiosk.encoders.specs import FACENET, OPENFACE, CropSection, Recipe
from kiosk.errors import EncoderError, WeightsError, cause_of
from kiosk.evaluation.rates import threshold_at_fmr
from kiosk.evaluation.samples import Show
from kiosk.evaluation.statistics import all_pairs
from kiosk.files import clear_partials, folder_lock
from kiosk.names import first_of
from kiosk.training import NetworkName
from kiosk.training.checkpoint import Row, write_whole
from kiosk.training.chips import CACHE, FolderChips, PeopleChips, folder_chips, split, usable
from kiosk.training.export import export_encoder, start_tensorflow
from kiosk.training.keras_h5 import load_h5
from kiosk.training.loop import (
    BEST,
    CHECKPOINT,
    Learner,
    Run,
    Settings,
    distances_of,
    make_learner,
    pairs_of,
    train,
    verification_accuracy,
)
from kiosk.weights.specs import is_name

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

PLOT: Final = "plot.svg"
FALSE_MATCH_RATE: Final = 1e-3  # at the threshold in the spec, as for the shipped encoders
_LICENCE: Final = "the terms of the pictures it was trained on"
_LARGEST_DISTANCE: Final = 2.0

Vectors: TypeAlias = NDArray[np.float32]


_OWN, _FILE = ".weights.h5", ".h5"


@dataclass(frozen=True, slots=True)
class Trainable:
    """A network: how to build it, its recipe, and how to read a folder of published weights, if there are some."""

    build: Callable[[], keras.Model]
    recipe: Recipe
    load_folder: Callable[[keras.Model, Path], None] | None = None

    def load(self, model: keras.Model, weights: Path) -> None:
        """Load published weights, or the best.weights.h5 of a run; raises WeightsError."""
        if self.check(weights) and self.load_folder is not None:
            self.load_folder(model, weights)
        else:
            load_h5(model, weights)

    def check(self, weights: Path) -> bool:
        """Return whether they are a folder; raises WeightsError when they are not usable."""
        remedy = "give the folder of CSV files or a .h5 file" if self.load_folder else "give a .h5 file"
        try:
            mode = weights.stat().st_mode
        except (OSError, ValueError) as error:
            raise WeightsError(weights, f"cannot be read ({cause_of(error)})", remedy) from error
        is_folder = stat.S_ISDIR(mode)
        if is_folder and self.load_folder is None:
            raise WeightsError(weights, "is a folder", remedy)
        if not is_folder and not (stat.S_ISREG(mode) and weights.name.lower().endswith(_FILE)):
            raise WeightsError(weights, "is neither a folder nor a .h5 file", remedy)
        return is_folder

    def crop_kind(self, init: Path | None) -> CropKind:
        """Return the default crop: published weights were trained on the recipe's."""
        published = init is not None and not init.name.endswith(_OWN)
        return self.recipe.crop.kind if published else CropKind.DLIB_CHIP


TRAINABLE: Final[Mapping[NetworkName, Trainable]] = {
    # The graph of the published weights, so that a run may start from them.
    "openface": Trainable(partial(faceRecoModel, as_trained=True), OPENFACE, load_weights_from_FaceNet),
    "facenet": Trainable(facenet_model, FACENET),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A training run."""

    name: str  # of the new encoder
    network: Trainable
    data: Path  # <data>/<person>/*.jpg
    out: Path  # the folder for all files of the run; a stopped run continues there
    settings: Settings
    init: Path | None = None  # weights to start from instead of random ones
    crop: CropKind | None = None  # of the faces, also in the spec; None: that of published weights, else dlib_chip

    @property
    def full_crop(self) -> Crop:
        chip = self.network.recipe.chip
        kind = self.crop or self.network.crop_kind(self.init)
        return chip if kind is chip.kind else Crop(kind, chip.size_px)


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
        settings = request.settings
        return Prepared(*split(kept, settings.held_out, settings.people, settings.seed), found, single)
    except EncoderError as error:
        raise EncoderError(error.thing, error.reason + _left_out(found, single), error.remedy) from error


def train_encoder(request: Request, prepared: Prepared, tell: Callable[[Row], None]) -> Trained:
    """Train, or continue a stopped run, and export the best weights; raises KioskError."""
    start_tensorflow()
    network, settings = request.network, request.settings
    learner = make_learner(network.build, network.recipe.input, settings)
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
    pictures = f", pictures that could not be used: {len(found.unused)} ({first_of(named, total=len(found.unused))})"
    people = f", people left out for want of a second picture: {len(single)} ({first_of(single)})"
    return (pictures if named else "") + (people if single else "")


def _finish(request: Request, prepared: Prepared, run: Run) -> Trained:
    # A new model, because the trained one may compute in half precision.
    model = request.network.build()
    load_h5(model, request.out / BEST)
    learner = Learner(model, request.network.recipe.input, request.settings)
    held_out = prepared.held_out
    embeddings = _normalised(learner.embed(held_out.images) + learner.embed(held_out.images[:, :, ::-1]))
    pairs = pairs_of(held_out.owners, request.settings.seed)
    distances = distances_of(embeddings, pairs)
    _, impostors = all_pairs(embeddings, held_out.owners)
    # Rounded down to four digits: a larger threshold would accept more than promised.
    nearest = float(np.clip(threshold_at_fmr(impostors, FALSE_MATCH_RATE), 1e-3, _LARGEST_DISTANCE))
    threshold = math.floor(nearest * 1e4) / 1e4
    write_whole(request.out / PLOT, lambda partial: plot(partial, run.rows, distances[pairs.same], impostors))
    recipe = replace(
        request.network.recipe,
        crop=CropSection(kind=request.full_crop.kind, margin=request.full_crop.margin),
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
    start = "random" if request.init is None else str(request.init.resolve())
    encoder, settings = request.network.recipe.source, asdict(request.settings)
    what = {"encoder": encoder, "chips": prepared.found.key, "start": start, **settings}
    return "; ".join(f"{name} {value}" for name, value in what.items())


def _source(prepared: Prepared, run: Run, request: Request) -> str:
    start = "random weights" if request.init is None else request.init.name
    chips = prepared.training
    return (
        f"trained by kiosk train from {start}: {len(chips.images)} pictures of {len(chips.people)} people, "
        f"step {run.progress.best_step} of {request.settings.steps}, mining {request.settings.mining}"
    )[:500]


def _pixels(chips: PeopleChips) -> Vectors:
    grey = chips.images.mean(axis=-1, dtype=np.float32).reshape(len(chips.images), -1)
    return _normalised(grey - grey.mean(axis=1, keepdims=True))


def _normalised(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)


_BLUE, _ORANGE = "#1f6fb4", "#d9660a"
_BINS: Final = 40


def plot(path: Path, rows: Sequence[Row], same: NDArray[np.floating], different: NDArray[np.floating]) -> None:
    """Write an SVG with the log and the distances of pairs of one person and of two people."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - of the extra [training]

    figure = Figure(figsize=(7, 9), layout="constrained")
    learning, verification, distances = figure.subplots(3)
    steps = [row.step for row in rows]
    for axes, title, left, right in (
        (learning, "Learning", "loss", "zero_loss"),
        (verification, "Verification of people held out", "accuracy", "learning_rate"),
    ):
        axes.set(title=title, xlabel="step")
        for each, name, colour in ((axes, left, _BLUE), (axes.twinx(), right, _ORANGE)):
            each.plot(steps, [getattr(row, name) for row in rows], color=colour)
            each.set_ylabel(name.replace("_", " "), color=colour)
    distances.set(title="Distances between pictures of people held out", xlabel="distance", ylabel="part of the pairs")
    for found, name, colour in ((same, "one person", _BLUE), (different, "two people", _ORANGE)):
        shares = np.full(len(found), 1 / max(len(found), 1))
        distances.hist(found, _BINS, range=(0, 2), weights=shares, histtype="step", color=colour, label=name)
    distances.legend()
    figure.savefig(path, format="svg")
