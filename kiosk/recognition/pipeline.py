"""The steps from pixels to people, in order: for a live frame and for a photograph."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from kiosk.domain import (
    ByteImage,
    Chip,
    Conditions,
    Crop,
    Embedding,
    Face,
    Frame,
    Identification,
    Observation,
    Rejection,
    Scheme,
    TrackedFace,
)
from kiosk.encoders.encoder import Encoder
from kiosk.recognition.matching import PLAIN, Comparison, Searchable, identify
from kiosk.recognition.pooling import TrackPool, mean_embedding, quality
from kiosk.vision.alignment import QUALITY_CROP, cut, needs, quality_chip
from kiosk.vision.checked_landmarks import LandmarkFinder
from kiosk.vision.copies import moved_copies
from kiosk.vision.detector import FaceDetector, distinct
from kiosk.vision.quality import Gates, conditions_of
from kiosk.vision.tracking import Tracker

# The way from a picture to chips, as part of the key under which embeddings are cached: raise it when that changes.
PATH_VERSION = 3

_FULL_SEARCH_EVERY_SECONDS = 0.25  # for newcomers, while somebody is followed
_SEARCH_BELOW_GATE = 0.8  # faces somewhat too small are found too: their owner is asked to come closer


class FacePath:
    """Landmarks, chips and embedding of a face that was found, with the gates on the way; used by one thread.

    `template_copies` chips, each cut a little aside, are averaged with the face's own where it is a stored picture's.
    """

    def __init__(self, landmarks: LandmarkFinder, encoder: Encoder, gates: Gates, *, template_copies: int = 0) -> None:
        self.encoder = encoder
        self.gates = gates
        self._landmarks = landmarks
        self._template_copies = template_copies

    @property
    def key(self) -> str:
        """Another one whenever the same face of the same picture may get another embedding."""
        copies = f"-{self._template_copies}" if self._template_copies else ""
        return f"{PATH_VERSION}-{self._landmarks.key}-{self.encoder.spec.key}{copies}"

    def chips(self, image: ByteImage, face: Face) -> tuple[Face, Mapping[Crop, Chip] | Rejection]:
        """The face with landmarks, and the chips that the encoder takes or why it is not good enough."""
        shown, chips, _ = self.examine(image, face)
        return shown, chips

    def examine(self, image: ByteImage, face: Face) -> tuple[Face, Mapping[Crop, Chip] | Rejection, Conditions]:
        """As `chips`, and what the picture is like."""
        located = self._located(image, face)
        shown = face if face.landmarks is not None else located[Scheme.DLIB]
        # The pose by the detector's own points: on a profile, which only such a detector finds, dlib's model sees a
        # face that looks ahead.
        rejection = self.gates.check_face(shown)
        if rejection is not None:
            return shown, rejection, conditions_of(shown)
        # Light and sharpness by dlib's points wherever they are there: on these the gates were measured.
        quality = quality_chip(image, located.get(Scheme.DLIB, shown))
        conditions = conditions_of(shown, quality)
        rejection = self.gates.check_chip(quality)
        if rejection is not None:
            return shown, rejection, conditions
        chips = {}
        for crop in self.encoder.spec.crops:
            suited = next((located[scheme] for scheme in self._preferred(crop) if scheme in located), shown)
            chips[crop] = quality if crop == QUALITY_CROP else cut(image, suited, crop)
        return shown, chips, conditions

    def embedding(self, image: ByteImage, face: Face) -> tuple[Face, Embedding | Rejection]:
        """The face with landmarks, and its embedding or why there is none."""
        shown, chips = self.chips(image, face)
        return shown, chips if isinstance(chips, Rejection) else self.encoder.embed(chips)

    def template(self, image: ByteImage, face: Face) -> tuple[Face, Embedding | Rejection]:
        """As `embedding`, for a picture that is stored: nobody waits for it, so it is looked at longer."""
        shown, chips = self.chips(image, face)
        return shown, chips if isinstance(chips, Rejection) else self.template_of(image, chips)

    def template_of(self, image: ByteImage, chips: Mapping[Crop, Chip]) -> Embedding:
        """The embedding to store of a face, given its chips."""
        number = self._template_copies
        moved = {crop: moved_copies(chip.face, number) for crop, chip in chips.items()}
        copies = [{crop: cut(image, faces[index], crop) for crop, faces in moved.items()} for index in range(number)]
        found = [self.encoder.embed(view) for view in (chips, *copies)]
        # One picture, however often it is looked at: nothing is said of how the person's pictures scatter.
        return replace(mean_embedding(found), count=1, scatter=0.0) if copies else found[0]

    def _located(self, image: ByteImage, face: Face) -> dict[Scheme, Face]:
        """The face with landmarks of each scheme that is at hand: dlib's too, where they are called for."""
        located = {} if face.landmarks is None else {face.landmarks.scheme: face}
        called_for = map(needs, self.encoder.spec.crops)
        lacking = any(schemes and located.keys().isdisjoint(schemes) for schemes in called_for)
        if not located or lacking or self._landmarks.is_checked:
            located[Scheme.DLIB] = replace(face, landmarks=self._landmarks.locate(image, face.box))
        return located

    def _preferred(self, crop: Crop) -> tuple[Scheme, ...]:
        """The schemes that a crop takes, the one first that is the surest here."""
        schemes = needs(crop)
        if self._landmarks.is_checked and Scheme.DLIB in schemes:
            return Scheme.DLIB, *schemes
        return schemes


