"""Recorded visits, decided by the kiosk's own pooling, matching and decision rule for any gallery."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.config import DecisionSection
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
from kiosk.door.decision import DecisionRule
from kiosk.recognition.matching import PLAIN, Comparison, Searchable, identify, person_distances
from kiosk.recognition.pooling import FramePool, quality

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """A face in a recorded frame."""

    track: int  # as in TrackedFace
    vector: Vector | None  # (D,); None where the face was rejected
    rejection: Rejection | None
    conditions: Conditions | None


@dataclass(frozen=True, slots=True, eq=False)
class SeenFrame:
    """A recorded frame."""

    at_seconds: float
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """A person in front of the camera."""

    person: str  # the true identity; a stranger is not in the gallery
    frames: tuple[SeenFrame, ...]

    @property
    def vectors(self) -> list[Vector]:
        """Return the embeddings of all faces, in order."""
        return [face.vector for frame in self.frames for face in frame.faces if face.vector is not None]


_NOWHERE = Face(Box(0, 0, 1, 1), 0.0)  # the decision does not depend on where a face is


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """The settings that decide a visit."""

    threshold: float
    margin: float
    rule: DecisionSection = field(default_factory=DecisionSection)
    comparison: Comparison = PLAIN
    pooling_frames: int = 1
    pooling_limit: float = 0.0  # see FramePool

    @property
    def reach(self) -> float:
        """Return the distance beyond which no frame counts for a person."""
        return max(self.threshold, self.pooling_limit if self.pooling_frames > 1 else 0.0)


class End(enum.Enum):
    """The end of a visit."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNDECIDED = "undecided"  # too few good frames, or frames that disagree


@dataclass(frozen=True, slots=True)
class Ending:
    """The result of a visit."""

    end: End
    granted_as: str | None = None
    frames: int = 0  # until it was granted or over


Found: TypeAlias = tuple[Candidate, ...]  # the nearest people of one frame, as identify returns them


def replay(visit: Visit, gallery: Searchable, door: DoorSettings, alone: Sequence[Found] | None = None) -> Ending:
    """Decide a visit frame by frame, as the station does; it ends when the door opens.

    `alone` holds the candidates of each acquired face, in order; with None each face is searched for.
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
    vector: Vector, gallery: Searchable, door: DoorSettings, known: Found | None
) -> Callable[[Embedding], Identification]:
    """Return a search that uses the known candidates of the vector itself."""

    def search(probe: Embedding) -> Identification:
        if known is not None and probe.vector is vector:
            return Identification(known, door.threshold, door.margin, len(gallery.people))
        return identify(probe, gallery, threshold=door.threshold, margin=door.margin, comparison=door.comparison)

    return search


class Visits:
    """Visits to one gallery, for many thresholds."""

    def __init__(self, visits: Sequence[Visit], gallery: Searchable, comparison: Comparison = PLAIN) -> None:
        self.visits = visits
        self._gallery = gallery
        self._nearest = _nearest(visits, gallery, comparison)

    def endings(self, door: DoorSettings) -> list[Ending]:
        """Return the results of all visits, in order."""
        return [self._ending(number, door) for number in range(len(self.visits))]

    @property
    def distances(self) -> list[NDArray[np.float32]]:
        """Return for each visit the distance of each acquired face to the nearest person."""
        return [distances[:, 0] for _, distances in self._nearest]

    def named_share(self, door: DoorSettings) -> float | None:
        """Return the share of frames that name a person by themselves; None without frames."""
        frames, named = sum(len(visit.frames) for visit in self.visits), 0
        for _, distances in self._nearest:
            near = distances[:, 0] <= door.threshold
            if distances.shape[1] > 1:
                near &= distances[:, 1] - distances[:, 0] >= door.margin
            named += int(np.count_nonzero(near))
        return named / frames if frames else None

    def granted(self, door: DoorSettings, among: Iterable[int] | None = None) -> list[int]:
        """Return the numbers of the visits that are granted, of all or of `among`.

        It is faster than `endings`: most visits have too few frames within reach.
        """
        numbers, distances = range(len(self.visits)) if among is None else among, self.distances
        near = [number for number in numbers if np.count_nonzero(distances[number] <= door.reach) >= door.rule.k]
        return [number for number in near if self._ending(number, door).end is End.GRANTED]

    def _ending(self, number: int, door: DoorSettings) -> Ending:
        names, (people, distances) = self._gallery.people, self._nearest[number]
        rows = zip(people.tolist(), distances.tolist(), strict=True)
        alone = [tuple(Candidate(names[one], far) for one, far in zip(*row, strict=False)) for row in rows]
        return replay(self.visits[number], self._gallery, door, alone)


def _nearest(
    visits: Sequence[Visit], gallery: Searchable, comparison: Comparison
) -> list[tuple[NDArray[np.intp], NDArray[np.float32]]]:
    """Return for each visit the nearest people (F, 5) of its F acquired faces as numbers, and their distances (F, 5).

    There may be fewer than 5 people; where nobody is enrolled there is one infinite distance.
    """
    vectors = [visit.vectors for visit in visits]
    together = [vector for own in vectors for vector in own]
    people = np.zeros((len(together), 0), np.intp)
    distances = np.full((len(together), 1), np.inf, np.float32)
    if together and gallery.people:
        found = person_distances(np.stack(together), gallery, comparison)
        people = np.argsort(found, axis=1, kind="stable")[:, :5]  # as many candidates as identify keeps
        distances = np.take_along_axis(found, people, axis=1)
    ends = np.cumsum([len(own) for own in vectors], dtype=np.intp)[:-1]
    return list(zip(np.split(people, ends), np.split(distances, ends), strict=True))
