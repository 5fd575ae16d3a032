"""Visits that were seen, decided about by the kiosk's own pooling, matching and decision rule, for any gallery."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kiosk.access.decision import DecisionRule, RuleSettings
from kiosk.domain import Box, Embedding, Face, Observation, Outcome, TrackedFace
from kiosk.recognition.matching import PLAIN, Comparison, Searchable, identify, person_distances
from kiosk.recognition.pooling import TrackPool, quality
from kiosk.station.evaluation.seen import Visit

_NOWHERE = Face(Box(0, 0, 1, 1), 0.0)  # where a face was in its frame is nothing to those who decide


@dataclass(frozen=True, slots=True)
class Door:
    """How it is decided."""

    threshold: float
    margin: float
    rule: RuleSettings = field(default_factory=RuleSettings)
    comparison: Comparison = PLAIN
    pooling_frames: int = 1
    pooling_limit: float = 0.0  # see TrackPool

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


def replay(visit: Visit, gallery: Searchable, door: Door) -> Ending:
    """A whole visit, frame by frame, as the station has it; over once the door opens."""
    rule, pool = DecisionRule(door.rule), TrackPool(door.pooling_frames, door.pooling_limit)
    search = partial(
        identify, gallery=gallery, threshold=door.threshold, margin=door.margin, comparison=door.comparison
    )
    refused = False
    for number, frame in enumerate(visit.frames):
        faces = []
        for face in frame.faces:
            found = None
            if face.vector is not None:
                weight = 1.0 if face.conditions is None else quality(face.conditions)
                found = pool.identify(face.track, Embedding(face.vector, gallery.encoder), weight, search)
            faces.append(TrackedFace(face.track, _NOWHERE, face.rejection, found, face.conditions))
        for decision in rule.update(Observation(number, frame.at_seconds, tuple(faces))):
            if decision.outcome is Outcome.GRANTED:
                return Ending(End.GRANTED, decision.person, number + 1)
            refused = refused or decision.outcome is Outcome.REFUSED
    return Ending(End.REFUSED if refused else End.UNDECIDED, None, len(visit.frames))


class Visits:
    """Many visits and one gallery, for many thresholds.

    Attributes:
        distances: one array a visit: how far each acquired face, by itself, is from the nearest person.
    """

    def __init__(self, visits: Sequence[Visit], gallery: Searchable, comparison: Comparison = PLAIN) -> None:
        self.visits = visits
        self._gallery = gallery
        self.distances = nearest_distances(visits, gallery, comparison)

    def endings(self, door: Door) -> list[Ending]:
        """Of all visits, in order."""
        return [replay(visit, self._gallery, door) for visit in self.visits]

    def granted(self, door: Door, among: Iterable[int] | None = None) -> list[int]:
        """The numbers of the visits that are granted, of all or `among` some.

        As `endings` says it, in a fraction of the time: most visits have too few frames near enough by themselves.
        """
        numbers = range(len(self.visits)) if among is None else among
        near = (number for number in numbers if np.count_nonzero(self.distances[number] <= door.reach) >= door.rule.k)
        return [number for number in near if replay(self.visits[number], self._gallery, door).end is End.GRANTED]


def nearest_distances(
    visits: Sequence[Visit], gallery: Searchable, comparison: Comparison = PLAIN
) -> list[NDArray[np.float32]]:
    """One array a visit: how far each acquired face is from the nearest person; infinitely far where there is none."""
    vectors = [visit.vectors for visit in visits]
    ends = np.cumsum([len(own) for own in vectors], dtype=np.intp)
    together = [vector for own in vectors for vector in own]
    if not together or not gallery.people:
        return [np.full(len(own), np.inf, np.float32) for own in vectors]
    found = person_distances(np.stack(together), gallery, comparison)
    return np.split(np.nan_to_num(found, nan=np.inf, posinf=np.inf).min(axis=1), ends[:-1])
