import pytest

from kiosk.domain import Reason, Rejection
from kiosk.door.greeting import HINTS, refusal_hint


@pytest.mark.parametrize("rejection", Rejection)
def test_every_rejection_tells_the_visitor_something(rejection):
    assert HINTS[rejection].strip()


def test_no_two_rejections_say_the_same():
    assert len(set(HINTS.values())) == len(Rejection)


def test_a_hint_is_short_enough_to_be_read_from_two_metres():
    assert all(len(hint) <= 32 for hint in HINTS.values())


@pytest.mark.parametrize("reason", Reason)
def test_whoever_is_refused_is_told_what_to_do(reason):
    assert refusal_hint(reason).endswith(".")


def test_an_unclear_face_is_told_something_else_than_a_stranger():
    assert refusal_hint(Reason.AMBIGUOUS) != refusal_hint(Reason.TOO_FAR)
