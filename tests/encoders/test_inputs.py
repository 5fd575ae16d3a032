import numpy as np
import pytest

from kiosk.encoders.encoder import Colour, InputFormat, Layout

IMAGES = np.random.default_rng(4).integers(0, 256, (2, 5, 5, 3), np.uint8)


def test_grey_levels_come_as_they_are_unless_something_is_said() -> None:
    found = InputFormat().prepared(IMAGES)
    assert found.dtype == np.float32
    assert np.array_equal(found, IMAGES)


def test_mean_is_taken_off_before_scale_multiplies_colour_by_colour() -> None:
    found = InputFormat(mean=(1, 2, 3), scale=(0.5, 2, 4)).prepared(IMAGES)
    for channel, (mean, scale) in enumerate([(1, 0.5), (2, 2), (3, 4)]):
        assert np.allclose(found[..., channel], (IMAGES[..., channel] - np.float64(mean)) * scale, rtol=1e-6)


def test_mean_and_scale_belong_to_the_order_of_the_colours() -> None:
    found = InputFormat(colour=Colour.BGR, mean=(10, 20, 30)).prepared(IMAGES)
    assert np.array_equal(found[..., 0], IMAGES[..., 2] - np.float32(10))
    assert np.array_equal(found[..., 2], IMAGES[..., 0] - np.float32(30))


def test_channels_come_first_where_the_network_wants_them_there() -> None:
    form = InputFormat(Layout.CHANNELS_FIRST, Colour.BGR)
    found = form.prepared(IMAGES)
    assert found.shape == form.batch_shape(2, 5) == (2, 3, 5, 5)
    assert np.array_equal(found[1, 0], IMAGES[1, :, :, 2])
    assert InputFormat().batch_shape(2, 5) == (2, 5, 5, 3)


@pytest.mark.parametrize("layout", Layout)
def test_a_batch_lies_in_memory_as_runtimes_take_it(layout: Layout) -> None:
    found = InputFormat(layout, Colour.BGR).prepared(IMAGES[:, :, ::-1])
    assert found.flags.c_contiguous
    assert not np.shares_memory(found, IMAGES)


def test_each_picture_is_standardised_by_its_own_mean_and_deviation() -> None:
    images = np.stack([IMAGES[0], IMAGES[1] // 4 + 100])
    found = InputFormat(standardise=True).prepared(images)
    assert found.dtype == np.float32
    for image, own in zip(images.astype(np.float64), found, strict=True):
        assert np.allclose(own, (image - image.mean()) / image.std(), atol=1e-5)


def test_a_picture_of_one_grey_is_standardised_to_nothing() -> None:
    images = np.full((1, 5, 5, 3), 77, np.uint8)
    assert np.array_equal(InputFormat(standardise=True).prepared(images), np.zeros((1, 5, 5, 3)))
    images[0, 0, 0, 0] = 78
    # The deviation, 0.115, is below its least, 1 / sqrt(75).
    found = InputFormat(standardise=True).prepared(images)
    assert found.max() == pytest.approx((1 - 1 / 75) * np.sqrt(75), rel=1e-5)


def test_standardised_is_what_tensorflow_calls_so() -> None:
    tf = pytest.importorskip("tensorflow")
    images = np.concatenate([IMAGES, np.full((1, 5, 5, 3), 9, np.uint8)])
    expected = tf.image.per_image_standardization(images).numpy()
    assert np.allclose(InputFormat(standardise=True).prepared(images), expected, atol=1e-5)
