"""The loop that drives a station: build it, give it frames, refresh it, and build another one when it is outdated."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from kiosk.domain import Frame
from kiosk.errors import in_one_line

if TYPE_CHECKING:  # the window is on the screen before what a station needs is loaded
    from kiosk.door.report import Report, Status
    from kiosk.door.station import Station

REFRESH_SECONDS = 1.0  # between two calls of Station.refresh
RETRY_SECONDS = 5.0  # after which a station that could not be built is tried again
WAIT_SECONDS = 0.1  # the longest wait for a frame, after which the loop looks whether it is to stop

_log = logging.getLogger("kiosk")

ShowProgress: TypeAlias = Callable[[str, int, int], None]  # what is loaded, done, total
BuildStation: TypeAlias = Callable[[ShowProgress], "Station"]
Answer: TypeAlias = Callable[[Any], None]


class Stopped(Exception):  # noqa: N818  (no fault: the kiosk is to end while the station is being built)
    """Raised to the code that builds a station, when the kiosk is to end."""


class Ended(Exception):  # noqa: N818  (no fault: every recording has an end)
    """Raised by Frames.wait when no frame will come any more."""


class Frames(Protocol):
    """The place where the supervisor gets its frames."""

    def wait(self, timeout_seconds: float) -> Frame | None:
        """Return the next frame, None if none comes in time; raise Ended if none will come."""

    def drop_old(self) -> None:
        """Drop a frame that was taken before now: the people on it may have left."""


def _ignore(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Events:
    """The functions that are told what happens; all are called in the supervisor's thread."""

    progressed: ShowProgress = _ignore
    built: Callable[[Station], None] = _ignore
    replaced: Callable[[], None] = _ignore  # the station is closed, another one is being built
    broken: Callable[[str], None] = _ignore  # why there is no station; it is tried again
    reported: Callable[[Report], None] = _ignore
    status_changed: Callable[[Status], None] = _ignore
    failed: Callable[[str], None] = _ignore  # why a frame, a refresh, a request or a closing failed
    answered: Callable[[Answer | None, object], None] = _ignore  # the callback of a request, and the answer


class FaultLog:
    """Logs an exception once, however often it comes in a row: thirty a second would fill the disk."""

    def __init__(self) -> None:
        self._last = ""

    def note(self, error: BaseException) -> str:
        """Log the exception; return it in one line."""
        message = in_one_line(error)
        if message != self._last:
            self._last = message
            _log.error("%s", message, exc_info=error)
        return message

    def forget(self) -> None:
        """Log the next exception in any case."""
        self._last = ""


class Supervisor:
    """Drives one station at a time, in one thread; `ask`, `stopping` and `busy_since` are for any thread.

    Attributes:
        stopping: set it to end the loop.
        busy_since: when the step at work began, in s, monotonic; None between two steps.
    """

    def __init__(self, build: BuildStation, events: Events) -> None:
        self.stopping = threading.Event()
        self.busy_since: float | None = None
        self._build = build
        self._events = events
        self._requests = queue.SimpleQueue[tuple[Callable[[Any], object], Answer | None]]()
        self._station: Station | None = None
        self._status: Status | None = None
        self._faults = FaultLog()

    def ask(self, do: Callable[[Any], object], then: Answer | None = None) -> None:
        """Have `do(station)` called between two frames, as soon as there is a station.

        `answered` is told `then` and the result; `failed` is told what it raises.
        """
        self._requests.put((do, then))

    def load(self, frames: Frames | None = None) -> None:
        """Build a station, the first one before the frames are there; raises what `build` raises, and Stopped."""
        self._station = station = self._build(self._on_progress)
        if frames is not None:
            frames.drop_old()
        self._faults.forget()
        self._events.built(station)
        self._tell_status(station.status)

    def run(self, frames: Frames) -> None:
        """Drive stations until `stopping` is set or the frames end; close the last one."""
        with contextlib.closing(self), contextlib.suppress(Ended):
            while not self.stopping.is_set():
                if self._station is None and not self._reload(frames):
                    self._wait_to_retry(frames)
                    continue
                self._drive(frames)
                self.close()
                if not self.stopping.is_set():
                    self._events.replaced()

    def close(self) -> None:
        """Close the station, if there is one."""
        station, self._station = self._station, None
        if station is not None:
            with self._step():
                station.close()

    def _reload(self, frames: Frames) -> bool:
        try:
            self.load(frames)
        except Stopped:
            return False
        except Exception as error:
            self._events.broken(self._faults.note(error))
            return False
        return True

    def _on_progress(self, what: str, done: int, total: int) -> None:
        if self.stopping.is_set():
            raise Stopped
        self._events.progressed(what, done, total)

    def _wait_to_retry(self, frames: Frames) -> None:
        retry_at = time.monotonic() + RETRY_SECONDS
        while not self.stopping.is_set():
            frames.wait(WAIT_SECONDS)  # so that a recording ends also without a station
            if time.monotonic() >= retry_at:
                return

    def _drive(self, frames: Frames) -> None:
        station = self._station
        refresh_at = time.monotonic() + REFRESH_SECONDS
        while station is not None and not station.outdated and not self.stopping.is_set():
            self._answer_requests(station)
            frame = frames.wait(WAIT_SECONDS)
            if time.monotonic() >= refresh_at:
                refresh_at = time.monotonic() + REFRESH_SECONDS
                with self._step():
                    self._tell_status(station.refresh())
            if frame is not None and not station.outdated:
                with self._step():
                    self._events.reported(station.process(frame))

    def _answer_requests(self, station: Station) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                do, then = self._requests.get_nowait()
                with self._step():
                    self._events.answered(then, do(station))

    @contextlib.contextmanager
    def _step(self) -> Iterator[None]:
        """Do the block as one step; a fault is told, and the loop goes on with the next frame."""
        self.busy_since = time.monotonic()
        try:
            yield
        except Exception as error:
            self._events.failed(self._faults.note(error))
        finally:
            self.busy_since = None

    def _tell_status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self._events.status_changed(status)
