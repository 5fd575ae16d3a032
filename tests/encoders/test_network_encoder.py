"""One network as an encoder: chips in the input format go in, an embedding of length 1 comes out."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.domain import Box, Chip, Crop, CropKind, Face
from kiosk.encoders.encoder import Colour, EncoderSpec, Golden, InputFormat, Layout, NetworkEncoder, embedding
from kiosk.encoders.golden import PICTURE, check_golden, golden_difference, golden_vector
from kiosk.errors import EncoderError, WeightsError

SIZE = 4
CROP = Crop(CropKind.DLIB_CHIP, SIZE)
SPEC = EncoderSpec("left_half", 4, (CROP,), 0.39, 0.04, "0" * 16, "CC0-1.0", "a test", 1, None, None)
IMAGES = np.random.default_rng(4).integers(0, 256, (2, 5, 5, 3), np.uint8)


class LeftHalf:
    """A network that returns the means of the left columns and of each channel."""

    def __init__(self) -> None:
        self.batches: list[NDArray[np.float32]] = []

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        self.batches.append(images)
        left = images[:, :, : SIZE // 2].mean(axis=(1, 2, 3))
        return np.column_stack([left, *(images[..., channel].mean(axis=(1, 2)) for channel in range(3))])


class Constant:
    """A network with one output for all pictures."""

    def __init__(self, output: Any) -> None:
        self.output = np.asarray(output, np.float32)

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.output


PLAIN = InputFormat(size_px=16, layout=Layout.CHANNELS_LAST)


def encoder(network: Any, inputs: InputFormat | None = None, **options: Any) -> NetworkEncoder:
    return NetworkEncoder(SPEC, network, inputs or PLAIN, **{"mirror": True, **options})


def face(image: NDArray[Any], crop: Crop = CROP) -> dict[Crop, Chip]:
    return {crop: Chip(image, Face(Box(0, 0, SIZE, SIZE), score=1.0))}


def picture(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def test_an_embedding_is_the_normalised_mean_over_the_chip_and_its_mirror_image() -> None:
    network, image = LeftHalf(), picture()
    found = encoder(network).embed(face(image))
    assert found.encoder == "left_half"
    assert found.vector.dtype == np.float32
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(network.batches[0], [image, image[:, ::-1]])
    assert np.allclose(found.vector, encoder(network).embed(face(image[:, ::-1])).vector, atol=1e-7)
    assert encoder(Constant([[3, 0, 0, 0], [0, 4, 0, 0]])).embed(face(image)).vector == pytest.approx([0.6, 0.8, 0, 0])


def test_mirroring_follows_the_spec() -> None:
    for mirror, stored, views in ((True, False, 2), (False, True, 1), ("stored", False, 1), ("stored", True, 2)):
        network = LeftHalf()
        encoder(network, mirror=mirror).embed(face(picture()), stored=stored)
        assert len(network.batches[0]) == views, (mirror, stored)


def test_a_wrong_chip_is_refused_before_the_network_runs() -> None:
    network = LeftHalf()
    for image in (
        np.zeros((SIZE, SIZE), np.uint8),
        np.zeros((SIZE, SIZE + 1, 3), np.uint8),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((SIZE, SIZE, 3), np.float32),
    ):
        with pytest.raises(EncoderError, match=r"it takes \(4, 4, 3\) uint8; cut the face out with the crop dlib_chip"):
            encoder(network).embed(face(image))
    with pytest.raises(EncoderError, match="was given no chip"):
        encoder(network).embed(face(picture(), Crop(CropKind.ARCFACE, SIZE)))
    assert network.batches == []


def test_an_output_that_is_not_usable_is_a_fault() -> None:
    one_nan = np.ones((2, 4))
    one_nan[1, 2] = np.nan
    for output in (one_nan, np.full((2, 4), np.inf), np.zeros((2, 4))):
        with pytest.raises(EncoderError, match="no direction"):
            encoder(Constant(output)).embed(face(picture()))
    for shape in ((2, 5), (1, 4), (4,), (0, 4)):
        with pytest.raises(EncoderError, match="gave an output of"):
            encoder(Constant(np.ones(shape))).embed(face(picture()))
    assert embedding("some", np.array([0.0, -2e-100])).vector.tolist() == [0, -1]


# The input format --------------------------------------------------------------------------------------------------


def test_mean_and_scale_are_in_the_order_of_the_colours() -> None:
    assert np.array_equal(PLAIN.prepared(IMAGES), IMAGES)
    form = PLAIN.model_copy(
        update={"layout": Layout.CHANNELS_FIRST, "colour": Colour.BGR, "mean": (1, 2, 3), "scale": (0.5, 1, 2)}
    )
    found = form.prepared(IMAGES)
    assert (found.shape, form.batch_shape(2)) == ((2, 3, 5, 5), (2, 3, 16, 16))
    assert found.flags.c_contiguous
    assert np.array_equal(found[:, 2], (IMAGES[..., 0] - np.float32(3)) * 2)
    assert np.array_equal(found[:, 0], (IMAGES[..., 2] - np.float32(1)) / 2)
    network = LeftHalf()
    encoder(network, form).embed(face(picture()))
    assert network.batches[0].shape == (2, 3, SIZE, SIZE)


@pytest.mark.slow
def test_standardised_pictures_are_those_of_tensorflow() -> None:
    tf = pytest.importorskip("tensorflow")
    images = np.concatenate([IMAGES, np.full((1, 5, 5, 3), 9, np.uint8)])
    images[2, 0, 0, 0] = 10  # a deviation below the smallest one, 1 / sqrt(75)
    expected = tf.image.per_image_standardization(images).numpy()
    assert np.allclose(PLAIN.model_copy(update={"standardise": True}).prepared(images), expected, atol=1e-5)


# The golden picture ------------------------------------------------------------------------------------------------


class Projection:
    """A network with one random dense layer."""

    weights = np.random.default_rng(8).normal(size=(SIZE * SIZE * 3, 4)) / 100

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return (images.reshape(len(images), -1) @ self.weights).astype(np.float32)


def with_golden(network: Any, values: tuple[float, ...] | None) -> NetworkEncoder:
    own = encoder(network)
    own.spec = dataclasses.replace(SPEC, golden=Golden(picture=PICTURE, values=values) if values else None)
    return own


def test_an_encoder_must_give_the_values_of_its_spec() -> None:
    values = tuple(float(value) for value in golden_vector(encoder(Projection())).vector)
    right = with_golden(Projection(), values)
    check_golden(right)
    assert golden_difference(right) == pytest.approx(0, abs=1e-6)
    check_golden(with_golden(Projection(), tuple(round(value, 4) for value in values)))
    with pytest.raises(WeightsError, match=rf"left_half: answers .* to {PICTURE}, .*; check file and input"):
        check_golden(with_golden(Projection(), values[::-1]))
    assert golden_difference(encoder(Projection())) is None


def test_an_encoder_that_ignores_its_input_is_refused() -> None:
    for values in (None, (0.5,) * 4):
        with pytest.raises(WeightsError, match="all faces would be one person's"):
            check_golden(with_golden(Constant(np.ones((2, 4))), values))
    with pytest.raises(EncoderError, match="no direction"):
        check_golden(with_golden(Constant(np.full((2, 4), np.nan)), None))
