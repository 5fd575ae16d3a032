"""Recorded visits: synthetic frames of a picture and video clips, as the kiosk at the door would see them.

They are decided by the kiosk's own pooling, matching and decision rule, for any gallery and threshold.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile, DecisionSection
from kiosk.domain import (
    Box,
    ByteImage,
    Candidate,
    Conditions,
    Embedding,
    Face,
    Frame,
    Identification,
    Observation,
    Outcome,
    Rejection,
    TrackedFace,
)
from kiosk.door.build import live_landmarks, load_configured_encoder, make_detector, weights_folders
from kiosk.door.decision import DecisionRule
from kiosk.door.matching import comparison_of, matching_numbers
from kiosk.errors import CameraError, EvaluationError
from kiosk.evaluation.extractors import Extractor, KioskExtractor, MakeExtractor, Vector, nearest_the_middle
from kiosk.evaluation.samples import CachedReader, Picture, Show, read_all, result_cache
from kiosk.names import folder_fault, printable
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import PLAIN, Comparison, Searchable, identify, person_distances
from kiosk.recognition.pipeline import Recogniser
from kiosk.recognition.pooling import FramePool, quality
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import decode_picture
from kiosk.vision.quality import Gates
from kiosk.vision.sources import open_source

RATE_HZ: Final = 10.0  # frames of a face that a kiosk compares in a second


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


Frames: TypeAlias = tuple[SeenFrame, ...]

# As the kiosk sees them -----------------------------------------------------------------------------------------------


class KioskFrameExtractor:
    """The kiosk at the door: detector, tracker, gates, encoder; nobody is enrolled.

    The cache `key` changes when the result of a frame could.
    """

    def __init__(self, config: ConfigFile) -> None:
        self._config = config
        encoder = load_configured_encoder(config)
        gates = Gates(**config.current.quality.model_dump())
        self._path = FaceEncoder(live_landmarks(encoder), encoder, gates)
        self._nobody = GallerySnapshot(encoder.spec.name)
        self._comparison = comparison_of(config.current.path, encoder.spec, weights_folders(config))
        self.key = f"live-{make_detector(config).key}-{self._path.key}-{gates}-{encoder.spec.threshold}"

    def door(self, people: int, rule: DecisionSection) -> DoorSettings:
        """Return the settings of a door with that many people enrolled."""
        spec = self._path.encoder.spec
        numbers = matching_numbers(self._config.current.matching, spec, people)
        frames, limit = self._config.current.path.pooling_frames, spec.threshold + spec.margin
        return DoorSettings(*numbers, rule, self._comparison, frames, limit)

    def record(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """Yield the faces of each frame of a visit, or only the face nearest the middle."""
        threshold, margin = matching_numbers(self._config.current.matching, self._path.encoder.spec, 0)
        # Each visit has its own detector: a detector's result depends on the frames before.
        detector = make_detector(self._config)
        recogniser = Recogniser(detector, self._path, self._nobody, threshold=threshold, margin=margin)
        for frame in frames:
            faces = recogniser.observe(frame).faces
            if only_middle and faces:
                chosen = nearest_the_middle([one.face.box for one in faces], frame.image)
                faces = () if chosen is None else (faces[chosen],)
            seen = []
            for one in faces:
                probe = recogniser.probe(one.track) if one.rejection is None else None
                seen.append(SeenFace(one.track, None if probe is None else probe.vector, one.rejection, one.conditions))
            yield SeenFrame(frame.captured_at, tuple(seen))


class MiddleFaceExtractor:
    """A path without a tracker, such as the peer's: the face in the middle of each frame is always the same person."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.key = f"frames-{extractor.key}"

    def door(self, people: int, rule: DecisionSection) -> DoorSettings:
        """Return settings with the path's own threshold and margin, the same for any number of people."""
        return DoorSettings(self._extractor.threshold, self._extractor.margin, rule)

    def record(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """Yield the face nearest the middle of each frame."""
        for frame in frames:
            found = self._extractor.extract(frame.image)
            rejection = found.rejection if found.vector is None else None
            nothing = found.vector is None and rejection in {None, Rejection.NO_FACE}
            yield SeenFrame(frame.captured_at, () if nothing else (SeenFace(1, found.vector, rejection, None),))


FrameExtractor: TypeAlias = KioskFrameExtractor | MiddleFaceExtractor


def frame_extractor_of(extractor: Extractor) -> FrameExtractor:
    """Return the frame extractor of a path; raises KioskError."""
    if isinstance(extractor, KioskExtractor):
        return KioskFrameExtractor(extractor.config)
    return MiddleFaceExtractor(extractor)


def _to_json(frames: Frames) -> Any:  # noqa: ANN401  (JSON with arrays)
    def row(face: SeenFace) -> list[Any]:
        rejection, conditions = face.rejection, face.conditions
        return [face.track, face.vector, rejection and rejection.value, conditions and astuple(conditions)]

    return [[frame.at_seconds, [row(face) for face in frame.faces]] for frame in frames]


def _from_json(value: Any) -> Frames:  # noqa: ANN401  (JSON with arrays)
    def face(track: int, vector: Any, rejection: str | None, conditions: Sequence[Any] | None) -> SeenFace:  # noqa: ANN401
        why = Rejection(rejection) if rejection else None
        return SeenFace(track, vector, why, Conditions(*conditions) if conditions else None)

    return tuple(SeenFrame(at, tuple(face(*row) for row in rows)) for at, rows in value)


# Synthetic frames -----------------------------------------------------------------------------------------------------

_VERSION: Final = 3  # raise it when the frames of a picture change

# Standard deviations, chosen so that embeddings of neighbouring frames lie about as far apart as those of a clip at
# 10 Hz. With dlib_resnet the median and 90th percentile are 0.19 and 0.27 there, 0.16 and 0.28 here (View 1).
_TURN: Final = math.radians(5)
_SHIFT: Final = 0.03  # of the picture's shorter side
_GROWTH: Final = 0.05  # as the logarithm of a factor
_EXPOSURE: Final = 0.28  # likewise
_BLUR: Final = 0.006  # of the shorter side
_NOISE: Final = 9.0  # grey levels
_LEAST_BLUR_PX: Final = 0.3  # less changes nothing
_LARGEST_PX: Final = 640  # of the longer side, as a camera gives


def synthetic_frames(picture: ByteImage, count: int) -> Iterator[ByteImage]:
    """Yield frames (H, W, 3) BGR of a picture, moved, lit and blurred a little; the first is the picture itself.

    The same picture gives the same frames.
    """
    scale = _LARGEST_PX / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    first = np.ascontiguousarray(small, np.uint8)
    rng = np.random.default_rng(zlib.crc32(first.tobytes()))
    for number in range(count):
        yield _frame(first, rng) if number else first


def _frame(picture: ByteImage, rng: np.random.Generator) -> ByteImage:
    height, width = picture.shape[:2]
    shorter = min(height, width)
    turn, growth, right, down = rng.normal(size=4) * (_TURN, _GROWTH, _SHIFT, _SHIFT)
    movement = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(turn), math.exp(growth))
    movement[:, 2] += np.array([right, down]) * shorter
    moved = cv2.warpAffine(picture, movement, (width, height), borderMode=cv2.BORDER_REPLICATE)
    blur_px = abs(rng.normal()) * _BLUR * shorter
    soft = cv2.GaussianBlur(moved, (0, 0), blur_px) if blur_px > _LEAST_BLUR_PX else moved
    lit = soft * math.exp(rng.normal() * _EXPOSURE) + rng.normal(scale=_NOISE, size=picture.shape)
    return np.clip(np.rint(lit), 0, 255).astype(np.uint8)


