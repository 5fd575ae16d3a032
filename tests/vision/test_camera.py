"""A camera under watch: it hangs, freezes, fails, comes back, and is closed at any time."""

import queue
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
    """A camera of the test's making: it shows grey levels, raises exceptions, ends with None, and blocks in between."""

    name = "fake camera"

    def __init__(self, *shown: int | Exception | None, endless: bool = True) -> None:
        self.endless = endless
        self.closed = threading.Event()
        self.waiting: queue.SimpleQueue[int | Exception | None] = queue.SimpleQueue()
        self.show(*shown)
        self._reads = 0

    def show(self, *shown: int | Exception | None) -> None:
        for each in shown:
            self.waiting.put(each)

    def read(self) -> Frame | None:
        shown = self.waiting.get()
        if isinstance(shown, Exception):
            raise shown
        self._reads += 1
        return (
            None if shown is None else Frame(np.full((4, 4, 3), shown, np.uint8), float(self._reads), self._reads - 1)
        )

    def close(self) -> None:
        self.closed.set()


class Jammed(Hardware):
    """A camera whose `close` fails."""

    def close(self) -> None:
        super().close()
        raise OSError(19, "No such device")


def until(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come about"
        pause.wait(0.005)


def level(camera: WatchedCamera) -> int:
    """The grey level of the next frame."""
    frame = camera.wait(DEADLINE_SECONDS)
    assert frame is not None, camera.fault
    return int(frame.image[0, 0, 0])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch() -> Iterator[Callable[..., WatchedCamera]]:
    """watch(source, ...): a camera whose openings give these sources in turn, the last one again and again."""
    cameras: list[WatchedCamera] = []
    opened: list[Source] = []

    def make(*sources: Source | Callable[[], Source], **options: object) -> WatchedCamera:
        waiting = list(sources)

        def open_() -> Source:
            each = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            opened.append(each() if callable(each) else each)
            return opened[-1]

        cameras.append(WatchedCamera(open_, **options))
        return cameras[-1]

    yield make
    for camera in cameras:
        camera.close()
    for source in opened:
        if isinstance(source, Hardware):
            source.show(None)  # ends a read that still blocks


def test_a_camera_that_works_is_live_and_gives_its_newest_frame(watch):
    hardware = Hardware()
    camera = watch(hardware)
    assert camera.state is CameraState.OPENING
    hardware.show(0)
    assert level(camera) == 0
    hardware.show(1, 2, 3)
    until(lambda: camera.dropped == 2)
    frame = camera.wait(0)
    assert (frame.sequence, frame.image[0, 0, 0]) == (3, 3)
    assert (camera.state, camera.fault, camera.wait(0)) == (CameraState.LIVE, None, None)


def test_a_read_that_blocks_for_ever_is_lost_and_the_source_opened_anew(watch, clock: Clock):
    first, second = Hardware(0), Hardware(50)
    camera = watch(first, second, clock=clock)
    last = camera.wait(DEADLINE_SECONDS)
    clock.now += 1.9
    assert camera.state is CameraState.LIVE
    clock.now += 0.2
    assert camera.state is CameraState.LOST
    assert camera.fault.startswith("fake camera: showed nothing new for 2 s; ")
    until(first.closed.is_set)
    first.show(9)  # an abandoned reader still delivers
    until(first.waiting.empty)
    assert camera.wait(0.05) is None
    assert camera.state is CameraState.LOST
    clock.now += 0.5
    frame = camera.wait(DEADLINE_SECONDS)
    assert (frame.image[0, 0, 0], frame.sequence) == (50, last.sequence + 1)
    assert frame.captured_at > last.captured_at
    assert (camera.state, camera.fault) == (CameraState.LIVE, None)


def test_a_frozen_picture_is_lost_and_never_comes_back_by_being_opened_again(watch, clock: Clock):
    first, second = Hardware(*[7] * 100), Hardware(*[7] * 100)
    camera = watch(first, second, clock=clock)
    assert level(camera) == 7
    assert camera.wait(0.05) is None
    clock.now += 2
    assert camera.state is CameraState.LOST
    clock.now += 0.5
    until(lambda: camera.state and second.waiting.qsize() < 99)
    assert camera.wait(0) is None
    assert camera.state is CameraState.LOST


def test_a_file_may_show_one_picture_as_long_as_it_likes_and_ends_with_its_last_frame(watch, clock: Clock):
    file = Hardware(endless=False)
    camera = watch(file, clock=clock)
    for sequence in range(3):
        file.show(7)
        assert camera.wait(DEADLINE_SECONDS).sequence == sequence
        clock.now += 60
        assert camera.state is CameraState.LIVE
    file.show(7, None)
    until(lambda: camera.state is CameraState.ENDED)
    assert camera.fault is None
    assert camera.wait(0).sequence == 3
    assert camera.wait(DEADLINE_SECONDS) is None
    broken = watch(Hardware(CameraError("walk.mp4", "holds no video", "convert it"), endless=False))
    until(lambda: broken.state is CameraState.ENDED)
    assert broken.fault == "walk.mp4: holds no video; convert it"


def test_opening_is_tried_again_after_doubling_waits_until_it_works(watch, clock: Clock):
    tries: list[float] = []

    def open_() -> Source:
        tries.append(clock.now)
        if len(tries) <= 8:
            raise cv2.error("driver") if len(tries) == 1 else CameraError("door", f"is gone {len(tries)}", "plug it in")
        return Hardware(len(tries), len(tries) + 20)

    camera = watch(open_, clock=clock)
    for number, wait in enumerate([0.5, 1, 2, 4, 8, 10, 10, 10], start=1):
        reason = "the camera: failed (error: " if number == 1 else f"door: is gone {number}; plug it in"
        until(lambda reason=reason: (camera.fault or "").startswith(reason))
        assert camera.state is CameraState.LOST
        clock.now += wait - 0.1
        assert camera.wait(0) is None
        assert len(tries) == number
        clock.now += 0.1
    level(camera)
    until(lambda: camera.wait(0) or camera.dropped)
    clock.now += 2  # it blocks; the wait is short again after a second picture
    assert camera.state is CameraState.LOST
    clock.now += 0.5
    level(camera)
    assert len(tries) == 10


def test_one_new_picture_at_each_opening_does_not_shorten_the_wait(watch, clock: Clock):
    camera = watch(*(Hardware(shown) for shown in range(4)), clock=clock)
    for shown, wait in enumerate((0.5, 1, 2)):
        assert level(camera) == shown
        clock.now += 2
        assert camera.state is CameraState.LOST
        clock.now += wait - 0.1
        assert camera.wait(0) is None
        clock.now += 0.1
    assert level(camera) == 3


def test_openings_that_block_are_given_up_and_limited_until_one_is_free(watch, clock: Clock):
    opened, free = [], threading.Event()

    def open_() -> Source:
        opened.append(clock.now)
        free.wait(DEADLINE_SECONDS)
        return Hardware(1, 2, 3)

    camera = watch(open_, clock=clock)
    until(lambda: opened)
    clock.now += 9.9
    assert camera.state is CameraState.OPENING
    clock.now += 0.2
    assert camera.state is CameraState.LOST
    assert camera.fault.startswith("the camera: did not start for 10 s")
    for _ in range(20):
        clock.now += 30
        assert camera.wait(0.01) is None
    assert len(opened) == 4
    free.set()

    def live() -> bool:
        clock.now += 1
        camera.wait(0.01)
        return camera.state is CameraState.LIVE

    until(live)
    assert len(opened) == 5


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_source_that_cannot_be_closed_is_lost_and_opened_again(watch, clock: Clock):
    others = set(threading.enumerate())
    first, second = Jammed(0, 1, None), Jammed(100)
    camera = watch(first, second, clock=clock)
    until(lambda: camera.state is CameraState.LOST)
    assert camera.fault.startswith("fake camera: came to its end")
    clock.now += 0.5
    assert level(camera) == 100
    camera.close()  # closes the second one in a thread of its own
    second.show(None)
    until(lambda: not set(threading.enumerate()) - others)


def test_closing_returns_while_reading_and_closing_of_the_source_hang(watch):
    reading, over = threading.Event(), threading.Event()

    class Hanging(Hardware):
        def read(self) -> Frame | None:
            reading.set()
            return super().read()

        def close(self) -> None:
            over.wait(DEADLINE_SECONDS)

    camera = watch(Hanging())
    assert reading.wait(DEADLINE_SECONDS)
    waiter = threading.Thread(target=camera.wait, args=(10 * DEADLINE_SECONDS,), daemon=True)
    waiter.start()
    camera.close()
    waiter.join(DEADLINE_SECONDS)
    assert not waiter.is_alive()
    assert camera.state is CameraState.ENDED
    assert camera.wait(DEADLINE_SECONDS) is None
    camera.close()
    over.set()


def test_a_closed_camera_stays_closed_when_its_opening_comes_late(watch):
    opening, free, hardware = threading.Event(), threading.Event(), Hardware(1)

    def open_() -> Source:
        opening.set()
        free.wait(DEADLINE_SECONDS)
        return hardware

    camera = watch(open_)
    assert opening.wait(DEADLINE_SECONDS)
    camera.close()
    free.set()
    until(hardware.closed.is_set)
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
        grey = 0
        while not self.server.cut.wait(0.02):
            grey = (grey + 40) % 240
            _, jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))
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
    first = camera.wait(DEADLINE_SECONDS)
    assert first.image.shape == (48, 64, 3)
    until(lambda: camera.rate_hz > 5)
    server.pull_the_plug()
    until(lambda: camera.state is CameraState.LOST)
    assert server.url in camera.fault
    while camera.wait(0) is not None:
        pass
    again = NetworkCamera(server.server_port)
    after = camera.wait(DEADLINE_SECONDS)
    assert camera.state is CameraState.LIVE
    assert after.sequence > first.sequence
    assert after.captured_at > first.captured_at
    camera.close()
    again.pull_the_plug()
    assert capfd.readouterr() == ("", "")
