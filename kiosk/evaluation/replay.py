"""Visits that were seen, decided about by the kiosk's own pooling, matching and decision rule, for any gallery."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import (
    Box,
    Candidate,
    Conditions,
    Embedding,
    Face,
    Identification,
    Observation,
    Outcome,
    Rejection,
    TrackedFace,
)
from kiosk.door.decision import DecisionRule, RuleSettings
from kiosk.recognition.matching import PLAIN, Comparison, Searchable, identify, person_distances
from kiosk.recognition.pooling import FramePool, quality

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """A face of a frame."""

    track: int  # as in TrackedFace
    vector: Vector | None  # (D,); None where the face was rejected
    rejection: Rejection | None
    conditions: Conditions | None


@dataclass(frozen=True, slots=True, eq=False)
class SeenFrame:
    """A processed frame."""

    at_seconds: float
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """Somebody before the camera."""

    person: str  # who it is in truth; a stranger's is nobody's in the gallery
    frames: tuple[SeenFrame, ...]

    @property
    def vectors(self) -> list[Vector]:
        """Of all faces, in order."""
        return [face.vector for frame in self.frames for face in frame.faces if face.vector is not None]


_KEPT: Final = 5  # candidates, as identify keeps them
_NOWHERE = Face(Box(0, 0, 1, 1), 0.0)  # where a face was in its frame is nothing to those who decide


@dataclass(frozen=True, slots=True)
class Door:
    """How it is decided."""

    threshold: float
    margin: float
    rule: RuleSettings = field(default_factory=RuleSettings)
    comparison: Comparison = PLAIN
    pooling_frames: int = 1
    pooling_limit: float = 0.0  # see FramePool

    @property
    def reach(self) -> float:
        """The distance beyond which no frame can speak for anybody."""
        return max(self.threshold, self.pooling_limit if self.pooling_frames > 1 else 0.0)


class End(enum.Enum):
    """How a visit ended."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNDECIDED = "undecided"  # too few good frames, or some that name somebody and others that do not


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a visit."""

    end: End
    granted_as: str | None = None
    frames: int = 0  # of the visit, until it was granted or over


Found: TypeAlias = tuple[Candidate, ...]  # the nearest people of one frame by itself, as identify gives them


def replay(visit: Visit, gallery: Searchable, door: Door, alone: Sequence[Found] | None = None) -> Ending:
    """A whole visit, frame by frame, as the station has it; over once the door opens.

    `alone` is what is known already of each acquired face, in order; None = each is searched for.
    """
    rule = DecisionRule(door.rule)
    pools = defaultdict[int, FramePool](lambda: FramePool(door.pooling_frames, door.pooling_limit))
    known = None if alone is None else iter(alone)
    refused = False
    for number, frame in enumerate(visit.frames):
        faces = []
        for face in frame.faces:
            found = None
            if face.vector is not None:
                search = _search(face.vector, gallery, door, None if known is None else next(known))
                weight = 1.0 if face.conditions is None else quality(face.conditions)
                found = pools[face.track].identify(Embedding(face.vector, gallery.encoder), weight, search)
            faces.append(TrackedFace(face.track, _NOWHERE, face.rejection, found, face.conditions))
        for decision in rule.update(Observation(number, frame.at_seconds, tuple(faces))):
            if decision.outcome is Outcome.GRANTED:
                return Ending(End.GRANTED, decision.person, number + 1)
            refused = refused or decision.outcome is Outcome.REFUSED
    return Ending(End.REFUSED if refused else End.UNDECIDED, None, len(visit.frames))


def _search(
    vector: Vector, gallery: Searchable, door: Door, known: Found | None
) -> Callable[[Embedding], Identification]:
    """Searches for any embedding; what is known of a vector's own is not looked for again."""

    def search(probe: Embedding) -> Identification:
        if known is not None and probe.vector is vector:
            return Identification(known, door.threshold, door.margin, len(gallery.people))
        return identify(probe, gallery, threshold=door.threshold, margin=door.margin, comparison=door.comparison)

    return search


class Visits:
    """Many visits and one gallery, for many thresholds.

    Attributes:
        distances: one array a visit: how far each acquired face, by itself, is from the nearest person.
    """

    def __init__(self, visits: Sequence[Visit], gallery: Searchable, comparison: Comparison = PLAIN) -> None:
        self.visits = visits
        self._gallery = gallery
        self._nearest = _nearest(visits, gallery, comparison)
        self.distances = [own.distances[:, 0] for own in self._nearest]

    def endings(self, door: Door) -> list[Ending]:
        """Of all visits, in order; the door compares as these visits were."""
        return [self._ending(number, door) for number in range(len(self.visits))]

    def granted(self, door: Door, among: Iterable[int] | None = None) -> list[int]:
        """The numbers of the visits that are granted, of all or `among` some.

        As `endings` says it, in a fraction of the time: most visits have too few frames near enough by themselves.
        """
        numbers = range(len(self.visits)) if among is None else among
        near = (number for number in numbers if np.count_nonzero(self.distances[number] <= door.reach) >= door.rule.k)
        return [number for number in near if self._ending(number, door).end is End.GRANTED]

    def named_share(self, door: Door) -> float | None:
        """The part of all frames that name somebody by themselves; None without frames."""
        frames = sum(len(visit.frames) for visit in self.visits)
        return sum(own.named(door) for own in self._nearest) / frames if frames else None

    def _ending(self, number: int, door: Door) -> Ending:
        return replay(self.visits[number], self._gallery, door, self._nearest[number].found(self._gallery.people))


@dataclass(frozen=True, slots=True, eq=False)
class _Nearest:
    """The nearest people of each acquired face of a visit, by itself."""

    people: NDArray[np.intp]  # (F, 5) or fewer; numbers of people
    distances: NDArray[np.float32]  # likewise; infinite in one column where nobody is enrolled

    def named(self, door: Door) -> int:
        """How many name somebody: within the threshold, and clear of the next by the margin."""
        near = self.distances[:, 0] <= door.threshold
        if self.distances.shape[1] > 1:
            near &= self.distances[:, 1] - self.distances[:, 0] >= door.margin
        return int(np.count_nonzero(near))

    def found(self, names: tuple[str, ...]) -> list[Found]:
        """Of each face."""
        rows = zip(self.people.tolist(), self.distances.tolist(), strict=True)
        return [tuple(Candidate(names[one], far) for one, far in zip(*row, strict=False)) for row in rows]


def _nearest(visits: Sequence[Visit], gallery: Searchable, comparison: Comparison) -> list[_Nearest]:
    vectors = [visit.vectors for visit in visits]
    together = [vector for own in vectors for vector in own]
    people = np.zeros((len(together), 0), np.intp)
    distances = np.full((len(together), 1), np.inf, np.float32)
    if together and gallery.people:
        found = person_distances(np.stack(together), gallery, comparison)
        people = np.argsort(found, axis=1, kind="stable")[:, :_KEPT]
        distances = np.take_along_axis(found, people, axis=1)
    ends = np.cumsum([len(own) for own in vectors], dtype=np.intp)[:-1]
    return [_Nearest(*own) for own in zip(np.split(people, ends), np.split(distances, ends), strict=True)]
