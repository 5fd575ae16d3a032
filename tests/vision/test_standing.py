import itertools

import numpy as np
import pytest

from kiosk.evaluation.recordings import standing_frames
from kiosk.files import asset
from kiosk.vision.pictures import read_picture


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return read_picture(asset("demo", "grace_hopper.jpg"))


def test_frames_of_a_picture_are_always_the_same_and_each_is_another(picture):
    first, again = list(standing_frames(picture, 4)), list(standing_frames(picture, 4))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert all(not np.array_equal(one, other) for one, other in itertools.pairwise(first))


def test_more_frames_begin_like_fewer(picture):
    assert all(
        np.array_equal(*pair) for pair in zip(standing_frames(picture, 2), standing_frames(picture, 5), strict=False)
    )


def test_frames_are_pictures_of_the_same_size_that_resemble_it(picture):
    small = picture[::4, ::4]
    for frame in standing_frames(small, 5):
        assert (frame.shape, frame.dtype) == (small.shape, np.uint8)
        assert np.corrcoef(frame.ravel(), small.ravel())[0, 1] > 0.4


def test_a_large_picture_is_seen_as_large_as_a_camera_shows_it():
    (frame,) = standing_frames(np.full((1500, 900, 3), 90, np.uint8), 1)
    assert frame.shape == (640, 384, 3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 2000)])
def test_tiny_and_narrow_pictures_are_frames_too(shape):
    frames = list(standing_frames(np.full((*shape, 3), 255, np.uint8), 3))
    assert len(frames) == 3
    assert all(frame.ndim == 3 and frame.size for frame in frames)


def test_no_frames_are_none(picture):
    assert list(standing_frames(picture, 0)) == []
