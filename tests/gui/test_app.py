import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtWidgets import QApplication
from ruamel.yaml import YAML

from kiosk.config import ConfigFile
from kiosk.domain import Frame, Outcome, Reason
from kiosk.door import build as building
from kiosk.door.build import Choices, build_station
from kiosk.door.report import Status
from kiosk.door.services import open_services
from kiosk.door.station import Station
from kiosk.door.voice import Voice
from kiosk.errors import DisplayError, GalleryError
from kiosk.files import asset, shipped_weights
from kiosk.gui import app, state, workers
from kiosk.gui.app import RESTART, Kiosk, run_window
from kiosk.gui.state import Situation
from kiosk.gui.theme import Appearance
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import left_behind
from kiosk.people.gallery import Gallery
from kiosk.people.staff import Role, StaffMember
from kiosk.recognition.pipeline import PhotographReader
from kiosk.store.journal import Action, Journal, JournalEntry
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.demo import RATE_HZ, draw


def own_processes() -> list[psutil.Process]:
    """Return the children of this process without the resource tracker, which multiprocessing keeps for later tests."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]


@pytest.fixture
def make_kiosk(qtbot, camera):
    kiosks = []

    def make(build, **options) -> Kiosk:
        kiosk = Kiosk(camera, build, Appearance("dark"), mirror=True, notice="", **options)
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
    window.end()
    return True


def show(camera, build, **options) -> int:
    usual = {"full_screen": False, "appearance": Appearance("dark"), "mirror": True}
    return run_window(camera, build, **(usual | options))


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
    qtbot.waitUntil(lambda: station.frames[-1].image[0, 0, 0] == 3)
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
    greys = itertools.count(1)

    def seen() -> bool:
        source.push(next(greys) % 256)
        return bool(station.threads) and kiosk.window.feed.frame is not None and len(threads) > 3

    qtbot.waitUntil(seen)
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


def test_a_restart_ends_the_run_like_a_close_and_says_so(qapp, camera, station, monkeypatch):
    start = Kiosk.start

    def start_and_restart(kiosk: Kiosk, **options: object) -> None:
        start(kiosk, **options)
        QTimer.singleShot(50, kiosk.restart)

    monkeypatch.setattr(Kiosk, "start", start_and_restart)
    assert show(camera, lambda progress: station) == RESTART
    assert camera.state is CameraState.ENDED


def test_closing_the_window_ends_the_run_while_process_hangs(
    *, qtbot, monkeypatch, camera, source, station, make_report
):
    monkeypatch.setattr(app, "STOP_SECONDS", 0.1)
    go_on = threading.Event()
    station.process_with = lambda frame: go_on.wait(60)
    greys = itertools.count(1)

    def step(window: KioskWindow) -> bool:
        source.push(next(greys) % 256)  # again and again: a frame from before the station was built does not count
        return station.entered.is_set() and close_it(window)

    keep = drive(step)
    assert show(camera, station.build) == 0
    assert left_behind() == 1
    go_on.set()
    qtbot.waitUntil(lambda: left_behind() == 0)
    assert not keep.isActive()


def test_escape_ends_the_run(qapp, qtbot, camera, station):
    def ask_and_confirm(window: KioskWindow) -> bool:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        window.way_out.question.buttons[0].click()
        return True

    keep = drive(ask_and_confirm)
    assert show(camera, station.build) == 0
    assert not keep.isActive()


ASKED = {"nothing": Qt.Key.Key_F2, "the end": Qt.Key.Key_Escape, "a PIN": Qt.Key.Key_F11}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("asked", ASKED)
def test_a_signal_ends_it_at_once_whatever_is_asked(*, qapp, qtbot, camera, station, number, services, asked):
    services.staff.add("Ida", Role.INSTALLER, "482913")
    before = signal.getsignal(number)

    def ask_and_kill(window: KioskWindow) -> bool:
        qtbot.keyClick(window, ASKED[asked])
        assert window.way_out.isVisible() == (asked != "nothing")
        os.kill(os.getpid(), number)
        return True

    keep = drive(ask_and_kill)
    assert show(camera, station.build, services=services, full_screen=asked != "nothing") == 0
    assert signal.getsignal(number) is before
    assert not keep.isActive()


@pytest.mark.parametrize("asked", ASKED)
def test_a_session_that_ends_ends_it_at_once(*, qapp, qtbot, camera, station, services, asked):
    services.staff.add("Ida", Role.INSTALLER, "482913")

    def end_the_session(window: KioskWindow) -> bool:
        qtbot.keyClick(window, ASKED[asked])
        qapp.commitDataRequest.emit(None)
        return True

    keep = drive(end_the_session)
    assert show(camera, station.build, services=services, full_screen=asked != "nothing") == 0
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
    greys = itertools.count(1)

    def step(window: KioskWindow) -> bool:
        source.push(next(greys) % 256)  # as above
        return "a slot failed" in window.banner.detail.text() and close_it(window)

    keep = drive(step)
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


# What changes while it runs.


@pytest.fixture
def services(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "config.yaml").write_text("journal: {file: journal.sqlite3}\nvoice: {enabled: false}\n")
    choices = Choices(ConfigFile(tmp_path / "config.yaml"), tmp_path / "images", "demo")
    with closing(open_services(choices)) as services:
        yield services


def test_language_and_look_are_taken_over_at_once(qtbot, make_kiosk, station, source):
    now = [Appearance("dark")]
    kiosk = make_kiosk(station.build, look_again=lambda: now[0])
    source.push(1)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")
    before = kiosk.window.styleSheet()
    now[0] = Appearance("light", large_type=True, language="de", keyboard="on")
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Verriegelt")
    assert kiosk.window.banner.accessibleName() == "Zustand der Tür"
    assert kiosk.keyboard.mode == "on"
    assert kiosk.window.styleSheet() != before
    now[0] = Appearance("dark")
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")
    assert kiosk.window.styleSheet() == before


def test_who_is_signed_in_stays_on_the_same_page_in_another_language(qtbot, make_kiosk, station, services):
    now = [Appearance("dark")]
    kiosk = make_kiosk(station.build, look_again=lambda: now[0], services=services)
    kiosk.window.open_staff_side()
    before = kiosk.window.reception
    before.on_entered(StaffMember("Lin", Role.INSTALLER))
    where = before.where
    now[0] = Appearance("dark", language="de")
    qtbot.waitUntil(lambda: kiosk.window.reception is not before)
    after = kiosk.window.reception
    assert after.isVisible()
    assert after.where == where
    assert after.back.text() == "Zur Tür"
    assert [entry.action for entry in services.journal.actions(10)] == [Action.SIGNED_IN.value]


def test_who_is_asked_for_the_pin_is_asked_again_in_another_language(qtbot, make_kiosk, station, services):
    now = [Appearance("dark")]
    kiosk = make_kiosk(station.build, look_again=lambda: now[0], services=services)
    kiosk.window.open_staff_side()
    before = kiosk.window.reception
    now[0] = Appearance("dark", language="de")
    qtbot.waitUntil(lambda: kiosk.window.reception is not before)
    assert kiosk.window.reception.isVisible()
    assert kiosk.window.reception.where is None


HANGS_FOR_EVER = """
    import sys, threading
    from PyQt6.QtCore import QTimer
    from kiosk.gui import app, state, workers
    from kiosk.gui.workers import left_behind
    from kiosk.vision.camera import WatchedCamera

    entered = threading.Event()

    def hang(*arguments):
        threading.Event().wait()

    def hang_when_built(progress):
        entered.set()
        hang()

    start = app.Kiosk.start

    def start_and_close(kiosk, **options):
        start(kiosk, **options)
        entered.wait(20)
        QTimer.singleShot(0, kiosk.window.end)

    app.Kiosk.start = start_and_close
    app.STOP_SECONDS = 0.1
    look = app.Appearance()
    code = app.run_window(WatchedCamera(hang), hang_when_built, full_screen=False, appearance=look, mirror=True)
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
    kiosk = Kiosk(camera, lambda show: build_station(choices, show), Appearance("dark"), mirror=True, notice="")
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
    kiosk.window.end()
    assert kiosk.stop()
    assert own_processes() == []


