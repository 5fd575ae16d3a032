"""Reports of made-up doors: people as random directions, statistics of the very same world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Embedding, Template
from kiosk.encoders import encoder_spec
from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration.calibrating import DoorReport
from kiosk.evaluation.calibration.distances import confusable_pairs, gallery_distances, odd_pictures
from kiosk.evaluation.calibration.model import VisitRule, calibrated
from kiosk.people.snapshot import GallerySnapshot

DIMENSIONS = 24


def faces(random: np.random.Generator, people: int, pictures: int) -> np.ndarray:
    made = random.normal(size=(people, 1, DIMENSIONS)) + 0.5 * random.normal(size=(people, pictures, DIMENSIONS))
    return (made / np.linalg.norm(made, axis=2, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def statistics() -> Statistics:
    """Measured on 1,200 people."""
    shown = faces(np.random.default_rng(1), 1200, 2)
    genuine = np.linalg.norm(shown[:, 0] - shown[:, 1], axis=1)
    impostor = np.sqrt(2 - 2 * (shown[:, 0] @ shown[:, 0].T)[np.triu_indices(1200, 1)])
    return Statistics.of(genuine, impostor, "made up", 1200)


@pytest.fixture
def make_gallery() -> Callable[..., GallerySnapshot]:
    """make_gallery(12, 2): people Person_0 and on; `wrong` = {3: 5}: the first picture of 3 shows 5."""

    def make(people: int, pictures: int, wrong: dict[int, int] | None = None, seed: int = 0) -> GallerySnapshot:
        shown = faces(np.random.default_rng(seed), people, pictures)
        for number, other in (wrong or {}).items():
            shown[number, 0] = shown[other, 0]
        return GallerySnapshot(
            "dlib_resnet",
            tuple(
                Template(f"Person_{number}", Embedding(vector, "dlib_resnet"), f"Person_{number}/{index}.jpg")
                for number, each in enumerate(shown)
                for index, vector in enumerate(each)
            ),
        )

    return make


@pytest.fixture
def make_report(statistics: Statistics, make_gallery: Callable[..., GallerySnapshot]) -> Callable[..., DoorReport]:
    """make_report(12, 2, asked=0.001): what is found about such a door."""

    def make(people: int, pictures: int, asked: float = 1e-2, wrong: Any = None, **changes: Any) -> DoorReport:
        gallery = make_gallery(people, pictures, wrong)
        odd = odd_pictures(gallery, alike=0.4, margin=0.04, apart=0.85)
        left_out = {each.number for each in odd}
        rule = VisitRule(3, 5, 0.9)
        calibration = calibrated(
            gallery_distances(gallery, left_out), statistics, rule, in_force=0.7, margin=0.04, asked=asked
        )
        report = DoorReport(
            config=ConfigFile(None),
            folder=Path("images"),
            encoder=encoder_spec("dlib_resnet"),
            gallery=gallery,
            rule=rule,
            threshold=0.7,
            margin=0.04,
            asked=asked,
            statistics=statistics,
            own_statistics=False,
            plain_curve=False,
            calibration=calibration if people else None,
            journal=None,
            confusable=tuple(confusable_pairs(gallery, 5, left_out)),
            odd=tuple(odd),
            poor=(),
            all_looked_at=True,
        )
        return replace(report, **changes)

    return make
