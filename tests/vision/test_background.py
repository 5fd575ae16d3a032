"""Faces that do not move: what is the same place, and what belongs to the background."""

import numpy as np
import pytest

from kiosk.domain import Box, Face
from kiosk.files import asset
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.tracking import STILL_SECONDS, Background

BOX = Box(100, 80, 200, 180)
EYES_PX = 37.5  # between the eyes of a face in this box


@pytest.fixture(scope="module")
def wall():
    """A camera's picture of a printed face (at BOX) on a grey wall, 320 x 240."""
    portrait = read_picture(asset("demo", "grace_hopper.jpg"))
    scale = 100 / 222
    moved = np.array([(scale, 0, 150 - 266 * scale), (0, scale, 130 - 216 * scale)])
    return np.asarray(cv2.warpAffine(portrait, moved, (320, 240), borderMode=cv2.BORDER_REPLICATE))


@pytest.fixture
def seen(wall):
    """Shows the face, moved by x and y px and under a camera's noise, at a time in s; its place."""
    background, random = Background(), np.random.default_rng(0)

    def seen(now, x=0.0, y=0.0, *, track=1, light=1.0, box=BOX, image=wall):
        shifted = cv2.warpAffine(image, np.array([(1, 0, x), (0, 1, y)], float), (320, 240))
        noisy = np.clip(shifted * light + random.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
        return background.update(noisy, {track: Face(box, 5.0)}, [track], now)[track]

    return seen


def test_a_face_that_does_not_move_belongs_to_the_background_after_a_minute(seen):
    shown = [(seen(time).number, seen(time).is_background()) for time in np.arange(0, 62, 2)]
    assert shown == [(1, False)] * 30 + [(1, True)]


@pytest.mark.parametrize(("x", "y"), [(0.03, 0), (0, -0.03), (-0.1, 0.1), (0.3, 0)])
def test_a_face_that_moves_by_a_little_of_its_eye_distance_is_in_another_place(seen, x, y):
    assert seen(0.0).number == 1
    assert seen(30.0, x * EYES_PX, y * EYES_PX).number == 2
    assert not seen(STILL_SECONDS, x * EYES_PX, y * EYES_PX).is_background()


@pytest.mark.parametrize("x", [0.005, -0.01])
def test_a_face_that_moves_by_less_is_not(seen, x):
    seen(0.0)
    assert seen(STILL_SECONDS, x * EYES_PX).is_background()


def test_the_light_and_the_detectors_box_may_change(seen):
    seen(0.0)
    seen(20.0, light=0.6, box=Box(97, 82, 198, 183))
    assert seen(STILL_SECONDS, light=1.2, box=Box(104, 78, 206, 180), track=2).is_background()


@pytest.mark.parametrize("shown", [1.2, 4.0])
def test_who_passes_in_front_does_not_move_a_picture(seen, wall, shown):
    """The picture is where it was, under another track, however long it was covered."""
    first = [seen(time) for time in (0.0, shown)][-1]
    passing = np.roll(wall[:, ::-1], 40, axis=1)
    others = [seen(5 + step / 10, image=np.roll(passing, 5 * step, axis=1), track=2).number for step in range(30)]
    assert first.number not in others
    again = seen(STILL_SECONDS + 1, track=3)
    assert again.number == first.number
    assert again.is_background()


def test_people_who_walk_past_do_not_push_a_picture_out_of_memory(seen):
    picture = [seen(time).number for time in (0.0, 4.0)][-1]
    passing = {seen(5 + step / 10, x=3.0 * (step % 7), track=2).number for step in range(1, 200) if step % 7}
    assert len(passing) > 100
    assert seen(30.0).number == picture


def test_faces_that_were_seen_for_a_moment_do_not_push_a_covered_picture_out_of_memory(wall):
    """Each of them has a track of its own, which is lost; every other one has stood still for more than a second."""
    background = Background()
    for time in (0.0, 4.0):
        picture = background.update(wall, {1: Face(BOX, 5.0)}, [1], time)[1].number
    for number in range(200):
        image = np.random.default_rng(number).integers(0, 255, wall.shape, np.uint8)
        for time in (0.0, 1.2 * (number % 2)):
            background.update(image, {10 + number: Face(BOX, 5.0)}, [10 + number], 5.0 + 2 * number + time)
    again = background.update(wall, {500: Face(BOX, 5.0)}, [500], 410.0)[500]
    assert (again.number, again.is_background()) == (picture, True)


@pytest.mark.parametrize(
    ("seconds", "box", "jumped"), [(4.0, (120, 60, 260, 200), (1,)), (2.0, (120, 60, 260, 200), ())]
)
def test_a_face_in_front_of_a_picture_is_told_from_it(wall, seconds, box, jumped):
    background = Background()
    for time in (0.0, seconds):
        background.update(wall, {1: Face(BOX, 5.0)}, [1], time)
        assert background.jumped == ()
    background.update(np.roll(wall, 40, axis=1), {1: Face(Box(*box), 5.0)}, [1], seconds + 0.2)
    assert background.jumped == jumped


def test_a_picture_that_is_moved_a_little_is_the_same(wall):
    background = Background()
    for time in (0.0, 4.0):
        background.update(wall, {1: Face(BOX, 5.0)}, [1], time)
    background.update(np.roll(wall, 3, axis=1), {1: Face(Box(103, 80, 203, 180), 5.0)}, [1], 4.2)
    assert background.jumped == ()


def test_a_clock_that_is_set_back_begins_again(seen):
    seen(1000.0)
    assert seen(0.0).number == 2
    assert not seen(59.0).is_background()


@pytest.mark.parametrize("corners", [(-50, -50, 40, 40), (300, 200, 400, 300), (400, 400, 500, 500), (5, 5, 5, 5)])
def test_boxes_beyond_the_picture_are_places_too(seen, corners):
    assert seen(0.0, box=Box(*corners)).number == 1
    assert seen(1.0, box=Box(*corners)).number in {1, 2}
