"""The run: steps, and every so often a validation, a row of the log and a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from kiosk.errors import EncoderError
from kiosk.evaluation.rates.validation import distances_of, pairs_of, verification_accuracy
from kiosk.training.loop import checkpoint
from kiosk.training.loop.batches import PeopleBatches
from kiosk.training.loop.checkpoint import Progress, write_whole
from kiosk.training.loop.chips import PeopleChips
from kiosk.training.loop.log import Row, TrainingLog
from kiosk.training.loop.schedule import learning_rate
from kiosk.training.loop.settings import Settings
from kiosk.training.loop.step import Answer, Learner

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
    """Learns from `chips` until all steps are done, going on where a run of the same name in `out` stopped.

    A kill costs the steps since the last report. `tell` hears each row of the log. Afterwards the best weights are in
    BEST, whatever the learner holds.

    Raises EncoderError where `out` cannot be used or the loss is no number any more.
    """
    progress = checkpoint.restore(out / CHECKPOINT, run, learner.variables)
    log = TrainingLog(out / LOG, progress.step)
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
        # The row before the checkpoint: one that a kill leaves without its checkpoint is taken off and written again.
        log.add(row)
        checkpoint.save(out / CHECKPOINT, run, progress, learner.variables)
        tell(row)
    return Run(progress, tuple(log.rows))


def _learn(learner: Learner, chips: PeopleChips, batches: PeopleBatches, progress: Progress, settings: Settings) -> Row:
    """The steps up to the next report."""
    last = min(progress.step + settings.report_every, settings.steps)
    answers: list[Answer] = []
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
    learner.model.save_weights(path)
