"""Do the pictures of a set show one person?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Embedding
from kiosk.people.gallery.snapshot import GallerySnapshot
from kiosk.people.grouping import groups


def odd_ones_out(offered: Sequence[Embedding], stored: Sequence[Embedding], threshold: float) -> set[int]:
    """Numbers of the pictures that no chain of similar pictures connects with the person's other ones.

    Those already stored are right; where there are none, the largest group is, and nobody where two are as large.
    """
    vectors = [embedding.vector for embedding in (*stored, *offered)]
    if not vectors:
        return set()
    found = groups(np.array(vectors, np.float32), threshold)
    right = _of_the_stored(found, len(stored)) if stored else _largest(found)
    return {index for index in range(len(offered)) if len(stored) + index not in right}


def stored_of(gallery: GallerySnapshot, person: str) -> list[Embedding]:
    """What is in force for a person, however the name is spelt."""
    return [template.embedding for template in gallery.templates_of(gallery.person(person) or "")]


def spread(embeddings: Sequence[Embedding]) -> NDArray[np.float32]:
    """Distance of each picture of a set to the nearest other one; infinite where there is none."""
    if len(embeddings) < 2:
        return np.full(len(embeddings), np.inf, np.float32)
    vectors = np.array([embedding.vector for embedding in embeddings], np.float32)
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1), np.float32)


def _of_the_stored(found: Sequence[set[int]], stored: int) -> set[int]:
    return {number for group in found if min(group) < stored for number in group}


def _largest(found: Sequence[set[int]]) -> set[int]:
    size = max(map(len, found))
    largest = [group for group in found if len(group) == size]
    return largest[0] if len(largest) == 1 else set()
