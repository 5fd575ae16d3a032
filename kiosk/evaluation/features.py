"""Pictures to samples by one path: in as many processes as there are cores, and from the cache where it knows them.

The vectors come from the kiosk's own path. LFW's pictures show people in the background too: a sample is of the face
nearest the middle of its picture, around which LFW's pictures were cut out.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

from kiosk.domain import Box, Conditions, Rejection
from kiosk.errors import EvaluationError, KioskError, PictureError
from kiosk.evaluation.cache import FeatureCache
from kiosk.evaluation.extractors import Extracted, Extractor, Recipe, Vector, milliseconds
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.results import UNREADABLE, Acquisition
from kiosk.people.folder import list_folder
from kiosk.recognition.pipeline import StageClock
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import decode_picture, open_picture, printable

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

_work: Callable[[Any], Any] | None = None  # of a process that works


def in_processes(make: Callable[[], Callable[[Task], Outcome]], tasks: Sequence[Task]) -> Generator[Outcome]:
    """What each task led to, in order; `make`, called once in each process, gives what works on them.

    Raises what make or the work raises, and EvaluationError where a process is ended from outside.
    """
    pool = ProcessPoolExecutor(
        min(_cores(), len(tasks)),
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to hear
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    try:
        _work = make()
    except KioskError as error:  # raised here, it would only be seen that a process ended
        _work = partial(_refuse, error)


def _end_with_parent() -> None:
    """A parent that was killed leaves nobody behind who waits for its tasks for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _refuse(fault: KioskError, _: object) -> NoReturn:
    raise fault


def _do(task: Any) -> Any:  # noqa: ANN401  (whatever the work takes and gives)
    if _work is None:
        raise RuntimeError
    return _work(task)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


Show: TypeAlias = Callable[[int, int], None]  # done, total

# So many pictures are read here: processes would take longer to start.
_FEW: Final = 24
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of somebody."""

    person: str
    source: str  # relative to the folder
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture, and what it gave."""

    person: str
    picture: str  # relative to the folder
    template: Vector | None  # (D,) as if enrolled; None where it was rejected or not asked for
    probe: Vector | None  # (D,) as if looked for; None where it failed
    rejection: Rejection | None  # why it is not enrolled
    box: Box | None
    conditions: Conditions | None
    milliseconds: Mapping[str, float]  # by stage
    fault: str | None = None  # why the file cannot be read

    @property
    def acquired(self) -> bool:
        return self.probe is not None

    @property
    def enrolled(self) -> bool:
        return self.template is not None


_Task: TypeAlias = tuple[Path, bool]  # the picture, whether a template is asked for
_Outcome: TypeAlias = Extracted | str  # or why the file cannot be read


def people_in(folder: Path) -> list[Picture]:
    """Every picture of a folder of people, as the image folder would read it; raises EvaluationError without one."""
    listing = list_folder(folder)
    if not listing.pictures:
        reason = next(one.reason for one in listing.skipped if not one.harmless)
        raise EvaluationError(printable(folder), reason, "name a folder that holds a folder of pictures a person")
    return [Picture(one.person, one.source, one.path) for one in listing.pictures]


