import gc
import threading
import weakref

import pytest
from PyQt6.QtCore import QObject, Qt, pyqtSlot

from kiosk.domain import Frame
from kiosk.door.report import Status
from kiosk.errors import GalleryError, in_one_line
from kiosk.gui import workers
from kiosk.gui.workers import CameraWorker, Latest, RecognitionWorker, WorkerThread, stop_all
from kiosk.vision.camera import CameraState


class Listener(QObject):
    """Lives in the GUI thread; remembers what it heard, and in which threads."""

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
    """Can be acquired once for each station that is built: a frame from before is never processed."""
    built = threading.Semaphore(0)
    worker.built.connect(lambda station: built.release(), Qt.ConnectionType.DirectConnection)
    return built


@pytest.fixture
def driving(running):
    """As `running`; returns once the worker has its station."""

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


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station that could not be built is tried again at once."""
    monkeypatch.setattr(workers, "RETRY_SECONDS", 0.01)


def test_frames_reach_both_mailboxes_and_the_screen_is_told(*, qtbot, camera, source, running, frames, listener):
    shown = Latest[Frame]()
    worker = CameraWorker(camera, shown, frames)
    worker.ready.connect(listener.on_nothing)
    running(worker)
    source.push(10)
    qtbot.waitUntil(lambda: listener.heard == [None])
    first, second = shown.take(), frames.take()
    assert first is second
    assert first is not None
    assert first.image[0, 0, 0] == 10


def test_a_screen_that_does_not_look_is_told_once_and_finds_the_newest(
    *, qtbot, qapp, camera, source, running, frames, listener
):
    shown = Latest[Frame]()
    worker = CameraWorker(camera, shown, frames)
    worker.ready.connect(listener.on_nothing)
    running(worker)
    for grey in (1, 2, 3):
        source.push(grey)
        qtbot.waitUntil(lambda grey=grey: (frame := frames.take()) is not None and frame.image[0, 0, 0] == grey)
    qtbot.waitUntil(lambda: shown.dropped == 2)
    qapp.processEvents()
    newest = shown.take()
    assert newest is not None
    assert (newest.image[0, 0, 0], listener.heard) == (3, [None])


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


def test_signals_arrive_in_the_gui_thread_and_the_station_lives_in_its_own(qtbot, driving, frames, station, listener):
    worker = RecognitionWorker(station.build, frames)
    worker.reported.connect(listener.on_object)
    driving(worker)
    frames.put(Frame(None, 1.0, 7))
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    assert listener.threads == {threading.get_ident()}
    assert len(station.threads) == 1
    assert station.threads.isdisjoint(listener.threads)


def test_only_the_newest_frame_is_processed_when_they_come_faster(qtbot, driving, frames, station, make_report):
    go_on = threading.Event()
    station.process_with = lambda frame: go_on.wait(20) and make_report(frame)
    driving(RecognitionWorker(station.build, frames))
    frames.put(Frame(None, 0.0, 0))
    assert station.entered.wait(20)
    for number in range(1, 50):
        frames.put(Frame(None, float(number), number))
    go_on.set()
    qtbot.waitUntil(lambda: len(station.frames) == 2)
    assert [frame.sequence for frame in station.frames] == [0, 49]


def test_progress_and_the_station_are_told(qtbot, running, frames, station, listener):
    worker = RecognitionWorker(station.build, frames)
    worker.progressed.connect(listener.on_progress)
    worker.built.connect(listener.on_object)
    worker.status_changed.connect(listener.on_object)
    running(worker)
    qtbot.waitUntil(lambda: len(listener.heard) == 3)
    assert listener.heard == [("Reading the gallery", 1, 2), station, station.status]


@pytest.mark.parametrize("error", [GalleryError("images", "is gone", "bring it back"), MemoryError("too large")])
def test_a_station_that_cannot_be_built_is_told(qtbot, running, frames, listener, error):
    def build(progress):
        raise error

    worker = RecognitionWorker(build, frames)
    worker.broken.connect(listener.on_text)
    running(worker)
    qtbot.waitUntil(lambda: listener.heard == [in_one_line(error)])


def test_a_frame_that_fails_is_told_and_the_next_one_gets_its_chance(
    *, qtbot, driving, frames, station, listener, make_report
):
    def process(frame):
        if frame.sequence == 1:
            raise ValueError("two\nlines")
        return make_report(frame)

    station.process_with = process
    worker = RecognitionWorker(station.build, frames)
    worker.failed.connect(listener.on_text)
    worker.reported.connect(listener.on_object)
    driving(worker)
    frames.put(Frame(None, 1.0, 1))
    qtbot.waitUntil(lambda: listener.heard == ["ValueError: two lines"])
    frames.put(Frame(None, 2.0, 2))
    qtbot.waitUntil(lambda: len(listener.heard) == 2)
    assert listener.heard[1].observation.sequence == 2


def test_a_changed_status_is_told_within_a_refresh_even_when_no_frame_comes(qtbot, running, frames, station, listener):
    worker = RecognitionWorker(station.build, frames)
    worker.status_changed.connect(listener.on_object)
    running(worker)
    qtbot.waitUntil(lambda: len(listener.heard) == 1)
    station.status = Status(4, 0, ())
    qtbot.waitUntil(lambda: len(listener.heard) == 2)
    assert listener.heard[1] == Status(4, 0, ())


def test_it_can_be_seen_for_how_long_a_frame_is_at_work(qtbot, driving, frames, station, make_report):
    go_on = threading.Event()
    station.process_with = lambda frame: go_on.wait(20) and make_report(frame)
    worker = driving(RecognitionWorker(station.build, frames))
    assert worker.busy_since is None
    frames.put(Frame(None, 1.0, 1))
    assert station.entered.wait(20)
    assert worker.busy_since is not None
    go_on.set()
    qtbot.waitUntil(lambda: worker.busy_since is None)


def test_the_station_is_closed_in_the_thread_that_built_it(qtbot, qapp, frames, station):
    worker = RecognitionWorker(station.build, frames)
    built, thread = count_built(worker), WorkerThread("under test", worker)
    thread.start()
    assert built.acquire(timeout=20)
    frames.put(Frame(None, 1.0, 1))
    assert station.entered.wait(20)
    assert stop_all([thread], 20)
    assert station.closed.is_set()
    assert len(station.threads) == 1


def test_closing_while_the_gallery_loads_ends_the_loading(qapp, frames, listener):
    loads = threading.Event()

    def build(progress):
        while True:
            loads.set()
            progress("Reading the gallery", 1, 2)

    worker = RecognitionWorker(build, frames)
    worker.broken.connect(listener.on_text)
    thread = WorkerThread("under test", worker)
    thread.start()
    assert loads.wait(20)
    assert stop_all([thread], 20)
    qapp.processEvents()
    assert listener.heard == []


def test_an_outdated_station_is_closed_before_another_is_built(*, qtbot, running, frames, make_station, listener):
    first, second = make_station(), make_station()
    builds = iter([first, second])

    def build(progress):
        station = next(builds)
        assert station is first or first.closed.is_set()
        return station

    worker = RecognitionWorker(build, frames)
    worker.built.connect(listener.on_object)
    worker.replaced.connect(listener.on_nothing)
    running(worker)
    qtbot.waitUntil(lambda: listener.heard == [first])
    first.outdated = True
    qtbot.waitUntil(lambda: listener.heard == [first, None, second])
    frames.put(Frame(None, 1.0, 1))
    assert second.entered.wait(20)
    assert first.frames == []


def test_a_frame_from_before_the_station_was_built_is_not_processed(running, frames, station):
    def build(progress):
        frames.put(Frame(None, 1.0, 1))  # the camera is lost then: no other takes its place
        return station

    worker = RecognitionWorker(build, frames)
    built = count_built(worker)
    running(worker)
    assert built.acquire(timeout=20)
    frames.put(Frame(None, 2.0, 2))
    assert station.entered.wait(20)
    assert [frame.sequence for frame in station.frames] == [2]


def test_nobody_holds_the_old_station_while_the_next_one_is_read(*, qtbot, running, frames, make_station):
    alive: list[weakref.ref] = []
    held: list[object] = []

    def build(progress):
        gc.collect()
        held.extend(one() for one in alive if one() is not None)
        station = make_station()
        station.outdated = len(alive) < 2
        alive.append(weakref.ref(station))
        return station

    running(RecognitionWorker(build, frames))
    qtbot.waitUntil(lambda: len(alive) == 3)
    assert held == []


def test_one_that_cannot_be_built_is_tried_again_and_told_meanwhile(*, qtbot, running, frames, station, listener, soon):
    tries = iter([GalleryError("images", "is gone", "bring it back")] * 2)

    def build(progress):
        for error in tries:
            raise error
        return station

    worker = RecognitionWorker(build, frames)
    worker.broken.connect(listener.on_text)
    worker.built.connect(listener.on_object)
    running(worker)
    qtbot.waitUntil(lambda: listener.heard[-1:] == [station])
    assert listener.heard[:-1] == ["images: is gone; bring it back"] * 2


def test_a_station_that_cannot_be_closed_is_told_and_the_next_one_takes_its_place(
    *, qtbot, running, frames, make_station, listener
):
    first, second = make_station(), make_station()
    builds = iter([first, second])

    def fail():
        raise OSError("the journal is stuck")

    first.close = fail
    first.outdated = True
    worker = RecognitionWorker(lambda progress: next(builds), frames)
    worker.failed.connect(listener.on_text)
    built = count_built(worker)
    running(worker)
    assert built.acquire(timeout=20)
    assert built.acquire(timeout=20)
    frames.put(Frame(None, 1.0, 1))
    assert second.entered.wait(20)
    qtbot.waitUntil(lambda: listener.heard == ["OSError: the journal is stuck"])


def test_closing_while_a_broken_one_waits_to_be_tried_again_does_not_wait(qapp, frames, monkeypatch):
    monkeypatch.setattr(workers, "RETRY_SECONDS", 3600)
    tried = threading.Event()

    def build(progress):
        tried.set()
        raise GalleryError("images", "is gone", "bring it back")

    thread = WorkerThread("under test", RecognitionWorker(build, frames))
    thread.start()
    assert tried.wait(20)
    assert stop_all([thread], 20)


# Requests from the window to the recognition thread.


def test_a_request_is_done_in_the_recognition_thread_and_answered(qtbot, driving, frames, station):
    worker = RecognitionWorker(station.build, frames)
    listener, asked = Answers(), []
    worker.answered.connect(listener.on_answer)
    driving(worker)
    then = print
    worker.ask(lambda given: asked.append((given, threading.get_ident())) or "done", then)
    qtbot.waitUntil(lambda: bool(listener.heard))
    assert listener.heard == [(then, "done")]
    assert asked == [(station, next(iter(station.threads)))]
    assert listener.threads == {threading.get_ident()}


def test_a_request_that_fails_is_told_and_the_next_one_is_done(qtbot, driving, frames, station):
    worker = RecognitionWorker(station.build, frames)
    faults, listener = Listener(), Answers()
    worker.failed.connect(faults.on_text)
    worker.answered.connect(listener.on_answer)

    def fail(station):
        raise GalleryError("images", "is gone", "bring it back")

    driving(worker)
    worker.ask(fail)
    worker.ask(lambda station: 2)
    qtbot.waitUntil(lambda: bool(listener.heard))
    assert (faults.heard, listener.heard) == (["images: is gone; bring it back"], [(None, 2)])


class Answers(Listener):
    """Hears answers."""

    @pyqtSlot(object, object)
    def on_answer(self, then: object, answer: object) -> None:
        self._note((then, answer))
