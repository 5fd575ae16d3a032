"""Which faces are good enough to be compared: size, light, sharpness, turn; and dark glasses."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Box, Chip, Conditions, Face, Landmarks, Rejection, Scheme
from kiosk.files import asset
from kiosk.vision.alignment import quality_chip
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import (
    DARK_GLASSES,
    PHOTOGRAPH,
    USUAL,
    Gates,
    conditions_of,
    shade_of_the_eyes,
    sharpness,
    turn,
)

# Two corners of each eye and the base of the nose, of somebody who looks straight ahead.
FRONTAL = np.array([(140, 60), (115, 62), (60, 60), (85, 62), (100, 105)], np.float32)
# The same face in ArcFace's points: eyes, tip of the nose, corners of the mouth.
ALSO_FRONTAL = np.array([(72.5, 61), (127.5, 61), (100, 95), (80, 130), (120, 130)], np.float32)
LARGE = Box(0, 0, 200, 200)


def dlib(points) -> Landmarks:
    return Landmarks(np.asarray(points), Scheme.DLIB)


def arcface(points) -> Landmarks:
    return Landmarks(np.asarray(points), Scheme.ARCFACE)


def chip_of(image: np.ndarray, face: Face) -> Chip:
    return quality_chip(image, replace(face, landmarks=shipped_landmarks().locate(image, face.box)))


@pytest.fixture(scope="module")
def portraits() -> list[Chip]:
    images = [read_picture(asset("demo", name)) for name in ("grace_hopper.jpg", "eileen_collins.jpg")]
    return [chip_of(image, HaarDetector().find_thoroughly(image)[0]) for image in images]


def looking(nose_x: float, nose_y: float = 105) -> np.ndarray:
    return np.vstack([FRONTAL[:4], [(nose_x, nose_y)]]).astype(np.float32)


def plain(grey: int, size: int = 150) -> Chip:
    return Chip(np.full((size, size, 3), grey, np.uint8), Face(LARGE, 1.0))


def textured(middle: int = 128, amplitude: int = 20) -> Chip:
    stripes = np.where(np.arange(150) // 4 % 2, middle - amplitude, middle + amplitude)
    return Chip(np.broadcast_to(stripes[None, :, None], (150, 150, 3)).astype(np.uint8), Face(LARGE, 1.0))


def blurred(chip: Chip, sigma: float) -> Chip:
    return replace(chip, image=np.asarray(cv2.GaussianBlur(chip.image, (0, 0), sigma), np.uint8))


def with_light(chip: Chip, factor: float) -> Chip:
    return replace(chip, image=np.clip(chip.image * float(factor), 0, 255).astype(np.uint8))


def rejection(gates: Gates, chip: Chip) -> Rejection | None:
    return gates.rejection(conditions_of(chip.face, chip))


def pose_rejection(limit: float, landmarks: Landmarks) -> Rejection | None:
    return Gates(max_turn=limit).rejection(conditions_of(Face(LARGE, 1.0, landmarks)))


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_face_is_off_pose_above_the_limit_and_where_its_landmarks_are_no_numbers():
    aside = dlib(looking(125))
    limit = turn(aside)
    assert pose_rejection(limit, aside) is None
    assert pose_rejection(math.nextafter(limit, 0), aside) is Rejection.OFF_POSE
    lost = [dlib(np.full((5, 2), 50.0)), arcface(np.full((5, 2), 50.0))]
    for bad in (np.nan, np.inf, -np.inf):
        for point in range(5):
            points = FRONTAL.copy()
            points[point, 0] = bad
            lost.append(dlib(points))
    for landmarks in lost:
        assert pose_rejection(1e9, landmarks) is Rejection.OFF_POSE, landmarks


def test_a_chip_is_too_dark_too_bright_or_too_blurred_beyond_the_limits():
    gates = Gates(min_light=50, max_light=200, min_sharpness=0)
    found = {grey: rejection(gates, plain(grey)) for grey in (49, 50, 200, 201)}
    assert found == {49: Rejection.TOO_DARK, 50: None, 200: None, 201: Rejection.TOO_BRIGHT}
    limit = sharpness(textured())
    assert rejection(Gates(min_sharpness=limit), textured()) is None
    assert rejection(Gates(min_sharpness=math.nextafter(limit, math.inf)), textured()) is Rejection.TOO_BLURRED
    assert rejection(Gates(), plain(128)) is Rejection.TOO_BLURRED


def test_the_farther_the_nose_is_aside_the_larger_the_turn():
    assert turn(dlib(FRONTAL)) == pytest.approx(0, abs=1e-6)
    assert turn(arcface(ALSO_FRONTAL)) == pytest.approx(0, abs=1e-6)
    turns = [turn(dlib(looking(x))) for x in (100, 110, 120, 140)]
    assert turns == sorted(turns)
    # 22 px beside the middle of eyes that are 55 px apart.
    assert turn(dlib(looking(78))) == pytest.approx(turn(dlib(looking(122)))) == pytest.approx(22 / 55)
    for nose_x in (60, 90, 117):
        points = ALSO_FRONTAL.copy()
        points[2, 0] = 100 + (nose_x - 100) * 1.3  # the tip moves farther than the base
        assert turn(arcface(points)) == pytest.approx(turn(dlib(looking(nose_x))), abs=1e-5)


@given(
    st.floats(60, 140), st.floats(-math.pi, math.pi), st.floats(0.1, 20), st.floats(-1000, 1000), st.floats(-1000, 1000)
)
def test_turn_ignores_roll_size_place_and_side(nose_x, angle, scale, x, y):
    landmarks = looking(nose_x).astype(np.float64)
    rotation = np.array([(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))])
    assert turn(dlib(landmarks @ rotation.T * scale + (x, y))) == pytest.approx(turn(dlib(landmarks)), abs=1e-6)
    mirrored = np.array([(200, 0)]) + landmarks[[2, 3, 0, 1, 4]] * np.array([(-1, 1)])
    assert turn(dlib(mirrored)) == pytest.approx(turn(dlib(landmarks)), abs=1e-5)


def test_good_portraits_pass_and_spoilt_ones_do_not(portraits):
    for gates in (Gates(), PHOTOGRAPH):
        for chip in portraits:
            assert rejection(gates, chip) is None
            assert turn(chip.face.landmarks) < 0.2
            assert rejection(gates, with_light(chip, 0.1)) is Rejection.TOO_DARK
            assert rejection(gates, with_light(chip, 20)) is Rejection.TOO_BRIGHT
            assert rejection(gates, blurred(chip, 10)) is Rejection.TOO_BLURRED
            values = [sharpness(blurred(chip, sigma)) for sigma in (0.5, 1, 2, 4, 8)]
            assert values == sorted(values, reverse=True)


def test_everything_unusual_about_a_picture_is_remarked():
    everything = (Rejection.TOO_SMALL, Rejection.TOO_DARK, Rejection.TOO_BLURRED, Rejection.OFF_POSE)
    assert USUAL.remarks(Conditions(98, 74.0, 14.0, 0.38)) == USUAL.remarks(Conditions(140)) == ()
    assert USUAL.remarks(Conditions(97, 73.9, 13.9, 0.39)) == everything
    assert USUAL.remarks(Conditions(140, 181.1, 40.0, math.nan)) == (Rejection.TOO_BRIGHT, Rejection.OFF_POSE)


def test_a_face_with_dark_glasses_is_told_from_a_bare_one(portraits):
    bare = portraits[0]
    assert shade_of_the_eyes(bare) > 0.75
    image = bare.image.copy()
    for x in (47, 101):
        cv2.ellipse(image, (x, 52), (22, 16), 0, 0, 360, (20, 20, 20), -1)
    assert shade_of_the_eyes(replace(bare, image=image)) < DARK_GLASSES
    assert all(np.isfinite(shade_of_the_eyes(plain(grey))) for grey in (0, 128, 255))


@pytest.mark.data
def test_faces_without_dark_glasses_are_hardly_ever_taken_for_covered(data):
    detector, covered = HaarDetector(), 0
    for path in sorted((data / "lfw-view1").glob("*/*_0002.jpg"))[:15]:
        image = read_picture(path)
        for face in detector.find(image, min_face_px=60)[:1]:
            covered += shade_of_the_eyes(chip_of(image, face)) < DARK_GLASSES
    assert covered == 0
