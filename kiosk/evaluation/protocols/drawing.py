"""Who is enrolled and who comes to the door, drawn by seed from pictures of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from kiosk.domain import Embedding, Template
from kiosk.evaluation.protocols.features import Sample
from kiosk.evaluation.protocols.recordings import RATE_HZ
from kiosk.evaluation.protocols.seen import SeenFrame, Visit
from kiosk.people.gallery.snapshot import GallerySnapshot

_TWO: Final = 2  # pictures, without which a visit is no visit of several


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture, as it would be enrolled and as somebody who stands before the camera."""

    sample: Sample
    frames: tuple[SeenFrame, ...]  # none where the file cannot be read


People: TypeAlias = Mapping[str, Sequence[Shown]]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A gallery, and what is left of the pictures."""

    gallery: GallerySnapshot
    members: People  # pictures that are not enrolled, of people who are
    strangers: People


def by_person(shown: Iterable[Shown]) -> dict[str, list[Shown]]:
    """Whose pictures they are, in the order given."""
    people: dict[str, list[Shown]] = {}
    for one in shown:
        people.setdefault(one.sample.person, []).append(one)
    return people


def able(people: People, templates: int) -> list[str]:
    """Who has pictures enough to be enrolled."""
    return [person for person, shown in people.items() if len(_acquired(shown)) >= templates]


def draw(people: People, size: int, templates: int, encoder: str, rng: np.random.Generator) -> Drawn:
    """Enrols `size` people with so many pictures each, or as many people as have them.

    People who have pictures left for a visit come first, so that figures of members stand on as many as can be.
    """
    eligible = able(people, templates)
    order = [eligible[number] for number in rng.permutation(len(eligible))]
    order.sort(key=lambda person: len(people[person]) <= templates)
    enrolled: list[Template] = []
    members: dict[str, Sequence[Shown]] = {}
    for person in order[:size]:
        shown = people[person]
        numbers = rng.permutation(_acquired(shown))[:templates].tolist()
        enrolled += _templates([shown[number].sample for number in numbers], encoder)
        members[person] = [one for number, one in enumerate(shown) if number not in numbers]
    strangers = {person: shown for person, shown in people.items() if person not in members}
    return Drawn(GallerySnapshot(encoder, tuple(enrolled)), members, strangers)


def standing_visits(people: People) -> list[Visit]:
    """A visit for each picture: frames of one moment, as like each other as at a door."""
    return [Visit(person, one.frames) for person, shown in people.items() for one in shown if one.frames]


def mixed_visits(people: People, frames: int, rng: np.random.Generator) -> Iterator[Visit]:
    """A visit for each person with two pictures or more: its frames are of as many of them as there are, in turns."""
    for person, shown in people.items():
        readable = [one for one in shown if one.frames]
        if len(readable) < _TWO:
            continue
        order = [readable[number].frames for number in rng.permutation(len(readable))]
        chosen = [order[number % len(order)][number // len(order)] for number in range(frames)]
        yield Visit(person, tuple(_moment(frame, number) for number, frame in enumerate(chosen)))


def _moment(frame: SeenFrame, number: int) -> SeenFrame:
    """The frame as one of a face that is followed."""
    return SeenFrame(number / RATE_HZ, tuple(replace(face, track=1) for face in frame.faces))


def _acquired(shown: Sequence[Shown]) -> list[int]:
    return [number for number, one in enumerate(shown) if one.sample.template is not None]


def _templates(samples: Iterable[Sample], encoder: str) -> Iterator[Template]:
    for one in samples:
        if one.template is not None:
            yield Template(one.person, Embedding(one.template, encoder), one.picture)
