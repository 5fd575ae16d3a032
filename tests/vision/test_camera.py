import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from kiosk.domain import Frame
from kiosk.errors import CameraError
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.opencv import cv2
from kiosk.vision.source import Source
from kiosk.vision.sources import open_source

DEADLINE_SECONDS = 30


class Clock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Hardware(Source):
    """A camera of the test's making: `step` makes the image of each read, may raise, block, or return None."""

    name = "fake camera"

    def __init__(self, step: Callable[[int], np.ndarray | None], *, endless: bool = True) -> None:
        self.endless = endless
        self.closed = threading.Event()
        self._step = step
        self._reads = 0

    def read(self) -> Frame | None:
        self._reads += 1
        image = None if self.closed.is_set() else self._step(self._reads - 1)
        return None if image is None else Frame(image, float(self._reads), self._reads - 1)

    def close(self) -> None:
        self.closed.set()


class Gate:
    """Lets a number of reads through and holds the next ones back, for ever if need be."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(0)
        self._over = False
        self.waiting = threading.Event()

    def let_through(self, reads: int) -> None:
        for _ in range(reads):
            self._free.release()

    def open_for_good(self) -> None:
        self._over = True
        self.let_through(1000)

    def pass_(self) -> None:
        if not self._over:
            self.waiting.set()
            self._free.acquire()
            self.waiting.clear()


def image(level: int) -> np.ndarray:
    return np.full((4, 4, 3), level % 256, np.uint8)


def until(condition: Callable[[], object], what: str = "the condition") -> None:
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up_at, f"{what} did not come about"
        pause.wait(0.005)


def next_frame(camera: WatchedCamera) -> Frame:
    frame = camera.wait(DEADLINE_SECONDS)
    assert frame is not None, camera.fault
    return frame


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open_for_good()


@pytest.fixture
def watch() -> Iterator[Callable[..., WatchedCamera]]:
    """Makes watched cameras and closes them."""
    cameras: list[WatchedCamera] = []

    def make(open_: Callable[[], Source], **options: object) -> WatchedCamera:
        cameras.append(WatchedCamera(open_, **options))
        return cameras[-1]

    yield make
    for camera in cameras:
        camera.close()


def test_a_camera_that_works_is_live_and_gives_its_newest_frame(watch, gate: Gate):
    def step(index: int) -> np.ndarray:
        gate.pass_()
        return image(index)

    camera = watch(lambda: Hardware(step))
    assert camera.state is CameraState.OPENING
    gate.let_through(1)
    assert next_frame(camera).image[0, 0, 0] == 0
    gate.let_through(3)
    until(lambda: camera.dropped == 2)
    frame = next_frame(camera)
    assert (frame.sequence, frame.image[0, 0, 0]) == (3, 3)
    assert camera.state is CameraState.LIVE
    assert camera.fault is None
    assert camera.wait(0) is None


def test_a_read_that_blocks_for_ever_is_lost_and_the_source_opened_anew(watch, clock: Clock, gate: Gate):
    sources: list[Hardware] = []

    def open_() -> Source:
        first_level = 50 * len(sources)

        def step(index: int) -> np.ndarray:
            if index == 2:
                gate.pass_()
            return image(first_level + index)

        sources.append(Hardware(step))
        return sources[-1]

    camera = watch(open_, clock=clock)
    until(gate.waiting.is_set)
    last = next_frame(camera)
    clock.now += 1.9
    assert camera.state is CameraState.LIVE
    clock.now += 0.2
    assert camera.state is CameraState.LOST
    assert camera.fault.startswith("fake camera: showed nothing new for 2 s; ")
    until(sources[0].closed.is_set)
    assert camera.wait(0) is None
    assert len(sources) == 1
    clock.now += 0.5
    frame = next_frame(camera)
    assert frame.image[0, 0, 0] in {50, 51}
    assert frame.sequence > last.sequence
    assert frame.captured_at > last.captured_at


def test_what_an_abandoned_reader_still_delivers_is_not_shown(watch, clock: Clock, gate: Gate):
    second = Gate()
    sources: list[Hardware] = []

    def blocked_then_late(index: int) -> np.ndarray:
        if index > 0:
            gate.pass_()
        return image(index)

    def open_() -> Source:
        sources.append(Hardware(lambda index: second.pass_() if sources[1:] else blocked_then_late(index)))
        return sources[-1]

    camera = watch(open_, clock=clock)
    next_frame(camera)
    until(gate.waiting.is_set)
    clock.now += 3
    assert camera.state is CameraState.LOST
    gate.let_through(1)
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "camera-closer"])
    assert camera.wait(0.05) is None
    assert camera.state is CameraState.LOST
    second.open_for_good()


def test_a_frozen_picture_is_lost_and_never_comes_back_by_being_opened_again(watch, clock: Clock):
    opened = []

    def open_() -> Source:
        opened.append(Hardware(lambda index: image(7)))
        return opened[-1]

    camera = watch(open_, clock=clock)
    assert next_frame(camera).image[0, 0, 0] == 7
    assert camera.wait(0.05) is None
    clock.now += 2
    assert camera.state is CameraState.LOST
    clock.now += 0.5
    until(lambda: camera.state and len(opened) == 2)
    assert camera.wait(0.05) is None
    assert camera.state is CameraState.LOST


def test_a_finite_source_may_show_the_same_picture_as_long_as_it_likes(watch, clock: Clock, gate: Gate):
    def step(index: int) -> np.ndarray | None:
        gate.pass_()
        clock.now += 60
        return image(7) if index < 3 else None

    camera = watch(lambda: Hardware(step, endless=False), clock=clock)
    for expected in range(3):
        gate.let_through(1)
        assert next_frame(camera).sequence == expected
        clock.now += 60
        assert camera.state is CameraState.LIVE
    gate.let_through(1)
    until(lambda: camera.state is CameraState.ENDED)
    assert camera.fault is None


def test_opening_is_tried_again_after_doubling_waits_until_it_works(watch, clock: Clock):
    tries: list[float] = []

    def open_() -> Source:
        tries.append(clock.now)
        if len(tries) <= 8:
            raise CameraError("door camera", f"is not there at try {len(tries)}", "plug it in")
        return Hardware(image)

    camera = watch(open_, clock=clock)
    for number, wait in enumerate([0.5, 1, 2, 4, 8, 10, 10, 10], start=1):
        until(lambda number=number: camera.fault == f"door camera: is not there at try {number}; plug it in")
        assert camera.state is CameraState.LOST
        clock.now += wait - 0.1
        assert camera.wait(0) is None
        assert len(tries) == number
        clock.now += 0.1
    next_frame(camera)
    assert camera.state is CameraState.LIVE
    assert camera.fault is None


def test_readers_left_behind_are_limited_and_come_back_when_one_is_free(watch, clock: Clock, gate: Gate):
    opened = []

    def open_() -> Source:
        opened.append(clock.now)
        gate.pass_()
        return Hardware(image)

    camera = watch(open_, clock=clock)
    for _ in range(20):
        clock.now += 30
        assert camera.wait(0.01) is None
    assert len(opened) == 4
    gate.open_for_good()

    def live() -> bool:
        clock.now += 1
        camera.wait(0.01)
        return camera.state is CameraState.LIVE

    until(live)
    assert len(opened) == 5


class Jammed(Hardware):
    """A camera whose `close` fails."""

    def close(self) -> None:
        super().close()
        raise OSError(19, "No such device")


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_source_that_cannot_be_closed_is_lost_and_opened_again(watch, clock: Clock):
    sources: list[Hardware] = []
    others = set(threading.enumerate())

    def open_() -> Source:
        first = 100 * len(sources)
        sources.append(Jammed(lambda index: image(first + index % 50) if first or index < 2 else None))
        return sources[-1]

    camera = watch(open_, clock=clock)
    until(lambda: camera.state is CameraState.LOST)
    assert camera.fault.startswith("fake camera: came to its end")
    clock.now += 0.5
    assert next_frame(camera).image[0, 0, 0] >= 100
    camera.close()  # closes the second one in a thread of its own
    until(lambda: not set(threading.enumerate()) - others)


def test_closing_returns_while_reading_and_closing_of_the_source_hang(gate: Gate):
    class Hanging(Hardware):
        def close(self) -> None:
            gate.pass_()

    camera = WatchedCamera(lambda: Hanging(lambda index: gate.pass_()))
    until(gate.waiting.is_set)
    waiter = threading.Thread(target=camera.wait, args=(10 * DEADLINE_SECONDS,), daemon=True)
    waiter.start()
    camera.close()
    waiter.join(DEADLINE_SECONDS)
    assert not waiter.is_alive()
    assert camera.state is CameraState.ENDED
    assert camera.wait(DEADLINE_SECONDS) is None
    camera.close()


def test_a_closed_camera_stays_closed_when_its_opening_comes_late(gate: Gate):
    sources = []

    def open_() -> Source:
        gate.pass_()
        sources.append(Hardware(image))
        return sources[-1]

    with WatchedCamera(open_) as camera:
        until(gate.waiting.is_set)
    gate.let_through(1)
    until(lambda: sources and sources[0].closed.is_set())
    assert camera.state is CameraState.ENDED
    assert camera.wait(0) is None


class NetworkCamera(ThreadingHTTPServer):
    """Serves one endless MJPEG picture after the other until it is cut."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Pictures)
        self.cut = threading.Event()
        self.connections: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/video.mjpg"

    def pull_the_plug(self) -> None:
        self.cut.set()
        self.shutdown()
        self.server_close()


class Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
        self.end_headers()
        level = 0
        while not self.server.cut.wait(0.02):
            level = (level + 40) % 240
            _, jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), level, np.uint8))
            head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + jpeg.tobytes() + b"\r\n")
            except OSError:
                return

    def log_message(self, *args: object) -> None:
        pass


def test_a_network_camera_that_is_cut_is_lost_and_comes_back(watch, capfd: pytest.CaptureFixture[str]):
    server = NetworkCamera()
    camera = watch(lambda: open_source(server.url), retry_at_most_seconds=0.5)
    first = next_frame(camera)
    assert first.image.shape == (48, 64, 3)
    until(lambda: camera.rate_hz > 5)
    server.pull_the_plug()
    until(lambda: camera.state is CameraState.LOST)
    assert server.url in camera.fault
    while camera.wait(0) is not None:
        pass
    again = NetworkCamera(server.server_port)
    after = next_frame(camera)
    assert camera.state is CameraState.LIVE
    assert after.sequence > first.sequence
    assert after.captured_at > first.captured_at
    camera.close()
    again.pull_the_plug()
    assert capfd.readouterr() == ("", "")
