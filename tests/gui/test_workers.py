"""The camera thread and the recognition thread: newest frame only, faults told, and a stop that never hangs."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QObject, Qt, pyqtBoundSignal, pyqtSlot

from kiosk.domain import Frame
from kiosk.door.report import Status
from kiosk.errors import GalleryError
from kiosk.gui.workers import CameraWorker, Latest, RecognitionWorker, Worker, stop_all
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

    def run(self) -> None:
        self.ran_in = threading.get_ident()
        self.stopping.wait(60)


class Hanging(Worker):
    release = threading.Event()

    def run(self) -> None:
        self.release.wait(60)


def test_workers_run_in_threads_of_their_own_and_one_that_hangs_is_left_behind(qtbot):
    workers = [Obedient(f"obedient {number}") for number in range(3)]
    for worker in workers:
        worker.runner.start()
    qtbot.waitUntil(lambda: all(worker.ran_in for worker in workers))
    assert stop_all([*workers, Obedient("never started")], 20)
    assert stop_all(workers, 20), "stopping twice does no harm"
    assert threading.get_ident() not in {worker.ran_in for worker in workers}
    hanging, obedient = workers = [Hanging("hanging"), Obedient("obedient")]
    for worker in workers:
        worker.runner.start()
    assert not stop_all(workers, 0.2)
    obedient.runner.join(20)
    assert (hanging.runner.is_alive(), obedient.runner.is_alive()) == (True, False)
    hanging.release.set()
    assert stop_all(workers, 20)


# The workers


class Listener(QObject):
    """Lives in the GUI thread and notes what it hears, and in which threads."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.threads: set[int] = set()

    @pyqtSlot()
    @pyqtSlot(str)
    @pyqtSlot(object)
    @pyqtSlot(object, str)
    @pyqtSlot(object, object)
    @pyqtSlot(str, int, int)
    def on_signal(self, *what: object) -> None:
        self.heard.append(what)
        self.threads.add(threading.get_ident())


@pytest.fixture
def listen(qapp) -> Callable[..., Listener]:
    """listen(signal, signal): what they tell."""

    def listen(*signals: pyqtBoundSignal) -> Listener:
        listener = Listener()
        for signal in signals:
            signal.connect(listener.on_signal)
        return listener

    return listen


@pytest.fixture
def running(qapp):
    """running(worker): in a thread; running(worker, built=True): also has built its station."""
    workers: list[Worker] = []

    def run(worker: Worker, *, built: bool = False) -> Worker:
        has_built = threading.Event()
        if built:
            worker.built.connect(lambda station: has_built.set(), Qt.ConnectionType.DirectConnection)
        workers.append(worker)
        worker.runner.start()
        assert not built or has_built.wait(20)
        return worker

    yield run
    assert stop_all(workers, 20)


@pytest.fixture
def frames() -> Latest[Frame]:
    return Latest[Frame]()


def fail_with(error: BaseException):
    def fail(*arguments):
        raise error

    return fail


GONE = GalleryError("images", "is gone", "bring it back")


def test_a_screen_that_does_not_look_is_told_once_and_finds_the_newest_frame(
    *, qtbot, qapp, camera, source, running, frames, listen
):
    shown = Latest[Frame]()
    worker = CameraWorker(camera, shown, frames)
    ready, states = listen(worker.ready), listen(worker.state_changed)
    running(worker)
    for grey in (1, 2, 3, 4):
        source.push(grey)
        qtbot.waitUntil(lambda grey=grey: (frame := frames.take()) is not None and frame.image[0, 0, 0] == grey)
    qapp.processEvents()
    assert ready.heard == [()]
    assert shown.take().image[0, 0, 0] in {3, 4}, "recognition gets a frame before the screen does"
    source.end()
    qtbot.waitUntil(lambda: states.heard[-1][0] is CameraState.LOST)
    assert states.heard[-2] == (CameraState.LIVE, "")
    assert "camera 7" in states.heard[-1][1]


def test_the_station_lives_in_its_own_thread_and_signals_arrive_in_the_gui_thread(
    *, qtbot, running, frames, station, listen
):
    worker = RecognitionWorker(station.build, frames)
    told, failed = listen(worker.progressed, worker.built, worker.status_changed), listen(worker.failed)
    answered = listen(worker.answered)
    running(worker)
    qtbot.waitUntil(lambda: len(told.heard) == 3)
    assert told.heard == [("Reading the gallery", 1, 2), (station,), (station.status,)]
    station.status = Status(4, 0, ())
    qtbot.waitUntil(lambda: told.heard[3:] == [(station.status,)])  # although no frame comes
    worker.supervisor.ask(fail_with(GONE))
    asked = []
    worker.supervisor.ask(lambda given: asked.append((given, threading.get_ident())) or "done", print)
    qtbot.waitUntil(lambda: bool(answered.heard))
    assert (failed.heard, answered.heard) == ([("images: is gone; bring it back",)], [(print, "done")])
    assert stop_all([worker], 20)
    assert station.closed.is_set()
    assert asked == [(station, *station.threads)]
    assert told.threads == answered.threads == {threading.get_ident()}
    assert station.threads.isdisjoint(told.threads)


def test_only_the_newest_frame_is_processed_and_it_is_known_since_when(*, qtbot, running, frames, station, make_report):
    go_on = threading.Event()
    station.process_with = lambda frame: go_on.wait(20) and make_report(frame)

    def build(progress):
        frames.put(Frame(None, 9.0, 99))  # from before the station was built: it does not count
        return station

    worker = RecognitionWorker(build, frames)
    running(worker, built=True)
    assert worker.supervisor.busy_since is None
    frames.put(Frame(None, 0.0, 0))
    assert station.entered.wait(20)
    assert worker.supervisor.busy_since is not None
    for number in range(1, 50):
        frames.put(Frame(None, float(number), number))
    go_on.set()
    qtbot.waitUntil(lambda: len(station.frames) == 2 and worker.supervisor.busy_since is None)
    assert [frame.sequence for frame in station.frames] == [0, 49]


def test_what_the_station_tells_is_emitted(*, qtbot, running, frames, make_station, listen):
    first, second = make_station(), make_station()
    builds = iter([first, second])
    worker = RecognitionWorker(lambda progress: next(builds), frames)
    told = listen(worker.failed, worker.built, worker.reported, worker.replaced)
    running(worker, built=True)
    first.process_with = fail_with(ValueError("two\nlines"))
    frames.put(Frame(None, 1.0, 1))
    qtbot.waitUntil(lambda: told.heard == [(first,), ("ValueError: two lines",)])
    first.outdated = True
    qtbot.waitUntil(lambda: told.heard[2:] == [(), (second,)])
    frames.put(Frame(None, 2.0, 2))
    qtbot.waitUntil(lambda: len(told.heard) == 5)
    assert told.heard[4][0].observation.sequence == 2
    worker = RecognitionWorker(fail_with(GONE), frames)
    broken = listen(worker.broken)
    running(worker)
    qtbot.waitUntil(lambda: broken.heard == [("images: is gone; bring it back",)])


def test_a_stop_does_not_wait_for_the_gallery(qapp, running, frames, listen):
    loading = threading.Event()

    def load_for_ever(progress):
        while True:
            loading.set()
            progress("Reading the gallery", 1, 2)

    worker = RecognitionWorker(load_for_ever, frames)
    broken = listen(worker.broken)
    running(worker)
    assert loading.wait(20)
    assert stop_all([worker], 20)
    qapp.processEvents()
    assert broken.heard == []