class PhotographReader:
    """The thorough way, for pictures that somebody chose; used by one thread."""

    _SECOND_FACE = 0.4  # of the largest face's width: smaller ones are passers-by in the background

    def __init__(self, detector: FaceDetector, path: FacePath) -> None:
        self._detector = detector
        self._path = path

    @property
    def key(self) -> str:
        """Another one whenever the same picture may get another embedding, or another rejection."""
        return f"{self._detector.key}-{self._path.key}"

    def one(self, image: ByteImage) -> Embedding | Rejection:
        """The embedding of the one person of a picture (H, W, 3) BGR, as of somebody at the door."""
        face = self._only(image)
        return face if isinstance(face, Rejection) else self._path.embedding(image, face)[1]

    def template(self, image: ByteImage) -> Embedding | Rejection:
        """As `one`, for a picture that is stored."""
        face = self._only(image)
        return face if isinstance(face, Rejection) else self._path.template(image, face)[1]

    def all(self, image: ByteImage) -> list[tuple[Face, Embedding | Rejection]]:
        """Every face of a picture, largest first."""
        return [self._path.embedding(image, face) for face in self._detector.find_thoroughly(image)]

    def look(self, image: ByteImage) -> tuple[Face, Conditions] | None:
        """The largest face of a picture, and what the picture of it is like; None where there is no face."""
        faces = self._detector.find_thoroughly(image)
        if not faces:
            return None
        face, _, conditions = self._path.examine(image, faces[0])
        return face, conditions

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


class Recogniser:
    """Frames to observations; used by one thread.

    Attributes:
        gallery, threshold, margin: may be replaced between two frames.
        clock: the stages of the last frame.

    Args:
        detector, path: the way to an embedding.
        comparison: the way from embeddings to people.
        pooling_frames: how many embeddings of a followed face are averaged; 1 = each frame counts by itself.
    """

    def __init__(
        self,
        detector: FaceDetector,
        path: FacePath,
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
        self.clock = StageClock()
        self._detector = detector
        self._path = path
        self._comparison = comparison
        self._pool = TrackPool(pooling_frames, path.encoder.spec.threshold + path.encoder.spec.margin)
        self._tracker = Tracker()
        self._last_image: ByteImage | None = None
        self._last: tuple[TrackedFace, ...] = ()
        self._embeddings: dict[int, Embedding] = {}
        self._full_search_at = -np.inf

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
        self._pool.keep(living)
        return Observation(frame.sequence, frame.captured_at, self._last)

    def probe(self, track: int) -> Embedding | None:
        """The newest embedding of a face that is followed, of that frame alone."""
        return self._embeddings.get(track)

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
        smallest = max(round(self._path.gates.min_face_px * _SEARCH_BELOW_GATE), 20)
        return distinct([*faces, *self._detector.find(frame.image, min_face_px=smallest)])

    def _identify(self, image: ByteImage, face: Face, track: int) -> TrackedFace:
        with self.clock.stage("align"):
            located, chips, conditions = self._path.examine(image, face)
        if isinstance(chips, Rejection):
            return TrackedFace(track, located, chips, None, conditions)
        with self.clock.stage("encode"):
            probe = self._path.encoder.embed(chips)
        track = self._same_face(track, probe)
        with self.clock.stage("match"):
            found = self._pool.identify(track, probe, quality(conditions), self._search)
        return TrackedFace(track, located, None, found, conditions)

    def _search(self, probe: Embedding) -> Identification:
        return identify(probe, self.gallery, threshold=self.threshold, margin=self.margin, comparison=self._comparison)

    def _same_face(self, track: int, probe: Embedding) -> int:
        """The track, or a new one where somebody else has taken the place."""
        before = self._embeddings.get(track)
        # With the default encoder a face that is followed jumps by up to 0.26, two people by 0.43 and more in 99 % of
        # cases (View 1, one clip).
        if before is not None and np.linalg.norm(before.vector - probe.vector) > self._path.encoder.spec.threshold:
            track = self._tracker.split(track)
        self._embeddings[track] = probe
        return track
