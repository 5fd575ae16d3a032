"""The door's lock, and a door that is only drawn on the screen."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from kiosk.errors import DoorError
from kiosk.i18n import Message

MAX_PULSE_SECONDS = 60.0


class Door(Protocol):
    """A lock that opens for a limited time and locks by itself, even if the kiosk stops."""

    def unlock(self, seconds: float) -> None:
        """Open for at most `seconds` from now; raises DoorError if the lock fails."""

    def lock(self) -> None:
        """Lock at once."""

    def close(self) -> None:
        """Lock for good and release the device."""


class ScreenDoor:
    """The door on the screen: it opens for a limited time. For any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._opened_at = 0.0
        self._pulse_seconds = 0.0
        self._closed = False

    @property
    def unlocked(self) -> bool:
        return self.seconds_left > 0

    @property
    def seconds_left(self) -> float:
        """Return the time until the door locks again, in s; 0 while it is locked."""
        with self._guard:
            elapsed = self._clock() - self._opened_at
            # If the clock is set back or is not a number, the door is locked.
            return max(self._pulse_seconds - elapsed, 0.0) if elapsed >= 0 else 0.0

    def unlock(self, seconds: float) -> None:
        if not 0 < seconds <= MAX_PULSE_SECONDS:
            raise DoorError(
                Message("door on the screen"),
                Message("a pulse of {seconds} s is refused", seconds=seconds),
                Message("set more than 0 and at most {most:g} s", most=MAX_PULSE_SECONDS),
            )
        with self._guard:
            if self._closed:
                raise DoorError(Message("door on the screen"), "is closed", "restart the kiosk")
            self._opened_at, self._pulse_seconds = self._clock(), float(seconds)

    def lock(self) -> None:
        with self._guard:
            self._pulse_seconds = 0.0

    def close(self) -> None:
        with self._guard:
            self._closed = True
            self._pulse_seconds = 0.0
