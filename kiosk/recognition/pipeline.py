"""Recognition from pixels to people: `PhotographReader` for pictures, `Recogniser` for live frames."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from kiosk.domain import (
    Box,
    ByteImage,
    Conditions,
    Embedding,
    Face,
    Frame,
    Identification,
    Observation,
    Rejection,
    TrackedFace,
)
from kiosk.recognition.face_encoder import Examined, FaceEncoder
from kiosk.recognition.matching import PLAIN, Comparison, Searchable, identify
from kiosk.recognition.pooling import FramePool, quality
from kiosk.vision.detector import FaceDetector, distinct
from kiosk.vision.tracking import Background, Place, Tracker

_FULL_SEARCH_EVERY_SECONDS = 0.25  # for newcomers, while faces are followed
# In a crowd each frame looks at a few faces only, so that the door does not wait.
_MOST_FOLLOWED = 4  # faces that are searched for where they were last; the others are found by full searches
_MOST_COMPARED = 4
_COMPARED_EVERY_SECONDS = 1.0  # a face that is decided
_NO_JUMP = 0.6  # overlap (intersection over union) with the frame before, from which a face has not jumped
_SEARCH_BELOW_GATE = 0.8  # somewhat smaller faces are found too: these people are asked to come closer


class PhotographReader:
    """Embeddings of the faces in photographs, by a thorough search; used by one thread."""

    _SECOND_FACE = 0.4  # of the largest face's width: smaller ones are passers-by in the background

    def __init__(self, detector: FaceDetector, face_encoder: FaceEncoder) -> None:
        self._detector = detector
        self._face_encoder = face_encoder

    @property
    def key(self) -> str:
        """The cache key: it changes when a picture can get another embedding or another rejection."""
        return f"{self._detector.key}-{self._face_encoder.key}"

    def one(self, image: ByteImage) -> Embedding | Rejection:
        """Return the embedding of the one person of a picture (H, W, 3) BGR."""
        faces = self._detector.find_thoroughly(image)
        if not faces:
            return Rejection.NO_FACE
        if sum(face.box.width >= self._SECOND_FACE * faces[0].box.width for face in faces) > 1:
            return Rejection.SEVERAL_FACES
        return self._face_encoder.embed_photograph(image, faces[0])[1]

    def all(self, image: ByteImage) -> list[tuple[Face, Embedding | Rejection]]:
        """Return every face of a picture, largest first, with its embedding or the gate that rejected it."""
        return [self._face_encoder.embed_photograph(image, face) for face in self._detector.find_thoroughly(image)]

    def look(self, image: ByteImage) -> tuple[Face, Conditions] | None:
        """Return the largest face of a picture and its conditions; None where there is no face."""
        faces = self._detector.find_thoroughly(image)
        if not faces:
            return None
        examined = self._face_encoder.examine(image, faces[0])
        return examined.face, examined.conditions


@dataclass(slots=True)
class StageClock:
    """Seconds spent in each stage of one frame."""

    now: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to the stage `name`."""
        started = self.now()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.now() - started


@dataclass(slots=True)
class _Compared:
    """The last comparison of a face that passed the gates."""

    at: float  # s, clock of Frame.captured_at
    probe: Embedding  # of that frame alone
    shown: TrackedFace
    box: Box  # where the face was last seen without a jump
    missed: bool = False  # a search near its place did not find it since


@dataclass(slots=True)
class _Track:
    """Everything that the recogniser remembers of a face that it follows."""

    pool: FramePool
    examined_at: float = -math.inf  # s, clock of Frame.captured_at
    rejected: bool = False  # by a gate, at the last examination
    compared: _Compared | None = None

    def rests(self, box: Box, now: float) -> bool:
        """Return whether the last comparison still holds for the face, now in `box`: another person may be there."""
        last = self.compared
        if last is None or last.missed or last.box.overlap(box) < _NO_JUMP:
            return False
        return 0 <= now - last.at < _COMPARED_EVERY_SECONDS


