"""A source of frames under watch: it is opened again when it hangs, freezes or fails."""

from __future__ import annotations

import enum
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from kiosk.domain import ByteImage, Frame
from kiosk.errors import CameraError, KioskError
from kiosk.i18n import Message, Text
from kiosk.vision.source import Source

_log = logging.getLogger("kiosk")

_RATE_OVER_FRAMES = 30
_STUCK_AT_MOST = 4  # readers left behind in a call that never returns
_RETRY_AFTER_SECONDS = 0.5
_REPEAT_WAIT_SECONDS = 0.01  # a frozen driver answers at once, again and again
_SMALLEST_STEP_SECONDS = 0.001


class CameraState(enum.Enum):
    """The state of a watched camera."""

    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"
    ENDED = "ended"  # a file came to its end, or the camera was closed


class WatchedCamera:
    """The newest frame of a source that may hang, freeze, fail and come back.

    A daemon thread opens and reads the source. A reader that hangs is left behind, and another one opens the source
    again. Every method may be called from any thread, and none waits for the source. The watchdog has no thread: each
    call for a frame or the state checks the clock.
    """

    def __init__(
        self,
        open_: Callable[[], Source],
        *,
        lost_after_seconds: float = 2.0,
        open_within_seconds: float = 10.0,
        retry_at_most_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open = open_
        self._lost_after_seconds = lost_after_seconds
        self._open_within_seconds = open_within_seconds
        self._retry_at_most_seconds = retry_at_most_seconds
        self._next_wait_seconds = _RETRY_AFTER_SECONDS  # doubles with each loss
        self._clock = clock
        self._changed = threading.Condition()
        self._state = CameraState.OPENING
        self._fault: str | None = None
        self._newest: Frame | None = None
        self._last_image: ByteImage | None = None
        self._numbering = _Numbering()
        self._arrivals: deque[float] = deque(maxlen=_RATE_OVER_FRAMES)
        self._dropped = 0
        self._retry_at = 0.0
        self._stuck: list[_Reader] = []
        self._reader: _Reader | None = None
        with self._changed:
            self._start_reader()

    @property
    def state(self) -> CameraState:
        with self._changed:
            self._watch()
            return self._state

    @property
    def fault(self) -> str | None:
        """The reason why the state is LOST or a file ended early; None otherwise."""
        with self._changed:
            self._watch()
            return self._fault

    @property
    def rate_hz(self) -> float:
        """New frames a second over the last 30; 0 unless live."""
        with self._changed:
            self._watch()
            if self._state is not CameraState.LIVE or len(self._arrivals) < 2:
                return 0.0
            passed = self._arrivals[-1] - self._arrivals[0]
            return (len(self._arrivals) - 1) / passed if passed > 0 else 0.0

    @property
    def dropped(self) -> int:
        """The number of new frames that were replaced before they were fetched."""
        with self._changed:
            return self._dropped

    def wait(self, timeout_seconds: float) -> Frame | None:
        """Return the newest frame that was not fetched yet; None when none came in time or none will come."""
        give_up_at = time.monotonic() + timeout_seconds
        with self._changed:
            while True:
                self._watch()
                left = give_up_at - time.monotonic()
                if self._newest is not None or self._state is CameraState.ENDED or left <= 0:
                    frame, self._newest = self._newest, None
                    return frame
                self._changed.wait(min(left, max(self._next_check_seconds(), _SMALLEST_STEP_SECONDS)))

    def close(self) -> None:
        """End the reading without waiting for it."""
        with self._changed:
            self._abandon_reader()
            self._newest = None
            self._state = CameraState.ENDED
            self._changed.notify_all()

    # In the threads of readers; an abandoned reader has no effect.

    def _run(self, reader: _Reader) -> None:
        """Open the source once and read it until it ends, fails or is abandoned."""
        fault = None
        try:
            reader.source = source = self._open()
            reader.finite = not source.endless
            with self._changed:
                if reader is self._reader:
                    reader.heard_at = self._clock()
            while not reader.abandoned.is_set() and (frame := source.read()) is not None:
                # The last picture may have been delivered by a reader before this one.
                repeated = self._last_image is not None and np.array_equal(frame.image, self._last_image)
                if source.endless and repeated:
                    reader.abandoned.wait(_REPEAT_WAIT_SECONDS)
                else:
                    self._delivered(reader, frame)
        except KioskError as error:
            fault = str(error)
        except Exception as error:  # a driver's failure must not end the watch
            reason = Message("failed ({cause})", cause=f"{type(error).__name__}: {error}")
            fault = _fault(reader, reason)
        reader.close()  # first, so that a device is free when it is opened again
        self._finished(reader, fault)

    def _delivered(self, reader: _Reader, frame: Frame) -> None:
        with self._changed:
            if reader is not self._reader:
                return
            reader.heard_at = self._clock()
            reader.frames += 1
            self._arrivals.append(reader.heard_at)
            self._dropped += self._newest is not None
            self._last_image = frame.image
            self._newest = self._numbering.continued(frame)
            self._state, self._fault = CameraState.LIVE, None
            # A camera that shows one picture at each opening and then freezes is not back.
            if reader.frames > 1:
                self._next_wait_seconds = _RETRY_AFTER_SECONDS
            self._changed.notify_all()

    def _finished(self, reader: _Reader, fault: str | None) -> None:
        with self._changed:
            if reader is not self._reader:
                return
            self._reader = None
            if reader.finite:
                self._state, self._fault = CameraState.ENDED, fault
            else:
                self._lose(fault or _fault(reader, Message("came to its end")))
            self._changed.notify_all()

    # Called with the lock held.

    def _watch(self) -> None:
        if self._state is CameraState.ENDED:
            return
        reader, now = self._reader, self._clock()
        if reader is None:
            self._stuck = [left for left in self._stuck if left.thread is not None and left.thread.is_alive()]
            if now >= self._retry_at and len(self._stuck) < _STUCK_AT_MOST:
                self._start_reader()
        elif not reader.finite and now - reader.heard_at >= self._patience_seconds(reader):
            seconds = self._patience_seconds(reader)
            silent = Message("showed nothing new for {seconds:g} s", seconds=seconds)
            stuck = Message("did not start for {seconds:g} s", seconds=seconds)
            self._lose(_fault(reader, silent if reader.frames else stuck))

    def _patience_seconds(self, reader: _Reader) -> float:
        """Return the longest silence: opening and the first frame may take longer than each frame after it."""
        return self._lost_after_seconds if reader.frames else self._open_within_seconds

    def _next_check_seconds(self) -> float:
        if self._reader is None:
            return self._retry_at - self._clock() if len(self._stuck) < _STUCK_AT_MOST else self._lost_after_seconds
        return self._reader.heard_at + self._patience_seconds(self._reader) - self._clock()

    def _lose(self, fault: str) -> None:
        self._state, self._fault = CameraState.LOST, fault
        self._newest = None
        self._arrivals.clear()
        wait_seconds = min(self._next_wait_seconds, self._retry_at_most_seconds)
        self._retry_at, self._next_wait_seconds = self._clock() + wait_seconds, 2 * wait_seconds
        self._abandon_reader()

    def _start_reader(self) -> None:
        self._reader = reader = _Reader(self._clock())
        reader.thread = threading.Thread(target=self._run, args=(reader,), name="camera-reader", daemon=True)
        reader.thread.start()

    def _abandon_reader(self) -> None:
        """Ask the reader to stop without waiting for it: closing a source can hang like reading it."""
        if self._reader is not None:
            self._reader.abandoned.set()
            if self._reader.source is not None:
                threading.Thread(target=self._reader.close, name="camera-closer", daemon=True).start()
            self._stuck.append(self._reader)
            self._reader = None


@dataclass(slots=True, eq=False)
class _Reader:
    """The state of a thread that reads the source."""

    heard_at: float  # s, the clock of the camera: started, opened, or delivered a new frame
    frames: int = 0  # new ones delivered
    finite: bool = False
    source: Source | None = None
    abandoned: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def close(self) -> None:
        """Close the source; a failure is logged only, because the source is not used any more."""
        if self.source is None:
            return
        try:
            self.source.close()
        except Exception as error:  # of a driver
            _log.warning("%s: closing failed: %s: %s", self.source.name, type(error).__name__, error)


class _Numbering:
    """Sequence and time that keep rising when a source that is opened again starts from 0."""

    def __init__(self) -> None:
        self._sequence = 0
        self._captured_at = -math.inf
        self._ahead_seconds = 0.0

    def continued(self, frame: Frame) -> Frame:
        captured_at = frame.captured_at + self._ahead_seconds
        if captured_at <= self._captured_at:
            self._ahead_seconds += self._captured_at - captured_at + _SMALLEST_STEP_SECONDS
            captured_at = frame.captured_at + self._ahead_seconds
        self._captured_at = captured_at
        self._sequence += 1
        return replace(frame, captured_at=captured_at, sequence=self._sequence - 1)


def _fault(reader: _Reader, reason: Text) -> str:
    thing = Message("the camera") if reader.source is None else reader.source.name
    remedy = Message("check its cable or network; it is opened again")
    return str(CameraError(thing, reason, remedy))
