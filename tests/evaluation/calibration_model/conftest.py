"""People as random directions, whose distances are known in closed form or can be counted by the million."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.domain import Embedding, Template
from kiosk.encoders.statistics import Statistics
from kiosk.people.snapshot import GallerySnapshot

DIMENSIONS = 24
SPREAD = 0.55  # of a person's pictures, in parts of what people differ by


@dataclass(frozen=True)
class World:
    """Everybody there could be; all of their faces are made by one rule."""

    random: np.random.Generator

    def faces(self, people: NDArray[np.float64], number: int) -> NDArray[np.float32]:
        """So many pictures of each of the people (N, D): (N, number, D)."""
        noise = self.random.normal(size=(len(people), number, people.shape[1]))
        made = people[:, None] + SPREAD * noise
        return (made / np.linalg.norm(made, axis=2, keepdims=True)).astype(np.float32)

    def people(self, number: int) -> NDArray[np.float64]:
        """Somebody, as often as asked."""
        return self.random.normal(size=(number, DIMENSIONS))

    def gallery(self, people: int, pictures: int) -> GallerySnapshot:
        """People enrolled with so many pictures each."""
        return as_gallery(
            {f"p{number:03}": list(each) for number, each in enumerate(self.faces(self.people(people), pictures))}
        )

    def statistics(self, people: int = 1500) -> Statistics:
        """As somebody measures them on others."""
        faces = self.faces(self.people(people), 2)
        genuine = np.linalg.norm(faces[:, 0] - faces[:, 1], axis=1)
        dots = faces[:, 0] @ faces[:, 0].T
        impostor = np.sqrt(2 - 2 * dots[np.triu_indices(people, 1)])
        return Statistics.of(genuine, impostor, "made by rule", people)


def as_gallery(people: dict[str, list[NDArray[np.float32]]]) -> GallerySnapshot:
    """A gallery of these vectors."""
    return GallerySnapshot(
        "net",
        tuple(
            Template(person, Embedding(np.asarray(vector, np.float32), "net"), f"{person}/{number}.jpg")
            for person, vectors in people.items()
            for number, vector in enumerate(vectors)
        ),
    )


@pytest.fixture
def snapshot() -> Callable[[dict[str, list[NDArray[np.float32]]]], GallerySnapshot]:
    """snapshot({"Ada": [vector, vector]}): a gallery."""
    return as_gallery


@pytest.fixture
def world() -> World:
    return World(np.random.default_rng(0))


@pytest.fixture(scope="session")
def measured() -> Statistics:
    """The statistics of that world."""
    return World(np.random.default_rng(1)).statistics()
