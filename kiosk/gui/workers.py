"""What runs beside the window: one worker takes frames from the camera, one recognises."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from PyQt6 import sip
from PyQt6.QtCore import QObject, QThread, pyqtSignal, pyqtSlot

from kiosk.domain import Frame
from kiosk.door.report import REFRESH_SECONDS, RETRY_SECONDS, Report, Status, Stopped
from kiosk.gui.display import FaultLog
from kiosk.vision.camera import CameraState, WatchedCamera

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds at most one item; putting another drops the one that nobody took. Any thread may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Items that were replaced before anybody took them."""
        with self._changed:
            return self._dropped

    def put(self, item: T) -> bool:
        """Replace what is there; True when the slot was empty, so that its reader needs to be told."""
        with self._changed:
            empty = self._item is None
            self._dropped += not empty
            self._item = item
            self._changed.notify()
            return empty

    def take(self) -> T | None:
        """What was put last, once; None when there is nothing new."""
        with self._changed:
            return self._taken()

    def wait(self, timeout_seconds: float) -> T | None:
        """As `take`, but waits for something new for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None, timeout_seconds)
            return self._taken()

    def _taken(self) -> T | None:
        item, self._item = self._item, None
        return item


WAIT_SECONDS = 0.1  # the longest that a worker does not look whether it is to stop


class ScreenDoor(Protocol):
    """The door as the screen shows it; read from any thread."""

    @property
    def seconds_left(self) -> float: ...


class Station(Protocol):
    """What the recognition thread drives; all but `door` belongs to that thread."""

    @property
    def status(self) -> Status: ...

    @property
    def outdated(self) -> bool: ...

    @property
    def door(self) -> ScreenDoor: ...

    def process(self, frame: Frame) -> Report: ...

    def refresh(self) -> Status: ...

    def close(self) -> None: ...


ShowProgress: TypeAlias = Callable[[str, int, int], None]
Answer: TypeAlias = Callable[[Any], None]
BuildStation: TypeAlias = Callable[[ShowProgress], Station]


class Worker(QObject):
    """Runs in a thread of its own until `stopping` is set, which any thread may do."""

    def __init__(self) -> None:
        super().__init__()
        self.stopping = threading.Event()

    @pyqtSlot()
    def run(self) -> None:
        """The loop; each worker has its own."""


class CameraWorker(Worker):
    """Puts each new frame into every mailbox.

    Signals:
        ready: the picture's mailbox holds something new.
        state_changed: the camera's state and its fault, "" = none.
    """

    ready = pyqtSignal()
    state_changed = pyqtSignal(object, str)

    def __init__(self, camera: WatchedCamera, shown: Latest[Frame], recognised: Latest[Frame]) -> None:
        super().__init__()
        self._camera = camera
        self._shown = shown
        self._recognised = recognised
        self._told: tuple[CameraState, str] | None = None

    @pyqtSlot()
    def run(self) -> None:
        while not self.stopping.is_set():
            frame = self._camera.wait(WAIT_SECONDS)
            if frame is not None:
                self._recognised.put(frame)
                if self._shown.put(frame):
                    self.ready.emit()
            elif self._camera.state is CameraState.ENDED:
                # `wait` does not wait any more.
                self.stopping.wait(WAIT_SECONDS)
            self._tell_state()

    def _tell_state(self) -> None:
        now = self._camera.state, self._camera.fault or ""
        if now != self._told:
            self._told = now
            self.state_changed.emit(*now)


class RecognitionWorker(Worker):
    """Builds the station, then has it process the newest frame, again and again; builds another when it is outdated.

    Signals:
        progressed: what is being loaded, how much is done, of how much.
        built: the station.
        replaced: it is closed, another one is being built.
        broken: why there is none; it is tried again.
        reported: the Report of a frame.
        status_changed: the Status of the station.
        failed: why a frame could not be processed.
        answered: who waits for an answer, and the answer; to be called in the receiver's thread.
    """

    progressed = pyqtSignal(str, int, int)
    built = pyqtSignal(object)
    replaced = pyqtSignal()
    broken = pyqtSignal(str)
    reported = pyqtSignal(object)
    status_changed = pyqtSignal(object)
    failed = pyqtSignal(str)
    answered = pyqtSignal(object, object)

    def __init__(self, build: BuildStation, frames: Latest[Frame]) -> None:
        super().__init__()
        self._requests = queue.SimpleQueue[tuple[Callable[[Any], object], Answer | None]]()
        self.busy_since: float | None = None  # s, monotonic; read by the window's watchdog
        self._build = build
        self._frames = frames
        self._status: Status | None = None
        self._faults = FaultLog()

    def ask(self, do: Callable[[Any], object], then: Answer | None = None) -> None:
        """Have `do(station)` called between two frames, as soon as there is a station; for any thread.

        `answered` brings `then` and what it returned; what it raises is told by `failed`.
        """
        self._requests.put((do, then))

    @pyqtSlot()
    def run(self) -> None:
        while not self.stopping.is_set():
            if not self._serve():
                self.stopping.wait(RETRY_SECONDS)

    def _serve(self) -> bool:
        """Builds a station and lets go of it when it is outdated; whether it could be built."""
        station = self._built()
        if station is None:
            return False
        try:
            self._drive(station)
        finally:
            self._attempt(station.close)
        if not self.stopping.is_set():
            self.replaced.emit()
        return True

    def _built(self) -> Station | None:
        try:
            station = self._build(self._on_progress)
        except Stopped:
            return None
        except Exception as error:
            self.broken.emit(self._faults.note(error))
            return None
        self._frames.take()  # from before: who is on it may have left since
        self.built.emit(station)
        self._tell_status(station.status)
        return station

    def _on_progress(self, what: str, done: int, total: int) -> None:
        if self.stopping.is_set():
            raise Stopped
        self.progressed.emit(what, done, total)

    def _drive(self, station: Station) -> None:
        refreshed_at = time.monotonic()
        while not self.stopping.is_set() and not station.outdated:
            self._answer_requests(station)
            frame = self._frames.wait(WAIT_SECONDS)
            if frame is not None:
                self._attempt(lambda frame=frame: self.reported.emit(station.process(frame)))  # type: ignore[misc]
            if time.monotonic() - refreshed_at >= REFRESH_SECONDS:
                refreshed_at = time.monotonic()
                self._attempt(lambda: self._tell_status(station.refresh()))

    def _answer_requests(self, station: Station) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                do, then = self._requests.get_nowait()
                self._attempt(lambda do=do, then=then: self.answered.emit(then, do(station)))  # type: ignore[misc]

    def _attempt(self, step: Callable[[], None]) -> None:
        """One step; what it raises is shown, and the next frame gets its chance."""
        self.busy_since = time.monotonic()
        try:
            step()
        except Exception as error:
            self.failed.emit(self._faults.note(error))
        finally:
            self.busy_since = None

    def _tell_status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit(status)


_log = logging.getLogger(__name__)
_left: list[tuple[QThread, Worker]] = []


class WorkerThread:
    """One worker in one QThread; connect the worker's signals after this is made."""

    def __init__(self, name: str, worker: Worker) -> None:
        self.name = name
        self.worker = worker
        self.thread = QThread()
        self.thread.setObjectName(name)
        worker.moveToThread(self.thread)
        self.thread.started.connect(worker.run)

    def start(self) -> None:
        self.thread.start()

    def ask_to_stop(self) -> None:
        """Set the worker's event directly: a queued slot would never run while the worker loops."""
        self.worker.stopping.set()
        self.thread.quit()

    def wait(self, deadline: float) -> bool:
        """Whether the thread has ended by `deadline` (s, monotonic); one that has not is left to itself."""
        left_ms = max(round((deadline - time.monotonic()) * 1000), 0)
        if self.thread.wait(left_ms):
            return True
        self._leave()
        return False

    def _leave(self) -> None:
        """Nobody may destroy a QThread that runs: Qt would abort the process."""
        _log.warning("%s does not end and is left behind", self.name)
        self.worker.blockSignals(True)
        _left.append((self.thread, self.worker))
        sip.transferto(self.thread, self.thread)
        sip.transferto(self.worker, self.worker)


def stop_all(threads: Sequence[WorkerThread], timeout_seconds: float) -> bool:
    """Ask every thread before waiting for all of them together; False when one was left behind."""
    for each in threads:
        each.ask_to_stop()
    deadline = time.monotonic() + timeout_seconds
    ended = [each.wait(deadline) for each in threads]
    return all(ended)


def left_behind() -> int:
    """Threads that were left running; a process that has any should end with os._exit."""
    _left[:] = [pair for pair in _left if pair[0].isRunning()]
    return len(_left)
