"""The training run: steps; at intervals a validation, a row of the log and a checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import ByteImage
from kiosk.encoders.encoder import Colour, InputFormat, Layout
from kiosk.errors import EncoderError
from kiosk.evaluation.rates import FOLDS, best_threshold
from kiosk.training.augmentation import augmented
from kiosk.training.checkpoint import Progress, Row, read_log, restore, save, write_log, write_whole
from kiosk.training.chips import PEOPLE_IN_A_FOLD, PeopleChips
from kiosk.training.triplet import MARGIN, Mined, Mining, Tensor, mine, squared_distances

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run; equal settings on equal chips give equal batches."""

    people: int = 16  # in a batch
    pictures: int = 4  # of each of them
    steps: int = 5000  # number of batches
    warm_up_steps: int = 250  # of a rising learning rate
    # First steps, which use every triplet with a loss: other negatives teach little while all faces are similar.
    all_steps: int = 2500
    mining: Mining = Mining.SEMI_HARD
    margin: float = MARGIN
    learning_rate: float = 1e-3  # the highest
    weight_decay: float = 1e-2  # for a step, in units of the learning rate (Loshchilov and Hutter 2019)
    augmentation: float = 1.0  # 1 for the range of a door camera, 0 for mirroring only
    held_out: float = 0.1  # part of the people that the network never learns from
    report_every: int = 50  # steps between validations, rows of the log and checkpoints
    seed: int = 1


def learning_rate(step: int, steps: int, warm_up_steps: int, peak: float) -> float:
    """Return the rate of a step: a linear rise to `peak`, then half a cosine (Loshchilov and Hutter 2017)."""
    if step < warm_up_steps:
        return peak * (step + 1) / warm_up_steps
    done = (step - warm_up_steps) / max(steps - warm_up_steps, 1)
    return peak * (1 + math.cos(math.pi * done)) / 2


class PeopleBatches:
    """Batches of P people with K pictures each that depend only on the seed and the step.

    So a run continues without further state. `owners` (N,) is the person of each picture; pictures of people with fewer
    are repeated.
    """

    def __init__(self, owners: NDArray[np.intp], people: int, pictures: int, seed: int) -> None:
        self._pictures_of: Sequence[NDArray[np.intp]] = [np.flatnonzero(owners == one) for one in np.unique(owners)]
        self._people = people
        self._pictures = pictures
        self._seed = seed

    def batch(self, step: int) -> NDArray[np.intp]:
        """Return the pictures of a step, (P * K,), by person; nearly all people come before one comes again."""
        epoch, place = divmod(step, len(self._pictures_of) // self._people)
        order = np.random.default_rng([self._seed, 0, epoch]).permutation(len(self._pictures_of))
        random = np.random.default_rng([self._seed, 1, step])
        chosen = order[place * self._people : (place + 1) * self._people]
        # np.resize repeats from the start: all pictures come before one comes again.
        rows = [np.resize(random.permutation(self._pictures_of[one]), self._pictures) for one in chosen]
        return np.concatenate(rows)


_EMBEDDED_AT_ONCE = 64
_REMEMBERED = 0.05  # of a run's steps


class Learner:
    """A network, its optimizer and a step of learning; for one thread."""

    def __init__(self, model: keras.Model, inputs: InputFormat, settings: Settings, *, mixed: bool = False) -> None:
        import keras  # noqa: PLC0415
        import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415

        self.model = model
        self.precision = "half" if mixed else "single"  # a run cannot continue in the other one: the optimizer differs
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                # Its memory is at most a part of the run: a short run would remember its start.
                layer.momentum = min(layer.momentum, max(1 - 1 / (_REMEMBERED * settings.steps), 0.0))
        self.optimizer = keras.optimizers.AdamW(
            settings.learning_rate, weight_decay=settings.weight_decay, name="optimizer"
        )
        if mixed:
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer, name="scaled_optimizer")
        self.optimizer.build(model.trainable_variables)
        self._inputs = inputs
        self._settings = settings
        first, second, third = model.input_shape[1:]
        shape = (second, third, first) if inputs.layout is Layout.CHANNELS_FIRST else (first, second, third)
        chips = tf.TensorSpec([None, *shape], tf.uint8)
        self._embed = tf.function(partial(self._run, training=False), input_signature=[chips])
        self._learn = tf.function(self._one_step)

    @property
    def variables(self) -> list[Any]:
        """All variables for a checkpoint."""
        return [*self.model.variables, *self.optimizer.variables]

    def learn(self, images: ByteImage, owners: NDArray[np.intp], step: int, rate: float) -> Mined:
        """Learn from one batch (N, S, S, 3); the result is in numbers."""
        import tensorflow as tf  # noqa: PLC0415

        getattr(self.optimizer, "inner_optimizer", self.optimizer).learning_rate = rate
        mining = Mining.ALL if step < self._settings.all_steps else self._settings.mining
        seed = tf.constant([self._settings.seed, step], tf.int32)
        mined = self._learn(tf.constant(images), tf.constant(owners), seed, mining)
        return Mined(*(float(each) for each in mined))

    def embed(self, images: ByteImage) -> NDArray[np.float32]:
        """Return L2-normalised embeddings (N, D) of chips (N, S, S, 3)."""
        parts = range(0, len(images), _EMBEDDED_AT_ONCE)
        return np.concatenate([self._embed(images[first : first + _EMBEDDED_AT_ONCE]).numpy() for first in parts])

    def _run(self, images: Tensor, *, training: bool) -> Tensor:
        import tensorflow as tf  # noqa: PLC0415

        outputs = self.model(_prepared(tf.cast(images, tf.float32), self._inputs), training=training)
        return tf.math.l2_normalize(tf.cast(outputs, tf.float32), axis=1)

    def _one_step(self, images: Tensor, owners: Tensor, seed: Tensor, mining: Mining) -> Mined:
        import tensorflow as tf  # noqa: PLC0415

        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            embeddings = self._run(augmented(images, seed, self._settings.augmentation), training=True)
            distances = squared_distances(embeddings)
            mined = mine(distances, owners, self._settings.margin, mining)
            # A NaN distance chooses no triplet; this makes the loss of a broken network NaN, too.
            mined = mined._replace(loss=mined.loss + 0 * tf.reduce_sum(distances))
            scaled = self.optimizer.scale_loss(mined.loss)
        self.optimizer.apply(tape.gradient(scaled, weights), weights)
        return mined


