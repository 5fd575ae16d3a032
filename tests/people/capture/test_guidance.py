import pytest

from kiosk.domain import Rejection
from kiosk.people.capture import CaptureGates, CaptureHint, Shot, find_subject, hint_for
from kiosk.vision.landmarks import pose_of

GATES = CaptureGates()


@pytest.fixture
def hint(grey, somebody):
    straight = pose_of(somebody().face.landmarks)

    def ask(*faces, shot=Shot.STRAIGHT, gates=GATES):
        return hint_for(grey, faces, shot, straight, gates)

    return ask


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ({}, None),
        ({"size": 80}, CaptureHint.CLOSER),
        ({"size": 330}, CaptureHint.FURTHER),
        ({"centre": (100, 230)}, CaptureHint.CENTRE),
        ({"centre": (320, 440)}, CaptureHint.CENTRE),
        ({"light": 40.0}, CaptureHint.MORE_LIGHT),
        ({"light": None, "rejection": Rejection.TOO_DARK}, CaptureHint.MORE_LIGHT),
        ({"light": 220.0}, CaptureHint.LESS_LIGHT),
        ({"aside": 30}, CaptureHint.LOOK_STRAIGHT),
        ({"aside": -30}, CaptureHint.LOOK_STRAIGHT),
        ({"sharpness": 4.0}, CaptureHint.HOLD_STILL),
        ({"light": None, "sharpness": None, "rejection": Rejection.TOO_BLURRED}, CaptureHint.HOLD_STILL),
    ],
)
def test_one_thing_is_asked_for_at_a_time(hint, somebody, who, asked):
    assert hint(somebody(**who)) is asked


def test_nobody_and_two_people_are_told_and_a_passer_by_is_not(hint, somebody):
    assert hint() is CaptureHint.NO_FACE
    assert hint(somebody(), somebody(size=110, centre=(80, 200), track=2)) is CaptureHint.ONE_PERSON
    assert hint(somebody(), somebody(size=60, centre=(80, 200), track=2)) is None
    assert find_subject([somebody(size=60, track=2), somebody()]).track == 1


@pytest.mark.parametrize(
    ("shot", "turned", "asked"),
    [
        (Shot.LEFT, (0, 0), CaptureHint.TURN_LEFT),
        (Shot.LEFT, (-20, 0), CaptureHint.TURN_LEFT),
        (Shot.LEFT, (18, 0), None),
        (Shot.LEFT, (55, 0), CaptureHint.TURN_RIGHT),
        (Shot.RIGHT, (0, 0), CaptureHint.TURN_RIGHT),
        (Shot.RIGHT, (-18, 0), None),
        (Shot.RIGHT, (-55, 0), CaptureHint.TURN_LEFT),
        (Shot.UP, (0, 0), CaptureHint.LOOK_UP),
        (Shot.UP, (0, 12), None),
        (Shot.AGAIN, (0, 0), None),
        (Shot.AGAIN, (30, 0), CaptureHint.LOOK_STRAIGHT),
    ],
)
def test_each_picture_wants_its_pose(hint, somebody, shot, turned, asked):
    assert hint(somebody(aside=turned[0], up=turned[1]), shot=shot) is asked


@pytest.mark.parametrize("shot", Shot)
def test_with_lenient_gates_a_straight_face_is_good_for_every_picture_and_a_profile_for_none(hint, somebody, shot):
    assert hint(somebody(), shot=shot, gates=GATES.lenient()) is None
    assert hint(somebody(aside=65), shot=shot, gates=GATES.lenient()) is not None


def test_dark_glasses_are_to_be_taken_off(grey, somebody):
    face = somebody()
    image = grey.copy()
    # Below the eyes, where the chip looks.
    x, y = (int(value) for value in face.face.box.centre)
    image[y + 4 : y + 26, x - 60 : x + 60] = 10
    assert hint_for(image, [face], Shot.STRAIGHT, None, GATES) is CaptureHint.UNCOVER_FACE
