import warnings

import numpy as np
import pytest

from kiosk.domain import Box
from kiosk.files import shipped_weights
from kiosk.vision.alignment import dlib_chip
from kiosk.vision.landmarks import LandmarkModel
from kiosk.vision.opencv import cv2

MEAN = np.array(
    [
        (0.8595674595992, 0.2134981538014),
        (0.6460604764104, 0.2289674387677),
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.4901123135679, 0.6277975316475),
    ]
)
UPRIGHT = (MEAN + 0.25) / 1.5 * 150  # a face whose chip is as large as the part of the image it is cut from


def shifted(right, down, size=150):
    return UPRIGHT * size / 150 + np.array([right, down])


@pytest.fixture(scope="module")
def peer():
    dlib = pytest.importorskip("dlib")

    def chip(image, landmarks):
        points = [dlib.point(int(x), int(y)) for x, y in landmarks]
        shape = dlib.full_object_detection(dlib.rectangle(0, 0, 9, 9), points)
        return dlib.get_face_chip(np.ascontiguousarray(image[..., ::-1]), shape, size=150, padding=0.25)

    return chip


def difference(image, landmarks, peer):
    return np.abs(dlib_chip(image, landmarks).astype(int) - peer(image, landmarks)).mean()


def face_points(draw, side, centre):
    """Five points of a face of `side` px, turned at will and pushed about a little, on whole pixels."""
    face = (MEAN - 0.45) @ (1, 1j) * side * np.exp(1j * draw.uniform(-np.pi, np.pi)) + complex(*centre)
    moved = np.stack([face.real, face.imag], axis=1) + draw.normal(scale=0.03, size=(5, 2)) * side
    return np.round(moved).astype(np.float32)


@pytest.mark.data
def test_chips_equal_dlibs_on_faces(peer, data):
    model = LandmarkModel.from_bytes("dlib", shipped_weights("dlib_landmarks.npz").read_bytes())
    files = np.random.default_rng(9).choice(sorted((data / "lfw-view1").rglob("*.jpg")), 60, replace=False)
    images = [cv2.imread(str(file)) for file in files]
    differences = [difference(image, model.locate(image, Box(70, 70, 180, 180)).points, peer) for image in images]
    assert np.mean(differences) <= 0.05
    assert max(differences) <= 0.6


@pytest.mark.parametrize("side", [1, 5, 30, 100, 190, 230, 420, 900, 1800, 9000])
def test_chips_equal_dlibs_at_every_size_and_place(peer, side):
    draw = np.random.default_rng(side)
    height, width = min(side + 60, 1900), min(side + 200, 2000)
    image = draw.integers(0, 256, (height, width, 3), dtype=np.uint8)
    for _ in range(5):
        centre = draw.uniform(-0.2, 1.2) * width, draw.uniform(-0.2, 1.2) * height
        assert difference(image, face_points(draw, side, centre), peer) <= 0.05


def gradient(height, width):
    """An image whose blue is the column, green the row, and red 77."""
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = np.arange(width)
    image[..., 1] = np.arange(height)[:, np.newaxis]
    image[..., 2] = 77
    return image


def test_an_upright_face_of_the_chips_size_is_cut_out_as_it_is():
    # The chip's middle, 74.5, lies at 75 of the image: each value is a half above a whole number, and truncated.
    chip = dlib_chip(gradient(200, 200), shifted(10, 20))
    assert chip.shape == (150, 150, 3)
    assert chip.dtype == np.uint8
    np.testing.assert_array_equal(chip[..., 0], 77)
    np.testing.assert_array_equal(chip[..., 1], np.arange(20, 170)[:, np.newaxis].repeat(150, axis=1))
    np.testing.assert_array_equal(chip[..., 2], np.arange(10, 160)[np.newaxis].repeat(150, axis=0))


def test_a_face_lying_on_its_side_is_turned_upright():
    image = gradient(200, 200)
    lying = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
    landmarks = shifted(10, 20)
    turned = np.stack([199 - landmarks[:, 1], landmarks[:, 0]], axis=1)
    upright, from_lying = dlib_chip(image, landmarks).astype(int), dlib_chip(lying, turned).astype(int)
    assert np.abs(upright - from_lying).max() <= 1


def test_another_size_shows_the_same_part_of_the_image():
    image = gradient(200, 200)
    large, small = dlib_chip(image, UPRIGHT + 20), dlib_chip(image, UPRIGHT + 20, size=96)
    assert small.shape == (96, 96, 3)
    assert np.abs(cv2.resize(large, (96, 96)).astype(int) - small).max() <= 2


def test_what_lies_outside_the_image_is_black():
    chip = dlib_chip(np.full((200, 200, 3), 200, np.uint8), shifted(-50, 100))
    # Image column 0.5 is chip column 50, image row 198.5 chip row 98: the last with all neighbours inside.
    assert not chip[:, :50].any()
    assert not chip[99:].any()
    assert (chip[:99, 50:] >= 199).all()


@pytest.mark.parametrize("size", [150, 600])
@pytest.mark.parametrize("move", [(-5000, 0), (0, 5000), (5000, -5000)])
def test_a_face_beside_the_image_gives_a_black_chip(size, move):
    assert not dlib_chip(np.full((200, 200, 3), 200, np.uint8), shifted(*move, size)).any()


def test_landmarks_that_coincide_show_their_surroundings():
    chip = dlib_chip(gradient(100, 100), np.full((5, 2), 50))
    assert set(np.unique(chip[..., 1:])) <= {49, 50}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -1e12])
@pytest.mark.parametrize("all_points", [True, False])
def test_landmarks_that_are_nowhere_give_a_black_chip_without_a_warning(value, all_points):
    landmarks = UPRIGHT + 10
    landmarks[0 if not all_points else slice(None)] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not dlib_chip(gradient(200, 200), landmarks).any()


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 50, 3), (1, 1, 3), (1, 300, 3), (8, 300, 3)])
@pytest.mark.parametrize("size", [20, 150, 5000])
def test_an_image_too_small_for_a_face_gives_a_chip_all_the_same(shape, size):
    assert dlib_chip(np.full(shape, 9, np.uint8), UPRIGHT * size / 150).shape == (150, 150, 3)


def test_a_cut_out_view_gives_the_chip_of_its_copy():
    view = np.random.default_rng(2).integers(0, 256, (400, 500, 3), dtype=np.uint8)[20:380:2, ::2]
    np.testing.assert_array_equal(dlib_chip(view, UPRIGHT + 15), dlib_chip(view.copy(), UPRIGHT + 15))
