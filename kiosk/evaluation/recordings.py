"""What is seen of people who stand before the camera: one picture each, a little moved, lit and blurred."""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import numpy as np

from kiosk.config import ConfigFile
from kiosk.domain import ByteImage, Floats, Frame, Rejection, TrackedFace
from kiosk.door.build import live_landmarks, load_configured_encoder, make_detector, weights_folders
from kiosk.door.matching import comparison_of, matching_numbers
from kiosk.errors import CameraError, EvaluationError, PictureError
from kiosk.evaluation.cache import Frames, RecordingCache
from kiosk.evaluation.extractors import Extractor, KioskRecipe, Recipe, nearest_the_middle
from kiosk.evaluation.features import Picture, Show, in_processes
from kiosk.evaluation.replay import SeenFace, SeenFrame, Visit
from kiosk.names import folder_fault
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import PLAIN, Comparison
from kiosk.recognition.pipeline import Recogniser
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import decode_picture, open_picture, printable
from kiosk.vision.quality import Gates
from kiosk.vision.sources import open_source

VERSION = 2  # raise it when the frames of a picture change

# Deviations, chosen so that embeddings of neighbouring frames lie about as far apart as those of a clip read at 10 Hz.
# With dlib_resnet the median and 90th percentile are 0.19 and 0.27 there, 0.16 and 0.28 here (View 1).
_TURN = math.radians(5)
_SHIFT = 0.03  # of the picture's shorter side
_GROWTH = 0.05  # as the logarithm of a factor
_EXPOSURE = 0.28  # likewise
_BLUR = 0.006  # of the shorter side; half the frames are blurred by less than two thirds of it
_NOISE = 9.0  # grey levels
_LEAST_BLUR_PX = 0.3  # less changes nothing
_LARGEST_PX = 640  # of the longer side: what a camera gives is no larger


def standing_frames(picture: ByteImage, count: int) -> Iterator[ByteImage]:
    """So many frames (H, W, 3) BGR of the person of a picture, itself the first; the same ones for the same picture."""
    seen = _as_from_a_camera(picture)
    rng = np.random.default_rng(zlib.crc32(seen.tobytes()))
    for number in range(count):
        yield _frame(seen, rng) if number else seen


def _as_from_a_camera(picture: ByteImage) -> ByteImage:
    scale = _LARGEST_PX / max(picture.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _frame(picture: ByteImage, rng: np.random.Generator) -> ByteImage:
    height, width = picture.shape[:2]
    moved = cv2.warpAffine(picture, _movement(height, width, rng), (width, height), borderMode=cv2.BORDER_REPLICATE)
    blur_px = abs(rng.normal()) * _BLUR * min(height, width)
    soft = cv2.GaussianBlur(moved, (0, 0), blur_px) if blur_px > _LEAST_BLUR_PX else moved
    lit = soft * math.exp(rng.normal() * _EXPOSURE) + rng.normal(scale=_NOISE, size=picture.shape)
    return np.clip(np.rint(lit), 0, 255).astype(np.uint8)


def _movement(height: int, width: int, rng: np.random.Generator) -> Floats:
    """(2, 3): turned and grown around the middle, and shifted."""
    turn, growth, right, down = rng.normal(size=4) * (_TURN, _GROWTH, _SHIFT, _SHIFT)
    movement = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(turn), math.exp(growth))
    movement[:, 2] += np.array([right, down]) * min(height, width)
    return np.asarray(movement)