def require(pictures: Sequence[Picture], folder: Path) -> None:
    """Raises EvaluationError where files are missing, with the first of them and how many."""
    missing = [one.source for one in pictures if not os.path.exists(one.path)]  # noqa: PTH110  (a name may be too long)
    if not missing:
        return
    named = ", ".join(map(printable, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
    raise EvaluationError(
        printable(folder),
        f"{len(missing)} of {len(pictures)} pictures are missing ({named})",
        "name the folder that holds <person>/<picture>.jpg",
    )


def samples_of(
    pictures: Sequence[Picture],
    extractor: Extractor,
    recipe: Recipe,
    cache: Path,
    show: Show,
    *,
    templates: Callable[[Picture], bool] = lambda _: True,
) -> list[Sample]:
    """A sample of each picture, in order; `templates` says which of them are enrolled.

    Raises EvaluationError where the processes that work on it are ended, and what the path raises.
    """
    known = FeatureCache(cache, extractor.key)
    found: dict[int, _Outcome] = {}
    tasks: dict[int, _Task] = {}
    for number, picture in enumerate(pictures):
        task = (picture.path, templates(picture))
        outcome = _recalled(task, known)
        if outcome is None:
            tasks[number] = task
        else:
            found[number] = outcome
    show(len(found), len(pictures))
    with closing(_made(list(tasks.values()), extractor, recipe, cache)) as outcomes:
        for number, outcome in zip(tasks, outcomes, strict=True):
            found[number] = outcome
            show(len(found), len(pictures))
    return [_sample(picture, found[number]) for number, picture in enumerate(pictures)]


class Reader:
    """Reads pictures from their files by one path; what comes out is kept in the cache."""

    def __init__(self, extractor: Extractor, cache: Path) -> None:
        self._extractor = extractor
        self._cache = FeatureCache(cache, extractor.key)

    def __call__(self, task: _Task) -> _Outcome:
        """What a picture gave, or why its file cannot be read."""
        path, template = task
        clock = StageClock(time.process_time)
        try:
            with clock.stage("read"):
                content = _content(path)
                image = decode_picture(io.BytesIO(content), path)
        except (PictureError, OSError) as error:
            return _reason(error)
        found = self._extractor.extract(image, template=template)
        timed = Extracted(
            found.template,
            found.probe,
            found.rejection,
            found.box,
            found.conditions,
            {**milliseconds(clock), **found.milliseconds},
        )
        self._cache.put(hashlib.sha256(content).hexdigest(), timed)
        return timed


def _recalled(task: _Task, known: FeatureCache) -> _Outcome | None:
    path, template = task
    try:
        found = known.get(hashlib.sha256(_content(path)).hexdigest())
    except (PictureError, OSError) as error:
        return _reason(error)
    lacks = found is not None and template and found.rejection is None and found.template is None
    return None if lacks else found


def _content(path: Path) -> bytes:
    with open_picture(path) as file:
        return file.read()


def _reason(error: PictureError | OSError) -> str:
    return error.reason if isinstance(error, PictureError) else error.strerror or str(error)


def _made(tasks: list[_Task], extractor: Extractor, recipe: Recipe, cache: Path) -> Generator[_Outcome]:
    if len(tasks) <= _FEW:
        reader = Reader(extractor, cache)
        return (reader(task) for task in tasks)
    return in_processes(_ReaderRecipe(recipe, cache), tasks)


@dataclass(frozen=True, slots=True)
class _ReaderRecipe:
    """Makes the same reader in any process."""

    recipe: Recipe
    cache: Path

    def __call__(self) -> Reader:
        return Reader(self.recipe.make(), self.cache)


def _sample(picture: Picture, outcome: _Outcome) -> Sample:
    found = Extracted() if isinstance(outcome, str) else outcome
    return Sample(
        picture.person,
        picture.source,
        found.template,
        found.probe,
        found.rejection,
        found.box,
        found.conditions,
        found.milliseconds,
        outcome if isinstance(outcome, str) else None,
    )


def acquisition_of(samples: Sequence[Sample]) -> Acquisition:
    """How many of the pictures failed, why, and what the others took."""
    failures = Counter(
        UNREADABLE if one.rejection is None else one.rejection.value for one in samples if not one.acquired
    )
    stages = dict.fromkeys(stage for one in samples for stage in one.milliseconds)
    spent = {stage: [one.milliseconds[stage] for one in samples if stage in one.milliseconds] for stage in stages}
    return Acquisition(
        pictures=len(samples),
        failures=dict(failures.most_common()),
        rate=wilson(failures.total(), len(samples)),
        milliseconds={stage: median(times) for stage, times in spent.items()},
    )
