"""The whole window with its threads: from the start through every change to a clean end."""

import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtWidgets import QApplication

from kiosk.config.options import ScreenSection
from kiosk.domain import Outcome, Reason
from kiosk.errors import DisplayError, GalleryError
from kiosk.gui import app, state
from kiosk.gui.app import RESTART, Kiosk, run_window
from kiosk.gui.state import Situation
from kiosk.gui.window import KioskWindow
from kiosk.people.staff import Role, StaffMember
from kiosk.store.journal import Action
from kiosk.vision.camera import CameraState, WatchedCamera

DARK = ScreenSection(theme="dark", language="en")


@pytest.fixture
def make_kiosk(qtbot, camera, services, monkeypatch):
    monkeypatch.setattr(app, "OPTIONS_MS", 20)
    kiosks = []

    def make(build, screen=lambda: DARK) -> Kiosk:
        kiosk = Kiosk(camera, build, screen, services, mirror=True, notice="")
        qtbot.addWidget(kiosk.window)
        kiosk.start(full_screen=False)
        kiosks.append(kiosk)
        return kiosk

    yield make
    assert all(kiosk.stop() for kiosk in kiosks)


def headline(window: KioskWindow) -> str:
    assert window.banner.headline.isVisible()
    return window.banner.headline.text()


def drive(step) -> QTimer:
    """Call `step(window)` again and again while the application runs, until it returns True."""
    timer = QTimer()

    def attempt() -> None:
        windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, KioskWindow)]
        if windows and step(windows[0]):
            timer.stop()

    timer.timeout.connect(attempt)
    timer.start(20)
    return timer


def close_it(window: KioskWindow) -> bool:
    window.end()
    return True


def left_behind() -> int:
    return [each.name for each in threading.enumerate()].count("recognition")


@pytest.fixture
def show(services):
    def run(camera, build, **options) -> int:
        usual = {"full_screen": False, "mirror": True}
        return run_window(camera, build, lambda: DARK, services, **(usual | options))

    return run


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


def test_frames_flow_to_the_screen_and_the_station_and_the_door_is_shown(
    *, qtbot, monkeypatch, make_kiosk, source, station, make_report, make_decision
):
    kiosk = make_kiosk(station.build)
    feed = kiosk.window.feed
    source.push(1)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")
    for grey in (50, 100, 150):
        source.push(grey)
    qtbot.waitUntil(lambda: feed.frame is not None and feed.frame.image[0, 0, 0] == 150)
    qtbot.waitUntil(lambda: station.frames[-1].image[0, 0, 0] == 150)
    assert feed.grab().toImage().pixelColor(feed.rect().center()).red() == 150
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
    assert [mark.label for mark in feed.marks()] == ["Ada"]
    station.door.seconds_left = 0.0
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")

    def fail(frame):
        raise RuntimeError("boom")

    monkeypatch.setattr(state, "FAULT_HOLDS_SECONDS", 0.5)
    station.process_with = fail
    source.push(4)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Out of order")
    station.process_with = make_report
    source.push(5)
    qtbot.waitUntil(lambda: station.frames[-1].image[0, 0, 0] == 5)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")


# From start to end.


def test_closing_or_restarting_ends_the_run_while_the_camera_blocks(qapp, show, camera, station, monkeypatch):
    keep = drive(lambda window: bool(station.threads) and close_it(window))
    assert show(camera, station.build) == 0
    assert not keep.isActive()
    assert station.closed.is_set()
    assert camera.state is CameraState.ENDED
    assert left_behind() == 0
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, KioskWindow)]

    start = Kiosk.start

    def start_and_restart(kiosk: Kiosk, **options: object) -> None:
        start(kiosk, **options)
        QTimer.singleShot(50, kiosk.restart)

    monkeypatch.setattr(Kiosk, "start", start_and_restart)
    assert show(camera, lambda progress: station) == RESTART


