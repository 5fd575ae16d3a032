"""The steps from pixels to people, in order: for a live frame and for a photograph."""

from __future__ import annotations

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
from kiosk.recognition.pooling import TrackPool, quality
from kiosk.vision.detector import FaceDetector, distinct
from kiosk.vision.tracking import Background, Place, Tracker

_FULL_SEARCH_EVERY_SECONDS = 0.25  # for newcomers, while somebody is followed
# Of a wall of faces, a frame looks at a few only: it must not make the door wait.
_MOST_FOLLOWED = 4  # faces that are looked for where they were last; the others in the searches of the whole frame
_MOST_COMPARED = 4
_COMPARED_EVERY_SECONDS = 1.0  # a face that is decided about
_NO_JUMP = 0.6  # overlap (intersection over union) with the frame before, from which on a face has not jumped
_SEARCH_BELOW_GATE = 0.8  # faces somewhat too small are found too: their owner is asked to come closer


class PhotographReader:
    """The thorough way, for pictures that somebody chose; used by one thread."""

    _SECOND_FACE = 0.4  # of the largest face's width: smaller ones are passers-by in the background

    def __init__(self, detector: FaceDetector, path: FaceEncoder) -> None:
        self._detector = detector
        self._path = path

    @property
    def key(self) -> str:
        """Another one whenever the same picture may get another embedding, or another rejection."""
        return f"{self._detector.key}-{self._path.key}"

    def one(self, image: ByteImage) -> Embedding | Rejection:
        """Return the embedding of the one person of a picture (H, W, 3) BGR."""
        face = self._only(image)
        return face if isinstance(face, Rejection) else self._path.embed_photograph(image, face)[1]

    def template(self, image: ByteImage) -> Embedding | Rejection:
        """As `one`, for a picture that is stored."""
        face = self._only(image)
        if isinstance(face, Rejection):
            return face
        return self._path.embed_photograph(image, face, self._path.template_copies)[1]

    def all(self, image: ByteImage) -> list[tuple[Face, Embedding | Rejection]]:
        """Every face of a picture, largest first."""
        return [self._path.embed_photograph(image, face) for face in self._detector.find_thoroughly(image)]

    def look(self, image: ByteImage) -> tuple[Face, Conditions] | None:
        """The largest face of a picture, and what the picture of it is like; None where there is no face."""
        faces = self._detector.find_thoroughly(image)
        if not faces:
            return None
        examined = self._path.examine(image, faces[0])
        return examined.face, examined.conditions

    def _only(self, image: ByteImage) -> Face | Rejection:
        faces = self._detector.find_thoroughly(image)
        if not faces:
            return Rejection.NO_FACE
        if sum(face.box.width >= self._SECOND_FACE * faces[0].box.width for face in faces) > 1:
            return Rejection.SEVERAL_FACES
        return faces[0]


