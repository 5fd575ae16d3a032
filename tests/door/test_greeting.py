"""People granted close together are welcomed in one sentence, each once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Reason, Rejection
from kiosk.door.greeting import HINTS, STALE_SECONDS, Greeter, compose, refusal_hint

TEMPLATE = "Welcome {names}, have a nice day!"


@pytest.mark.parametrize(
    ("persons", "sentence"),
    [
        (["Ada"], "Welcome Ada, have a nice day!"),
        (["Ada", "Lin"], "Welcome Ada and Lin, have a nice day!"),
        (["Ada", "Grace", "Lin"], "Welcome Ada, Grace and Lin, have a nice day!"),
        (["Grace_Hopper", "__Lin  M_"], "Welcome Grace Hopper and Lin M, have a nice day!"),
        (["{names}", "{0}"], "Welcome {names} and {0}, have a nice day!"),
        (["Siân O'Neill-Ōta"], "Welcome Siân O'Neill-Ōta, have a nice day!"),
    ],
)
def test_names_are_joined_as_people_say_them(persons: list[str], sentence: str) -> None:
    assert compose(TEMPLATE, persons) == sentence


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("Hello!", "Hello!"),
        ("", ""),
        ("{names}, {names}!", "Ada, Ada!"),
        ("{name} {} {names", "{name} {} {names"),
    ],
)
def test_template_needs_no_place_for_names_and_no_escaping(template: str, sentence: str) -> None:
    assert compose(template, ["Ada"]) == sentence


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def greeter(said: list[str]) -> Greeter:
    return Greeter(said.append, TEMPLATE, gather_seconds=0.5)


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
    greeter = Greeter(said.append, "{names}", gather_seconds=0.5)
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
