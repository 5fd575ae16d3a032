"""Follow faces over frames: `Tracker` numbers them, `Background` finds those that do not move."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np

from kiosk.domain import Box, ByteImage, Face, Floats
from kiosk.vision.opencv import cv2

_LEAST_OVERLAP = 0.25  # intersection over union of one face in two consecutive processed frames
_LOST_AFTER_SECONDS = 0.7
_LOST_AFTER_INTERVALS = 3  # of frames that come slowly
_INTERVALS = 5  # that are remembered
_UNKNOWN_SECONDS = 1.5  # an interval, before _INTERVALS are known


@dataclass(slots=True)
class _Track:
    number: int
    box: Box
    seen_at: float


class Tracker:
    """Joins faces into tracks by the overlap of their boxes; used by one thread.

    Two faces of a frame never get one track. If a face is replaced by another at the same place, its box does not tell:
    the caller that notices it calls `split`.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._tracks: list[_Track] = []
        self._updated_at: deque[float] = deque(maxlen=_INTERVALS + 1)

    @property
    def interval_seconds(self) -> float:
        """The median time between the last frames; 0 before the second."""
        return median(self._intervals() or [0.0])

    @property
    def lost_after_seconds(self) -> float:
        """The time after which a face that is not seen has left: 0.7 s, or three frames of a slow camera.

        The second longest of the last five intervals counts, so that one pause does not make a camera slow.
        """
        known = self._intervals()
        intervals = sorted([*known, *[_UNKNOWN_SECONDS] * (_INTERVALS - len(known))])
        return max(_LOST_AFTER_SECONDS, _LOST_AFTER_INTERVALS * intervals[-2])

    @property
    def boxes(self) -> dict[int, Box]:
        """The box in which each living track was seen last, in px."""
        return {track.number: track.box for track in self._tracks}

    def expire(self, now: float) -> None:
        """End the tracks that were not seen for a while; all, if the clock jumps back."""
        self._tracks = [track for track in self._tracks if 0 <= now - track.seen_at <= self.lost_after_seconds]

    def update(self, faces: Sequence[Face], now: float) -> list[int]:
        """Return the track number of each face; a face that continues no track gets a new one.

        Tracks that were seen most recently are joined first, the largest overlap before others. So a face that passes
        the last place of another does not take over its track.
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
        """End a track whose face turned out to be another person's; return the new number of the face."""
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


STILL_SECONDS: Final = 60.0  # after which a face that has not moved belongs to the background
_PATCH_PX: Final = 64
_EYES_PX: Final = 24  # between the eyes of a face whose box fills the patch
_MOST_MOVED_PX: Final = 0.02 * _EYES_PX
_LEAST_LIKE: Final = 0.25  # response of the phase correlation; a patch that is half covered gives 0.3, another face 0.1
_SAME_PLACE: Final = 0.5  # overlap of two boxes
_KEPT_SECONDS: Final = 1.0  # a place where a face has stood still for so long is kept when the face has gone
_STOOD_SECONDS: Final = 3.0  # after which a face has stood still longer than people do
_NO_JUMP: Final = 0.6  # overlap of the boxes of a face before and after a small move
_MOST_PLACES: Final = 50
_WINDOW: Final = cv2.createHanningWindow((_PATCH_PX, _PATCH_PX), cv2.CV_32F)


@dataclass(slots=True, eq=False)
class Place:
    """A place in which a face stands still."""

    number: int  # never used twice, above 0
    box: Box
    since: float  # s, clock of Frame.captured_at
    seen: float  # likewise; the last time
    patch: Floats = field(repr=False)  # (64, 64) grey levels, as the face was seen first

    def is_still(self) -> bool:
        """Return whether the face has stood still for longer than people can: it is a picture."""
        return self.seen - self.since >= _STOOD_SECONDS

    def is_background(self) -> bool:
        """Return whether the face has stood still for a minute; time in which it was covered counts too."""
        return self.seen - self.since >= STILL_SECONDS

    def shows_same(self, image: ByteImage) -> bool:
        """Return whether the image shows the same here, moved by less than 2 % of the eye distance.

        Measured on clips of faces that were held still: a printed face moves by at most 0.2 px of 64 under the noise
        of a camera; people move by more than 0.48 px within 1.7 s.
        """
        # A copy, because OpenCV applies the window to its arguments.
        (x, y), response = cv2.phaseCorrelate(self.patch.copy(), _patch(image, self.box), _WINDOW)
        return response >= _LEAST_LIKE and np.hypot(x, y) < _MOST_MOVED_PX


class Background:
    """The places where faces stand still; used by one thread."""

    def __init__(self) -> None:
        # The tracks whose still face was replaced by one elsewhere: another face, in front of a picture.
        self.jumped: tuple[int, ...] = ()
        self._places: list[Place] = []
        self._of_track: dict[int, Place] = {}
        self._count = 0
        self._now = -np.inf

    def update(
        self, image: ByteImage, faces: Mapping[int, Face], living: Collection[int], now: float
    ) -> Mapping[int, Place]:
        """Return the places of the followed faces, by track.

        A face that has moved has a new place. A face that was covered has its old place when it is seen there again,
        also with another track. `faces` are those found in the frame, by track; `living` tracks have not ended.
        """
        if now < self._now:
            self._places, self._of_track = [], {}
        self._now = now
        for track in self._of_track.keys() - set(living):
            self._leave(self._of_track.pop(track))
        before = dict(self._of_track)
        for track, face in faces.items():
            self._of_track[track] = self._place(image, track, face.box)
        self.jumped = tuple(
            track
            for track, face in faces.items()
            if track in before and before[track].is_still() and before[track].box.overlap(face.box) < _NO_JUMP
        )
        return self._of_track

    def _place(self, image: ByteImage, track: int, box: Box) -> Place:
        near = [place for place in self._places if place.box.overlap(box) >= _SAME_PLACE]
        place = next((place for place in near if place.shows_same(image)), None)
        if place is None:
            self._leave(self._of_track.get(track))
            self._count += 1
            place = Place(self._count, box, self._now, self._now, _patch(image, box))
        else:
            self._places.remove(place)
        place.seen = self._now
        self._places = [place, *self._places]  # the newest first
        if len(self._places) > _MOST_PLACES:  # the one where a face has stood for the shortest time
            self._places.remove(min(self._places[1:], key=lambda one: one.seen - one.since))
        return place

    def _leave(self, place: Place | None) -> None:
        if place in self._places and place.seen - place.since < _KEPT_SECONDS:
            self._places.remove(place)


def _patch(image: ByteImage, box: Box) -> Floats:
    inside = box.grown(0, *image.shape[1::-1])
    if not inside.area:
        return np.zeros((_PATCH_PX, _PATCH_PX), np.float32)
    cut = cv2.cvtColor(inside.cut(image), cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(cut, (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_AREA), np.float32)
