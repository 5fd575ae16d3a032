import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import psutil
import pytest
from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtWidgets import QApplication

from kiosk.access.voice import Voice
from kiosk.config import ConfigFile
from kiosk.domain import Frame, Outcome, Reason
from kiosk.errors import DisplayError, GalleryError
from kiosk.gui import app, state
from kiosk.gui.app import Kiosk, resolved, run_window
from kiosk.gui.state import Situation
from kiosk.gui.theme import DARK, LIGHT
from kiosk.gui.threads import left_behind
from kiosk.gui.window import KioskWindow
from kiosk.resources import asset
from kiosk.station import build as building
from kiosk.station.build import Choices, build_station
from kiosk.station.report import Status
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.sources.demo import RATE_HZ, draw


@pytest.fixture
def make_kiosk(qtbot, camera):
    kiosks = []

    def make(build, **options) -> Kiosk:
        kiosk = Kiosk(camera, build, "dark", mirror=True, notice="", **options)
        qtbot.addWidget(kiosk.window)
        kiosk.start(full_screen=False)
        kiosks.append(kiosk)
        return kiosk

    yield make
    assert all(kiosk.stop() for kiosk in kiosks)


@pytest.fixture
def kiosk(qtbot, make_kiosk, station, source) -> Kiosk:
    """One that is ready, behind a camera that lives."""
    kiosk = make_kiosk(station.build)
    source.push(1)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")
    return kiosk


def headline(window: KioskWindow) -> str:
    assert window.banner.headline.isVisible()
    return window.banner.headline.text()


def drive(step, *, every_ms: int = 20) -> QTimer:
    """Calls `step(window)` again and again while the application runs, until it says True."""
    timer = QTimer()

    def attempt() -> None:
        windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, KioskWindow)]
        if windows and step(windows[0]):
            timer.stop()

    timer.timeout.connect(attempt)
    timer.start(every_ms)
    return timer


def close_it(window: KioskWindow) -> bool:
    window.close()
    return True


def show(camera, build, **options) -> int:
    return run_window(camera, build, **({"full_screen": False, "theme": "dark", "mirror": True} | options))


# The window, driven by a real camera watchdog and real threads.


def test_the_window_is_there_before_anything_is_loaded(qtbot, make_kiosk):
    loads, go_on = threading.Event(), threading.Event()

    def build(progress):
        loads.set()
        go_on.wait(20)
        raise GalleryError("images", "is gone", "bring it back")

    kiosk = make_kiosk(build)
    assert kiosk.window.isVisible()
    assert headline(kiosk.window) == "Starting"
    assert loads.wait(20)
    go_on.set()
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Out of order")
    assert "images: is gone; bring it back" in kiosk.window.banner.detail.text()


def test_frames_flow_from_the_camera_to_the_screen_and_the_station(qtbot, kiosk, source, station):
    for grey in (50, 100, 150):
        source.push(grey)
    feed = kiosk.window.feed
    qtbot.waitUntil(lambda: feed.frame is not None and feed.frame.image[0, 0, 0] == 150)
    qtbot.waitUntil(lambda: station.frames[-1].image[0, 0, 0] == 150)
    assert feed.grab().toImage().pixelColor(feed.rect().center()).red() == 150


def test_somebody_is_looked_at_welcomed_and_the_door_locks_again(
    *, qtbot, kiosk, source, station, make_report, make_decision
):
    station.process_with = lambda frame: make_report(frame, make_decision(Reason.GATHERING, agreeing=1))
    source.push(2)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "One moment")
    granted = make_decision(Reason.RECOGNISED, outcome=Outcome.GRANTED, person="Ada")

    def grant(frame):
        station.door.seconds_left = 3.0
        return make_report(frame, granted, welcome="Welcome Ada")

    station.process_with = grant
    source.push(3)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Welcome Ada")
    assert kiosk.window.banner.detail.text() == "Unlocked for 3 s"
    assert [mark.label for mark in kiosk.window.feed.marks()] == ["Ada"]
    station.door.seconds_left = 0.0
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")


def test_a_station_that_fails_is_shown_and_goes_on(*, qtbot, monkeypatch, kiosk, source, station, make_report):
    def fail(frame):
        raise RuntimeError("boom")

    monkeypatch.setattr(state, "FAULT_HOLDS_SECONDS", 0.5)
    station.process_with = fail
    source.push(2)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Out of order")
    station.process_with = make_report
    source.push(3)
    qtbot.waitUntil(lambda: len(station.frames) >= 3)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")


def test_a_lost_camera_is_shown_and_so_is_its_return(qtbot, kiosk, source):
    source.end()
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Camera lost")
    assert kiosk.window.feed.frame is None
    source.push(9)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")


