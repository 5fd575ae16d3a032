import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Box, Chip, Conditions, Face, Landmarks, Rejection, Scheme
from kiosk.files import asset, shipped_weights
from kiosk.vision.alignment import quality_chip
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import LandmarkModel
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import PHOTOGRAPH, USUAL, Gates, conditions_of, light, sharpness, turn

# Two corners of each eye and the base of the nose, of somebody who looks straight ahead.
FRONTAL = np.array([(140, 60), (115, 62), (60, 60), (85, 62), (100, 105)], np.float32)
# The same face in ArcFace's points: eyes, tip of the nose, corners of the mouth.
ALSO_FRONTAL = np.array([(72.5, 61), (127.5, 61), (100, 95), (80, 130), (120, 130)], np.float32)
LARGE = Box(0, 0, 200, 200)


def dlib(points) -> Landmarks:
    return Landmarks(np.asarray(points), Scheme.DLIB)


def arcface(points) -> Landmarks:
    return Landmarks(np.asarray(points), Scheme.ARCFACE)


@pytest.fixture(scope="module")
def portraits():
    model, detector = (
        LandmarkModel.from_bytes("dlib", shipped_weights("dlib_landmarks.npz").read_bytes()),
        HaarDetector(),
    )
    chips = []
    for name in ("grace_hopper.jpg", "eileen_collins.jpg"):
        image = read_picture(asset("demo", name))
        face = detector.find_thoroughly(image)[0]
        chips.append(quality_chip(image, replace(face, landmarks=model.locate(image, face.box))))
    return chips


def looking(nose_x: float, nose_y: float = 105) -> np.ndarray:
    return np.vstack([FRONTAL[:4], [(nose_x, nose_y)]]).astype(np.float32)


def plain(grey: int) -> Chip:
    return Chip(np.full((150, 150, 3), grey, np.uint8), Face(LARGE, 1.0))


