"""The window and its threads, started and stopped together."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QEventLoop, QObject, QSize, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from kiosk.config.options import ScreenSection
from kiosk.domain import Frame
from kiosk.door.supervisor import BuildStation, FaultLog
from kiosk.errors import DisplayError
from kiosk.gui.controls import timer
from kiosk.gui.display import display_fault
from kiosk.gui.feed import Feed
from kiosk.gui.keyboard import KeyboardDock
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.layouts import application
from kiosk.gui.reception.shell import Reception, shipped_pages
from kiosk.gui.theme import look_of
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import CameraWorker, Latest, RecognitionWorker, stop_all
from kiosk.vision.camera import CameraState, WatchedCamera

if TYPE_CHECKING:  # the window is on the screen before what they need is loaded
    from kiosk.door.services import StaffServices
    from kiosk.door.station import Station

FIRST_SIZE_PX = (1280, 768)
OPTIONS_MS = 400
RESTART = 1000  # returned by run_window when the kiosk is to start again; no process has such an exit code
STOP_SECONDS = 1.75  # voice and gallery may take one more second


class Kiosk(QObject):
    """The wiring: mailboxes, workers, threads and the window."""

    raised = pyqtSignal(str)  # an uncaught exception of any thread, in one line

    def __init__(
        self,
        camera: WatchedCamera,
        build: BuildStation,
        screen: Callable[[], ScreenSection],
        services: StaffServices,
        *,
        mirror: bool,
        notice: str,
    ) -> None:
        """`screen` returns the present options of the screen; it is called about twice a second."""
        super().__init__()
        self.close_at_end = False
        self.restart_wanted = False
        # A loop of its own: a second quit() of the application's loop would end the next loop.
        self.loop = QEventLoop()
        self._camera, self._services = camera, services
        self._find_options, self._options = screen, screen()
        self._language = ScreenLanguage()
        self._language.use(self._options.language)
        shown, recognised = Latest[Frame](), Latest[Frame]()
        self.cameras = CameraWorker(camera, shown, recognised)
        self.recognition = RecognitionWorker(build, recognised)
        feed = Feed(shown, mirror=mirror)
        supervisor = self.recognition.supervisor
        look = look_of(self._options)
        reception = Reception(services, feed, supervisor.ask)
        self.window = KioskWindow(feed, look, reception, notice=notice, busy_since=lambda: supervisor.busy_since)
        services.camera = camera
        self.keyboard = KeyboardDock(self.window, self._options.keyboard)
        self._connect()
        self._connect_reception(reception)
        self._timer = timer(self, self.on_options_due, OPTIONS_MS)
        self._timer.start()

    def _connect(self) -> None:
        window, cameras, recognition = self.window, self.cameras, self.recognition
        self.raised.connect(window.on_failed)
        window.closed.connect(self.on_closed)
        cameras.ready.connect(window.feed.on_ready)
        cameras.state_changed.connect(window.on_camera_changed)
        cameras.state_changed.connect(self.on_camera_changed)
        for name in ("progressed", "built", "replaced", "broken", "reported", "status_changed", "failed"):
            getattr(recognition, name).connect(getattr(window, f"on_{name}"))
        recognition.answered.connect(self.on_answered)
        recognition.built.connect(self.on_built)
        recognition.replaced.connect(self.on_gone)
        recognition.broken.connect(self.on_gone)
        application().commitDataRequest.connect(window.end)  # the session ends; no question
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self.on_desktop_changed)

    @pyqtSlot()
    def on_desktop_changed(self) -> None:
        self.window.dress(look_of(self._options))

    @pyqtSlot()
    def on_options_due(self) -> None:
        """Apply changed options of the screen without a restart."""
        now = self._find_options()
        if not self.window.settled:
            # A new language replaces the staff side, so it waits until nothing would be lost.
            now = now.model_copy(update={"language": self._options.language})
        if now == self._options:
            return
        self._options, self.keyboard.mode = now, now.keyboard
        if self._language.use(now.language):
            self._replace_reception()
            self.window.retranslate()
        self.window.dress(look_of(now))

    def _connect_reception(self, reception: Reception) -> None:
        self.recognition.reported.connect(reception.on_reported)
        self.recognition.status_changed.connect(reception.on_status_changed)
        reception.restart_wanted.connect(self.restart)

    def _replace_reception(self) -> None:
        """Make the staff side again in the language of the screen, with the same page and person signed in."""
        old = self.window.reception
        was_open, where = old.isVisible(), old.where
        reception = Reception(self._services, self.window.feed, self.recognition.supervisor.ask)
        reception.toast.take_over(old.toast)
        old.close_jobs()
        self.window.replace_reception(reception)
        self._connect_reception(reception)
        if was_open:
            self.window.open_staff_side()
        if where is not None:
            reception.resume(*where)

    @pyqtSlot(object, object)
    def on_answered(self, then: Callable[[object], None] | None, answer: object) -> None:
        if then is not None:
            then(answer)

    @pyqtSlot(object)
    def on_built(self, station: Station) -> None:
        self._services.station = station
        # Load the pages now, so that the first person to sign in does not wait.
        threading.Thread(target=shipped_pages, name="pages", daemon=True).start()

    @pyqtSlot()
    def on_gone(self) -> None:
        self._services.station = None

    @pyqtSlot(object, str)
    def on_camera_changed(self, state: CameraState, fault: str) -> None:
        if state is CameraState.ENDED and self.close_at_end and not fault:
            self.window.end()

    def start(self, *, full_screen: bool) -> None:
        """Show the window, then start the threads that load everything else."""
        screen = self.window.screen()
        if screen is not None:
            self.window.resize(QSize(*FIRST_SIZE_PX).boundedTo(screen.availableSize()))
        if full_screen:
            self.window.toggle_full_screen()
        else:
            self.window.show()
        for worker in (self.cameras, self.recognition):
            worker.runner.start()

    @pyqtSlot()
    def on_closed(self) -> None:
        # As an event, so that it also works if the window closes before the loop begins.
        QTimer.singleShot(0, self.loop.quit)

    @pyqtSlot()
    def restart(self) -> None:
        """Close the window; run_window returns RESTART then."""
        self.restart_wanted = True
        self.window.end()

    def stop(self) -> bool:
        """Stop the camera and both threads; return False if a thread hangs and was left behind."""
        self._timer.stop()
        self._language.leave()
        self.window.blockSignals(True)
        self._camera.close()
        return stop_all((self.cameras, self.recognition), STOP_SECONDS)


def run_window(
    camera: WatchedCamera,
    build: BuildStation,
    screen: Callable[[], ScreenSection],
    services: StaffServices,
    *,
    full_screen: bool,
    mirror: bool,
    notice: str = "",
    close_at_end: bool = False,
) -> int:
    """Show the kiosk until it is closed; return the exit code, or RESTART if it is to start again.

    `build` is called in the recognition thread, which also closes the station. The camera is closed at the end. Raises
    DisplayError if there is no screen. A thread that hangs is left behind after 1.75 s.
    """
    running = QApplication.instance()
    if running is None:
        fault = display_fault(os.environ)
        if fault is not None:
            raise DisplayError("screen", fault, "start it on a desktop, or use --headless")
        running = QApplication(sys.argv[:1])  # it must live as long as the window
    running.setApplicationName("kiosk")
    kiosk = Kiosk(camera, build, screen, services, mirror=mirror, notice=notice)
    kiosk.close_at_end = close_at_end
    with _handlers(kiosk):
        kiosk.start(full_screen=full_screen)
        kiosk.loop.exec()
        kiosk.stop()
    # The window must go before the application, which may end with this function.
    sip.delete(kiosk.window)
    return RESTART if kiosk.restart_wanted else 0


@contextmanager
def _handlers(kiosk: Kiosk) -> Iterator[None]:
    """Show uncaught exceptions in the window, where PyQt would abort the process; Ctrl+C and SIGTERM close it."""
    faults = FaultLog()

    def show(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            kiosk.raised.emit(faults.note(error))

    def close(number: int, at: FrameType | None) -> None:
        kiosk.window.end()  # at its next tick

    hooks = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = show, lambda args: show(args.exc_type, args.exc_value, args.exc_traceback)
    handlers = {number: signal.signal(number, close) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = hooks
        for number, handler in handlers.items():
            signal.signal(number, handler)
