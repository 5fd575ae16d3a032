"""Which pictures of a gallery are worth a look: alike where they should not be, unlike where they should be alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Template
from kiosk.recognition.enrolment.likeness import odd_ones_out
from kiosk.recognition.gallery import GallerySnapshot

_BLOCK: Final = 500  # templates that are compared with all others at once


@dataclass(frozen=True, slots=True)
class PicturePair:
    """Two pictures of different people."""

    one: Template
    other: Template
    distance: float


@dataclass(frozen=True, slots=True)
class OddPicture:
    """A picture that does not look like the person's other ones."""

    number: int  # of the template in the gallery
    picture: Template
    own: float  # distance to the nearest other picture of the person
    other: Template | None  # what it looks like instead, of somebody else; None where it looks like nobody
    distance: float  # to that one


def confusable_pairs(gallery: GallerySnapshot, keep: int, left_out: Collection[int] = ()) -> list[PicturePair]:
    """The `keep` pairs of people who lie nearest together, nearest first, each by its two nearest pictures."""
    people = len(gallery.people)
    between = np.full((people, people), np.inf, np.float32)
    np.minimum.at(between, gallery.owners, _to_others(gallery, left_out))
    between[np.tril_indices(people)] = np.inf
    nearest = np.argsort(between, axis=None)[:keep]
    pairs = [divmod(int(index), people) for index in nearest if np.isfinite(between.flat[index])]
    return [_nearest_of(gallery, one, other, left_out) for one, other in pairs]


def odd_pictures(gallery: GallerySnapshot, *, alike: float, apart: float) -> list[OddPicture]:
    """Pictures that show somebody else than the person's other ones, or nobody that is known.

    Two pictures within `alike` show one person; one farther than `apart` from all others of the person shows another.
    """
    to_others = _to_others(gallery)
    found = []
    for person in range(len(gallery.people)):
        numbers = np.flatnonzero(gallery.owners == person)
        if len(numbers) > 1:
            found += _odd_of(gallery, numbers, to_others, alike, apart)
    return found


def _odd_of(
    gallery: GallerySnapshot, numbers: NDArray[np.intp], to_others: NDArray[np.float32], alike: float, apart: float
) -> list[OddPicture]:
    own = gallery.matrix[numbers]
    distances = np.linalg.norm(own[:, None] - own[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    unlike = odd_ones_out([gallery.templates[number].embedding for number in numbers], [], apart)
    found = []
    for index, number in enumerate(numbers):
        person = int(np.argmin(to_others[number]))
        to_own, to_other = float(distances[index].min()), float(to_others[number, person])
        somebody = to_other <= alike < to_own
        if index in unlike or somebody:
            other = _nearest_template(gallery, int(number), person) if somebody else None
            found.append(OddPicture(int(number), gallery.templates[number], to_own, other, to_other))
    return found


def _to_others(gallery: GallerySnapshot, left_out: Collection[int] = ()) -> NDArray[np.float32]:
    """Distance of each template to each person, (T, N); infinite to its own and where it is left out."""
    order = np.argsort(gallery.owners, kind="stable")
    starts = np.searchsorted(gallery.owners[order], np.arange(len(gallery.people)))
    hidden = np.array(sorted(left_out), np.intp)
    found = np.full((len(gallery.owners), len(gallery.people)), np.inf, np.float32)
    for start in range(0, len(gallery.owners), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(gallery.owners)))
        squared = 2 - 2 * (gallery.matrix[rows] @ gallery.matrix.T)
        apart = np.sqrt(np.maximum(squared, 0))
        apart[:, hidden] = np.inf
        found[rows] = np.minimum.reduceat(apart[:, order], starts, axis=1)
    found[np.arange(len(found)), gallery.owners] = np.inf
    found[hidden] = np.inf
    return found


def _nearest_of(gallery: GallerySnapshot, one: int, other: int, left_out: Collection[int]) -> PicturePair:
    shown = [number for number in np.flatnonzero(gallery.owners == one).tolist() if number not in left_out]
    return min((_pair(gallery, number, other, left_out) for number in shown), key=lambda pair: pair.distance)


def _pair(gallery: GallerySnapshot, number: int, person: int, left_out: Collection[int]) -> PicturePair:
    theirs = [each for each in np.flatnonzero(gallery.owners == person).tolist() if each not in left_out]
    distances = np.linalg.norm(gallery.matrix[theirs] - gallery.matrix[number], axis=1)
    nearest = int(np.argmin(distances))
    return PicturePair(gallery.templates[number], gallery.templates[theirs[nearest]], float(distances[nearest]))


def _nearest_template(gallery: GallerySnapshot, number: int, person: int) -> Template:
    return _pair(gallery, number, person, ()).other