class _SyntheticReader(CachedReader):
    def __init__(self, extractor: FrameExtractor, frames: int) -> None:
        self._extractor, self._frames = extractor, frames
        super().__init__(f"synthetic {_VERSION}, {frames} at {RATE_HZ} Hz, {extractor.key}")

    def read(self, content: bytes, path: Path) -> Any:  # noqa: ANN401  (JSON with arrays)
        shown = enumerate(synthetic_frames(decode_picture(io.BytesIO(content), path), self._frames))
        frames = (Frame(moved, number / RATE_HZ, number) for number, moved in shown)
        return _to_json(tuple(self._extractor.record(frames, only_middle=True)))


def synthetic_recordings(
    pictures: Sequence[Picture], extractor: FrameExtractor, make: MakeExtractor, frames: int, show: Show
) -> list[Frames]:
    """Return the recorded frames of each picture, in order; none of a file that cannot be read.

    `make` makes the path of the frame extractor in another process.
    """
    here = _SyntheticReader(extractor, frames)
    found = read_all([one.path for one in pictures], here, partial(_synthetic_reader, make, frames), show)
    return [_from_json(one or ()) for one in found]


def _synthetic_reader(make: MakeExtractor, frames: int) -> _SyntheticReader:
    return _SyntheticReader(frame_extractor_of(make()), frames)


