"""The same person over frames: each face found gets the number of the track it continues, or a new one."""

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from kiosk.domain import Box, Face

_LEAST_OVERLAP = 0.25  # intersection over union of one face in two consecutive processed frames
_LOST_AFTER_SECONDS = 0.7
_LOST_AFTER_INTERVALS = 3  # of frames that come slowly
_INTERVALS = 5  # that are remembered
_UNKNOWN_SECONDS = 1.5  # an interval, before so many are known


@dataclass(slots=True)
class _Track:
    number: int
    box: Box
    seen_at: float


class Tracker:
    """Joins faces by the overlap of their boxes; used by one thread.

    Two faces are never joined into one track. Where a place changes hands between two frames no box can tell: whoever
    sees that the face is another calls `split`.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._tracks: list[_Track] = []
        self._updated_at: deque[float] = deque(maxlen=_INTERVALS + 1)

    @property
    def interval_seconds(self) -> float:
        """The usual time between two frames: the median of the last five; 0 before the second frame."""
        return median(self._intervals() or [0.0])

    @property
    def lost_after_seconds(self) -> float:
        """The time after which a face that is not seen has left: three frames, where these come slowly.

        One pause is not taken for a slow camera: of the last five intervals the second longest counts.
        """
        known = self._intervals()
        intervals = sorted([*known, *[_UNKNOWN_SECONDS] * (_INTERVALS - len(known))])
        return max(_LOST_AFTER_SECONDS, _LOST_AFTER_INTERVALS * intervals[-2])

    @property
    def boxes(self) -> dict[int, Box]:
        """Where each living track was seen last, in px."""
        return {track.number: track.box for track in self._tracks}

    def expire(self, now: float) -> None:
        """Ends the tracks that were not seen for a while; a clock that jumps back ends all."""
        self._tracks = [track for track in self._tracks if 0 <= now - track.seen_at <= self.lost_after_seconds]

    def update(self, faces: Sequence[Face], now: float) -> list[int]:
        """The track number of each face; what continues no track begins a new one.

        Tracks seen most recently choose first, the surest pairs of them before others: so a face that walks past the
        place where another was last seen does not take over its track.
        """
        self.expire(now)
        self._updated_at.append(now)
        overlaps = (
            (track.box.overlap(face.box), track, index) for track in self._tracks for index, face in enumerate(faces)
        )
        pairs = [pair for pair in overlaps if pair[0] >= _LEAST_OVERLAP]
        joined: dict[int, _Track] = {}
        for _, track, index in sorted(pairs, key=lambda pair: (pair[1].seen_at, pair[0]), reverse=True):
            if index not in joined and all(track is not other for other in joined.values()):
                joined[index] = track
        return [self._continue(joined.get(index), face.box, now) for index, face in enumerate(faces)]

    def split(self, number: int) -> int:
        """Ends a track whose face turned out to be another's; the number that the face has from now on."""
        for track in self._tracks:
            if track.number == number:
                track.number = next(self._numbers)
                return track.number
        return number

    def _intervals(self) -> list[float]:
        return [after - before for before, after in itertools.pairwise(self._updated_at) if after > before]

    def _continue(self, track: _Track | None, box: Box, now: float) -> int:
        if track is None:
            track = _Track(next(self._numbers), box, now)
            self._tracks.append(track)
        track.box, track.seen_at = box, now
        return track.number