class Recogniser:
    """Frames to observations; used by one thread.

    A face that is decided rests: it is followed, but compared only once a second and after a jump. At most four faces
    are compared in a frame: the largest first, those that rest last. A face that has not moved for a minute belongs to
    the background and is not compared at all.

    Attributes:
        gallery, threshold, margin: may be replaced between two frames.
        resting: the tracks that are decided; set it after each frame.
        clock: the stages of the last frame.

    Args:
        detector, face_encoder: from a frame to embeddings.
        comparison: from embeddings to people.
        pooling_frames: how many embeddings of a followed face are averaged; 1 = each frame counts alone.
    """

    def __init__(
        self,
        detector: FaceDetector,
        face_encoder: FaceEncoder,
        gallery: Searchable,
        *,
        threshold: float,
        margin: float,
        comparison: Comparison = PLAIN,
        pooling_frames: int = 1,
    ) -> None:
        self.gallery = gallery
        self.threshold = threshold
        self.margin = margin
        self.resting: Collection[int] = frozenset()
        self.clock = StageClock()
        self._detector = detector
        self._face_encoder = face_encoder
        self._comparison = comparison
        self._pooling_frames = pooling_frames
        self._tracker = Tracker()
        self._background = Background()
        self._tracks: dict[int, _Track] = {}
        self._last_image: ByteImage | None = None
        self._last = Observation(-1, 0.0, ())
        self._full_search_at = -math.inf

    def observe(self, frame: Frame) -> Observation:
        """Return the faces in the frame (H, W, 3) BGR and their people; raise EncoderError where the encoder fails."""
        self.clock = StageClock()
        if self._last_image is not None and np.array_equal(self._last_image, frame.image):
            return replace(self._last, sequence=frame.sequence, captured_at=frame.captured_at, repeated=True)
        self._last_image = frame.image
        with self.clock.stage("detect"):
            faces = self._follow(frame)
            places = self._background.update(frame.image, faces, self._tracker.boxes, frame.captured_at)
            renamed = {track: self._tracker.split(track) for track in self._background.jumped}
            faces = {renamed.get(track, track): face for track, face in faces.items()}
            places = {renamed.get(track, track): place for track, place in places.items()}
        still = {track: place.number for track, place in places.items() if place.is_background()}
        living = self._tracker.boxes.keys() - still.keys()
        self._tracks = {number: self._tracks.get(number) or self._new_track() for number in living}
        moving = {track: face for track, face in faces.items() if track not in still}
        shown = tuple(self._compare(frame, moving, places))
        lost_after = self._tracker.lost_after_seconds
        self._last = Observation(frame.sequence, frame.captured_at, shown, False, still, lost_after)
        return self._last

    @property
    def interval_seconds(self) -> float:
        """The usual time between two processed frames; 0 before the second."""
        return self._tracker.interval_seconds

    def probe(self, track: int) -> Embedding | None:
        """Return the newest embedding of a face that is followed, of that frame alone."""
        known = self._tracks.get(track)
        return None if known is None or known.compared is None else known.compared.probe

    def _follow(self, frame: Frame) -> dict[int, Face]:
        """Return the faces of a frame by their tracks.

        Up to four faces are searched for near their last places. The whole frame is searched if one of them is missing
        or none is followed, and every quarter of a second for newcomers and the other faces.
        """
        self._tracker.expire(frame.captured_at)
        followed = self._followed()
        near = [self._detector.find_near(frame.image, box) for box in followed.values()]
        faces = distinct([face for face in near if face is not None])
        since = frame.captured_at - self._full_search_at
        complete = faces and len(faces) == len(followed) and 0 <= since < _FULL_SEARCH_EVERY_SECONDS
        if not complete:
            self._full_search_at = frame.captured_at
            smallest = max(round(self._face_encoder.gates.min_face_px * _SEARCH_BELOW_GATE), 20)
            faces = distinct([*faces, *self._detector.find(frame.image, min_face_px=smallest)])
        found = dict(zip(self._tracker.update(faces, frame.captured_at), faces, strict=True))
        for number, track in self._tracks.items():
            if track.compared and number not in found and (number in followed or not complete):
                track.compared.missed = True
        return found

    def _followed(self) -> dict[int, Box]:
        """Return the last places of the faces that are searched for there, by track: large undecided ones first."""
        boxes = {track: box for track, box in self._tracker.boxes.items() if track not in self._last.background}
        chosen = sorted(boxes, key=lambda track: self._rank(track, boxes[track]))
        return {track: boxes[track] for track in chosen[:_MOST_FOLLOWED]}

    def _new_track(self) -> _Track:
        spec = self._face_encoder.encoder.spec
        return _Track(FramePool(self._pooling_frames, spec.threshold + spec.margin))

    def _compare(self, frame: Frame, faces: Mapping[int, Face], places: Mapping[int, Place]) -> Iterator[TrackedFace]:
        """Yield each face, compared if it is its turn; `places` has where each of them stands, by track."""
        examined, probes = self._encoded(frame.image, faces, self._chosen(faces, frame.captured_at))
        for track, face in faces.items():
            one = examined.get(track)
            if one is None:
                shown = self._waiting(track, face, frame.captured_at)
            elif one.rejection is not None:
                shown = TrackedFace(track, one.face, one.rejection, None, one.conditions)
            else:
                shown = self._identified(frame, track, one, probes[track])
            yield replace(shown, place=places[track].number, still=places[track].is_still())

    def _encoded(
        self, image: ByteImage, faces: Mapping[int, Face], chosen: Sequence[int]
    ) -> tuple[Mapping[int, Examined], Mapping[int, Embedding]]:
        """Examine the chosen faces, and embed those that pass the gates; both by track."""
        if not chosen:
            return {}, {}
        with self.clock.stage("align"):
            examined = {track: self._face_encoder.examine(image, faces[track]) for track in chosen}
            for track, one in examined.items():
                self._tracks[track].rejected = one.rejection is not None
            good = [track for track, one in examined.items() if one.rejection is None]
            chips = [self._face_encoder.chips(image, examined[track]) for track in good]
        if not good:
            return examined, {}
        with self.clock.stage("encode"):
            return examined, dict(zip(good, self._face_encoder.encoder.embed_all(chips), strict=True))

    def _chosen(self, faces: Mapping[int, Face], now: float) -> list[int]:
        """Return the tracks that are compared in this frame, at most four."""
        due = [n for n, face in faces.items() if n not in self.resting or not self._tracks[n].rests(face.box, now)]
        due.sort(key=lambda track: self._rank(track, faces[track].box))
        chosen, others = due[: _MOST_COMPARED - 1], due[_MOST_COMPARED - 1 :]
        if others:  # the last turn is for the face that has waited longest, so that each gets one
            chosen.append(min(others, key=lambda track: self._tracks[track].examined_at))
        for track in chosen:
            self._tracks[track].examined_at = now
        return chosen

    def _rank(self, track: int, box: Box) -> tuple[bool, bool, int]:
        """Return the sort key of faces: undecided ones first, then those that passed the gates, then large ones."""
        known = self._tracks.get(track)
        return track in self.resting, known is not None and known.rejected, -box.area

    def _waiting(self, track: int, face: Face, now: float) -> TrackedFace:
        """Return a face that is not compared in this frame, with the result of its last comparison."""
        known = self._tracks[track]
        if known.compared is None:
            return TrackedFace(track, face, None, None, compared=False)
        if known.rests(face.box, now):  # after a jump the face stays due until it is compared
            known.compared.box = face.box
        return replace(known.compared.shown, face=face, compared=False)

    def _identified(self, frame: Frame, track: int, examined: Examined, probe: Embedding) -> TrackedFace:
        before, spec = self.probe(track), self._face_encoder.encoder.spec
        # One pair of people in a thousand lies within the encoder's threshold; any other has changed places.
        if before is not None and np.linalg.norm(before.vector - probe.vector) > spec.threshold:
            track = self._tracker.split(track)
        known = self._tracks.setdefault(track, self._new_track())
        with self.clock.stage("match"):
            found = known.pool.identify(probe, quality(examined.conditions), self._search)
        shown = TrackedFace(track, examined.face, None, found, examined.conditions)
        known.compared = _Compared(frame.captured_at, probe, shown, examined.face.box)
        return shown

    def _search(self, probe: Embedding) -> Identification:
        return identify(probe, self.gallery, threshold=self.threshold, margin=self.margin, comparison=self._comparison)