def textured(middle: int = 128, amplitude: int = 20) -> Chip:
    stripes = np.where(np.arange(150) // 4 % 2, middle - amplitude, middle + amplitude)
    return Chip(np.broadcast_to(stripes[None, :, None], (150, 150, 3)).astype(np.uint8), Face(LARGE, 1.0))


def blurred(chip: Chip, sigma: float) -> Chip:
    return replace(chip, image=np.asarray(cv2.GaussianBlur(chip.image, (0, 0), sigma), np.uint8))


def with_light(chip: Chip, factor: float) -> Chip:
    return replace(chip, image=np.clip(chip.image * float(factor), 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("box", "rejection"),
    [
        (Box(0, 0, 80, 80), None),
        (Box(0, 0, 79, 80), Rejection.TOO_SMALL),
        (Box(0, 0, 200, 79), Rejection.TOO_SMALL),
        (Box(0, 0, 0, 0), Rejection.TOO_SMALL),
        (Box(100, 100, 0, 0), Rejection.TOO_SMALL),
    ],
)
def test_a_face_is_too_small_below_the_limit(box, rejection):
    assert Gates(min_face_px=80).check_face(Face(box, 1.0, dlib(FRONTAL))) is rejection


def test_a_face_is_off_pose_above_the_limit():
    aside = dlib(looking(125))
    limit = turn(aside)
    assert Gates(max_turn=limit).check_face(Face(LARGE, 1.0, aside)) is None
    assert Gates(max_turn=math.nextafter(limit, 0)).check_face(Face(LARGE, 1.0, aside)) is Rejection.OFF_POSE


def test_a_face_without_landmarks_is_judged_by_its_size_alone():
    assert Gates().check_face(Face(LARGE, 1.0)) is None
    assert Gates().check_face(Face(Box(0, 0, 20, 20), 1.0)) is Rejection.TOO_SMALL


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("point", range(5))
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_landmarks_that_are_no_numbers_are_off_pose(point, bad):
    landmarks = FRONTAL.copy()
    landmarks[point, 0] = bad
    assert Gates(max_turn=1e9).check_face(Face(LARGE, 1.0, dlib(landmarks))) is Rejection.OFF_POSE


def test_landmarks_in_one_point_are_off_pose():
    for landmarks in (dlib(np.full((5, 2), 50.0)), arcface(np.full((5, 2), 50.0))):
        assert turn(landmarks) == math.inf
        assert Gates(max_turn=1e9).check_face(Face(LARGE, 1.0, landmarks)) is Rejection.OFF_POSE


@pytest.mark.parametrize(
    ("grey", "rejection"),
    [(49, Rejection.TOO_DARK), (50, None), (200, None), (201, Rejection.TOO_BRIGHT), (255, Rejection.TOO_BRIGHT)],
)
def test_a_chip_is_too_dark_or_too_bright_beyond_the_limits(grey, rejection):
    assert Gates(min_light=50, max_light=200, min_sharpness=0).check_chip(plain(grey)) is rejection


def test_a_chip_is_too_blurred_below_the_limit():
    limit = sharpness(textured())
    assert Gates(min_sharpness=limit).check_chip(textured()) is None
    assert Gates(min_sharpness=math.nextafter(limit, math.inf)).check_chip(textured()) is Rejection.TOO_BLURRED


def test_a_chip_of_one_colour_is_blurred_and_a_black_one_dark():
    assert Gates().check_chip(plain(128)) is Rejection.TOO_BLURRED
    assert Gates().check_chip(plain(0)) is Rejection.TOO_DARK


def test_only_the_middle_of_a_chip_counts():
    chip = plain(128)
    chip.image[:25], chip.image[-25:], chip.image[:, :25], chip.image[:, -25:] = 0, 255, 0, 255
    assert light(chip) == 128
    assert sharpness(chip) == 0


@pytest.mark.parametrize("size", [1, 2, 5, 96, 160])
def test_chips_of_any_size_are_judged(size):
    chip = Chip(np.full((size, size, 3), 90, np.uint8), Face(LARGE, 1.0))
    assert light(chip) == 90
    assert sharpness(chip) == 0


def test_looking_straight_ahead_is_no_turn():
    assert turn(dlib(FRONTAL)) == pytest.approx(0, abs=1e-6)
    assert turn(arcface(ALSO_FRONTAL)) == pytest.approx(0, abs=1e-6)


def test_the_farther_the_nose_is_aside_the_larger_the_turn():
    turns = [turn(dlib(looking(x))) for x in (100, 110, 120, 140)]
    assert turns == sorted(turns)
    # 22 px beside the middle of eyes that are 55 px apart.
    assert turn(dlib(looking(78))) == pytest.approx(turn(dlib(looking(122)))) == pytest.approx(22 / 55)


@pytest.mark.parametrize("nose_x", [60, 90, 117])
def test_the_tip_of_the_nose_turns_by_a_third_more_than_its_base(nose_x):
    points = ALSO_FRONTAL.copy()
    points[2, 0] = 100 + (nose_x - 100) * 1.3
    assert turn(arcface(points)) == pytest.approx(turn(dlib(looking(nose_x))), abs=1e-5)


@given(
    st.floats(60, 140), st.floats(-math.pi, math.pi), st.floats(0.1, 20), st.floats(-1000, 1000), st.floats(-1000, 1000)
)
def test_turn_ignores_roll_size_and_place(nose_x, angle, scale, x, y):
    landmarks = looking(nose_x).astype(np.float64)
    rotation = np.array([(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))])
    moved = landmarks @ rotation.T * scale + (x, y)
    assert turn(dlib(moved)) == pytest.approx(turn(dlib(landmarks)), abs=1e-6)


@given(st.floats(60, 140), st.floats(50, 150))
def test_turn_is_the_same_for_the_mirror_image(nose_x, nose_y):
    landmarks = looking(nose_x, nose_y)
    mirrored = np.array([(200, 0)]) + landmarks[[2, 3, 0, 1, 4]] * np.array([(-1, 1)])
    assert turn(dlib(mirrored)) == pytest.approx(turn(dlib(landmarks)), abs=1e-5)


@pytest.mark.parametrize("gates", [Gates(), PHOTOGRAPH])
def test_good_portraits_pass(portraits, gates):
    for chip in portraits:
        assert gates.check_face(chip.face) is None
        assert gates.check_chip(chip) is None
        assert turn(chip.face.landmarks) < 0.2


@pytest.mark.parametrize("gates", [Gates(), PHOTOGRAPH])
def test_spoilt_portraits_do_not(portraits, gates):
    for chip in portraits:
        assert gates.check_chip(with_light(chip, 0.1)) is Rejection.TOO_DARK
        assert gates.check_chip(with_light(chip, 20)) is Rejection.TOO_BRIGHT
        assert gates.check_chip(blurred(chip, 10)) is Rejection.TOO_BLURRED


def test_more_blur_is_less_sharp(portraits):
    for chip in portraits:
        values = [sharpness(blurred(chip, sigma)) for sigma in (0.5, 1, 2, 4, 8)]
        assert values == sorted(values, reverse=True)


def test_a_photograph_may_be_worse_than_a_live_frame():
    live = Gates()
    assert PHOTOGRAPH.min_face_px < live.min_face_px
    assert PHOTOGRAPH.min_light < live.min_light
    assert PHOTOGRAPH.max_light > live.max_light
    assert PHOTOGRAPH.min_sharpness < live.min_sharpness
    assert PHOTOGRAPH.max_turn > live.max_turn


def test_conditions_are_what_the_gates_measure():
    face = Face(Box(0, 0, 200, 120), 1.0, dlib(looking(120)))
    seen = conditions_of(face, textured())
    assert (seen.face_px, seen.light, seen.sharpness) == (120, light(textured()), sharpness(textured()))
    assert seen.turn == turn(dlib(looking(120)))
    assert conditions_of(Face(LARGE, 1.0)) == Conditions(200, None, None, None)


@pytest.mark.parametrize(
    ("conditions", "remarks"),
    [
        (Conditions(140, 120.0, 40.0, 0.1), ()),
        (Conditions(98, 74.0, 14.0, 0.38), ()),
        (Conditions(140), ()),
        (
            Conditions(97, 73.9, 13.9, 0.39),
            (Rejection.TOO_SMALL, Rejection.TOO_DARK, Rejection.TOO_BLURRED, Rejection.OFF_POSE),
        ),
        (Conditions(140, 181.1, 40.0, 0.1), (Rejection.TOO_BRIGHT,)),
        (Conditions(140, 120.0, 40.0, math.nan), (Rejection.OFF_POSE,)),
    ],
)
def test_everything_unusual_about_a_picture_is_remarked(conditions, remarks):
    assert USUAL.remarks(conditions) == remarks
