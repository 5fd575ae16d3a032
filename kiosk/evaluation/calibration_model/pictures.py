"""Which pictures of a gallery are worth a look: alike where they should not be, unlike where they should be alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Template
from kiosk.people.enrolment.likeness import odd_ones_out, spread
from kiosk.people.gallery import GallerySnapshot

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


def odd_pictures(gallery: GallerySnapshot, *, alike: float, margin: float, apart: float) -> list[OddPicture]:
    """Pictures that show somebody else than the person's other ones, or nobody that is known.

    A picture within `alike` of somebody else's, and farther than that by the `margin` from all of its own person, shows
    somebody else; of the others, one farther than `apart` from all others of the person shows nobody that is known.
    """
    to_others = _to_others(gallery)
    several = [
        numbers
        for numbers in (np.flatnonzero(gallery.owners == person) for person in range(len(gallery.people)))
        if len(numbers) > 1
    ]
    wrong = [each for numbers in several for each in _of_somebody_else(gallery, numbers, to_others, alike, margin)]
    found = _one_of_two(wrong)
    explained = {each.number for each in found}
    for numbers in several:
        rest = np.array([number for number in numbers if number not in explained], np.intp)
        found += _of_nobody(gallery, rest, apart)
    return sorted(found, key=lambda each: each.number)


def _one_of_two(wrong: Sequence[OddPicture]) -> list[OddPicture]:
    """Of two pictures that each look like the other's person, the one farther from its own is in the wrong place."""
    own = {each.picture.source: each.own for each in wrong}
    return [each for each in wrong if each.other is None or each.own >= own.get(each.other.source, 0.0)]


def _of_somebody_else(
    gallery: GallerySnapshot, numbers: NDArray[np.intp], to_others: NDArray[np.float32], alike: float, margin: float
) -> list[OddPicture]:
    found = []
    for number, to_own in zip(numbers.tolist(), _spread(gallery, numbers), strict=True):
        person = int(np.argmin(to_others[number]))
        distance = float(to_others[number, person])
        if distance <= alike and to_own > alike + margin:
            other = _pair(gallery, number, person, ()).other
            found.append(OddPicture(number, gallery.templates[number], to_own, other, distance))
    return found


def _of_nobody(gallery: GallerySnapshot, numbers: NDArray[np.intp], apart: float) -> list[OddPicture]:
    if len(numbers) < 2:
        return []
    embeddings = [gallery.templates[number].embedding for number in numbers]
    unlike, own = odd_ones_out(embeddings, [], apart), _spread(gallery, numbers)
    return [
        OddPicture(int(numbers[index]), gallery.templates[numbers[index]], own[index], None, np.inf)
        for index in sorted(unlike)
    ]


def _spread(gallery: GallerySnapshot, numbers: NDArray[np.intp]) -> list[float]:
    """Distance of each of a person's pictures to the nearest of the others."""
    distances = spread([gallery.templates[number].embedding for number in numbers])
    return [float(distance) for distance in distances]


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
