"""The kiosk without a window: every decision is told to a listener."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Event

from kiosk.domain import Decision, Frame
from kiosk.errors import in_one_line
from kiosk.station.station import Station
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.sources import Source

_REFRESH_SECONDS = 1.0
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


def run_headless(frames: Iterator[Frame], station: Station, tell: Callable[[Decision, float], None]) -> None:
    """Processes the frames; `tell` hears each grant and refusal with the seconds since the first frame.

    A fault in one frame is logged, and the next one is tried: the door stays shut meanwhile.
    """
    started_at: float | None = None
    refreshed_at = time.monotonic()
    told = _Told()
    for frame in frames:
        started_at = frame.captured_at if started_at is None else started_at
        try:
            for decision in station.process(frame).settled:
                tell(decision, frame.captured_at - started_at)
            if time.monotonic() - refreshed_at >= _REFRESH_SECONDS:
                refreshed_at = time.monotonic()
                station.refresh()
        except Exception as error:
            told.log(in_one_line(error), error)
        for fault in station.status.faults:
            told.log(fault)


class _Told:
    """Logs a message once, however many frames it comes with."""

    def __init__(self) -> None:
        self._lately = deque[str](maxlen=20)

    def log(self, message: str, error: Exception | None = None) -> None:
        if message not in self._lately:
            self._lately.append(message)
            _log.error("%s", message, exc_info=error)
