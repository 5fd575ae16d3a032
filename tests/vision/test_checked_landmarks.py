from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kiosk.domain import Box, Scheme
from kiosk.files import asset
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import CheckedLandmarks, shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


@pytest.fixture(scope="module")
def model():
    return shipped_landmarks()


@pytest.fixture(scope="module")
def checked(model):
    return CheckedLandmarks(model)


@pytest.fixture(scope="module")
def hopper():
    return read_picture(asset("demo", "grace_hopper.jpg"))


@pytest.fixture(scope="module")
def box(hopper):
    return HaarDetector().find_thoroughly(hopper)[0].box


def test_where_both_looks_agree_the_points_are_those_of_the_first(model, checked, hopper, box):
    np.testing.assert_array_equal(checked.locate(hopper, box).points, model.locate(hopper, box).points)


@pytest.mark.parametrize("degrees", [-25, 25])
def test_the_points_turn_with_the_head(checked, hopper, box, degrees):
    turn = cv2.getRotationMatrix2D(box.centre, degrees, 1)
    image = np.asarray(cv2.warpAffine(hopper, turn, hopper.shape[1::-1], borderMode=cv2.BORDER_REPLICATE))
    expected = checked.locate(hopper, box).points @ turn[:, :2].T + turn[:, 2]
    away = np.linalg.norm(checked.locate(image, box).points - expected, axis=1)
    assert away.max() < 0.04 * box.width


@pytest.mark.parametrize("scale", [0.2, 0.5, 2.0])
def test_the_points_grow_with_the_picture(checked, hopper, box, scale):
    image = np.asarray(cv2.resize(hopper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    small = Box(*(round(edge * scale) for edge in (box.left, box.top, box.right, box.bottom)))
    away = checked.locate(image, small).points / scale - checked.locate(hopper, box).points
    assert np.linalg.norm(away, axis=1).mean() < 0.04 * box.width


@pytest.mark.data
@pytest.mark.parametrize(
    "case",
    [
        ("John_Manley_0002", Box(61, 52, 196, 187), [(153, 116), (100, 119), (122, 139)]),
        ("Janica_Kostelic_0001", Box(50, 58, 185, 193), [(158, 111), (92, 112), (125, 145)]),
        ("Paul_Wilson_0001", Box(56, 52, 200, 196), [(162, 106), (94, 107), (128, 146)]),
    ],
)
def test_a_face_that_was_missed_from_its_box_is_found_from_another(model, checked, data, case):
    picture, found, places = case
    image = read_picture(data / "lfw-view1" / picture[:-5] / f"{picture}.jpg")
    away = [np.abs(finder.locate(image, found).points[[0, 2, 4]] - places).mean() for finder in (model, checked)]
    assert away[0] > 5  # px; the outer corners of the eyes and the base of the nose
    assert away[1] < 2


def test_its_key_is_another_than_that_of_one_look(model, checked):
    assert checked.key != model.key


@pytest.mark.parametrize(
    "box",
    [Box(0, 0, 0, 0), Box(5, 5, 6, 6), Box(-500, -500, -400, -400), Box(10**6, 10**6, 10**6 + 50, 10**6 + 50)],
)
@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (40, 60, 3)])
def test_wherever_the_box_lies_there_are_five_numbers_for_points(checked, shape, box):
    found = checked.locate(np.zeros(shape, np.uint8), box)
    assert found.scheme is Scheme.DLIB
    assert found.points.shape == (5, 2)


def test_several_threads_find_the_same_points(checked, hopper, box):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: checked.locate(hopper, box).points, range(12)))
    assert all(np.array_equal(points, found[0]) for points in found)
