"""When the door may open: k of the last n frames of one track, never mixed between two faces.

The clock is passed in with each observation, so that a file read faster than real time decides like a camera.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.domain import Decision, Identification, Observation, Outcome, Reason, TrackedFace

_LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """How strict the rule is."""

    k: int = 3  # frames that must agree
    n: int = 5  # frames among which they are counted
    cool_down_seconds: float = 30.0  # no second greeting within it
    away_seconds: float = 2.0  # out of sight for less: has not left
    retry_seconds: float = 3.0  # pause after the first refusal; doubled with each further one of the same face


@dataclass(slots=True)
class _Track:
    """What the rule remembers of one face. A vote is the person a frame names, None for nobody."""

    votes: deque[str | None]
    leader: str | None = None  # the nearest person of the last good frame, near enough or not
    good: int = 0  # frames that passed the quality gates, since the last decision
    unnamed: int = 0  # good frames in a row that name nobody
    admitted: str | None = None  # who this face was let in as
    unlike: int = 0  # good frames in a row that do not look like `admitted`
    refused: Decision | None = None  # the refusal that is being waited out
    refusals: int = 0  # of this face so far
    last_seen: float = 0.0

    @property
    def agreeing(self) -> int:
        return self.votes.count(self.leader) if self.leader is not None else 0

    def restart(self) -> None:
        self.votes.clear()
        self.good = self.unnamed = self.unlike = 0

    def count(self, found: Identification | None) -> None:
        """A rejected frame takes a place among the n and names nobody; another nearest person starts anew."""
        if found is None:
            self.votes.append(None)
            return
        best = found.best.person if found.best is not None else None
        if best != self.leader:
            self.votes.clear()
        self.leader = best
        self.good += 1
        self.votes.append(found.match)
        self.unnamed = 0 if found.match is not None else self.unnamed + 1
        self.unlike = 0 if found.match == self.admitted else self.unlike + 1


@dataclass(slots=True)
class _Visit:
    """The last time a person was let in."""

    greeted_at: float
    last_seen: float


def _nothing_against(person: str) -> Reason | None:
    return None


@dataclass(slots=True)
class DecisionRule:
    """Turns observations into one decision a face; used by one thread.

    `against` says why a person who is recognised may not enter all the same; None = nothing.
    """

    settings: RuleSettings = field(default_factory=RuleSettings)
    against: Callable[[str], Reason | None] = _nothing_against
    _tracks: dict[int, _Track] = field(default_factory=dict)
    _visits: dict[str, _Visit] = field(default_factory=dict)
    _last_sequence: int = -1
    _last_captured_at: float = -math.inf

    def configure(self, settings: RuleSettings) -> None:
        """Takes over new settings; where they differ, frames counted so far are forgotten, grants are not."""
        if settings == self.settings:
            return
        self.settings = settings
        for track in self._tracks.values():
            track.votes = deque(maxlen=settings.n)
            track.restart()

    def restart_counts(self) -> None:
        """Frames counted so far were compared with other templates or another threshold: they count no more."""
        for track in self._tracks.values():
            track.restart()

    def forget_refusals(self) -> None:
        """Whoever waits after a refusal was compared with people who are others now: the pause is over."""
        for track in self._tracks.values():
            track.refused, track.refusals = None, 0

    def revoke(self, granted: Decision, refusal: Decision) -> None:
        """A grant that could not be carried out was none: the face is refused and may try again after the pause."""
        if granted.person is not None:
            self._visits.pop(granted.person, None)
        track = self._tracks.get(granted.track)
        if track is not None:
            track.admitted, track.refused, track.refusals = None, refusal, 1

    @property
    def settled(self) -> frozenset[int]:
        """The tracks about which nothing has to be found out now: let in and still alike, or refused and waiting."""
        return frozenset(
            number
            for number, track in self._tracks.items()
            if track.refused is not None or (track.admitted is not None and not track.unlike)
        )

    def update(self, observation: Observation) -> tuple[Decision, ...]:
        """One decision for each face of the observation, in its order.

        A repeated or older frame changes nothing: its faces keep the decisions they had.
        """
        if observation.repeated or observation.sequence <= self._last_sequence:
            return tuple(self._standing(face, observation) for face in observation.faces)
        self._last_sequence = observation.sequence
        if observation.captured_at < self._last_captured_at:
            # The clock was set back: what was measured by it would last until it has caught up.
            self._tracks.clear()
            self._visits.clear()
        self._last_captured_at = observation.captured_at
        decisions = tuple(self._decide(face, observation) for face in observation.faces)
        self._drop_old(observation.captured_at)
        return decisions

    def _decide(self, face: TrackedFace, observation: Observation) -> Decision:
        now = observation.captured_at
        track = self._tracks.setdefault(face.track, _Track(deque(maxlen=self.settings.n)))
        track.last_seen = now
        if track.refused is not None:
            if now - track.refused.decided_at < self._pause_seconds(track):
                return self._standing(face, observation)
            track.refused = None
        if not face.compared:
            if track.admitted is not None and not self._still_admitted(track, now):
                track.admitted = None
            return self._standing(face, observation)
        track.count(face.identification)
        self._keep_visit(track.votes[-1], now)
        if track.admitted is not None:
            if self._still_admitted(track, now):
                return self._standing(face, observation)
            track.admitted = None
            track.restart()
        return self._judge(track, face, observation)

    def _pause_seconds(self, track: _Track) -> float:
        """Longer with each refusal: a poster would fill the journal, and trying again and again is an attack."""
        doubled = self.settings.retry_seconds * 2.0 ** min(track.refusals - 1, 10)
        return min(doubled, max(_LONGEST_PAUSE_SECONDS, self.settings.retry_seconds))

    def _keep_visit(self, named: str | None, now: float) -> None:
        """Whoever is seen again has not left, also while the frames that say so are still too few."""
        visit = self._visits.get(named or "")
        if visit is not None and now - visit.last_seen < self.settings.away_seconds:
            visit.last_seen = now

    def _still_admitted(self, track: _Track, now: float) -> bool:
        """Whether an admitted face is still that person, and not somebody who took the place before the camera."""
        visit = self._visits.get(track.admitted or "")
        if visit is None or track.unlike >= self.settings.n:
            return False
        visit.last_seen = now
        return True

    def _judge(self, track: _Track, face: TrackedFace, observation: Observation) -> Decision:
        agreeing = track.agreeing
        named = face.identification.match if face.identification is not None else None
        if named is not None and agreeing >= self.settings.k:
            against = self.against(named)
            if against is not None:
                return self._refuse(track, face, observation, against)
            return self._admit(track, named, face, observation)
        if self._hopeless(track):
            return self._refuse(track, face, observation, _why_refused(face.identification))
        return self._decision(
            Outcome.PENDING, Reason.GATHERING, face, observation, agreeing=agreeing, person=track.leader
        )

    def _hopeless(self, track: _Track) -> bool:
        """A full set of good frames that names nobody; three sets where they name people, but never one for long."""
        return track.unnamed >= self.settings.n or track.good >= 3 * self.settings.n

    def _admit(self, track: _Track, person: str, face: TrackedFace, observation: Observation) -> Decision:
        now, k = observation.captured_at, self.settings.k
        visit = self._visits.get(person)
        track.admitted = person
        track.refusals = 0
        track.restart()
        if visit is not None and now - visit.last_seen < self.settings.away_seconds:
            # The face was lost and found again, or shows twice: whoever never left is not let in again.
            visit.last_seen = now
            return self._decision(Outcome.PENDING, Reason.PRESENT, face, observation, agreeing=k, person=person)
        returned = visit is not None and now - visit.greeted_at < self.settings.cool_down_seconds
        greeted_at = visit.greeted_at if visit is not None and returned else now
        self._visits[person] = _Visit(greeted_at, now)
        reason = Reason.RETURNED if returned else Reason.RECOGNISED
        return self._decision(Outcome.GRANTED, reason, face, observation, agreeing=k, person=person, greet=not returned)

    def _refuse(self, track: _Track, face: TrackedFace, observation: Observation, reason: Reason) -> Decision:
        decision = self._decision(Outcome.REFUSED, reason, face, observation)
        track.refused = decision
        track.refusals += 1
        track.restart()
        return decision

    def _standing(self, face: TrackedFace, observation: Observation) -> Decision:
        """Nothing new is done about a face: what was decided about it, as a pending decision."""
        track = self._tracks.get(face.track)
        if track is not None and track.admitted is not None:
            k = self.settings.k
            return self._decision(Outcome.PENDING, Reason.PRESENT, face, observation, agreeing=k, person=track.admitted)
        if track is not None and track.refused is not None:
            return self._decision(Outcome.PENDING, track.refused.reason, face, observation)
        agreeing, leader = (track.agreeing, track.leader) if track is not None else (0, None)
        return self._decision(Outcome.PENDING, Reason.GATHERING, face, observation, agreeing=agreeing, person=leader)

    def _decision(
        self,
        outcome: Outcome,
        reason: Reason,
        face: TrackedFace,
        observation: Observation,
        *,
        agreeing: int = 0,
        person: str | None = None,
        greet: bool = False,
    ) -> Decision:
        return Decision(
            outcome=outcome,
            reason=reason,
            track=face.track,
            sequence=observation.sequence,
            decided_at=observation.captured_at,
            agreeing=min(agreeing, self.settings.k),
            required=self.settings.k,
            person=person,
            identification=face.identification,
            greet=greet,
            conditions=face.conditions,
        )

    def _drop_old(self, now: float) -> None:
        """Forgets tracks that left and visits that no longer matter, so that a year's run does not grow."""
        keep = max(self.settings.away_seconds, self.settings.retry_seconds)
        self._tracks = {key: track for key, track in self._tracks.items() if now - track.last_seen <= keep}
        self._visits = {person: visit for person, visit in self._visits.items() if self._matters(visit, now)}

    def _matters(self, visit: _Visit, now: float) -> bool:
        return (
            now - visit.greeted_at < self.settings.cool_down_seconds
            or now - visit.last_seen <= self.settings.away_seconds
        )


def _why_refused(found: Identification | None) -> Reason:
    if found is None or found.best is None:
        return Reason.NOBODY_ENROLLED
    return Reason.AMBIGUOUS if found.within_threshold else Reason.TOO_FAR
