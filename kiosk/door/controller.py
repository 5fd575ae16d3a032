"""The door, and the controller that carries out decisions: the only place that unlocks it."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from kiosk.domain import Decision, Outcome, Reason
from kiosk.errors import DoorError, in_one_line
from kiosk.i18n import Message
from kiosk.store.journal import Action, Journal

MAX_PULSE_SECONDS = 60.0
_FRESH_SECONDS = 2.0
NOBODY = -1  # track and frame of a test of the door
_AHEAD_SECONDS = 0.1  # a recording gives a frame the time at which it is due


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


def wall_clock() -> datetime:
    """Return the time for the journal."""
    return datetime.now(UTC)


class AccessController:
    """Records each decision and opens the door for a grant; `open_seconds` may change at any time.

    `clock` is the one of Decision.decided_at, `now` the time of day for the journal.
    """

    def __init__(
        self,
        door: Door,
        journal: Journal,
        open_seconds: float,
        encoder: str,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.open_seconds = open_seconds
        self._door = door
        self._journal = journal
        self._encoder = encoder
        self._clock = clock
        self._now = now

    def act(self, decision: Decision) -> Decision:
        """Carry out a decision; return it, or a refusal if anything fails. Never raises."""
        if decision.outcome is Outcome.PENDING:
            return decision
        try:
            # The record comes first: a door that opens without one is worse than a door that stays locked.
            self._record(decision)
        except Exception as error:
            return _refusal(decision, error)
        try:
            if decision.outcome is Outcome.GRANTED:
                self._require_fresh(decision)
                self._door.unlock(self.open_seconds)
        except Exception as error:
            refusal = _refusal(decision, error)
            # A lock that failed may be open, and a second fault must not hide the first.
            with contextlib.suppress(Exception):
                self._door.lock()
            with contextlib.suppress(Exception):
                self._record(refusal)
            return refusal
        return decision

    def test(self, staff: str) -> Decision:
        """Open the door as a test, recorded under the name of the staff. Never raises."""
        decision = Decision(
            Outcome.GRANTED, Reason.TESTED, NOBODY, NOBODY, decided_at=self._clock(), agreeing=0, required=0
        )
        try:
            self._journal.note(Action.DOOR_TESTED, staff, None, None, self._now())
        except Exception as error:
            return _refusal(decision, error)
        return self.act(decision)

    def _require_fresh(self, decision: Decision) -> None:
        """Raise DoorError if the decision is old: the person may have left."""
        age_seconds = self._clock() - decision.decided_at
        # Written with not <= so that a time that is not a number counts as too late.
        if not -_AHEAD_SECONDS <= age_seconds <= _FRESH_SECONDS:
            raise DoorError(
                Message("door"),
                Message("the decision came {age_seconds:.1f} s late", age_seconds=age_seconds),
                "look at the camera again",
            )

    def _record(self, decision: Decision) -> None:
        self._journal.record(decision, self._encoder, self._now())


def _refusal(decision: Decision, error: Exception) -> Decision:
    return replace(
        decision, outcome=Outcome.REFUSED, reason=Reason.FAULT, person=None, greet=False, fault=in_one_line(error)
    )
