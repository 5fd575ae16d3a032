import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.domain import Box, Chip, Crop, CropKind, Face
from kiosk.encoders.encoder import Colour, EncoderSpec, InputFormat, Layout, Mirror, Network, NetworkEncoder, embedding
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


CROP = Crop(CropKind.DLIB_CHIP, SIZE)
SPEC = EncoderSpec(
    name="left_half",
    dimension=4,
    crops=(CROP,),
    threshold=0.39,
    margin=0.04,
    key="0" * 16,
    licence="CC0-1.0",
    source="a test",
    size_bytes=1,
    parameters=None,
    golden=None,
)


def encoder(network: Network, inputs: InputFormat | None = None, *, mirror: Mirror = True) -> NetworkEncoder:
    return NetworkEncoder(SPEC, network, inputs or InputFormat(), mirror=mirror)


def chip(image: NDArray[np.uint8]) -> Chip:
    return Chip(image, Face(Box(0, 0, SIZE, SIZE), score=1.0))


def face(image: NDArray[np.uint8]) -> dict[Crop, Chip]:
    return {CROP: chip(image)}


def picture(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def test_an_embedding_has_length_one_and_the_name_of_its_encoder() -> None:
    found = encoder(LeftHalf()).embed(face(picture()))
    assert found.vector.dtype == np.float32
    assert found.vector.shape == (4,)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)
    assert found.encoder == "left_half"


def test_the_network_is_given_the_chip_and_its_mirror_image_as_grey_levels() -> None:
    network, image = LeftHalf(), picture()
    encoder(network).embed(face(image))
    (batch,) = network.batches
    assert batch.dtype == np.float32
    assert np.array_equal(batch[0], image)
    assert np.array_equal(batch[1], image[:, ::-1])


def test_an_embedding_is_the_same_for_the_mirror_image() -> None:
    own, image = encoder(LeftHalf()), picture()
    straight, mirrored = own.embed(face(image)), own.embed(face(image[:, ::-1]))
    assert np.allclose(straight.vector, mirrored.vector, atol=1e-7)


def test_an_embedding_is_the_direction_of_the_mean_of_both_outputs() -> None:
    output = np.array([[3, 0, 0, 0], [0, 4, 0, 0]], np.float32)
    found = encoder(Answers(output)).embed(face(picture()))
    assert found.vector == pytest.approx([0.6, 0.8, 0, 0])


def test_without_mirror_the_network_sees_the_chip_alone() -> None:
    network = LeftHalf()
    encoder(network, mirror=False).embed(face(picture()))
    assert network.batches[0].shape == (1, SIZE, SIZE, 3)


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
        encoder(network).embed(face(image))
    assert network.batches == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_an_output_without_direction_is_no_embedding(value: float) -> None:
    own = encoder(Answers(np.full((2, 4), value, np.float32)))
    with pytest.raises(EncoderError, match="no direction"):
        own.embed(face(picture()))


def test_one_number_that_is_none_spoils_the_embedding() -> None:
    output = np.ones((2, 4), np.float32)
    output[1, 2] = np.nan
    with pytest.raises(EncoderError, match="no direction"):
        encoder(Answers(output)).embed(face(picture()))


@pytest.mark.parametrize("shape", [(2, 5), (1, 4), (4,), (0, 4)])
def test_an_output_of_another_shape_is_a_fault(shape: tuple[int, ...]) -> None:
    with pytest.raises(EncoderError, match="gave an output of"):
        encoder(Answers(np.ones(shape, np.float32))).embed(face(picture()))


def test_largest_outputs_still_have_a_direction() -> None:
    output = np.full((2, 4), np.finfo(np.float32).max)
    found = encoder(Answers(output)).embed(face(picture()))
    assert found.vector == pytest.approx([0.5] * 4)


def test_a_face_is_embedded_from_the_chip_of_its_crop() -> None:
    own, image = encoder(LeftHalf()), picture()
    other = Crop(CropKind.ARCFACE, SIZE)
    found = own.embed({other: chip(picture(9)), **face(image)})
    assert np.array_equal(found.vector, own.embed(face(image)).vector)
    with pytest.raises(EncoderError, match=r"was given no chip, .* crop dlib_chip"):
        own.embed({other: chip(image)})
    with pytest.raises(EncoderError, match=r"was given a chip of \(5, 5, 3\) uint8"):
        own.embed(face(np.zeros((5, 5, 3), np.uint8)))


def test_the_network_is_given_what_its_input_format_says() -> None:
    network, image = LeftHalf(), picture()
    form = InputFormat(Layout.CHANNELS_FIRST, Colour.BGR, mean=(1, 2, 3), scale=(0.5, 1, 2))
    encoder(network, form).embed(face(image))
    (batch,) = network.batches
    assert batch.shape == (2, 3, SIZE, SIZE)
    assert np.array_equal(batch[0, 2], (image[..., 0] - np.float32(3)) * 2)
    assert np.array_equal(batch[1, 0], (image[:, ::-1, 2] - np.float32(1)) / 2)


def test_an_embedding_is_a_direction() -> None:
    assert embedding("some", np.array([0.0, -2e-100])).vector.tolist() == [0, -1]
    for numbers in ([0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]):
        with pytest.raises(EncoderError, match="encoder some: gave an output of length"):
            embedding("some", np.array(numbers))


def test_only_a_stored_picture_is_mirrored_where_the_spec_says_so() -> None:
    network, image = LeftHalf(), picture()
    own = encoder(network, mirror="stored")
    live, stored = own.embed(face(image)), own.embed(face(image), stored=True)
    assert [len(batch) for batch in network.batches] == [1, 2]
    np.testing.assert_array_equal(live.vector, encoder(LeftHalf(), mirror=False).embed(face(image)).vector)
    np.testing.assert_array_equal(stored.vector, encoder(LeftHalf()).embed(face(image)).vector)


@pytest.mark.parametrize("mirror", [True, False, "stored"])
def test_several_faces_run_as_one_batch(mirror: Mirror) -> None:
    network = LeftHalf()
    own = encoder(network, mirror=mirror)
    faces = [face(picture(seed)) for seed in range(3)]
    together = own.embed_all(faces)
    assert len(network.batches) == 1
    for found, alone in zip(together, map(own.embed, faces), strict=True):
        np.testing.assert_allclose(found.vector, alone.vector, atol=1e-6)
    assert own.embed_all([]) == []