def test_a_gallery_that_fills_is_taken_over(qtbot, make_kiosk, station, source):
    station.status = Status(0, 0, ())
    kiosk = make_kiosk(station.build)
    source.push(1)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Nobody is enrolled")
    station.status = Status(1, 0, ())
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")


def test_everything_that_touches_a_widget_runs_in_the_gui_thread(qtbot, monkeypatch, make_kiosk, station, source):
    threads = []
    for name in ("on_report", "on_progress", "on_door"):
        real = getattr(Situation, name)

        def noted(situation, *arguments, real=real):
            threads.append(threading.get_ident())
            return real(situation, *arguments)

        monkeypatch.setattr(Situation, name, noted)
    kiosk = make_kiosk(station.build)
    source.push(1)
    qtbot.waitUntil(lambda: kiosk.window.feed.frame is not None and len(threads) > 3)
    assert set(threads) == {threading.get_ident()}
    assert threading.get_ident() not in station.threads


# From start to end.


def test_closing_the_window_ends_the_run_with_0_while_the_camera_blocks(qapp, camera, station):
    keep = drive(close_it)
    assert show(camera, station.build) == 0
    assert not keep.isActive()
    assert station.closed.is_set()
    assert camera.state is CameraState.ENDED
    assert left_behind() == 0


def test_closing_the_window_ends_the_run_while_process_hangs(
    *, qtbot, monkeypatch, camera, source, station, make_report
):
    monkeypatch.setattr(app, "STOP_SECONDS", 0.1)
    go_on = threading.Event()
    station.process_with = lambda frame: go_on.wait(60)
    source.push(1)
    keep = drive(lambda window: station.entered.is_set() and close_it(window))
    assert show(camera, station.build) == 0
    assert left_behind() == 1
    go_on.set()
    qtbot.waitUntil(lambda: left_behind() == 0)
    assert not keep.isActive()


def test_escape_ends_the_run(qapp, qtbot, camera, station):
    keep = drive(lambda window: qtbot.keyClick(window, Qt.Key.Key_Escape) is None)
    assert show(camera, station.build) == 0
    assert not keep.isActive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_and_the_handlers_before_are_back(qapp, camera, station, number):
    before = signal.getsignal(number)
    keep = drive(lambda window: os.kill(os.getpid(), number) is None)
    assert show(camera, station.build) == 0
    assert signal.getsignal(number) is before
    assert not keep.isActive()


def test_a_recording_that_ends_closes_the_window_when_asked(qapp, source, station):
    source.endless = False
    source.push(1)
    source.end()
    forced = []
    keep = drive(lambda window: forced.append(window) is None and close_it(window), every_ms=30_000)
    assert show(WatchedCamera(lambda: source), station.build, close_at_end=True) == 0
    keep.stop()
    assert forced == []


def test_a_recording_that_ends_stays_on_the_screen_otherwise(qapp, source, station):
    source.endless = False
    source.push(1)
    source.end()
    keep = drive(lambda window: headline(window) == "No more pictures" and close_it(window))
    assert show(WatchedCamera(lambda: source), station.build) == 0
    assert not keep.isActive()


def test_full_screen_is_taken_from_the_start(qapp, camera, station):
    seen = []
    keep = drive(lambda window: seen.append(window.isFullScreen()) is None and close_it(window))
    show(camera, station.build, full_screen=True)
    assert seen == [True]
    assert not keep.isActive()


def test_an_exception_in_a_slot_is_shown_and_the_kiosk_goes_on(qapp, monkeypatch, camera, source, station):
    def broken(situation, *arguments):
        raise ZeroDivisionError("a slot failed")

    monkeypatch.setattr(Situation, "on_report", broken)
    hook = sys.excepthook
    source.push(1)
    keep = drive(lambda window: "a slot failed" in window.banner.detail.text() and close_it(window))
    assert show(camera, station.build) == 0
    assert sys.excepthook is hook
    assert not keep.isActive()


def test_the_window_is_gone_afterwards(qapp, camera, station):
    keep = drive(close_it)
    show(camera, station.build)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, KioskWindow)]
    assert not keep.isActive()


def test_without_a_screen_it_is_a_fault_and_no_abort(monkeypatch, camera, station):
    monkeypatch.setattr(app.QApplication, "instance", lambda: None)
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DisplayError, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
        show(camera, station.build)


@pytest.mark.parametrize(("name", "theme"), [("dark", DARK), ("light", LIGHT)])
def test_a_theme_that_is_asked_for_is_used(qapp, name, theme):
    assert resolved(name) is theme


