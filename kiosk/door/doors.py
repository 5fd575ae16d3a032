"""The lock, and the door that is only drawn on the screen."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from kiosk.errors import DoorError
from kiosk.i18n import Message, Text

MAX_PULSE_SECONDS = 60.0


class Door(Protocol):
    """A lock that opens for a bounded pulse and shuts by itself, whatever becomes of the kiosk."""

    def unlock(self, seconds: float) -> None:
        """Open for at most `seconds` from now; raises DoorError where the lock did not take it."""

    def lock(self) -> None:
        """Shut at once."""

    def close(self) -> None:
        """Shut for good and let go of the device."""


def require_pulse(door: Text, seconds: float) -> None:
    """Raise DoorError unless `seconds` is a pulse that ends."""
    if not 0 < seconds <= MAX_PULSE_SECONDS:
        raise DoorError(
            door,
            Message("a pulse of {seconds} s is refused", seconds=seconds),
            Message("set more than 0 and at most {most:g} s", most=MAX_PULSE_SECONDS),
        )


class ScreenDoor:
    """The door on the screen: a bounded pulse, never a held state. Any thread may ask and command it."""

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
        """Time until the door is locked again, 0 while it is."""
        with self._guard:
            elapsed = self._clock() - self._opened_at
            # A clock that steps back, or is no number, leaves the door locked instead of open for longer.
            return max(self._pulse_seconds - elapsed, 0.0) if elapsed >= 0 else 0.0

    def unlock(self, seconds: float) -> None:
        require_pulse(Message("door on the screen"), seconds)
        with self._guard:
            if self._closed:
                raise DoorError(
                    Message("door on the screen"),
                    "is closed",
                    "restart the kiosk",
                )
            self._opened_at, self._pulse_seconds = self._clock(), float(seconds)

    def lock(self) -> None:
        with self._guard:
            self._pulse_seconds = 0.0

    def close(self) -> None:
        with self._guard:
            self._closed = True
            self._pulse_seconds = 0.0
