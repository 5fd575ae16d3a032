"""The camera thread and the recognition thread: newest frame only, faults told, and a stop that never hangs."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QObject, Qt, pyqtSlot

from kiosk.domain import Frame
from kiosk.door.report import Status
from kiosk.errors import GalleryError
from kiosk.gui.workers import (
    CameraWorker,
    Latest,
    RecognitionWorker,
    Worker,
    WorkerThread,
    left_behind,
    stop_all,
)
from kiosk.vision.camera import CameraState

# The mailbox of one frame

PUT, TAKE = True, False


@given(st.lists(st.sampled_from([PUT, TAKE])))
def test_only_the_newest_item_is_taken_and_only_once(steps):
    box, waiting = Latest[int](), None
    for number, step in enumerate(steps):
        if step is PUT:
            assert box.put(number) is (waiting is None)
            waiting = number
        else:
            assert box.take() == waiting
            waiting = None


def test_a_thread_waits_for_an_item_and_never_gets_an_older_one_after_a_newer():
    box, taken, count = Latest[int](), [], 5000
    assert box.wait(0.0) is None
    started = threading.Event()

    def read() -> None:
        started.set()
        while count - 1 not in taken[-1:]:
            item = box.wait(20)
            assert item is not None
            taken.append(item)

    reader = threading.Thread(target=read)
    reader.start()
    assert started.wait(10)
    for number in range(count):
        box.put(number)
    reader.join(20)
    assert taken[-1] == count - 1
    assert taken == sorted(set(taken))


# Threads that stop


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


def test_workers_run_in_threads_of_their_own_and_stop_when_asked(qtbot):
    found = [Obedient() for _ in range(3)]
    threads = [WorkerThread(f"obedient {number}", worker) for number, worker in enumerate(found)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: all(worker.ran_in for worker in found))
    assert stop_all([*threads, WorkerThread("never started", Obedient())], 20)
    assert stop_all(threads, 20), "stopping twice does no harm"
    assert threading.get_ident() not in {worker.ran_in for worker in found}
    assert left_behind() == 0


def test_a_worker_that_hangs_is_left_behind_and_does_not_keep_the_others_from_ending(qtbot):
    hanging = Hanging()
    threads = [WorkerThread("hanging", hanging), WorkerThread("obedient", Obedient())]
    for thread in threads:
        thread.start()
    assert not stop_all(threads, 0.2)
    assert threads[1].ends(time.monotonic() + 20)
    del threads, thread
    assert left_behind() == 1
    hanging.release.set()
    qtbot.waitUntil(lambda: left_behind() == 0)


# What the tests below need


class Listener(QObject):
    """Lives in the GUI thread and notes what it hears, and in which threads."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.threads: set[int] = set()

    def _note(self, what: object) -> None:
        self.heard.append(what)
        self.threads.add(threading.get_ident())

    @pyqtSlot()
    def on_nothing(self) -> None:
        self._note(None)

    @pyqtSlot(object)
    def on_object(self, what: object) -> None:
        self._note(what)

    @pyqtSlot(str)
    def on_text(self, what: str) -> None:
        self._note(what)

    @pyqtSlot(object, str)
    def on_camera(self, state: CameraState, fault: str) -> None:
        self._note((state, fault))

    @pyqtSlot(str, int, int)
    def on_progress(self, what: str, done: int, total: int) -> None:
        self._note((what, done, total))

    @pyqtSlot(object, object)
    def on_answer(self, then: object, answer: object) -> None:
        self._note((then, answer))


@pytest.fixture
def running(qapp):
    threads = []

    def run(worker):
        threads.append(WorkerThread("under test", worker))
        threads[-1].start()
        return worker

    yield run
    assert stop_all(threads, 20)


def count_built(worker: RecognitionWorker) -> threading.Semaphore:
    """Return a semaphore to acquire once for each station that is built."""
    built = threading.Semaphore(0)
    worker.built.connect(lambda station: built.release(), Qt.ConnectionType.DirectConnection)
    return built


@pytest.fixture
def driving(running):
    """As `running`, but return once the worker has its station: it never processes an earlier frame."""

    def run(worker):
        built = count_built(worker)
        running(worker)
        assert built.acquire(timeout=20)
        return worker

    return run


@pytest.fixture
def frames() -> Latest[Frame]:
    return Latest[Frame]()


@pytest.fixture
def listener(qapp) -> Listener:
    return Listener()


def fail_with(error: BaseException):
    def fail(*arguments):
        raise error

    return fail


GONE = GalleryError("images", "is gone", "bring it back")


# The camera thread


def test_a_screen_that_does_not_look_is_told_once_and_finds_the_newest_frame(
    *, qtbot, qapp, camera, source, running, frames, listener
):
    shown = Latest[Frame]()
    worker = CameraWorker(camera, shown, frames)
    worker.ready.connect(listener.on_nothing)
    running(worker)
    for grey in (1, 2, 3, 4):
        source.push(grey)
        qtbot.waitUntil(lambda grey=grey: (frame := frames.take()) is not None and frame.image[0, 0, 0] == grey)
    qapp.processEvents()
    assert listener.heard == [None]
    assert shown.take().image[0, 0, 0] in {3, 4}, "recognition gets a frame before the screen does"


