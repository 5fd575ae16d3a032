import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.domain import Box, Chip, Face
from kiosk.encoders.encoder import REFERENCE_TOLERANCE, Crop, Encoder, EncoderSpec, check_reference, reference_chip
from kiosk.errors import EncoderError

SIZE = 4


class LeftHalf:
    """A network that answers with the means of the picture's left columns and of its channels."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.batches: list[NDArray[np.float32]] = []

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        self.batches.append(images)
        left = images[:, :, : SIZE // 2].mean(axis=(1, 2, 3))
        return np.column_stack([left, *(images[..., channel].mean(axis=(1, 2)) for channel in range(3))]) * self.scale


class Answers:
    """A network that answers the same to everything."""

    def __init__(self, output: NDArray[np.float32]) -> None:
        self.output = output

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.output


def spec(*, mirror: bool = True, reference: tuple[float, ...] = (0.5, 0.5, 0.5, 0.5)) -> EncoderSpec:
    return EncoderSpec(
        name="left_half",
        dimension=4,
        input_size_px=SIZE,
        crop=Crop.DLIB_CHIP,
        mirror=mirror,
        threshold=0.39,
        margin=0.04,
        path_version=1,
        file="left_half.tflite",
        sha256="0" * 64,
        licence="CC0-1.0",
        source="a test",
        reference=reference,
    )


def chip(image: NDArray[np.uint8]) -> Chip:
    return Chip(image, Face(Box(0, 0, SIZE, SIZE), score=1.0))


def picture(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def test_an_embedding_has_length_one_and_the_name_of_its_encoder() -> None:
    (found,) = Encoder(spec(), LeftHalf()).encode([chip(picture())])
    assert found.vector.dtype == np.float32
    assert found.vector.shape == (4,)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)
    assert found.encoder == "left_half"


def test_the_network_is_given_the_chip_and_its_mirror_image_as_grey_levels() -> None:
    network, image = LeftHalf(), picture()
    Encoder(spec(), network).encode([chip(image)])
    (batch,) = network.batches
    assert batch.dtype == np.float32
    assert np.array_equal(batch[0], image)
    assert np.array_equal(batch[1], image[:, ::-1])


def test_an_embedding_is_the_same_for_the_mirror_image() -> None:
    encoder, image = Encoder(spec(), LeftHalf()), picture()
    straight, mirrored = encoder.encode([chip(image), chip(image[:, ::-1])])
    assert np.allclose(straight.vector, mirrored.vector, atol=1e-7)


def test_an_embedding_is_the_direction_of_the_mean_of_both_outputs() -> None:
    output = np.array([[3, 0, 0, 0], [0, 4, 0, 0]], np.float32)
    (found,) = Encoder(spec(), Answers(output)).encode([chip(picture())])
    assert found.vector == pytest.approx([0.6, 0.8, 0, 0])


def test_without_mirror_the_network_sees_the_chip_alone() -> None:
    network = LeftHalf()
    Encoder(spec(mirror=False), network).encode([chip(picture())])
    assert network.batches[0].shape == (1, SIZE, SIZE, 3)


def test_embeddings_come_in_the_order_of_the_chips() -> None:
    encoder = Encoder(spec(), LeftHalf())
    chips = [chip(picture(seed)) for seed in range(5)]
    together = encoder.encode(chips)
    alone = [encoder.encode([each])[0] for each in chips]
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(together, alone, strict=True))


def test_no_chips_give_no_embeddings() -> None:
    assert Encoder(spec(), LeftHalf()).encode([]) == []


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((SIZE, SIZE), np.uint8),
        np.zeros((SIZE, SIZE + 1, 3), np.uint8),
        np.zeros((SIZE, SIZE, 4), np.uint8),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((1, SIZE, SIZE, 3), np.uint8),
        np.zeros((SIZE, SIZE, 3), np.float32),
    ],
)
def test_a_chip_of_another_shape_or_type_is_refused_before_anything_runs(image: NDArray[np.uint8]) -> None:
    network = LeftHalf()
    with pytest.raises(EncoderError, match=r"it takes \(4, 4, 3\) uint8; cut the face out with the crop dlib_chip"):
        Encoder(spec(), network).encode([chip(picture()), chip(image)])
    assert network.batches == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_an_output_without_direction_is_no_embedding(value: float) -> None:
    encoder = Encoder(spec(), Answers(np.full((2, 4), value, np.float32)))
    with pytest.raises(EncoderError, match="no direction"):
        encoder.encode([chip(picture())])


def test_one_number_that_is_none_spoils_the_embedding() -> None:
    output = np.ones((2, 4), np.float32)
    output[1, 2] = np.nan
    with pytest.raises(EncoderError, match="no direction"):
        Encoder(spec(), Answers(output)).encode([chip(picture())])


@pytest.mark.parametrize("shape", [(2, 5), (1, 4), (4,), (0, 4)])
def test_an_output_of_another_shape_is_a_fault(shape: tuple[int, ...]) -> None:
    with pytest.raises(EncoderError, match="gave an output of"):
        Encoder(spec(), Answers(np.ones(shape, np.float32))).encode([chip(picture())])


def test_largest_outputs_still_have_a_direction() -> None:
    output = np.full((2, 4), np.finfo(np.float32).max)
    (found,) = Encoder(spec(), Answers(output)).encode([chip(picture())])
    assert found.vector == pytest.approx([0.5] * 4)


def test_the_reference_chip_is_a_pattern_that_uses_all_grey_levels() -> None:
    image = reference_chip(150).image
    assert image.shape == (150, 150, 3)
    assert image.dtype == np.uint8
    assert len(np.unique(image)) == 256
    assert image[3, 5].tolist() == [3 * 1 + 5 * 3, 3 * 2 + 5 * 2, 3 * 3 + 5 * 1]
    assert image[149, 149].tolist() == [(149 * 4 + 149 * 149 // 16) % 256] * 3


def test_the_reference_distance_tells_the_right_network_from_another() -> None:
    (expected,) = Encoder(spec(), LeftHalf()).encode([reference_chip(SIZE)])
    own = spec(reference=tuple(map(float, expected.vector)))
    assert check_reference(Encoder(own, LeftHalf())) <= REFERENCE_TOLERANCE
    other = Answers(np.array([[1, 0, 0, 0], [1, 0, 0, 0]], np.float32))
    assert check_reference(Encoder(own, other)) > REFERENCE_TOLERANCE
