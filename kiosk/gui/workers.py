"""The threads beside the window: one takes frames from the camera, one recognises."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import fields
from typing import Generic, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from kiosk.domain import Frame
from kiosk.door.supervisor import WAIT_SECONDS, BuildStation, Events, Supervisor
from kiosk.vision.camera import CameraState, WatchedCamera

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds at most one item; putting another drops the one that nobody took. Any thread may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None

    def put(self, item: T) -> bool:
        """Replace the item; return whether there was none, so that the reader needs to be told."""
        with self._changed:
            empty, self._item = self._item is None, item
            self._changed.notify()
            return empty

    def take(self) -> T | None:
        """Return the newest item once; None if there is nothing new."""
        return self.wait(0.0)

    def wait(self, timeout_seconds: float) -> T | None:
        """Return the newest item once; wait for one at most this long."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None, timeout_seconds)
            item, self._item = self._item, None
            return item

    def drop_old(self) -> None:
        """Drop the item."""
        self.take()


class Worker(QObject):
    """Runs in a thread of its own until `stopping` is set, which any thread may do.

    Attributes:
        runner: the thread, still to be started; the process does not wait for it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.stopping = threading.Event()
        self.runner = threading.Thread(target=self.run, name=name, daemon=True)

    def run(self) -> None:
        """The loop; each worker has its own."""


class CameraWorker(Worker):
    """Puts each new frame into every mailbox."""

    ready = pyqtSignal()  # the picture's mailbox holds something new
    state_changed = pyqtSignal(object, str)  # the camera's state and its fault, "" = none

    def __init__(self, camera: WatchedCamera, shown: Latest[Frame], recognised: Latest[Frame]) -> None:
        super().__init__("camera")
        self._camera, self._shown, self._recognised = camera, shown, recognised
        self._told: tuple[CameraState, str] | None = None

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
            now = self._camera.state, self._camera.fault or ""
            if now != self._told:
                self._told = now
                self.state_changed.emit(*now)


class RecognitionWorker(Worker):
    """Runs a supervisor with the newest frames; its signals are the supervisor's events, see kiosk.door.supervisor."""

    progressed = pyqtSignal(str, int, int)
    built = pyqtSignal(object)
    replaced = pyqtSignal()
    broken = pyqtSignal(str)
    reported = pyqtSignal(object)
    status_changed = pyqtSignal(object)
    failed = pyqtSignal(str)
    answered = pyqtSignal(object, object)

    def __init__(self, build: BuildStation, frames: Latest[Frame]) -> None:
        super().__init__("recognition")
        events = Events(**{each.name: getattr(self, each.name).emit for each in fields(Events)})
        self.supervisor = Supervisor(build, events)
        self.stopping = self.supervisor.stopping
        self._frames = frames

    def run(self) -> None:
        self.supervisor.run(self._frames)


_log = logging.getLogger(__name__)


def stop_all(workers: Sequence[Worker], timeout_seconds: float) -> bool:
    """Stop all workers; return False if one was left behind. They are asked first, then waited for together."""
    for each in workers:
        each.stopping.set()
    deadline = time.monotonic() + timeout_seconds
    for each in workers:
        if each.runner.is_alive():
            each.runner.join(max(deadline - time.monotonic(), 0.0))
        if each.runner.is_alive():
            _log.warning("%s does not end and is left behind", each.runner.name)
            each.blockSignals(True)
    return not any(each.runner.is_alive() for each in workers)