@pytest.mark.parametrize(
    ("scheme", "theme"),
    [(Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Unknown, DARK)],
)
def test_auto_follows_the_desktop(qapp, monkeypatch, scheme, theme):
    hints = type("Hints", (), {"colorScheme": lambda self: scheme})()
    monkeypatch.setattr(app.QGuiApplication, "styleHints", lambda: hints)
    assert resolved("auto") is theme


HANGS_FOR_EVER = """
    import sys, threading
    from PyQt6.QtCore import QTimer
    from kiosk.gui import app, state
    from kiosk.gui.threads import left_behind
    from kiosk.vision.camera import WatchedCamera

    entered = threading.Event()

    def hang(*arguments):
        entered.set()
        threading.Event().wait()

    start = app.Kiosk.start

    def start_and_close(kiosk, **options):
        start(kiosk, **options)
        entered.wait(20)
        QTimer.singleShot(0, kiosk.window.close)

    app.Kiosk.start = start_and_close
    app.STOP_SECONDS = 0.1
    code = app.run_window(WatchedCamera(hang), hang, full_screen=False, theme="auto", mirror=True)
    print("left behind", left_behind(), [name for name in ("tensorflow", "ai_edge_litert") if name in sys.modules])
    raise SystemExit(code)
"""


def test_a_process_ends_cleanly_when_camera_and_station_hang_for_ever():
    command = [sys.executable, "-c", textwrap.dedent(HANGS_FOR_EVER)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (0, "left behind 1 []\n")
    assert "QThread" not in ended.stderr
    assert "Traceback" not in ended.stderr


# The whole kiosk: window, watchdog, station, gallery, network, journal; only camera and loudspeaker are stand-ins.

# Of the demo's cycle, in frames: Grace Hopper near the camera, nobody, Eileen Collins near the camera.
SCENE = [*range(70, 130), *range(222, 252), *range(330, 420)]
MUTE_FOR_EVER = [sys.executable, "-c", "import threading; print('ready', flush=True); threading.Event().wait()"]


class Scene:
    """The demo at its pace without the waits; then `read` blocks, as with a camera that was pulled out."""

    name, endless = "camera 7", True

    def __init__(self) -> None:
        self.left = list(SCENE)
        self.sequence = 0
        self.unplugged = threading.Event()

    def read(self) -> Frame | None:
        if not self.left:
            self.unplugged.wait()
            return None
        threading.Event().wait(1 / RATE_HZ)
        self.sequence += 1
        return Frame(draw(self.left.pop(0)), time.monotonic(), self.sequence)

    def close(self) -> None:
        """A driver that hangs does not hear it."""


@pytest.fixture
def whole(qtbot, tmp_path, monkeypatch):
    """The kiosk on the demo's scene and gallery, with a voice that hangs in every sentence."""
    spoken: list[str] = []

    class Hanging(Voice):
        def __init__(self, **options) -> None:
            super().__init__(command=MUTE_FOR_EVER, **options)

        def say(self, text: str) -> None:
            spoken.append(text)
            super().say(text)

    monkeypatch.setattr(building, "Voice", Hanging)
    (tmp_path / "config.yaml").write_text("journal: {file: journal.sqlite3}\ndoor: {open_seconds: 1.5}\n")
    choices = Choices(ConfigFile(tmp_path / "config.yaml"), asset("demo", "gallery"), "0")
    scene = Scene()
    camera = WatchedCamera(lambda: scene, lost_after_seconds=1.0)
    kiosk = Kiosk(camera, lambda show: build_station(choices, show), "dark", mirror=True, notice="")
    qtbot.addWidget(kiosk.window)
    kiosk.start(full_screen=False)
    yield kiosk, spoken
    scene.unplugged.set()


def test_the_whole_kiosk_goes_from_state_to_state_and_ends_while_camera_and_voice_hang(qtbot, whole):
    kiosk, spoken = whole
    seen: list[str] = []

    def look() -> None:
        if not seen or seen[-1] != headline(kiosk.window):
            seen.append(headline(kiosk.window))

    watching = QTimer()
    watching.timeout.connect(look)
    look()
    watching.start(10)
    qtbot.waitUntil(lambda: seen[-1] == "Camera lost", timeout=120_000)
    watching.stop()
    states = [text for text in seen if text in {"Welcome Grace Hopper, have a nice day!", "Locked", "Not recognised"}]
    welcomed, refused = states.index("Welcome Grace Hopper, have a nice day!"), states.index("Not recognised")
    assert seen[0].startswith("Starting")
    assert welcomed < refused
    assert "Locked" in states[welcomed:refused]
    assert spoken == ["Welcome Grace Hopper, have a nice day!"]
    kiosk.window.close()
    assert kiosk.stop()
    assert psutil.Process().children(recursive=True) == []
