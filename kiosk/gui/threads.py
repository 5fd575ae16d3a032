"""Starts workers in threads of their own, and ends them even where they do not answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from PyQt6 import sip
from PyQt6.QtCore import QThread

from kiosk.gui.workers import Worker

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
