import numpy as np

from kiosk.vision.demo import VANISHING_POINT, draw_hallway, project


def test_what_is_straight_ahead_stays_on_the_vanishing_point():
    assert project(0, 0, 1) == project(0, 0, 100) == VANISHING_POINT


def test_twice_as_far_is_half_as_far_from_the_vanishing_point():
    near, far = np.array(project(0.5, 0.8, 1)), np.array(project(0.5, 0.8, 2))
    assert np.allclose(near - VANISHING_POINT, 2 * (far - VANISHING_POINT))


def test_the_corridor_is_a_picture_with_light_above_and_a_darker_floor():
    picture = draw_hallway()
    assert picture.shape == (480, 640, 3)
    assert picture.dtype == np.uint8
    assert picture[:20].mean() > picture[-100:, 200:440].mean() + 40


def test_the_corridor_is_the_same_each_time():
    assert np.array_equal(draw_hallway(), draw_hallway())