# Another encoder while the whole kiosk runs.


class Corridor(Scene):
    """Grace Hopper at the door, then nobody, for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.left = []

    def read(self) -> Frame | None:
        self.left = self.left or [*range(80, 125, 2), *range(222, 246, 2)]
        return super().read()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A kiosk with Grace Hopper enrolled, that looks at its files ten times a second."""
    monkeypatch.setattr(workers, "REFRESH_SECONDS", 0.1)
    monkeypatch.setattr(workers, "RETRY_SECONDS", 0.1)
    (tmp_path / "images").mkdir()
    shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), tmp_path / "images")
    (tmp_path / "weights").mkdir()
    choose(tmp_path, "dlib_resnet")
    return tmp_path


@pytest.fixture
def running(qtbot, home):
    """The whole kiosk in that home, and each headline since its start with whether the door was open."""
    config = ConfigFile(home / "config.yaml")
    choices = Choices(config, home / "images", "0")
    kiosk = Kiosk(
        WatchedCamera(Corridor, lost_after_seconds=3600, open_within_seconds=3600),
        lambda show: build_station(choices, show),
        Appearance("dark"),
        mirror=True,
        notice="",
        look_again=lambda: Appearance("dark", language=config.current.screen.language),
    )
    stations: list[Station] = []
    kiosk.recognition.built.connect(stations.append)
    seen: list[tuple[str, bool]] = []

    def look() -> None:
        if not kiosk.window.isVisible():
            return
        now = headline(kiosk.window), bool(stations) and stations[-1].door.unlocked
        if now not in seen[-1:]:
            seen.append(now)

    watching = QTimer()
    watching.timeout.connect(look)
    watching.start(5)
    qtbot.addWidget(kiosk.window)
    kiosk.start(full_screen=False)
    yield Running(kiosk, stations, seen)
    watching.stop()
    kiosk.window.end()
    assert kiosk.stop()


