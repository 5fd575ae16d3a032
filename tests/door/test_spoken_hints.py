import numpy as np
import pytest

from kiosk.domain import Box, Decision, Face, Observation, Outcome, Reason, Rejection, TrackedFace
from kiosk.door.greeting import (
    AGAIN_SECONDS,
    HINTS,
    LASTS_SECONDS,
    PAUSE_SECONDS,
    WELCOME_SECONDS,
    SpokenHints,
    refusal_hint,
)

CLOSER, LIGHT = HINTS[Rejection.TOO_SMALL], HINTS[Rejection.TOO_DARK]
STAYS_SHUT = f"The door stays locked. {refusal_hint(Reason.TOO_FAR)}"


class Listener:
    """The hints of one voice, fed at ten frames a second."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.hints = SpokenHints(self.said.append)
        self.hints.enabled = True
        self.now = 100.0

    def see(self, *faces: tuple[Rejection | None, int], seconds: float = 0.1) -> None:
        """Faces about whom nothing is settled: why they cannot be used, and their width in px."""
        tracked = tuple(
            TrackedFace(track, Face(Box(0, 0, px, px), 1.0), rejection, None)
            for track, (rejection, px) in enumerate(faces)
        )
        decisions = [self.decision(Outcome.PENDING, Reason.GATHERING, each.track) for each in tracked]
        self._feed(Observation(0, self.now, tracked), decisions, seconds)

    def settle(self, outcome: Outcome, reason: Reason, *, greet: bool = False) -> None:
        tracked = (TrackedFace(0, Face(Box(0, 0, 99, 99), 1.0), None, None),)
        self._feed(Observation(0, self.now, tracked), [self.decision(outcome, reason, 0, greet=greet)], 0.1)

    def decision(self, outcome: Outcome, reason: Reason, track: int, *, greet: bool = False) -> Decision:
        return Decision(outcome, reason, track, 0, self.now, agreeing=0, required=3, greet=greet)

    def _feed(self, observation: Observation, decisions: list[Decision], seconds: float) -> None:
        for _ in np.arange(0, seconds, 0.1):
            self.hints.update(observation, decisions, self.now)
            self.now += 0.1


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_a_hint_that_lasts_is_said_once(listener: Listener):
    listener.see((Rejection.TOO_SMALL, 40), seconds=LASTS_SECONDS - 0.2)
    assert listener.said == []
    listener.see((Rejection.TOO_SMALL, 40), seconds=AGAIN_SECONDS - 1)
    assert listener.said == [CLOSER]


def test_another_hint_waits_for_the_pause(listener: Listener):
    listener.see((Rejection.TOO_SMALL, 40), seconds=LASTS_SECONDS + 0.2)
    listener.see((Rejection.TOO_DARK, 40), seconds=PAUSE_SECONDS - 1)
    assert listener.said == [CLOSER]
    listener.see((Rejection.TOO_DARK, 40), seconds=2.0)
    assert listener.said == [CLOSER, LIGHT]


def test_the_hint_is_for_the_face_nearest_to_the_camera(listener: Listener):
    listener.see((Rejection.TOO_SMALL, 40), (Rejection.TOO_DARK, 90), seconds=2.0)
    assert listener.said == [LIGHT]


def test_a_refusal_is_said_at_once_and_not_over_and_over(listener: Listener):
    listener.see((Rejection.TOO_SMALL, 40), seconds=LASTS_SECONDS + 0.2)
    listener.settle(Outcome.REFUSED, Reason.TOO_FAR)
    listener.settle(Outcome.REFUSED, Reason.TOO_FAR)
    assert listener.said == [CLOSER, STAYS_SHUT]


def test_nothing_is_said_over_a_welcome(listener: Listener):
    listener.settle(Outcome.GRANTED, Reason.RECOGNISED, greet=True)
    listener.see((Rejection.TOO_SMALL, 40), seconds=WELCOME_SECONDS - 0.5)
    listener.settle(Outcome.REFUSED, Reason.TOO_FAR)
    assert listener.said == []
    listener.see((Rejection.TOO_SMALL, 40), seconds=2.0)
    assert listener.said == [CLOSER]
