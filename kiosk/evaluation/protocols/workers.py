"""The same work in several processes, each on one core."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, NoReturn, TypeVar

from kiosk.errors import EvaluationError, KioskError
from kiosk.vision.opencv import cv2

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
