import numpy as np
import pytest

from kiosk.encoders.specs import Port, pictures_at_once, pieces, require_threads
from kiosk.errors import EncoderError, WeightsError

BATCH = (2, 3, 16, 16)


def floats(*shape: int | None) -> Port:
    return Port("float32", shape)


@pytest.mark.parametrize(("pictures", "expected"), [(None, None), (2, 2), (1, 1)])
def test_a_network_takes_any_number_or_as_many_as_it_was_made_for(pictures: int | None, expected: int | None) -> None:
    assert pictures_at_once("n.onnx", [floats(pictures, 3, 16, 16)], [floats(pictures, 8)], BATCH, 8) == expected


def test_lengths_that_are_not_fixed_fit_any() -> None:
    assert pictures_at_once("n.onnx", [floats(None, None, None, None)], [floats(None, None)], BATCH, 8) is None


@pytest.mark.parametrize(
    "inputs",
    [
        [],
        [floats(None, 3, 16, 16)] * 2,
        [floats(None, 16, 16, 3)],
        [floats(None, 3, 16, 17)],
        [floats(3, 16, 16)],
        [floats()],
        [Port("float16", (None, 3, 16, 16))],
        [Port("uint8", (None, 3, 16, 16))],
        [Port("seq(tensor(float))", (None, 3, 16, 16))],
    ],
    ids=str,
)
def test_other_inputs_are_refused(inputs: list[Port]) -> None:
    with pytest.raises(WeightsError, match=r"n\.onnx: takes .* instead of float32 \(2, 3, 16, 16\); check file, input"):
        pictures_at_once("n.onnx", inputs, [floats(None, 8)], BATCH, 8)


@pytest.mark.parametrize(
    "outputs",
    [[], [floats(None, 8)] * 2, [floats(None, 9)], [floats(None, 8, 1, 1)], [floats(8)], [Port("int8", (None, 8))]],
    ids=str,
)
def test_other_outputs_are_refused(outputs: list[Port]) -> None:
    with pytest.raises(WeightsError, match=r"n\.onnx: gives .* instead of float32 \(2, 8\); check file, input"):
        pictures_at_once("n.onnx", [floats(None, 3, 16, 16)], outputs, BATCH, 8)


@pytest.mark.parametrize("pictures", [3, 4, 64])
def test_a_network_for_more_pictures_than_a_face_has_is_refused(pictures: int) -> None:
    with pytest.raises(WeightsError, match=f"takes {pictures} pictures at a time; export it for one"):
        pictures_at_once("n.onnx", [floats(pictures, 3, 16, 16)], [floats(pictures, 8)], BATCH, 8)


def test_what_a_network_takes_is_told_in_words() -> None:
    with pytest.raises(WeightsError, match=r"takes uint8 \(any, 16\) and float32 \(1, 8\) instead"):
        pictures_at_once("n.onnx", [Port("uint8", (None, 16)), floats(1, 8)], [], BATCH, 8)


@pytest.mark.parametrize(("at_once", "sizes"), [(None, [5]), (1, [1] * 5), (2, [2, 2, 1])])
def test_a_batch_is_run_in_pieces_that_the_network_takes(at_once: int | None, sizes: list[int]) -> None:
    images = np.arange(5, dtype=np.float32).reshape(5, 1)
    cut = list(pieces(images, at_once))
    assert [len(piece) for piece in cut] == sizes
    np.testing.assert_array_equal(np.concatenate(cut), images)


@pytest.mark.parametrize("threads", [0, -1])
def test_no_threads_run_no_network(threads: int) -> None:
    require_threads(1)
    with pytest.raises(EncoderError, match="give 1 or more"):
        require_threads(threads)
