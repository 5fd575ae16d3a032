"""Work that would keep the screen waiting, done in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, pyqtSignal, pyqtSlot

from kiosk.gui.faults import FaultLog

_THREADS = 2
_STOP_MS = 500


@dataclass(frozen=True, slots=True)
class _Order:
    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[str], None]
    generation: int


class _Runnable(QRunnable):
    def __init__(self, order: _Order, done: Callable[[_Order, Any, Exception | None], None]) -> None:
        super().__init__()
        self._order, self._done = order, done

    def run(self) -> None:
        try:
            answer, fault = self._order.work(), None
        except Exception as error:
            answer, fault = None, error
        self._done(self._order, answer, fault)


class Jobs(QObject):
    """Runs work in a few threads; answers come in the GUI thread, and none after `forget`."""

    _finished = pyqtSignal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(_THREADS)
        self._generation = 0
        self._waited_for = 0
        self._closed = False
        self._faults = FaultLog()
        self._finished.connect(self.on_finished)

    def run(self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        """`work` in the background, then one of the others: with what it returned, or what it raised, in a line."""
        self._waited_for += 1
        self._pool.start(_Runnable(_Order(work, then, failed, self._generation), self._tell))

    @property
    def busy(self) -> bool:
        """Return whether an answer is still to come."""
        return self._waited_for > 0

    def forget(self) -> None:
        """Whoever waited for an answer has gone; work that has not begun is not begun."""
        self._generation += 1
        self._waited_for = 0
        self._pool.clear()

    def close(self, *, finish: bool = False) -> None:
        """End within half a second; work that hangs is left behind. With `finish`, what has not begun is still done."""
        self._closed = True
        self._generation += 1
        if not finish:
            self._pool.clear()
        self._pool.waitForDone(_STOP_MS)

    def _tell(self, order: _Order, answer: Any, fault: Exception | None) -> None:  # noqa: ANN401  (whatever work returns)
        if not self._closed:
            self._finished.emit(order, answer, fault)
        elif fault is not None:
            self._faults.note(fault)  # nobody is there to be told, so the log is

    @pyqtSlot(object, object, object)
    def on_finished(self, order: _Order, answer: object, fault: Exception | None) -> None:
        if order.generation != self._generation:
            return
        self._waited_for -= 1
        if fault is not None:
            order.failed(self._faults.note(fault))
        else:
            order.then(answer)