def make_learner(build: Callable[[], keras.Model], inputs: InputFormat, settings: Settings) -> Learner:
    """Return a network with the random weights of the seed, in half precision on a GPU."""
    import keras  # noqa: PLC0415
    import tensorflow as tf  # noqa: PLC0415

    before = keras.config.dtype_policy()
    mixed = bool(tf.config.list_physical_devices("GPU"))
    keras.utils.set_random_seed(settings.seed)
    if mixed:
        keras.config.set_dtype_policy("mixed_float16")
    try:
        return Learner(build(), inputs, settings, mixed=mixed)
    finally:
        keras.config.set_dtype_policy(before)


def _prepared(x: Tensor, inputs: InputFormat) -> Tensor:
    """Do InputFormat.prepared in the graph, for grey levels (N, S, S, 3) float32."""
    import tensorflow as tf  # noqa: PLC0415

    x = tf.reverse(x, [-1]) if inputs.colour is Colour.BGR else x
    x = tf.image.per_image_standardization(x) if inputs.standardise else (x - inputs.mean) * inputs.scale
    return tf.transpose(x, [0, 3, 1, 2]) if inputs.layout is Layout.CHANNELS_FIRST else x


_PAIRS_IN_A_FOLD: Final = 300  # of one person, and as many of two


@dataclass(frozen=True, slots=True, eq=False)
class FoldPairs:
    """Pairs of pictures in folds that share no people."""

    first: NDArray[np.intp]  # (M,) index of a picture
    second: NDArray[np.intp]
    same: NDArray[np.bool_]
    fold: NDArray[np.intp]


