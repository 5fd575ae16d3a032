"""Carry out decisions: the only place that unlocks the door."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from kiosk.domain import Decision, Outcome, Reason
from kiosk.door.doors import Door
from kiosk.errors import DoorError, in_one_line
from kiosk.i18n import Message
from kiosk.store.journal import Action, Journal

_FRESH_SECONDS = 2.0
NOBODY = -1  # track and frame of a test of the door
_AHEAD_SECONDS = 0.1  # a recording gives a frame the time at which it is due


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