def test_closing_the_window_ends_the_run_while_process_hangs(
    *, qtbot, monkeypatch, show, camera, source, station, make_report
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


ASKED = {"nothing": Qt.Key.Key_F2, "the end": Qt.Key.Key_Escape, "a PIN": Qt.Key.Key_F11}


def test_a_signal_or_the_end_of_the_session_ends_it_at_once_whatever_is_asked(
    *, qapp, qtbot, show, source, station, services
):
    services.staff.add("Ida", Role.INSTALLER, "482913")
    ends = (
        lambda: os.kill(os.getpid(), signal.SIGINT),
        lambda: os.kill(os.getpid(), signal.SIGTERM),
        lambda: qapp.commitDataRequest.emit(None),
    )
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    for end, asked in itertools.product(ends, ASKED):

        def ask_and_end(window: KioskWindow, end=end, asked=asked) -> bool:
            qtbot.keyClick(window, ASKED[asked])
            assert window.way_out.isVisible() == (asked != "nothing")
            end()
            return True

        keep = drive(ask_and_end)
        camera = WatchedCamera(lambda: source, lost_after_seconds=3600, open_within_seconds=3600)
        assert show(camera, station.build, full_screen=asked != "nothing") == 0
        assert not keep.isActive(), asked
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_recording_that_ends_closes_the_window_only_when_asked(qapp, show, source, station):
    for close_at_end in (True, False):
        source = type(source)(endless=False)
        source.push(1)
        source.end()
        keep = drive(lambda window: headline(window) == "Recording ended" and close_it(window))
        if close_at_end:
            keep.stop()
        assert show(WatchedCamera(lambda source=source: source), station.build, close_at_end=close_at_end) == 0
        keep.stop()


def test_an_exception_in_a_slot_is_shown_and_the_kiosk_goes_on(*, qapp, show, monkeypatch, camera, source, station):
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


def test_without_a_screen_it_is_a_fault_and_no_abort(monkeypatch, show, camera, station):
    monkeypatch.setattr(app.QApplication, "instance", lambda: None)
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DisplayError, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
        show(camera, station.build)


# What changes while it runs.


def test_language_and_look_are_taken_over_at_once_and_the_page_of_the_staff_side_stays(
    *, qtbot, make_kiosk, station, source, services
):
    now = [DARK]
    kiosk = make_kiosk(station.build, lambda: now[0])
    source.push(1)
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")
    before = kiosk.window.styleSheet()
    now[0] = ScreenSection(theme="light", large_type=True, language="de", keyboard="on")
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Verriegelt")
    assert kiosk.window.banner.accessibleName() == "Zustand der Tür"
    assert kiosk.keyboard.mode == "on"
    assert kiosk.window.styleSheet() != before
    now[0] = DARK
    qtbot.waitUntil(lambda: headline(kiosk.window) == "Locked")
    assert kiosk.window.styleSheet() == before
    kiosk.window.open_staff_side()
    for member, code in ((None, "de"), (StaffMember("Lin", Role.INSTALLER), "en")):
        before = kiosk.window.reception
        if member is not None:
            before.on_entered(member)
        where = before.where
        now[0] = ScreenSection(theme="dark", language=code)
        qtbot.waitUntil(lambda before=before: kiosk.window.reception is not before)
        after = kiosk.window.reception
        assert (after.isVisible(), after.where, where is None) == (True, where, member is None)
        assert after.back.text() == {"de": "Zur Tür", "en": "To the door"}[code]
    assert [entry.action for entry in services.journal.actions(10)] == [Action.SIGNED_IN.value]


HANGS_FOR_EVER = """
    import sys, threading
    from unittest.mock import Mock
    from PyQt6.QtCore import QTimer
    from kiosk.gui import app, state
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
    camera, services = WatchedCamera(hang), Mock()
    code = app.run_window(camera, hang_when_built, app.ScreenSection, services, full_screen=False, mirror=True)
    left = [each.name for each in threading.enumerate() if each.name == "recognition"]
    print("left behind", left, [name for name in ("tensorflow", "ai_edge_litert") if name in sys.modules])
    raise SystemExit(code)
"""


def test_a_process_ends_cleanly_when_camera_and_station_hang_for_ever():
    command = [sys.executable, "-c", textwrap.dedent(HANGS_FOR_EVER)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (0, "left behind ['recognition'] []\n")
    assert "QThread" not in ended.stderr
    assert "Traceback" not in ended.stderr