@dataclass(frozen=True)
class Running:
    kiosk: Kiosk
    stations: list[Station]
    seen: list[tuple[str, bool]]

    @property
    def detail(self) -> str:
        return self.kiosk.window.banner.detail.text()


def choose(home: Path, encoder: str, more: str = "") -> None:
    """Write the configuration as an editor does: whole."""
    fresh = home / "fresh.yaml"
    fresh.write_text(
        f"encoder: {encoder}\njournal: {{file: journal.sqlite3}}\nvoice: {{enabled: false}}\n"
        f"decision: {{away_seconds: 0.2, cool_down_seconds: 0.0}}\ndoor: {{open_seconds: 30.0}}\n{more}"
    )
    fresh.replace(home / "config.yaml")


def test_a_language_saved_in_the_configuration_is_spoken_without_a_restart(qtbot, running, home):
    choose(home, "dlib_resnet", "screen: {language: en}\n")
    qtbot.waitUntil(lambda: ("Locked", False) in running.seen, timeout=60_000)
    choose(home, "dlib_resnet", "screen: {language: de}\n")
    qtbot.waitUntil(lambda: "Willkommen Grace Hopper, einen schönen Tag!" in dict(running.seen), timeout=60_000)
    assert len(running.stations) == 1


def add_encoder(home: Path, name: str, content: bytes | None = None, **changes: object) -> None:
    """An encoder below home; without a file of its own on the shipped network."""
    spec = YAML(typ="safe").load(shipped_weights("dlib_resnet.yaml"))
    del spec["golden"]
    if content is not None:
        sha256 = hashlib.sha256(content).hexdigest()
        spec |= {"file": f"{name}.tflite", "size": len(content), "sha256": sha256}
    with (home / "weights" / f"{name}.yaml").open("wb") as opened:
        YAML(typ="safe").dump({**spec, **changes}, opened)
    if content is not None:
        (home / "weights" / f"{name}.tflite").write_bytes(content)


def add_mobilefacenet(home: Path, data: Path) -> None:
    file = data / "encoders" / "mobilefacenet.onnx"
    means, deviations = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    add_encoder(
        home,
        "mobilefacenet",
        file="mobilefacenet.onnx",
        size=file.stat().st_size,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        input={
            "size_px": 112,
            "layout": "channels_first",
            "mean": [255 * mean for mean in means],
            "scale": [1 / 255 / deviation for deviation in deviations],
        },
        crop={"kind": "arcface"},
        threshold=1.0,
        margin=0.05,
    )
    shutil.copy(file, home / "weights")


def rows(home: Path) -> list[JournalEntry]:
    with closing(Journal(home / "journal.sqlite3")) as journal:
        return journal.entries(100)


def is_let_in(running: Running, encoder: str) -> bool:
    """Whether the newest station is of that encoder and its door stands open."""
    station = running.stations[-1] if running.stations else None
    return station is not None and station._parts.encoder.name == encoder and station.door.unlocked


@pytest.mark.parametrize("encoder", ["other", "mobilefacenet", "[dlib_resnet, other]"])
def test_another_encoder_is_taken_over_while_the_door_stays_shut(*, qtbot, home, data, running, encoder):
    add_encoder(home, "other", mirror=False)
    add_mobilefacenet(home, data)
    name = "dlib_resnet+other" if encoder.startswith("[") else encoder
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    qtbot.waitUntil(lambda: headline(running.kiosk.window).startswith("Welcome Grace Hopper"))
    before = len(running.seen)
    choose(home, encoder)
    qtbot.waitUntil(lambda: is_let_in(running, name))
    qtbot.waitUntil(lambda: headline(running.kiosk.window).startswith("Welcome Grace Hopper"))
    first, second = running.stations
    assert not first.door.unlocked
    change = running.seen[before:]
    assert {is_open for told, is_open in change if told == "Changing the recognition"} == {False}
    # The door was open when the change began. It is shut from then on until somebody is recognised anew.
    opened = [is_open for _, is_open in change]
    shut_at = opened.index(False)
    assert opened[shut_at:] == sorted(opened[shut_at:])
    assert {template.embedding.encoder for template in second._parts.gallery.snapshot.templates} == {name}
    assert [row.encoder for row in rows(home)] == [name, "dlib_resnet"]
    assert [row.outcome for row in rows(home)] == ["granted", "granted"]


