"""Recorded visits: synthetic frames of a picture and video clips, as the kiosk at the door would see them."""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from kiosk.config import ConfigFile
from kiosk.domain import ByteImage, Conditions, Frame, Rejection
from kiosk.door.build import live_landmarks, load_configured_encoder, make_detector, weights_folders
from kiosk.door.matching import comparison_of, matching_numbers
from kiosk.errors import CameraError, EvaluationError
from kiosk.evaluation.cache import ResultCache
from kiosk.evaluation.extractors import Extractor, KioskExtractor, MakeExtractor, nearest_the_middle
from kiosk.evaluation.replay import SeenFace, SeenFrame, Visit
from kiosk.evaluation.samples import Picture, Show, read_all
from kiosk.names import folder_fault
from kiosk.paths import cache_folder
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import PLAIN
from kiosk.recognition.pipeline import Recogniser
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import decode_picture, printable
from kiosk.vision.quality import Gates
from kiosk.vision.sources import open_source

Frames: TypeAlias = tuple[SeenFrame, ...]

RATE_HZ: Final = 10.0  # frames of a face that a kiosk compares in a second


class KioskFrameExtractor:
    """The kiosk at the door: detector, tracker, gates, encoder; nobody is enrolled.

    `comparison`, `pooling_frames` and `pooling_limit` are those of its visits; the cache `key` changes when the result
    of a frame could.
    """

    def __init__(self, config: ConfigFile) -> None:
        self._config = config
        encoder = load_configured_encoder(config)
        gates = Gates(**config.current.quality.model_dump())
        self._path = FaceEncoder(live_landmarks(encoder), encoder, gates)
        self._nobody = GallerySnapshot(encoder.spec.name)
        self.comparison = comparison_of(config.current.path, encoder.spec, weights_folders(config))
        self.pooling_frames = config.current.path.pooling_frames
        self.pooling_limit = encoder.spec.threshold + encoder.spec.margin
        self.key = f"live-{make_detector(config).key}-{self._path.key}-{gates}-{encoder.spec.threshold}"

    def numbers(self, people: int) -> tuple[float, float]:
        """Return threshold and margin in force with that many people enrolled."""
        return matching_numbers(self._config.current.matching, self._path.encoder.spec, people)

    def record(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """Yield the faces of each frame of a visit, or only the face nearest the middle."""
        threshold, margin = self.numbers(0)
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

    comparison = PLAIN
    pooling_frames = 1
    pooling_limit = 0.0

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.key = f"frames-{extractor.key}"

    def numbers(self, people: int) -> tuple[float, float]:
        """Return the path's own threshold and margin, the same for any number."""
        return self._extractor.threshold, self._extractor.margin

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
    return [[frame.at_seconds, [_row(face) for face in frame.faces]] for frame in frames]


def _row(face: SeenFace) -> list[Any]:
    rejection, conditions = face.rejection, face.conditions
    return [face.track, face.vector, rejection and rejection.value, conditions and astuple(conditions)]


def _from_json(value: Any) -> Frames:  # noqa: ANN401  (JSON with arrays)
    return tuple(SeenFrame(at, tuple(_face(*row) for row in rows)) for at, rows in value)


def _face(track: int, vector: Any, rejection: str | None, conditions: Sequence[Any] | None) -> SeenFace:  # noqa: ANN401
    why = Rejection(rejection) if rejection else None
    return SeenFace(track, vector, why, Conditions(*conditions) if conditions else None)


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


class _SyntheticReader:
    """Records the synthetic frames of a picture file."""

    def __init__(self, extractor: FrameExtractor, frames: int) -> None:
        self._extractor = extractor
        self._frames = frames
        self.key = f"synthetic {_VERSION}, {frames} at {RATE_HZ} Hz, {extractor.key}"

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
    reader = _SyntheticReader(extractor, frames)
    found = read_all([one.path for one in pictures], reader, partial(_synthetic_reader, make, frames), show)
    return [_from_json(one or ()) for one in found]


def _synthetic_reader(make: MakeExtractor, frames: int) -> _SyntheticReader:
    return _SyntheticReader(frame_extractor_of(make()), frames)


# Video clips ----------------------------------------------------------------------------------------------------------

SUFFIXES: Final = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"})
_SLACK: Final = 0.001  # s, by which a frame may be early


@dataclass(frozen=True, slots=True)
class Clip:
    """A video of people."""

    person: str | None  # the name of its folder; None beside the folders: it shows strangers
    source: str  # relative to the folder
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class RecordedClip:
    """A clip in parts of equal length; each part is a visit, recorded by itself."""

    clip: Clip
    parts: tuple[Frames, ...]

    def visits(self, least: int) -> Iterator[Visit]:
        """Yield a visit for each part of a person's clip, else one for each face seen in at least `least` frames."""
        if self.clip.person is not None:
            yield from (Visit(self.clip.person, part) for part in self.parts)
            return
        for part in self.parts:
            tracks = dict.fromkeys(face.track for frame in part for face in frame.faces)
            for track in tracks:
                followed = tuple(
                    SeenFrame(frame.at_seconds, tuple(face for face in frame.faces if face.track == track))
                    for frame in part
                )
                if sum(bool(frame.faces) for frame in followed) >= least:
                    yield Visit(self.clip.source, followed)


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
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
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
            recorded.append(RecordedClip(clip, _parts(clip, extractor, frames)))
        except (CameraError, OSError) as error:
            broken.append(f"{printable(clip.source)}: {error}")
    return recorded, broken


def _parts(clip: Clip, extractor: FrameExtractor, frames: int) -> tuple[Frames, ...]:
    with clip.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    cache = ResultCache(cache_folder(), f"clip, {frames} at {RATE_HZ} Hz, {clip.person is None}, {extractor.key}")
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
    return tuple(found[start : start + frames] for start in range(0, len(found), frames))


def _at_rate(source: Iterable[Frame]) -> Iterator[Frame]:
    next_at = 0.0
    for frame in source:
        if frame.captured_at >= next_at - _SLACK:
            next_at = max(next_at + 1 / RATE_HZ, frame.captured_at)
            yield frame