@dataclass(slots=True)
class StageClock:
    """Seconds spent in each stage of one frame."""

    now: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds what the block takes to the stage `name`."""
        started = self.now()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.now() - started


@dataclass(slots=True)
class _Track:
    """What the recogniser remembers of a face that it follows."""

    box: Box  # where it was last seen without a jump
    compared_at: float  # s, clock of Frame.captured_at
    probe: Embedding  # the newest, of that frame alone
    shown: TrackedFace  # as it was compared
    missed: bool = False  # whether it was looked for and not found since


class Recogniser:
    """Frames to observations; used by one thread.

    A face that is decided about rests: it is followed, but compared only once a second and after a jump, which is how a
    swap of people is noticed. At most four faces are compared in a frame: the largest first, those that rest last. A
    face that has not moved for a minute belongs to the background and is not compared at all.

    Attributes:
        gallery, threshold, margin: may be replaced between two frames.
        resting: the tracks that are decided about; set it after each frame.
        clock: the stages of the last frame.

    Args:
        detector, path: the way to an embedding.
        comparison: the way from embeddings to people.
        pooling_frames: how many embeddings of a followed face are averaged; 1 = each frame counts by itself.
    """

    def __init__(
        self,
        detector: FaceDetector,
        path: FaceEncoder,
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
        self._path = path
        self._comparison = comparison
        self._pool = TrackPool(pooling_frames, path.encoder.spec.threshold + path.encoder.spec.margin)
        self._tracker = Tracker()
        self._background = Background()
        self._still: dict[int, int] = {}  # places of the background, by track
        self._rejected: set[int] = set()  # tracks whose face was not good enough when it was looked at last
        self._looked_at: dict[int, float] = {}  # s, by track
        self._last_image: ByteImage | None = None
        self._last = Observation(-1, 0.0, ())
        self._tracks: dict[int, _Track] = {}
        self._full_search_at = -np.inf

    def observe(self, frame: Frame) -> Observation:
        """Return who is in the frame (H, W, 3) BGR; raises EncoderError where the encoder fails."""
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
        self._still = {track: place.number for track, place in places.items() if place.is_background()}
        self._forget()
        moving = {track: face for track, face in faces.items() if track not in self._still}
        shown = tuple(self._compare(frame, moving, places))
        lost_after = self._tracker.lost_after_seconds
        self._last = Observation(frame.sequence, frame.captured_at, shown, False, self._still, lost_after)
        return self._last

    @property
    def interval_seconds(self) -> float:
        """The usual time between two frames that are looked at; 0 before the second."""
        return self._tracker.interval_seconds

    def probe(self, track: int) -> Embedding | None:
        """Return the newest embedding of a face that is followed, of that frame alone."""
        known = self._tracks.get(track)
        return None if known is None else known.probe

    def _follow(self, frame: Frame) -> dict[int, Face]:
        """Return the faces of a frame by their tracks.

        Up to four faces are looked for around where they were. The whole frame is searched where one of them is missing
        or nobody is followed, and now and then for newcomers and for the other faces.
        """
        self._tracker.expire(frame.captured_at)
        followed = self._followed()
        near = [self._detector.find_near(frame.image, box) for box in followed.values()]
        faces = distinct([face for face in near if face is not None])
        since = frame.captured_at - self._full_search_at
        complete = faces and len(faces) == len(followed) and 0 <= since < _FULL_SEARCH_EVERY_SECONDS
        if not complete:
            self._full_search_at = frame.captured_at
            smallest = max(round(self._path.gates.min_face_px * _SEARCH_BELOW_GATE), 20)
            faces = distinct([*faces, *self._detector.find(frame.image, min_face_px=smallest)])
        found = dict(zip(self._tracker.update(faces, frame.captured_at), faces, strict=True))
        for track in (followed if complete else self._tracks).keys() - found.keys():
            if track in self._tracks:
                self._tracks[track].missed = True
        return found

    def _followed(self) -> dict[int, Box]:
        """Return where the faces were that are looked for there, by track: the largest undecided ones first."""
        boxes = {track: box for track, box in self._tracker.boxes.items() if track not in self._still}
        chosen = sorted(boxes, key=lambda track: self._rank(track, boxes[track]))
        return {track: boxes[track] for track in chosen[:_MOST_FOLLOWED]}

    def _forget(self) -> None:
        """Forget the tracks that have ended, and what was found out about those of the background."""
        kept = self._tracker.boxes.keys() - self._still.keys()
        self._tracks = {number: track for number, track in self._tracks.items() if number in kept}
        self._looked_at = {number: at for number, at in self._looked_at.items() if number in kept}
        self._rejected &= kept
        self._pool.keep(kept)

    def _compare(self, frame: Frame, faces: Mapping[int, Face], places: Mapping[int, Place]) -> Iterator[TrackedFace]:
        """Yield each face, compared where it is its turn; `places` has where each of them stands, by track."""
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
        """Return what was found of the chosen faces, and the embeddings of those that are good enough, by track."""
        if not chosen:
            return {}, {}
        with self.clock.stage("align"):
            examined = {track: self._path.examine(image, faces[track]) for track in chosen}
            good = [track for track, one in examined.items() if one.rejection is None]
            self._rejected = (self._rejected | examined.keys()) - set(good)
            chips = [self._path.chips(image, examined[track]) for track in good]
        if not good:
            return examined, {}
        with self.clock.stage("encode"):
            return examined, dict(zip(good, self._path.encoder.embed_all(chips), strict=True))

    def _chosen(self, faces: Mapping[int, Face], now: float) -> list[int]:
        """Return the tracks that are compared in this frame, at most four."""
        resting = {track for track, face in faces.items() if track in self.resting and self._may_rest(track, face, now)}
        wanted = sorted(faces.keys() - resting, key=lambda track: self._rank(track, faces[track].box))
        chosen, others = wanted[: _MOST_COMPARED - 1], wanted[_MOST_COMPARED - 1 :]
        if others:  # the last turn is for the one that has waited longest, so that each gets one
            chosen.append(min(others, key=lambda track: self._looked_at.get(track, -np.inf)))
        self._looked_at.update(dict.fromkeys(chosen, now))
        return chosen

    def _rank(self, track: int, box: Box) -> tuple[bool, bool, int]:
        """Return what faces are sorted by: undecided ones first, then those that were good enough, then large ones."""
        return track in self.resting, track in self._rejected, -box.area

    def _may_rest(self, track: int, face: Face, now: float) -> bool:
        known = self._tracks.get(track)
        if known is None or not 0 <= now - known.compared_at < _COMPARED_EVERY_SECONDS:
            return False
        return not known.missed and known.box.overlap(face.box) >= _NO_JUMP

    def _waiting(self, track: int, face: Face, now: float) -> TrackedFace:
        """Return a face that is not compared in this frame, with what was found out about it before."""
        known = self._tracks.get(track)
        if known is None:
            return TrackedFace(track, face, None, None, compared=False)
        if self._may_rest(track, face, now):  # after a jump the face stays due until it is compared
            known.box = face.box
        return replace(known.shown, face=face, compared=False)

    def _identified(self, frame: Frame, track: int, examined: Examined, probe: Embedding) -> TrackedFace:
        track = self._same_face(track, probe)
        with self.clock.stage("match"):
            found = self._pool.identify(track, probe, quality(examined.conditions), self._search)
        shown = TrackedFace(track, examined.face, None, found, examined.conditions)
        self._tracks[track] = _Track(examined.face.box, frame.captured_at, probe, shown)
        return shown

    def _search(self, probe: Embedding) -> Identification:
        return identify(probe, self.gallery, threshold=self.threshold, margin=self.margin, comparison=self._comparison)

    def _same_face(self, track: int, probe: Embedding) -> int:
        """Return the track, or a new one where somebody else has taken the place.

        Of a thousand pairs of two people one lies within the encoder's threshold.
        """
        before = self.probe(track)
        if before is not None and np.linalg.norm(before.vector - probe.vector) > self._path.encoder.spec.threshold:
            return self._tracker.split(track)
        return track
