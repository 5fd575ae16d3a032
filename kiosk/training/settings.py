"""What a training run is made of."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.training.triplet import MARGIN, Mining


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one run; two runs with the same ones on the same chips see the same batches.

    Attributes:
        people: in a batch.
        pictures: of each of them.
        steps: batches altogether.
        warm_up_steps: of a rising learning rate.
        all_steps: the first ones, in which every triplet that costs something is learnt from, whatever `mining` says:
            as long as faces look alike to the network, semi-hard and hard negatives teach it little.
        learning_rate: the highest.
        weight_decay: a step and unit of the learning rate (Loshchilov and Hutter 2019).
        augmentation: 1 for what a door camera does to faces, 0 for mirroring alone.
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
