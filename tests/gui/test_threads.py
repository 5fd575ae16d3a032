import threading
import time

import pytest
from PyQt6.QtCore import pyqtSlot

from kiosk.gui.workers import Worker, WorkerThread, left_behind, stop_all


class Obedient(Worker):
    ran_in = 0

    @pyqtSlot()
    def run(self) -> None:
        self.ran_in = threading.get_ident()
        self.stopping.wait(60)


class Hanging(Worker):
    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    @pyqtSlot()
    def run(self) -> None:
        self.release.wait(60)


@pytest.fixture
def hanging(qtbot):
    worker = Hanging()
    yield worker
    worker.release.set()
    qtbot.waitUntil(lambda: left_behind() == 0)


def test_a_worker_runs_in_a_thread_of_its_own(qtbot):
    worker = Obedient()
    thread = WorkerThread("obedient", worker)
    thread.start()
    qtbot.waitUntil(lambda: worker.ran_in != 0)
    assert stop_all([thread], 20)
    assert worker.ran_in != threading.get_ident()


def test_a_worker_that_loops_hears_that_it_is_to_stop(qapp):
    threads = [WorkerThread(f"obedient {n}", Obedient()) for n in range(3)]
    for thread in threads:
        thread.start()
    assert stop_all(threads, 20)
    assert left_behind() == 0


def test_a_worker_that_hangs_is_left_behind_without_harm(qapp, hanging):
    thread = WorkerThread("hanging", hanging)
    thread.start()
    assert not stop_all([thread], 0.05)
    del thread
    assert left_behind() == 1


def test_one_that_hangs_does_not_keep_the_others_from_ending(qapp, hanging):
    threads = [WorkerThread("hanging", hanging), WorkerThread("obedient", Obedient())]
    for thread in threads:
        thread.start()
    assert not stop_all(threads, 0.2)
    assert threads[1].wait(time.monotonic() + 20)


def test_a_thread_that_was_never_started_has_ended(qapp):
    assert stop_all([WorkerThread("idle", Obedient())], 0.0)


def test_stopping_twice_does_no_harm(qapp):
    thread = WorkerThread("obedient", Obedient())
    thread.start()
    assert stop_all([thread], 20)
    assert stop_all([thread], 20)
