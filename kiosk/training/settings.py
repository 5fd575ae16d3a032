"""Settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.training.triplet import MARGIN, Mining


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run; equal settings on equal chips give equal batches.

    Attributes:
        people: in a batch.
        pictures: of each of them.
        steps: number of batches.
        warm_up_steps: of a rising learning rate.
        all_steps: first steps, which use every triplet with a loss: semi-hard and hard negatives teach little while all
            faces are similar to the network.
        learning_rate: the highest.
        weight_decay: for a step, in units of the learning rate (Loshchilov and Hutter 2019).
        augmentation: 1 for the range of a door camera, 0 for mirroring only.
        held_out: part of the people that the network never learns from.
        report_every: steps between validations, rows of the log and checkpoints.
    """

    people: int = 16
    pictures: int = 4
    steps: int = 5000
    warm_up_steps: int = 250
    all_steps: int = 2500
    mining: Mining = Mining.SEMI_HARD
    margin: float = MARGIN
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    augmentation: float = 1.0
    held_out: float = 0.1
    report_every: int = 50
    seed: int = 1
