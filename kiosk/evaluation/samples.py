"""Pictures of people and their embeddings: read in several processes, and taken from the cache where known."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final, TypeAlias, TypeVar

from kiosk.domain import Rejection
from kiosk.errors import EvaluationError, KioskError, PictureError
from kiosk.evaluation.extractors import Extracted, Extractor, MakeExtractor, Vector, milliseconds
from kiosk.evaluation.rates import Rate, wilson
from kiosk.names import first_of, printable
from kiosk.paths import cache_folder
from kiosk.people.folder import list_folder
from kiosk.people.templates import ContentCache
from kiosk.recognition.pipeline import StageClock
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import decode_picture, open_picture

Show: TypeAlias = Callable[[int, int], None]  # done, total
Task = TypeVar("Task")
Done = TypeVar("Done")

FEW: Final = 24  # pictures are read in this process: starting others would take longer

_work: Any = None  # of a worker process: the function for the tasks, or the fault of making it


def in_processes(make: Callable[[], Callable[[Task], Done]], tasks: Sequence[Task]) -> Generator[Done]:
    """Yield the outcome of each task, in order; each process calls `make` once to get the function for the tasks.

    Raises what that function raises, and EvaluationError where a process is killed.
    """
    pool = ProcessPoolExecutor(
        min(len(os.sched_getaffinity(0)), len(tasks)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(make,),
    )
    try:
        yield from pool.map(_do, tasks)
    except BrokenProcessPool as error:
        raise EvaluationError(
            "a process that reads pictures", "was ended, perhaps for want of memory", "run the command again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start(make: Callable[[], Callable[[Any], Any]]) -> None:
    global _work  # noqa: PLW0603  (the only way from a pool's initialiser to its tasks)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl+C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    try:
        _work = make()
    except KioskError as error:  # raised here, it would only break the pool
        _work = error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(task: Any) -> Any:  # noqa: ANN401  (any task)
    if isinstance(_work, KioskError):
        raise _work
    return _work(task)


# The cache ------------------------------------------------------------------------------------------------------------

_CACHE_VERSION: Final = "evaluation 2"  # raise it when the meaning of an entry changes


def result_cache(key: str) -> ContentCache:
    """Return the cache of results under a key; it is in the gallery's folder, so that erasing a person erases these."""
    return ContentCache(cache_folder(), f"{_CACHE_VERSION}\n{key}")


class CachedReader(ABC):
    """Reads picture files once: results are kept in the cache, below the reader's key."""

    def __init__(self, key: str) -> None:
        self._cache = result_cache(key)

    @abstractmethod
    def read(self, content: bytes, path: Path) -> Any:  # noqa: ANN401  (JSON with arrays)
        """Return the result for a picture file as JSON with arrays; raises PictureError."""

    def __call__(self, path: Path, *, only_known: bool = False) -> Any | None:  # noqa: ANN401  (JSON with arrays)
        """Return the result; None where the file cannot be read, or is not `only_known` in the cache."""
        try:
            with open_picture(path) as file:
                content = file.read()
            digest = hashlib.sha256(content).hexdigest()
            found = self._cache.get(digest)
            if found is None and not only_known:
                found = self.read(content, path)
                self._cache.put(digest, found)
        except (PictureError, OSError):
            return None
        return found


def read_all(
    paths: Sequence[Path], reader: CachedReader, make_reader: Callable[[], CachedReader], show: Show
) -> list[Any | None]:
    """Return the result of each file, in order; None where it cannot be read.

    `make_reader` makes the same reader in another process.
    """
    found = [reader(path, only_known=True) for path in paths]
    waiting = [number for number, one in enumerate(found) if one is None]
    known = len(paths) - len(waiting)
    show(known, len(paths))
    tasks = [paths[number] for number in waiting]
    made = in_processes(make_reader, tasks) if len(tasks) > FEW else (reader(task) for task in tasks)
    with closing(made):
        for done, (number, outcome) in enumerate(zip(waiting, made, strict=True), known + 1):
            found[number] = outcome
            show(done, len(paths))
    return found


