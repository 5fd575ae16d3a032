import pytest

from kiosk.domain import Embedding
from kiosk.files import asset
from kiosk.gui.reception.enrolment.capture_step import HINTS, ICONS, SHOTS, instruction, instruction_icon
from kiosk.people.capture import CaptureHint, CaptureState, Shot, Taken
from kiosk.people.enrolment import Examined, Offered

ALL = tuple(Shot)
TAKEN = Taken(Shot.STRAIGHT, Examined(Offered("a.jpg", b"x"), "d", Embedding))


def test_every_hint_has_words_and_a_drawing_and_every_picture_words():
    assert set(HINTS) == set(ICONS) == set(CaptureHint)
    assert set(SHOTS) == set(Shot)
    assert all(asset("icons", f"{name}.svg").exists() for name in ICONS.values())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CaptureState(0, (None,) * 5), "Look straight at the camera"),
        (CaptureState(1, (TAKEN, *(None,) * 4)), "Turn your head a little to your left"),
        (CaptureState(1, (None,) * 5, CaptureHint.CLOSER), "Come a little closer"),
        (CaptureState(1, (None,) * 5, None, 0.4), "Good. Hold still …"),
        (CaptureState(4, (TAKEN,) * 5), "Thank you, all pictures are taken"),
    ],
)
def test_one_thing_is_said_at_a_time(state, words):
    assert instruction(state, ALL) == words


def test_arrows_point_to_where_the_person_sees_the_own_head_turn():
    left = CaptureState(1, (None,) * 5, CaptureHint.TURN_LEFT)
    assert instruction_icon(left, mirrored=True) == "arrow_left"
    assert instruction_icon(left, mirrored=False) == "arrow_right"
    assert instruction_icon(CaptureState(4, (TAKEN,) * 5), mirrored=True) == "tick_mark"
    assert instruction_icon(CaptureState(3, (None,) * 5, CaptureHint.LOOK_UP), mirrored=False) == "arrow_up"