# Video clips ----------------------------------------------------------------------------------------------------------

_SUFFIXES: Final = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"})
_SLACK: Final = 0.001  # s, by which a frame may be early


@dataclass(frozen=True, slots=True)
class Clip:
    """A video of people."""

    person: str | None  # the name of its folder; None beside the folders: it shows strangers
    source: str  # relative to the folder
    path: Path


RecordedClip: TypeAlias = tuple[Clip, Sequence[Frames]]  # in parts of equal length, each recorded by itself


def clip_visits(clip: Clip, parts: Sequence[Frames], least: int) -> Iterator[Visit]:
    """Yield a visit for each part of a person's clip, else one for each face seen in at least `least` of its frames."""
    for part in parts:
        if clip.person is not None:
            yield Visit(clip.person, part)
            continue
        for track in dict.fromkeys(face.track for frame in part for face in frame.faces):
            followed = tuple(
                SeenFrame(frame.at_seconds, tuple(face for face in frame.faces if face.track == track))
                for frame in part
            )
            if sum(bool(frame.faces) for frame in followed) >= least:
                yield Visit(clip.source, followed)


def clips_in(folder: Path) -> list[Clip]:
    """Return the clips folder/<person>/*.mp4, and folder/*.mp4 of strangers; raises EvaluationError.

    System folders such as recycle bins are skipped, as in the image folder.
    """
    try:
        if not folder.is_dir():
            raise EvaluationError(printable(folder), "is no folder", "name a folder of clips")
        paths = sorted(
            path
            for path in (*folder.glob("*"), *folder.glob("*/*"))
            if path.suffix.lower() in _SUFFIXES and not path.name.startswith(".") and path.is_file()
        )
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise EvaluationError(printable(folder), reason, "name a folder of clips") from error
    return [
        Clip(None if path.parent == folder else path.parent.name, path.relative_to(folder).as_posix(), path)
        for path in paths
        if path.parent == folder or folder_fault(path.parent.name) is None
    ]


def record_clips(clips: Sequence[Clip], extractor: FrameExtractor, frames: int) -> tuple[list[RecordedClip], list[str]]:
    """Return the clips that can be read, in parts of `frames` frames, and what is wrong with the others."""
    recorded: list[RecordedClip] = []
    broken: list[str] = []
    for clip in clips:
        try:
            recorded.append((clip, _parts(clip, extractor, frames)))
        except (CameraError, OSError) as error:
            broken.append(f"{printable(clip.source)}: {error}")
    return recorded, broken


def _parts(clip: Clip, extractor: FrameExtractor, frames: int) -> list[Frames]:
    with clip.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    cache = result_cache(f"clip, {frames} at {RATE_HZ} Hz, {clip.person is None}, {extractor.key}")
    known = cache.get(digest)
    if known is None:
        with open_source(str(clip.path), fast=True) as source:
            sampled = _at_rate(source)
            seen: list[SeenFrame] = []
            while len(part := list(itertools.islice(sampled, frames))) == frames:
                seen += extractor.record(part, only_middle=clip.person is not None)
        known = _to_json(tuple(seen))
        cache.put(digest, known)
    found = _from_json(known)
    return [found[start : start + frames] for start in range(0, len(found), frames)]


def _at_rate(source: Iterable[Frame]) -> Iterator[Frame]:
    next_at = 0.0
    for frame in source:
        if frame.captured_at >= next_at - _SLACK:
            next_at = max(next_at + 1 / RATE_HZ, frame.captured_at)
            yield frame


# The decision of a visit ----------------------------------------------------------------------------------------------

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


@dataclass(frozen=True, slots=True)
class Ending:
    """The result of a visit."""

    outcome: Outcome  # PENDING: too few good frames, or frames that disagree
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
                return Ending(Outcome.GRANTED, decision.person, number + 1)
            refused = refused or decision.outcome is Outcome.REFUSED
    return Ending(Outcome.REFUSED if refused else Outcome.PENDING, None, len(visit.frames))


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
        return [number for number in near if self._ending(number, door).outcome is Outcome.GRANTED]

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
