import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Crop, CropKind
from kiosk.encoders.encoder import (
    PICTURE,
    TOLERANCE,
    EncoderSpec,
    Golden,
    InputFormat,
    NetworkEncoder,
    check_golden,
    golden_chips,
    golden_difference,
    golden_vector,
)
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import asset

CROP = Crop(CropKind.BOX, 16)
WEIGHTS = np.random.default_rng(8).normal(size=(16 * 16 * 3, 24)) / 100


class Projection:
    """A network of one dense layer."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights

    def run(self, images: Any) -> Any:
        return (images.reshape(len(images), -1) @ self.weights).astype(np.float32)


def encoder(weights: np.ndarray = WEIGHTS, golden: Golden | None = None) -> NetworkEncoder:
    spec = EncoderSpec("some", weights.shape[1], (CROP,), 0.5, 0.1, "0", "CC0-1.0", "a test", 1, None, golden)
    return NetworkEncoder(spec, Projection(weights), InputFormat(), mirror=True)


def golden(weights: np.ndarray = WEIGHTS, count: int = 16) -> Golden:
    return Golden(PICTURE, tuple(map(float, golden_vector(encoder(weights)).vector[:count])))


def test_the_picture_is_brought_to_each_crop_in_whole_pixels() -> None:
    with Image.open(asset(PICTURE)) as opened:
        picture = np.asarray(opened.convert("RGB"))
    crops = [CROP, Crop(CropKind.ARCFACE, picture.shape[0]), Crop(CropKind.BOX, picture.shape[0] * 2)]
    chips = golden_chips(crops)
    small, same, large = (chips[crop].image for crop in crops)
    assert np.array_equal(same, picture)
    assert np.array_equal(large[::2, 1::2], picture)
    assert small.shape == (16, 16, 3)
    assert small[3, 5].tolist() == picture[3 * picture.shape[0] // 16, 5 * picture.shape[1] // 16].tolist()


def test_the_picture_tells_colours_sides_and_up_from_down() -> None:
    (image,) = (chip.image.astype(int) for chip in golden_chips([Crop(CropKind.BOX, 112)]).values())
    for other in (image[..., ::-1], image[:, ::-1], image[::-1], image.transpose(1, 0, 2)):
        assert np.abs(image - other).mean() > 5


def test_the_right_encoder_passes() -> None:
    own = encoder(golden=golden())
    check_golden(own)
    assert golden_difference(own) == pytest.approx(0, abs=1e-7)


def test_another_encoder_is_refused_with_what_it_answers() -> None:
    own = encoder(WEIGHTS[::-1], golden())
    assert golden_difference(own) > TOLERANCE
    with pytest.raises(
        WeightsError, match=rf"encoder some: answers -?0\.\d+, .* to {PICTURE}, .*; check file and input in"
    ):
        check_golden(own)


def test_differences_of_rounding_pass() -> None:
    rounded = Golden(PICTURE, tuple(round(value, 4) for value in golden().values))
    check_golden(encoder(golden=rounded))


def test_only_the_values_that_the_spec_has_are_compared() -> None:
    changed = WEIGHTS.copy()
    changed[:, 20] *= -1
    check_golden(encoder(changed, golden(count=16)))
    with pytest.raises(WeightsError, match="its spec expects something else"):
        check_golden(encoder(changed, golden(count=24)))


def test_without_golden_vector_the_hash_stands_in() -> None:
    assert golden_difference(encoder()) is None
    check_golden(encoder())


@pytest.mark.parametrize("with_golden", [False, True])
def test_an_encoder_to_which_all_faces_look_alike_is_refused(with_golden: bool) -> None:
    class Blind:
        def run(self, images: Any) -> Any:
            return np.ones((len(images), 24), np.float32)

    own = NetworkEncoder(encoder().spec, Blind(), InputFormat(), mirror=True)
    if with_golden:
        values = tuple(map(float, golden_vector(own).vector[:16]))
        own.spec = dataclasses.replace(own.spec, golden=Golden(PICTURE, values))
    with pytest.raises(WeightsError, match="all faces would be one person's"):
        check_golden(own)


def test_an_answer_that_is_no_number_is_a_fault() -> None:
    with pytest.raises(EncoderError, match="no direction"):
        check_golden(encoder(np.full_like(WEIGHTS, np.nan), golden()))
    with pytest.raises(WeightsError, match="its spec expects something else"):
        check_golden(encoder(golden=Golden(PICTURE, (float("nan"),) * 4)))


@pytest.mark.parametrize("content", [None, b"", b"no picture"])
def test_a_picture_that_cannot_be_read_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "other.png").write_bytes(content)
    asset: Callable[..., Path] = tmp_path.joinpath
    monkeypatch.setattr("kiosk.encoders.encoder.asset", asset)
    with pytest.raises(EncoderError, match=r"other\.png: cannot be read .*; install kiosk again, or mend golden"):
        check_golden(encoder(golden=Golden("other.png", (0.5,) * 4)))


def test_the_difference_of_several_encoders_as_one_is_the_largest_of_its_parts() -> None:
    class Joined:
        def __init__(self, *parts: NetworkEncoder) -> None:
            self.parts = parts
            self.spec = dataclasses.replace(encoder().spec, golden=golden())

        def embed_all(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("its own answer proves nothing")

    right, none = encoder(golden=golden()), encoder()
    other = encoder(golden=Golden(PICTURE, tuple(value + 0.01 for value in golden().values)))
    assert golden_difference(Joined(right, other, none)) == golden_difference(other) == pytest.approx(0.04)
    assert golden_difference(Joined(none, none)) is None
