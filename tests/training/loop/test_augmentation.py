import numpy as np
import pytest
import tensorflow as tf

from kiosk.training.augmentation import _blurred, augmented

SIZE_PX = 48


@pytest.fixture(scope="module")
def face():
    """Bright above, dark below, a red spot on the left: what is turned, mirrored or shifted can be seen."""
    rows = np.linspace(200, 60, SIZE_PX)[:, None, None]
    image = np.broadcast_to(rows, (SIZE_PX, SIZE_PX, 3)).astype(np.uint8).copy()
    image[20:28, 8:16] = (250, 20, 20)
    return image


@pytest.fixture(scope="module")
def seen(face):
    return augmented(np.stack([face] * 200), np.array([1, 2], np.int32)).numpy()


def redness(images):
    return np.maximum(images[..., 0] - images[..., 1:].mean(axis=-1), 0)


def test_chips_stay_grey_levels_of_the_same_size(seen):
    assert (seen.shape, seen.dtype) == ((200, SIZE_PX, SIZE_PX, 3), np.float32)
    assert (seen.min() >= 0, seen.max() <= 255) == (True, True)


def test_about_half_of_them_are_mirrored(seen):
    columns = redness(seen).sum(axis=1)
    on_the_right = columns[:, SIZE_PX // 2 :].sum(axis=1) > columns[:, : SIZE_PX // 2].sum(axis=1)
    assert 0.35 < on_the_right.mean() < 0.65


def test_they_are_shifted_turned_and_lit_by_little(seen, face):
    weight = redness(seen) > 60
    rows = (weight * np.arange(SIZE_PX)[:, None]).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))
    assert np.abs(rows - 23.5).max() < 7
    assert 1 < rows.std() < 4
    means = seen.mean(axis=(1, 2, 3))
    assert means.std() > 15
    assert abs(np.median(means) - face.mean()) < 25


def test_no_black_comes_in_from_outside():
    grey = np.full((50, SIZE_PX, SIZE_PX, 3), 200, np.uint8)
    spread = augmented(grey, np.array([4, 4], np.int32)).numpy()
    assert (spread.std(axis=(1, 2)) < 8).all()


def test_some_are_blurred_and_some_are_not():
    fine = np.tile(np.array([[60, 190], [190, 60]], np.uint8), (24, 24))
    chips = np.repeat(np.stack([fine] * 3, axis=-1)[None], 100, axis=0)
    detail = augmented(chips, np.array([5, 6], np.int32)).numpy().std(axis=(1, 2, 3))
    assert detail.max() > 3 * detail.min()


def test_the_seed_decides_and_every_chip_has_its_own(face):
    chips = np.stack([face] * 3)
    one, again, other = (augmented(chips, np.array(seed, np.int32)).numpy() for seed in ([1, 7], [1, 7], [1, 8]))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1
    assert np.abs(one[0] - one[1]).max() > 1


def test_the_strongest_blur_is_no_sharpening(face):
    """Beyond a full blur a picture would be turned into its opposite."""
    steps = np.abs(np.diff(face[:, SIZE_PX // 2].astype(float), axis=0)).max()
    strong = _blurred(tf.constant(np.stack([face] * 50), tf.float32), tf.constant([1, 2]), 2.0).numpy()
    assert np.abs(np.diff(strong[:, :, SIZE_PX // 2], axis=1)).max() <= steps + 1e-3
