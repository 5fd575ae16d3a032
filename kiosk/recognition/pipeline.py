"""The steps from pixels to people, in order: for a live frame and for a photograph."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from kiosk.domain import (
    ByteImage,
    Chip,
    Embedding,
    Face,
    Frame,
    Observation,
    Rejection,
    TrackedFace,
)
from kiosk.encoders.encoder import Encoder
from kiosk.recognition.matching import Searchable, identify
from kiosk.vision.alignment import align
from kiosk.vision.detector import FaceDetector, distinct
from kiosk.vision.landmarks import LandmarkModel
from kiosk.vision.quality import Gates
from kiosk.vision.tracking import Tracker

# The way from a picture to chips, as part of the key under which embeddings are cached: raise it when that changes.
PATH_VERSION = 1

_FULL_SEARCH_EVERY_SECONDS = 0.25  # for newcomers, while somebody is followed
_SEARCH_BELOW_GATE = 0.8  # faces somewhat too small are found too: their owner is asked to come closer


class FacePath:
    """Landmarks, chip and embedding of a face that was found, with the gates on the way; used by one thread."""

    def __init__(self, landmarks: LandmarkModel, encoder: Encoder, gates: Gates) -> None:
        self.encoder = encoder
        self.gates = gates
        self._landmarks = landmarks

    def chip(self, image: ByteImage, face: Face) -> tuple[Face, Chip | Rejection]:
        """The face with its landmarks, and its chip or why it is not good enough."""
        located = replace(face, landmarks=self._landmarks.locate(image, face.box))
        rejection = self.gates.check_face(located)
        if rejection is not None:
            return located, rejection
        chip = align(image, located)
        return located, self.gates.check_chip(chip) or chip

    def embedding(self, image: ByteImage, face: Face) -> tuple[Face, Embedding | Rejection]:
        """The face with its landmarks, and its embedding or why there is none."""
        located, chip = self.chip(image, face)
        return located, chip if isinstance(chip, Rejection) else self.encoder.encode([chip])[0]


class PhotographReader:
    """The thorough way, for pictures that somebody chose; used by one thread."""

    _SECOND_FACE = 0.4  # of the largest face's width: smaller ones are passers-by in the background

    def __init__(self, detector: FaceDetector, path: FacePath) -> None:
        self._detector = detector
        self._path = path

    def one(self, image: ByteImage) -> Embedding | Rejection:
        """The embedding of the one person of a picture (H, W, 3) BGR."""
        faces = self._detector.find_thoroughly(image)
        if not faces:
            return Rejection.NO_FACE
        if sum(face.box.width >= self._SECOND_FACE * faces[0].box.width for face in faces) > 1:
            return Rejection.SEVERAL_FACES
        return self._path.embedding(image, faces[0])[1]

    def all(self, image: ByteImage) -> list[tuple[Face, Embedding | Rejection]]:
        """Every face of a picture, largest first."""
        return [self._path.embedding(image, face) for face in self._detector.find_thoroughly(image)]


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


class Recogniser:
    """Frames to observations; used by one thread.

    Attributes:
        gallery, threshold, margin: may be replaced between two frames.
        clock: the stages of the last frame.
    """

    def __init__(
        self, detector: FaceDetector, path: FacePath, gallery: Searchable, *, threshold: float, margin: float
    ) -> None:
        self.gallery = gallery
        self.threshold = threshold
        self.margin = margin
        self.clock = StageClock()
        self._detector = detector
        self._path = path
        self._tracker = Tracker()
        self._last_image: ByteImage | None = None
        self._last: tuple[TrackedFace, ...] = ()
        self._embeddings: dict[int, Embedding] = {}
        self._full_search_at = -np.inf
        self._backlit = True  # the first search of an empty frame is a plain one

    def observe(self, frame: Frame) -> Observation:
        """Who is in the frame (H, W, 3) BGR. Raises EncoderError where the encoder fails."""
        self.clock = StageClock()
        if self._last_image is not None and np.array_equal(self._last_image, frame.image):
            return Observation(frame.sequence, frame.captured_at, self._last, repeated=True)
        self._last_image = frame.image
        with self.clock.stage("detect"):
            faces = self._find(frame)
        tracks = self._tracker.update(faces, frame.captured_at)
        self._last = tuple(self._identify(frame.image, face, track) for face, track in zip(faces, tracks, strict=True))
        living = self._tracker.boxes
        self._embeddings = {track: seen for track, seen in self._embeddings.items() if track in living}
        return Observation(frame.sequence, frame.captured_at, self._last)

    def _find(self, frame: Frame) -> list[Face]:
        """Around the faces that are followed; in the whole frame if there are none, and now and then for newcomers."""
        self._tracker.expire(frame.captured_at)
        boxes = tuple(self._tracker.boxes.values())
        near = [self._detector.find_near(frame.image, box) for box in boxes]
        faces = distinct([face for face in near if face is not None])
        since = frame.captured_at - self._full_search_at
        if faces and len(faces) == len(boxes) and 0 <= since < _FULL_SEARCH_EVERY_SECONDS:
            return faces
        self._full_search_at = frame.captured_at
        return distinct([*faces, *self._search(frame.image, somebody=bool(faces))])

    def _search(self, image: ByteImage, *, somebody: bool) -> list[Face]:
        """The whole frame. While nobody is found, every other search evens out the light first."""
        self._backlit = not somebody and not self._backlit
        smallest = max(round(self._path.gates.min_face_px * _SEARCH_BELOW_GATE), 20)
        return self._detector.find(image, min_face_px=smallest, backlit=self._backlit)

    def _identify(self, image: ByteImage, face: Face, track: int) -> TrackedFace:
        with self.clock.stage("align"):
            located, chip = self._path.chip(image, face)
        if isinstance(chip, Rejection):
            return TrackedFace(track, located, chip, None)
        with self.clock.stage("encode"):
            probe = self._path.encoder.encode([chip])[0]
        track = self._same_face(track, probe)
        with self.clock.stage("match"):
            found = identify(probe, self.gallery, threshold=self.threshold, margin=self.margin)
        return TrackedFace(track, located, None, found)

    def _same_face(self, track: int, probe: Embedding) -> int:
        """The track, or a new one where somebody else has taken the place."""
        before = self._embeddings.get(track)
        # A face that is followed jumps by up to 0.26, two people by 0.43 and more in 99 % of cases (View 1, one clip).
        if before is not None and np.linalg.norm(before.vector - probe.vector) > self._path.encoder.spec.threshold:
            track = self._tracker.split(track)
        self._embeddings[track] = probe
        return track
