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
        self._log_state(self._camera.state)
        return frame

    def drop_old(self) -> None:
        self._camera.wait(0.0)

    def _log_state(self, state: CameraState) -> None:
        if state is not self._state and state is CameraState.LOST:
            _log.warning("camera lost: %s", self._camera.fault)
        elif state is not self._state and state is CameraState.LIVE:
            _log.info("camera is live")
        self._state = state


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


class Headless:
    """A supervisor whose events go to the log, and whose decisions go to `tell`."""

    def __init__(self, build: BuildStation, tell: Tell) -> None:
        self.supervisor = Supervisor(
            build,
            Events(
                built=self._on_built,
                replaced=lambda: _log.info("Recognition is loading again. The door stays locked."),
                reported=self._on_reported,
                status_changed=self._on_status_changed,
            ),
        )
        self._tell = tell
        self._first_at: float | None = None
        self._built = False
        self._faults: set[str] = set()

    def _on_built(self, station: Station) -> None:
        if self._built:
            _log.info("Recognition is loaded.")
        self._built = True
        self._faults.clear()

    def _on_reported(self, report: Report) -> None:
        now = report.observation.captured_at
        self._first_at = now if self._first_at is None else self._first_at
        for decision in report.settled:
            self._tell(decision, now - self._first_at)

    def _on_status_changed(self, status: Status) -> None:
        for fault in status.faults:
            if fault not in self._faults:
                _log.error("%s", fault)
        self._faults.update(status.faults)


def run_headless(choices: Choices, stop: Event, tell: Tell) -> str | None:
    """Run the kiosk until `stop` is set or a recording ends; return why a recording ended early, or None.

    Raises KioskError if the first station cannot be built or a recording cannot be opened.
    """
    supervisor = Headless(lambda progress: build_station(choices, progress), tell).supervisor
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
        with watch_camera(choices) as camera:
            supervisor.run(CameraFrames(camera))
            return camera.fault if choices.recording else None
