"""The kiosk without a window: every decision is told to a listener."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Event

from kiosk.domain import Decision, Frame
from kiosk.door.report import REFRESH_SECONDS, RETRY_SECONDS, Stopped
from kiosk.door.station import Station
from kiosk.errors import in_one_line
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.source import Source

_log = logging.getLogger("kiosk")


def camera_frames(camera: WatchedCamera, stop: Event) -> Iterator[Frame]:
    """The newest frame whenever there is one, until the source ends; says when the camera is lost and back."""
    state = CameraState.OPENING
    while camera.state is not CameraState.ENDED and not stop.is_set():
        frame = camera.wait(0.2)
        if camera.state is not state:
            state = camera.state
            if state is CameraState.LOST:
                _log.warning("camera lost: %s", camera.fault)
            elif state is CameraState.LIVE:
                _log.info("camera is live")
        if frame is not None:
            yield frame


def source_frames(source: Source, stop: Event) -> Iterator[Frame]:
    """Every frame of a recording."""
    for frame in source:
        if stop.is_set():
            return
        yield frame


def run_headless(frames: Iterator[Frame], keeper: "StationKeeper", tell: Callable[[Decision, float], None]) -> None:
    """Processes the frames; `tell` hears each grant and refusal with the seconds since the first frame.

    A fault in one frame is logged, and the next one is tried: the door stays shut meanwhile.
    """
    started_at: float | None = None
    for frame in frames:
        started_at = frame.captured_at if started_at is None else started_at
        _process(frame, frame.captured_at - started_at, keeper, tell)


def _process(frame: Frame, seconds: float, keeper: "StationKeeper", tell: Callable[[Decision, float], None]) -> None:
    # In a function of its own, which ends before the next station is built: nobody holds the old one meanwhile.
    station = keeper.station()
    if station is None:
        return
    try:
        for decision in station.process(frame).settled:
            tell(decision, seconds)
    except Exception as error:
        keeper.told.log(in_one_line(error), error)


class StationKeeper:
    """The station in force: refreshed about once a second, and built anew when it is outdated."""

    def __init__(self, build: Callable[[], Station]) -> None:
        """Raises what `build` raises; later that is logged and tried again, unless it is Stopped."""
        self.told = Told()
        self._build = build
        self._station: Station | None = build()
        self._tell_faults()
        self._look_again_at = time.monotonic() + REFRESH_SECONDS

    def station(self) -> Station | None:
        """The one to give the frame in hand to. Raises Stopped.

        None while there is none that works, and when this call has built one, which may take a minute: who is on the
        frame may have left since.
        """
        built = False
        if time.monotonic() >= self._look_again_at:
            try:
                built = self._look_after()
            except Stopped:
                raise
            except Exception as error:
                self.told.log(in_one_line(error), error)
            self._look_again_at = time.monotonic() + (REFRESH_SECONDS if self._station else RETRY_SECONDS)
        return None if built else self._station

    def close(self) -> None:
        """Lets go of the station in force; a fault in closing it is logged."""
        station, self._station = self._station, None
        if station is None:
            return
        try:
            station.close()
        except Exception as error:
            self.told.log(in_one_line(error), error)

    def _look_after(self) -> bool:
        """Refreshes the station; whether it was outdated, or there was none, and another one was built."""
        if self._station is not None:
            self._station.refresh()
            if not self._station.outdated:
                self._tell_faults()
                return False
            self.close()
            _log.info("the recognition is being loaded anew, the door stays locked")
        self._station = self._build()
        _log.info("the recognition is loaded")
        self.told.forget()
        self._tell_faults()
        return True

    def _tell_faults(self) -> None:
        for fault in self._station.status.faults if self._station is not None else ():
            self.told.log(fault)


class Told:
    """Logs a message once, however many frames it comes with."""

    def __init__(self) -> None:
        self._lately = deque[str](maxlen=20)

    def log(self, message: str, error: Exception | None = None) -> None:
        if message not in self._lately:
            self._lately.append(message)
            _log.error("%s", message, exc_info=error)

    def forget(self) -> None:
        """What is said again from now on is news."""
        self._lately.clear()