class Watcher(Protocol):
    """Looks at the frames of one visit after another; used by one thread."""

    @property
    def key(self) -> str:
        """Another one whenever the same frames may show something else."""

    @property
    def comparison(self) -> Comparison:
        """The way from what is seen to people."""

    @property
    def pooling_frames(self) -> int: ...

    @property
    def pooling_limit(self) -> float: ...

    def numbers(self, people: int) -> tuple[float, float]:
        """Threshold and margin in force where so many are enrolled."""

    def watch(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """What each frame shows, or of it the face nearest the middle."""


class KioskWatcher:
    """The kiosk as it stands at the door: detector, tracker, gates, encoder; nobody is enrolled.

    Attributes:
        key, comparison, pooling_frames, pooling_limit: see Watcher.
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
        """See Watcher."""
        return matching_numbers(self._config.current, self._path.encoder.spec, people)

    def watch(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """See Watcher."""
        threshold, margin = self.numbers(0)
        # A detector of its own: what it finds hangs on what it was shown before.
        detector = make_detector(self._config)
        recogniser = Recogniser(detector, self._path, self._nobody, threshold=threshold, margin=margin)
        for frame in frames:
            observation = recogniser.observe(frame)
            faces = observation.faces
            if only_middle and faces:
                chosen = nearest_the_middle([one.face.box for one in faces], frame.image)
                faces = () if chosen is None else (faces[chosen],)
            yield SeenFrame(frame.captured_at, tuple(_seen(one, recogniser) for one in faces))


def _seen(one: TrackedFace, recogniser: Recogniser) -> SeenFace:
    probe = recogniser.probe(one.track) if one.rejection is None else None
    return SeenFace(one.track, None if probe is None else probe.vector, one.rejection, one.conditions)


class FrameByFrame:
    """A path that knows no tracks, such as the peer's: the face in the middle of each frame is one and the same.

    Attributes:
        key, comparison, pooling_frames, pooling_limit: see Watcher.
    """

    comparison = PLAIN
    pooling_frames = 1
    pooling_limit = 0.0

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.key = f"frames-{extractor.key}"

    def numbers(self, people: int) -> tuple[float, float]:
        """See Watcher; the same for any number."""
        return self._extractor.threshold, self._extractor.margin

    def watch(self, frames: Iterable[Frame], *, only_middle: bool) -> Iterator[SeenFrame]:
        """See Watcher; only the face nearest the middle, whatever is asked."""
        for frame in frames:
            found = self._extractor.extract(frame.image, template=False)
            nothing = found.probe is None and found.rejection in {None, Rejection.NO_FACE}
            face = SeenFace(1, found.probe, found.rejection, found.conditions)
            yield SeenFrame(frame.captured_at, () if nothing else (face,))


def watcher_of(recipe: Recipe) -> Watcher:
    """The one that sees by the path of a recipe; raises KioskError."""
    return KioskWatcher(recipe.config) if isinstance(recipe, KioskRecipe) else FrameByFrame(recipe.make())


RATE_HZ: Final = 10.0  # frames of a face that a kiosk compares in a second
_FEW: Final = 8  # pictures that are read here: processes would take longer to start


def standing_recordings(
    pictures: Sequence[Picture], watcher: Watcher, recipe: Recipe, cache: Path, *, frames: int, show: Show
) -> list[Frames]:
    """So many frames of each picture, in order; none of a file that cannot be read. The watcher is the recipe's.

    Raises EvaluationError where the processes that work on it are ended, and what the path raises.
    """
    known = RecordingCache(cache, _key(watcher, frames))
    found: dict[int, Frames] = {}
    for number, picture in enumerate(pictures):
        recalled = _recalled(picture.path, known)
        if recalled is not None:
            found[number] = recalled
    show(len(found), len(pictures))
    waiting = [number for number in range(len(pictures)) if number not in found]
    paths = [pictures[number].path for number in waiting]
    with closing(_made(paths, watcher, _StandingRecipe(recipe, cache, frames))) as outcomes:
        for number, outcome in zip(waiting, outcomes, strict=True):
            found[number] = outcome
            show(len(found), len(pictures))
    return [found[number] for number in range(len(pictures))]


class StandingReader:
    """Watches the frames that it makes of pictures; what it sees is kept in the cache."""

    def __init__(self, watcher: Watcher, cache: Path, frames: int) -> None:
        self._watcher = watcher
        self._frames = frames
        self._cache = RecordingCache(cache, _key(watcher, frames))

    def __call__(self, path: Path) -> Frames:
        """What is seen of one picture: nothing where its file cannot be read."""
        try:
            content = _content(path)
            image = decode_picture(io.BytesIO(content), path)
        except (PictureError, OSError):
            return ()
        shown = enumerate(standing_frames(image, self._frames))
        frames = (Frame(moved, number / RATE_HZ, number) for number, moved in shown)
        seen = tuple(self._watcher.watch(frames, only_middle=True))
        self._cache.put(hashlib.sha256(content).hexdigest(), seen)
        return seen


@dataclass(frozen=True, slots=True)
class _StandingRecipe:
    """Makes the same reader in any process."""

    recipe: Recipe
    cache: Path
    frames: int

    def __call__(self) -> StandingReader:
        return StandingReader(watcher_of(self.recipe), self.cache, self.frames)


def _key(watcher: Watcher, frames: int) -> str:
    return f"standing {VERSION}, {frames} at {RATE_HZ} Hz, {watcher.key}"


def _recalled(path: Path, known: RecordingCache) -> Frames | None:
    try:
        return known.get(hashlib.sha256(_content(path)).hexdigest())
    except (PictureError, OSError):
        return ()


def _content(path: Path) -> bytes:
    with open_picture(path) as file:
        return file.read()


def _made(paths: list[Path], watcher: Watcher, recipe: _StandingRecipe) -> Generator[Frames]:
    if len(paths) <= _FEW:
        reader = StandingReader(watcher, recipe.cache, recipe.frames)
        return (reader(path) for path in paths)
    return in_processes(recipe, paths)


SUFFIXES: Final = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"})

_SLACK: Final = 0.001  # s, by which a frame may be early


@dataclass(frozen=True, slots=True)
class Clip:
    """A video of somebody."""

    person: str | None  # whose folder it lies in; None beside the folders: it shows strangers
    source: str  # relative to the folder
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What was seen of a clip, in parts of so many frames; each part is a visit, watched from the start."""

    clip: Clip
    parts: tuple[Frames, ...]

    def visits(self, least: int) -> Iterator[Visit]:
        """One a part of a person's own clip; of other clips one for each face that is followed for `least` frames."""
        if self.clip.person is not None:
            yield from (Visit(self.clip.person, part) for part in self.parts)
            return
        for part in self.parts:
            tracks = dict.fromkeys(face.track for frame in part for face in frame.faces)
            for track in tracks:
                followed = tuple(_only(frame, track) for frame in part)
                if sum(bool(frame.faces) for frame in followed) >= least:
                    yield Visit(self.clip.source, followed)


Broken: TypeAlias = str  # why a clip cannot be watched


def clips_in(folder: Path) -> list[Clip]:
    """The clips of a folder: folder/<person>/*.mp4, and folder/*.mp4 that show strangers; raises EvaluationError.

    Recycle bins and other system folders are no people, as in the image folder.
    """
    try:
        if not folder.is_dir():
            raise EvaluationError(printable(folder), "is no folder", "name a folder of clips")
        paths = sorted(path for path in (*folder.glob("*"), *folder.glob("*/*")) if _is_clip(path))
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise EvaluationError(printable(folder), reason, "name a folder of clips") from error
    return [
        Clip(None if path.parent == folder else path.parent.name, path.relative_to(folder).as_posix(), path)
        for path in paths
        if path.parent == folder or folder_fault(path.parent.name) is None
    ]


def watch_clips(
    clips: Sequence[Clip], watcher: Watcher, cache: Path, frames: int
) -> tuple[list[Watched], list[Broken]]:
    """What is seen of each clip that can be read, and what is wrong with the others; raises what the path raises."""
    watched: list[Watched] = []
    broken: list[Broken] = []
    for clip in clips:
        try:
            watched.append(Watched(clip, _parts(clip, watcher, cache, frames)))
        except (CameraError, OSError) as error:
            broken.append(f"{printable(clip.source)}: {error}")
    return watched, broken


def _parts(clip: Clip, watcher: Watcher, cache: Path, frames: int) -> tuple[Frames, ...]:
    with clip.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = RecordingCache(cache, f"clip, {frames} at {RATE_HZ} Hz, {clip.person is None}, {watcher.key}")
    seen = known.get(digest)
    if seen is None:
        seen = tuple(_watched(clip, watcher, frames))
        known.put(digest, seen)
    return tuple(seen[start : start + frames] for start in range(0, len(seen), frames))


def _watched(clip: Clip, watcher: Watcher, frames: int) -> Iterator[SeenFrame]:
    """Every whole part, watched by itself; raises CameraError."""
    with open_source(str(clip.path), fast=True) as source:
        looked_at = _at_rate(source)
        while len(part := list(itertools.islice(looked_at, frames))) == frames:
            yield from watcher.watch(part, only_middle=clip.person is not None)


def _at_rate(source: Iterable[Frame]) -> Iterator[Frame]:
    """The frames that a kiosk would have looked at."""
    next_at = 0.0
    for frame in source:
        if frame.captured_at >= next_at - _SLACK:
            next_at = max(next_at + 1 / RATE_HZ, frame.captured_at)
            yield frame


def _only(frame: SeenFrame, track: int) -> SeenFrame:
    return SeenFrame(frame.at_seconds, tuple(face for face in frame.faces if face.track == track))


def _is_clip(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