def test_each_change_of_the_camera_is_told_once(*, qtbot, camera, source, running, frames, listener):
    worker = CameraWorker(camera, Latest[Frame](), frames)
    worker.state_changed.connect(listener.on_camera)
    running(worker)
    source.push(1)
    qtbot.waitUntil(lambda: (CameraState.LIVE, "") in listener.heard)
    source.push(2)
    source.end()
    qtbot.waitUntil(lambda: listener.heard[-1][0] is CameraState.LOST)
    assert [state for state, _ in listener.heard][-2:] == [CameraState.LIVE, CameraState.LOST]
    assert "camera 7" in listener.heard[-1][1]


# The recognition thread


def test_the_station_lives_in_its_own_thread_and_signals_arrive_in_the_gui_thread(
    *, qtbot, running, frames, station, listener
):
    worker = RecognitionWorker(station.build, frames)
    worker.progressed.connect(listener.on_progress)
    for signal in (worker.built, worker.status_changed):
        signal.connect(listener.on_object)
    running(worker)
    qtbot.waitUntil(lambda: len(listener.heard) == 3)
    assert listener.heard == [("Reading the gallery", 1, 2), station, station.status]
    station.status = Status(4, 0, ())
    qtbot.waitUntil(lambda: len(listener.heard) == 4)
    assert listener.heard[3] == Status(4, 0, ()), "told although no frame comes"
    assert listener.threads == {threading.get_ident()}
    assert len(station.threads) == 1
    assert station.threads.isdisjoint(listener.threads)


def test_only_the_newest_frame_is_processed_and_it_is_known_since_when(qtbot, driving, frames, station, make_report):
    go_on = threading.Event()
    station.process_with = lambda frame: go_on.wait(20) and make_report(frame)
    worker = driving(RecognitionWorker(station.build, frames))
    assert worker.supervisor.busy_since is None
    frames.put(Frame(None, 0.0, 0))
    assert station.entered.wait(20)
    assert worker.supervisor.busy_since is not None
    for number in range(1, 50):
        frames.put(Frame(None, float(number), number))
    go_on.set()
    qtbot.waitUntil(lambda: len(station.frames) == 2 and worker.supervisor.busy_since is None)
    assert [frame.sequence for frame in station.frames] == [0, 49]


def test_a_frame_from_before_the_station_was_built_is_not_processed(driving, frames, station):
    def build(progress):
        frames.put(Frame(None, 1.0, 1))  # the camera is lost then: no other frame takes its place
        return station

    driving(RecognitionWorker(build, frames))
    frames.put(Frame(None, 2.0, 2))
    assert station.entered.wait(20)
    assert [frame.sequence for frame in station.frames] == [2]


def test_what_the_station_tells_is_emitted(*, qtbot, driving, running, frames, make_station, listener, make_report):
    first, second = make_station(), make_station()
    builds = iter([first, second])
    worker = RecognitionWorker(lambda progress: next(builds), frames)
    worker.failed.connect(listener.on_text)
    for signal in (worker.built, worker.reported):
        signal.connect(listener.on_object)
    worker.replaced.connect(listener.on_nothing)
    driving(worker)
    first.process_with = fail_with(ValueError("two\nlines"))
    frames.put(Frame(None, 1.0, 1))
    qtbot.waitUntil(lambda: listener.heard == [first, "ValueError: two lines"])
    first.outdated = True
    qtbot.waitUntil(lambda: listener.heard[2:] == [None, second])
    frames.put(Frame(None, 2.0, 2))
    qtbot.waitUntil(lambda: len(listener.heard) == 5)
    assert listener.heard[4].observation.sequence == 2
    broken = Listener()
    worker = RecognitionWorker(fail_with(GONE), frames)
    worker.broken.connect(broken.on_text)
    running(worker)
    qtbot.waitUntil(lambda: broken.heard == ["images: is gone; bring it back"])


def test_a_request_is_done_in_the_recognition_thread_answered_and_may_fail(qtbot, driving, frames, station, listener):
    worker = RecognitionWorker(station.build, frames)
    faults, asked, then = Listener(), [], print
    worker.failed.connect(faults.on_text)
    worker.answered.connect(listener.on_answer)
    driving(worker)
    worker.supervisor.ask(fail_with(GONE))
    worker.supervisor.ask(lambda given: asked.append((given, threading.get_ident())) or "done", then)
    qtbot.waitUntil(lambda: bool(listener.heard))
    assert (faults.heard, listener.heard) == (["images: is gone; bring it back"], [(then, "done")])
    assert asked == [(station, next(iter(station.threads)))]
    assert listener.threads == {threading.get_ident()}


# The stop


def test_the_station_is_closed_in_the_thread_that_built_it(running, frames, station):
    worker = RecognitionWorker(station.build, frames)
    built, thread = count_built(worker), WorkerThread("under test", worker)
    thread.start()
    assert built.acquire(timeout=20)
    assert stop_all([thread], 20)
    assert station.closed.is_set()
    assert len(station.threads) == 1


def test_a_stop_does_not_wait_for_the_gallery(qapp, frames, listener):
    loading = threading.Event()

    def load_for_ever(progress):
        while True:
            loading.set()
            progress("Reading the gallery", 1, 2)

    worker = RecognitionWorker(load_for_ever, frames)
    worker.broken.connect(listener.on_text)
    thread = WorkerThread("under test", worker)
    thread.start()
    assert loading.wait(20)
    assert stop_all([thread], 20)
    qapp.processEvents()
    assert listener.heard == []
