"""Video clips as visits: what the live path sees in them, a few frames at a time."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from kiosk.domain import Frame
from kiosk.errors import CameraError, EvaluationError
from kiosk.evaluation.protocols.recording_cache import Frames, RecordingCache
from kiosk.evaluation.protocols.recordings import RATE_HZ
from kiosk.evaluation.protocols.seen import SeenFrame, Visit
from kiosk.evaluation.protocols.watchers import Watcher
from kiosk.names import folder_fault
from kiosk.vision.pictures import printable
from kiosk.vision.sources import open_source

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
