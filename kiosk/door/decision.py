"""Decide when the door may open: k of the last n frames of one track must agree.

Each observation carries its time, so a recording that is read fast gives the same decisions as a camera.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.config import DecisionSection
from kiosk.domain import Box, Decision, Identification, Observation, Outcome, Reason, TrackedFace

_LONGEST_PAUSE_SECONDS = 60.0
_COVERED_SECONDS = 60.0  # for which a covered face is remembered in its place
_PICTURE_SECONDS = 3600.0  # likewise, a face that has not moved


@dataclass(slots=True)
class _Track:
    """The memory of one face. A vote is the person that a frame names, None for nobody."""

    votes: deque[str | None]
    leader: str | None = None  # the nearest person of the last good frame, within the threshold or not
    good: int = 0  # frames that passed the quality gates, since the last decision
    unnamed: int = 0  # good frames in a row without a name
    admitted: str | None = None  # the person as whom this face was let in
    unlike: int = 0  # good frames in a row that do not look like `admitted`
    refused: Decision | None = None  # the refusal, during the pause after it
    refusals: int = 0  # of this face so far
    last_seen: float = 0.0

    @property
    def agreeing(self) -> int:
        return self.votes.count(self.leader) if self.leader is not None else 0

    def restart(self) -> None:
        self.votes.clear()
        self.good = self.unnamed = self.unlike = 0

    def count(self, found: Identification | None) -> None:
        """Count a frame; a rejected one counts as a vote for nobody, and another nearest person restarts the count."""
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
    """A face that was let in."""

    person: str
    box: Box  # where it was seen last
    place: int  # likewise, as TrackedFace has it
    still: bool  # likewise
    last_seen: float


@dataclass(slots=True)
class DecisionRule:
    """Turns observations into one decision for each face; used by one thread.

    `access_restriction` returns why a recognised person may not enter, or None.
    """

    settings: DecisionSection = field(default_factory=DecisionSection)
    access_restriction: Callable[[str], Reason | None] = lambda _: None
    _tracks: dict[int, _Track] = field(default_factory=dict)
    _visits: dict[int, _Visit] = field(default_factory=dict)  # by track
    _greeted: dict[str, float] = field(default_factory=dict)  # s, by person
    _last_sequence: int = -1
    _last_captured_at: float = -math.inf

    def configure(self, settings: DecisionSection) -> None:
        """Use new settings; the frames counted so far are forgotten, grants are not."""
        self.settings = settings
        for track in self._tracks.values():
            track.votes = deque(maxlen=settings.n)
            track.restart()

    def compare_again(self) -> None:
        """Forget the frames counted so far and the pauses after refusals: the gallery has changed."""
        for track in self._tracks.values():
            track.restart()
            track.refused, track.refusals = None, 0

    def revoke(self, granted: Decision, refusal: Decision) -> None:
        """Replace a grant that could not be carried out: the face is refused, and may try again after the pause."""
        self._visits.pop(granted.track, None)
        if granted.person is not None and granted.greet:
            self._greeted.pop(granted.person, None)
        track = self._tracks.get(granted.track)
        if track is not None:
            track.admitted, track.refused, track.refusals = None, refusal, 1

    @property
    def settled(self) -> frozenset[int]:
        """Return the tracks that need no comparison now: let in and still alike, or in the pause after a refusal."""
        return frozenset(
            number
            for number, track in self._tracks.items()
            if track.refused is not None or (track.admitted is not None and not track.unlike)
        )

    def update(self, observation: Observation) -> tuple[Decision, ...]:
        """Return one decision for each face of the observation, in its order.

        A repeated or older frame changes nothing: its faces keep their decisions.
        """
        if observation.repeated or observation.sequence <= self._last_sequence:
            return tuple(self._standing(face, observation) for face in observation.faces)
        self._last_sequence = observation.sequence
        if observation.captured_at < self._last_captured_at:
            # The clock was set back: pauses and visits would last too long.
            self._tracks.clear()
            self._visits.clear()
            self._greeted.clear()
        self._last_captured_at = observation.captured_at
        self._keep_pictures(observation)
        decisions = tuple(self._decide(face, observation) for face in observation.faces)
        self._drop_old(observation)
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
            if track.admitted is not None and not self._still_admitted(track, face, now):
                track.admitted = None
            return self._standing(face, observation)
        track.count(face.identification)
        # The person has not left, even before enough frames agree.
        visit = self._visits.get(self._stay(track.votes[-1], face, observation))
        if visit is not None:
            visit.box, visit.last_seen = face.face.box, now
        if track.admitted is not None:
            if self._still_admitted(track, face, now):
                return self._standing(face, observation)
            track.admitted = None
            track.restart()
        return self._judge(track, face, observation)

    def _pause_seconds(self, track: _Track) -> float:
        """Return the pause, longer with each refusal: a poster must not fill the journal."""
        doubled = self.settings.retry_seconds * 2.0 ** min(track.refusals - 1, 10)
        return min(doubled, max(_LONGEST_PAUSE_SECONDS, self.settings.retry_seconds))

    def _stay(self, person: str | None, face: TrackedFace, observation: Observation) -> int:
        """Return the track under which this face was let in as this person and has not left since; 0 for none.

        The face was lost and found again nearby, or was covered and shows again in the same place, as a picture on the
        wall does. A face beside the one that was let in is another face.
        """
        if face.track in self._visits:
            return face.track if self._visits[face.track].person == person else 0
        shown = {other.track for other in observation.faces}
        away = max(self.settings.away_seconds, observation.lost_after_seconds)
        for number, visit in self._visits.items():
            if visit.person != person or (number in shown and not visit.box.overlap(face.face.box)):
                continue
            same_place = face.place > 0 and face.place == visit.place
            moved = math.dist(visit.box.centre, face.face.box.centre)
            near = moved <= 2 * max(visit.box.width, face.face.box.width)
            lately = observation.captured_at - visit.last_seen < away and near
            if same_place or (lately and not visit.still):
                return number
        return 0

    def _keep_pictures(self, observation: Observation) -> None:
        """Note which pictures of the background are still there: moving one does not open the door again."""
        tracks = {place: track for track, place in observation.background.items()}
        for number, visit in list(self._visits.items()):
            track = number if number in observation.background else tracks.get(visit.place)
            if track is not None:
                visit.place, visit.still = observation.background[track], True
                visit.last_seen = observation.captured_at
                self._visits[track] = self._visits.pop(number)

    def _still_admitted(self, track: _Track, face: TrackedFace, now: float) -> bool:
        """Return whether an admitted face is still the same person."""
        visit = self._visits.get(face.track)
        if visit is None or track.unlike >= self.settings.n:
            return False
        visit.box, visit.place, visit.still, visit.last_seen = face.face.box, face.place, face.still, now
        return True

    def _judge(self, track: _Track, face: TrackedFace, observation: Observation) -> Decision:
        named = face.identification.match if face.identification is not None else None
        if named is not None and track.agreeing >= self.settings.k:
            restriction = self.access_restriction(named)
            if restriction is not None:
                return self._refuse(track, face, observation, restriction)
            return self._admit(track, named, face, observation)
        # n good frames in a row name nobody, or 3 n good frames never agree on a person.
        if track.unnamed >= self.settings.n or track.good >= 3 * self.settings.n:
            return self._refuse(track, face, observation, _why_refused(face.identification))
        return self._standing(face, observation)

    def _admit(self, track: _Track, person: str, face: TrackedFace, observation: Observation) -> Decision:
        now, k = observation.captured_at, self.settings.k
        track.admitted = person
        track.refusals = 0
        track.restart()
        stay = self._visits.pop(self._stay(person, face, observation), None)
        self._visits[face.track] = _Visit(person, face.face.box, face.place, face.still, now)
        if stay is not None:
            return self._standing(face, observation)
        returned = now - self._greeted.get(person, -math.inf) < self.settings.cool_down_seconds
        if not returned:
            self._greeted[person] = now
        reason = Reason.RETURNED if returned else Reason.RECOGNISED
        return self._decision(Outcome.GRANTED, reason, face, observation, agreeing=k, person=person, greet=not returned)

    def _refuse(self, track: _Track, face: TrackedFace, observation: Observation, reason: Reason) -> Decision:
        decision = self._decision(Outcome.REFUSED, reason, face, observation)
        track.refused = decision
        track.refusals += 1
        track.restart()
        return decision

    def _standing(self, face: TrackedFace, observation: Observation) -> Decision:
        """Return the earlier decision about a face, as a pending one."""
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

    def _drop_old(self, observation: Observation) -> None:
        """Forget old tracks and visits, so that memory does not grow."""
        now, cool_down = observation.captured_at, self.settings.cool_down_seconds
        keep = max(self.settings.away_seconds, self.settings.retry_seconds, observation.lost_after_seconds)
        self._tracks = {key: track for key, track in self._tracks.items() if now - track.last_seen <= keep}
        self._visits = {
            key: visit
            for key, visit in self._visits.items()
            if now - visit.last_seen <= (_PICTURE_SECONDS if visit.still else max(keep, _COVERED_SECONDS))
        }
        self._greeted = {person: at for person, at in self._greeted.items() if now - at < cool_down}


def _why_refused(found: Identification | None) -> Reason:
    if found is None or found.best is None:
        return Reason.NOBODY_ENROLLED
    return Reason.AMBIGUOUS if found.within_threshold else Reason.TOO_FAR