def pairs_of(owners: NDArray[np.intp], seed: int) -> FoldPairs:
    """Return as many pairs of one person as of two in each fold; `owners` are those of the pictures, four at least."""
    random = np.random.default_rng(seed)
    people = random.permutation(np.unique(owners))
    folds = np.array_split(people, min(FOLDS, len(people) // PEOPLE_IN_A_FOLD))
    rows = [(*pair, number) for number, fold in enumerate(folds) for pair in _fold_pairs(owners, fold, random)]
    first, second, fold = np.array(rows, np.intp).T
    return FoldPairs(first, second, owners[first] == owners[second], fold)


def _fold_pairs(
    owners: NDArray[np.intp], people: NDArray[np.intp], random: np.random.Generator
) -> list[tuple[int, int]]:
    pictures = [np.flatnonzero(owners == one) for one in people]
    same = [pair for own in pictures for pair in combinations(own.tolist(), 2)]
    wanted = min(len(same), _PAIRS_IN_A_FOLD)
    chosen = [same[index] for index in random.permutation(len(same))[:wanted]]
    other: set[tuple[int, int]] = set()
    possible = (sum(map(len, pictures)) ** 2 - sum(len(own) ** 2 for own in pictures)) // 2
    while len(other) < min(wanted, possible):
        one, two = random.choice(len(people), 2, replace=False)
        left, right = int(random.choice(pictures[one])), int(random.choice(pictures[two]))
        other.add((min(left, right), max(left, right)))
    return [*chosen, *sorted(other)]


def distances_of(embeddings: NDArray[np.float32], pairs: FoldPairs) -> NDArray[np.float64]:
    """Return the L2 distance of each pair (M,)."""
    gap = embeddings[pairs.first].astype(np.float64) - embeddings[pairs.second]
    return np.asarray(np.linalg.norm(gap, axis=1))


def verification_accuracy(distances: NDArray[np.float64], pairs: FoldPairs) -> float:
    """Return the share of pairs judged rightly, each fold at the best threshold of the other folds."""
    folds = np.unique(pairs.fold)
    right = []
    for fold in folds:
        rest, here = pairs.fold != fold, pairs.fold == fold
        threshold = best_threshold(distances[rest], pairs.same[rest])
        right.append(np.mean((distances[here] <= threshold) == pairs.same[here]))
    return float(np.mean(right))


BEST = "best.weights.h5"
CHECKPOINT = "checkpoint.npz"
LOG = "log.csv"

Tell: TypeAlias = Callable[[Row], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run."""

    progress: Progress
    rows: tuple[Row, ...]


def train(
    learner: Learner,
    chips: PeopleChips,
    held_out: PeopleChips,
    out: Path,
    *,
    settings: Settings,
    run: str,
    tell: Tell,
) -> Run:
    """Learn from `chips` until all steps are done; continue when `out` holds the same run.

    A kill loses the steps since the last report. `tell` gets each row of the log. The best weights are in BEST.

    Raises EncoderError when `out` cannot be used or the loss is not finite.
    """
    progress = restore(out / CHECKPOINT, run, learner.variables)
    rows = read_log(out / LOG, progress.step)
    write_log(out / LOG, rows)  # without those after the checkpoint
    batches = PeopleBatches(chips.owners, settings.people, settings.pictures, settings.seed)
    pairs = pairs_of(held_out.owners, settings.seed)
    while progress.step < settings.steps:
        row = _learn(learner, chips, batches, progress, settings)
        accuracy = verification_accuracy(distances_of(learner.embed(held_out.images), pairs), pairs)
        row = replace(row, accuracy=accuracy)
        progress = replace(progress, step=row.step, seconds=row.seconds)
        if accuracy > progress.best_accuracy or not progress.best_step:
            progress = replace(progress, best_accuracy=accuracy, best_step=row.step)
            write_whole(out / BEST, lambda partial: _save_weights(learner, partial))
        # The row before the checkpoint: after a kill between them it is removed and written again.
        rows.append(row)
        write_log(out / LOG, rows)
        save(out / CHECKPOINT, run, progress, learner.variables)
        tell(row)
    return Run(progress, tuple(rows))


def _learn(learner: Learner, chips: PeopleChips, batches: PeopleBatches, progress: Progress, settings: Settings) -> Row:
    last = min(progress.step + settings.report_every, settings.steps)
    answers: list[Mined] = []
    started, rate, faces = time.perf_counter(), 0.0, 0
    for step in range(progress.step, last):
        chosen = batches.batch(step)
        rate = learning_rate(step, settings.steps, settings.warm_up_steps, settings.learning_rate)
        answers.append(learner.learn(chips.images[chosen], chips.owners[chosen], step, rate))
        faces += len(chosen)
    seconds = time.perf_counter() - started
    loss, used, zero = np.mean(answers, axis=0).tolist()
    if not np.isfinite(loss):
        raise EncoderError(f"loss after step {last}", "is no finite number", "train with a lower --learning-rate")
    return Row(last, progress.seconds + seconds, rate, loss, used, zero, faces / seconds, 0.0)


def _save_weights(learner: Learner, path: Path) -> None:
    weights = path.with_suffix(".weights.h5")  # Keras takes no other name
    learner.model.save_weights(weights)
    weights.replace(path)
