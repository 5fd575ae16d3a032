"""Staff services beside a station that is not run: the gallery is made of vectors, one real picture lies in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pytest

from kiosk.domain import Candidate, Decision, Embedding, Identification, Outcome, Reason, Template
from kiosk.door.services import StaffServices
from kiosk.people.register import Consent
from kiosk.people.snapshot import GallerySnapshot

GRACE = "Grace_Hopper"
CONSENT = Consent(datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "1", "ab" * 32, "en", "Eve")


@dataclass
class StationOfTests:
    snapshot: GallerySnapshot
    threshold: float = 0.39
    margin: float = 0.04
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)


def templates_of(person: str, apart: list[float], number: int = 0) -> list[Template]:
    """Templates of one person, each at so many radians from the person's own direction."""
    made = []
    for index, angle in enumerate(apart):
        vector = np.zeros(8, np.float32)
        vector[number % 7], vector[7] = np.cos(angle), np.sin(angle)
        source = f"{person}.jpg" if len(apart) == 1 else f"{person}/{index}.jpg"
        made.append(Template(person, Embedding(vector, "dlib_resnet"), source))
    return made


@pytest.fixture
def crowd(services: StaffServices) -> Callable[..., StationOfTests]:
    """crowd(Ada=[0.0, 0.1]): the gallery in force, by person with the angles of the pictures; Grace is in it too."""

    def make(**people: list[float]) -> StationOfTests:
        everybody = {GRACE: [0.0], **people}
        templates = [
            template
            for number, (person, apart) in enumerate(everybody.items())
            for template in templates_of(person, apart, number)
        ]
        services.station = StationOfTests(GallerySnapshot("dlib_resnet", tuple(templates)))  # type: ignore[assignment]
        return services.station  # type: ignore[return-value]

    return make


@pytest.fixture
def granted(services: StaffServices) -> Callable[..., None]:
    """granted("Ada", moment): the door has opened."""

    def record(person: str, moment: datetime) -> None:
        found = Identification((Candidate(person, 0.3),), 0.39, 0.04, 1)
        decision = Decision(Outcome.GRANTED, Reason.RECOGNISED, 1, 1, 0.0, 3, 3, person, found)
        services.journal.record(decision, "dlib_resnet", moment)

    return record
