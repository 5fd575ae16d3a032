"""What is seen of people who stand before the camera: one picture each, a little moved, lit and blurred."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.domain import Frame
from kiosk.errors import PictureError
from kiosk.evaluation.protocols.extractors import Recipe
from kiosk.evaluation.protocols.features import Picture, Show
from kiosk.evaluation.protocols.recording_cache import Frames, RecordingCache
from kiosk.evaluation.protocols.watchers import Watcher, watcher_of
from kiosk.evaluation.protocols.workers import in_processes
from kiosk.vision.pictures import decode_picture, open_picture
from kiosk.vision.standing import VERSION, standing_frames

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