def test_nothing_is_read_again_on_the_way_back_and_nothing_is_left_of_the_way(*, qtbot, home, running, monkeypatch):
    add_encoder(home, "other", mirror=False)
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    choose(home, "other")
    qtbot.waitUntil(lambda: is_let_in(running, "other"))
    read: list[object] = []
    monkeypatch.setattr(PhotographReader, "one", lambda reader, image: read.append(image))
    choose(home, "dlib_resnet")
    qtbot.waitUntil(lambda: len(running.stations) == 3 and is_let_in(running, "dlib_resnet"))
    assert read == []
    names = [thread.name for thread in threading.enumerate()]
    assert (names.count("gallery watch"), names.count("voice")) == (1, 1)
    assert own_processes() == []


def broken_encoders(home: Path) -> dict[str, str]:
    """Encoders that do not load, and what the screen says of each."""
    content = shipped_weights("dlib_resnet.tflite").read_bytes()
    add_encoder(home, "gone", content)
    (home / "weights" / "gone.tflite").unlink()
    add_encoder(home, "altered", content)
    (home / "weights" / "altered.tflite").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    add_encoder(home, "another", golden={"values": [0.1, 0.2, 0.3, 0.4]})
    add_encoder(home, "mis_shaped", dimension=64)
    not_numbers = bytearray(content)
    not_numbers[5_000_000:5_001_000] = b"\x00\x7e" * 500  # NaN in half precision
    add_encoder(home, "nan", bytes(not_numbers))
    return {
        "gone": "gone.tflite: is not there",
        "altered": "SHA-256 is not the one expected",
        "another": "its spec expects something else",
        "mis_shaped": "64",
        "nan": "encoder nan",
        "otherr": "'otherr' is not known",
        "[dlib_resnet, gone]": "gone.tflite: is not there",
    }


def test_an_encoder_that_does_not_load_is_explained_and_none_takes_its_place(*, qtbot, home, running):
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    for encoder, told in broken_encoders(home).items():
        choose(home, encoder)
        qtbot.waitUntil(lambda told=told: headline(running.kiosk.window) == "Out of order" and told in running.detail)
        assert running.detail.startswith("The door stays locked.")
    assert len(running.stations) == 1
    assert not running.stations[0].door.unlocked
    shutil.copy(shipped_weights("dlib_resnet.tflite"), home / "weights" / "gone.tflite")
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet+gone"))
    assert {row.encoder for row in rows(home)} == {"dlib_resnet", "dlib_resnet+gone"}


def test_a_file_replaced_under_the_running_encoder_is_noticed_and_refused(*, qtbot, home, running):
    content = shipped_weights("dlib_resnet.tflite").read_bytes()
    add_encoder(home, "other", content)
    choose(home, "other")
    qtbot.waitUntil(lambda: is_let_in(running, "other"))
    (home / "weights" / "other.tflite").write_bytes(content[:1000])
    qtbot.waitUntil(lambda: "has 1000 bytes instead of" in running.detail)
    assert not running.stations[-1].door.unlocked
    (home / "weights" / "other.tflite").write_bytes(content)
    qtbot.waitUntil(lambda: len(running.stations) == 3 and is_let_in(running, "other"))


def test_a_window_closed_during_the_change_ends_at_once(*, qtbot, home, running, monkeypatch):
    reads = threading.Event()

    def read_for_ever(gallery, progress):
        while True:
            reads.set()
            progress(3, 300)

    add_encoder(home, "other", mirror=False)
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    monkeypatch.setattr(Gallery, "load", read_for_ever)
    choose(home, "other")
    qtbot.waitUntil(reads.is_set)
    qtbot.waitUntil(lambda: headline(running.kiosk.window) == "Changing the recognition")
    running.kiosk.window.end()
    assert running.kiosk.stop()
    assert "gallery watch" not in [thread.name for thread in threading.enumerate()]
    assert len(running.stations) == 1


def test_an_encoder_changed_again_during_the_change_counts(*, qtbot, home, running, monkeypatch):
    read = Gallery.load

    def change_and_read(gallery, progress):
        monkeypatch.setattr(Gallery, "load", read)
        choose(home, "third")
        read(gallery, progress)

    add_encoder(home, "other", mirror=False)
    add_encoder(home, "third", threshold=0.37)
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    monkeypatch.setattr(Gallery, "load", change_and_read)
    choose(home, "other")
    qtbot.waitUntil(lambda: is_let_in(running, "third"))
    assert "other" not in {row.encoder for row in rows(home)}