# Samples --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a person."""

    person: str
    source: str  # relative to the folder
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture with its embedding, if one was acquired."""

    picture: Picture
    extracted: Extracted

    @property
    def person(self) -> str:
        return self.picture.person

    @property
    def vector(self) -> Vector | None:
        return self.extracted.vector

    @property
    def can_be_enrolled(self) -> bool:
        return self.vector is not None and self.extracted.rejection is None


def people_in(folder: Path) -> list[Picture]:
    """Return every picture of a folder of people, as the image folder reads it; raises EvaluationError without one."""
    listing = list_folder(folder)
    if not listing.pictures:
        reason = next(one.reason for one in listing.skipped if not one.harmless)
        raise EvaluationError(printable(folder), reason, "name a folder that holds a folder of pictures a person")
    return [Picture(one.person, one.source, one.path) for one in listing.pictures]


def require_files(pictures: Sequence[Picture], folder: Path) -> None:
    """Raise EvaluationError where files are missing, with the first of them and how many."""
    missing = [one.source for one in pictures if not os.path.exists(one.path)]  # noqa: PTH110  (a name may be too long)
    if not missing:
        return
    named = first_of([printable(name) for name in missing], 3)
    raise EvaluationError(
        printable(folder),
        f"{len(missing)} of {len(pictures)} pictures are missing ({named})",
        "name the folder that holds <person>/<picture>.jpg",
    )


class _SampleReader(CachedReader):
    def __init__(self, make: MakeExtractor) -> None:
        self._extractor = make()
        super().__init__(f"sample {self._extractor.key}")

    def read(self, content: bytes, path: Path) -> Any:  # noqa: ANN401  (JSON with arrays)
        clock = StageClock(time.process_time)
        with clock.stage("read"):
            image = decode_picture(io.BytesIO(content), path)
        found = self._extractor.extract(image)
        times = {stage: round(spent, 3) for stage, spent in {**milliseconds(clock), **found.milliseconds}.items()}
        return [found.vector, found.rejection and found.rejection.value, times]


def samples_of(pictures: Sequence[Picture], extractor: Extractor, make: MakeExtractor, show: Show) -> list[Sample]:
    """Return a sample of each picture, in order; `make` makes the same extractor in another process.

    Raises EvaluationError where such a process is killed, and what the path raises.
    """
    here = _SampleReader(lambda: extractor)
    found = read_all([one.path for one in pictures], here, partial(_SampleReader, make), show)
    return [Sample(picture, _extracted(*one or (None, None, {}))) for picture, one in zip(pictures, found, strict=True)]


def _extracted(vector: Vector | None, rejection: str | None, times: dict[str, float]) -> Extracted:
    return Extracted(vector, Rejection(rejection) if rejection else None, times)


UNREADABLE: Final = "unreadable"  # the file cannot be used; other reasons are values of Rejection


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Pictures that gave no embedding, and times."""

    pictures: int
    failures: Mapping[str, int]  # reason -> pictures
    rate: Rate  # failure to acquire
    milliseconds: Mapping[str, float]  # stage -> median processor time of a picture


def acquisition_of(samples: Sequence[Sample]) -> Acquisition:
    """Return how many pictures gave no embedding, why, and the median time of each stage."""
    found = [one.extracted for one in samples]
    failures = Counter(
        UNREADABLE if one.rejection is None else one.rejection.value for one in found if one.vector is None
    )
    stages = dict.fromkeys(stage for one in found for stage in one.milliseconds)
    spent = {stage: [one.milliseconds[stage] for one in found if stage in one.milliseconds] for stage in stages}
    return Acquisition(
        pictures=len(samples),
        failures=dict(failures.most_common()),
        rate=wilson(failures.total(), len(samples)),
        milliseconds={stage: median(times) for stage, times in spent.items()},
    )
