"""The kiosk without a window: every decision is told to a function."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import TypeAlias

from kiosk.domain import Decision, Frame
from kiosk.door.build import Choices, build_station, open_frames, watch_camera
from kiosk.door.report import Report, Status
from kiosk.door.station import Station
from kiosk.door.supervisor import BuildStation, Ended, Events, Stopped, Supervisor
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.source import Source

_log = logging.getLogger("kiosk")

Tell: TypeAlias = Callable[[Decision, float], None]  # a grant or refusal, and the seconds since the first frame


class CameraFrames:
    """The newest frame of a camera, or of a recording that plays at its own pace; logs when the camera is lost."""

    def __init__(self, camera: WatchedCamera) -> None:
        self._camera = camera
        self._state = CameraState.OPENING

    def wait(self, timeout_seconds: float) -> Frame | None:
        ended = self._camera.state is CameraState.ENDED  # looked at first: the last frame may still be there
        frame = self._camera.wait(timeout_seconds)
        if frame is None and ended:
            raise Ended
        before, self._state = self._state, self._camera.state
        if self._state is not before and self._state is CameraState.LOST:
            _log.warning("camera lost: %s", self._camera.fault)
        elif self._state is not before and self._state is CameraState.LIVE:
            _log.info("camera is live")
        return frame

    def drop_old(self) -> None:
        self._camera.wait(0.0)


class RecordingFrames:
    """Every frame of a recording, as fast as it is processed."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def wait(self, timeout_seconds: float) -> Frame | None:
        frame = self._source.read()
        if frame is None:
            raise Ended
        return frame

    def drop_old(self) -> None:
        """Drop nothing: a recording waits."""


def headless(build: BuildStation, tell: Tell) -> Supervisor:
    """Return a supervisor whose events go to the log, and whose decisions go to `tell`."""
    first_at: float | None = None
    loaded = False
    faults: set[str] = set()

    def built(station: Station) -> None:
        nonlocal loaded
        if loaded:
            _log.info("Recognition is loaded.")
        loaded = True
        faults.clear()

    def reported(report: Report) -> None:
        nonlocal first_at
        now = report.observation.captured_at
        first_at = now if first_at is None else first_at
        for decision in report.settled:
            tell(decision, now - first_at)

    def status_changed(status: Status) -> None:
        for fault in status.faults:
            if fault not in faults:
                _log.error("%s", fault)
        faults.update(status.faults)

    def replaced() -> None:
        _log.info("Recognition is loading again. The door stays locked.")

    return Supervisor(build, Events(built=built, replaced=replaced, reported=reported, status_changed=status_changed))


def run_headless(choices: Choices, stop: Event, tell: Tell) -> str | None:
    """Run the kiosk until `stop` is set or a recording ends; return why a recording ended early, or None.

    Raises KioskError if the first station cannot be built or a recording cannot be opened.
    """
    supervisor = headless(lambda progress: build_station(choices, progress), tell)
    supervisor.stopping = stop
    # The station is built before the source is opened: a recording would play on meanwhile.
    with closing(supervisor):
        try:
            supervisor.load()
        except Stopped:
            return None
        if choices.fast:
            with open_frames(choices) as source:
                supervisor.run(RecordingFrames(source))
            return None
        with closing(watch_camera(choices)) as camera:
            supervisor.run(CameraFrames(camera))
            return camera.fault if choices.recording else None
