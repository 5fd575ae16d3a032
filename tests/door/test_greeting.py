"""The welcome, and the hints that are spoken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Box, Decision, Face, Observation, Outcome, Reason, Rejection, TrackedFace
from kiosk.door.greeting import (
    AGAIN_SECONDS,
    HINTS,
    LASTS_SECONDS,
    PAUSE_SECONDS,
    STALE_SECONDS,
    WELCOME_SECONDS,
    Greeter,
    SpokenHints,
    compose,
    refusal_hint,
)

TEMPLATE = "Welcome {names}, have a nice day!"


def test_names_are_joined_as_people_say_them_and_the_template_needs_no_escaping() -> None:
    for persons, names in (
        (["Ada"], "Ada"),
        (["Ada", "Lin"], "Ada and Lin"),
        (["Ada", "Grace", "Lin"], "Ada, Grace and Lin"),
        (["Grace_Hopper", "__Lin  M_"], "Grace Hopper and Lin M"),
        (["{names}", "{0}"], "{names} and {0}"),
        (["Siân O'Neill-Ōta"], "Siân O'Neill-Ōta"),
    ):
        assert compose(TEMPLATE, persons) == compose("auto", persons) == f"Welcome {names}, have a nice day!"
    for template, sentence in (("Hello!", "Hello!"), ("{names}, {names}!", "Ada, Ada!"), ("{name} {}", "{name} {}")):
        assert compose(template, ["Ada"]) == sentence


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def greeter(said: list[str]) -> Greeter:
    return Greeter(said.append, TEMPLATE)


def test_waits_for_company_and_then_speaks_once(greeter: Greeter, said: list[str]) -> None:
    greeter.welcome("Ada", 10.0)
    greeter.tick(10.0)
    greeter.tick(10.4)
    assert said == []
    greeter.tick(10.5)
    greeter.tick(11.0)
    assert said == ["Welcome Ada, have a nice day!"]


def test_welcome_that_no_frame_let_out_in_time_is_dropped(greeter: Greeter, said: list[str]) -> None:
    greeter.welcome("Ada", 10.0)
    greeter.tick(10.0 + STALE_SECONDS + 0.1)
    greeter.tick(0.0)
    assert said == []
    greeter.welcome("Lin", 700.0)
    greeter.tick(700.0 + STALE_SECONDS)
    assert said == ["Welcome Lin, have a nice day!"]


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.floats(0, 1)), max_size=30))
def test_everybody_is_named_at_least_once_and_never_twice_in_one_sentence(arrivals: list[tuple[str, float]]) -> None:
    said: list[str] = []
    greeter = Greeter(said.append, "{names}")
    now = 0.0
    for person, pause in arrivals:
        now += pause
        greeter.tick(now)
        greeter.welcome(person, now)
    greeter.tick(now + 1)
    named = [sentence.replace(" and ", ", ").split(", ") for sentence in said]
    assert {person for person, _ in arrivals} == {person for names in named for person in names}
    assert all(len(names) == len(set(names)) for names in named)


def test_every_refused_person_is_told_what_to_do() -> None:
    assert set(HINTS) == set(Rejection)
    assert len(set(HINTS.values())) == len(Rejection)
    assert all(refusal_hint(reason).endswith(".") for reason in Reason)
    assert refusal_hint(Reason.AMBIGUOUS) != refusal_hint(Reason.TOO_FAR)


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


def test_a_hint_that_lasts_is_said_once_for_the_nearest_face_and_another_waits_for_the_pause(listener: Listener):
    listener.see((Rejection.TOO_SMALL, 40), seconds=LASTS_SECONDS - 0.2)
    assert listener.said == []
    listener.see((Rejection.TOO_SMALL, 40), seconds=AGAIN_SECONDS - 1)
    assert listener.said == [CLOSER]
    listener.see((Rejection.TOO_SMALL, 40), (Rejection.TOO_DARK, 90), seconds=2.0)
    assert listener.said == [CLOSER, LIGHT]
    listener.see((Rejection.TOO_SMALL, 40), seconds=PAUSE_SECONDS - 1.5)
    assert listener.said == [CLOSER, LIGHT]


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
