import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.training.dlib import build_landmarks


def integer(value):
    size = (abs(value).bit_length() + 7) // 8 or 1
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def real(value):
    mantissa, exponent = math.frexp(value)
    return integer(int(mantissa * 2**24)) + integer(exponent - 24)


def items(values, write):
    return integer(len(values)) + b"".join(write(value) for value in values)


def column(values):
    return integer(-len(values)) + integer(-1) + b"".join(real(value) for value in values)


def split(value):
    first, second, threshold = value
    return integer(first) + integer(second) + real(threshold)


def tree(value):
    splits, leaves = value
    return items(splits, split) + items(leaves, column)


SHAPE = [0.25, -0.5]
TREE = ([(0, 1, -2.5)], [[0.125, 1.0], [-3.0, 0.0]])
ANCHORS = [[0, 0]]
DELTAS = [[(0.5, -0.25), (0.0, 2.0)]]


def model(version=1, shape=SHAPE, forests=([TREE],), anchors=ANCHORS, deltas=DELTAS):
    return (
        integer(version)
        + column(shape)
        + items(forests, lambda forest: items(forest, tree))
        + items(anchors, lambda row: items(row, integer))
        + items(deltas, lambda row: items(row, lambda delta: real(delta[0]) + real(delta[1])))
    )


def test_a_model_written_in_dlibs_format_is_read_number_for_number():
    arrays = build_landmarks(model())
    assert arrays["shape"].tolist() == SHAPE
    assert arrays["pixels"].tolist() == [[[[0, 1]]]]
    assert arrays["leaves"].tolist() == [[TREE[1]]]
    assert arrays["anchors"].tolist() == ANCHORS
    assert arrays["deltas"].tolist() == [[list(delta) for delta in DELTAS[0]]]


@pytest.mark.parametrize(("threshold", "whole"), [(-2.5, -3), (2.5, 2), (-0.25, -1), (0.0, 0), (7.0, 7)])
def test_a_whole_threshold_parts_whole_differences_as_the_real_one_does(threshold, whole):
    stored = build_landmarks(model(forests=[[([(0, 1, threshold)], TREE[1])]]))["thresholds"].item()
    assert stored == whole
    assert all((difference > stored) == (difference > threshold) for difference in range(-255, 256))


def test_the_array_types_stay_small():
    assert {name: array.dtype.str for name, array in build_landmarks(model()).items()} == {
        "shape": "<f4",
        "anchors": "|u1",
        "deltas": "<f4",
        "pixels": "<i2",
        "thresholds": "<i2",
        "leaves": "<f4",
    }


def test_a_file_cut_anywhere_is_refused():
    whole = model()
    for length in range(len(whole)):
        with pytest.raises(WeightsError):
            build_landmarks(whole[:length])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>not found</html>", "no integer"),
        (model(version=2), "version 2"),
        (model() + b"\0", "1 bytes follow"),
        (model(forests=[[TREE], [([(0, 1, 0.5)] * 3, TREE[1])]]), "do not fit together"),
        (model(forests=[]), "do not fit together"),
        (model(forests=[[([(70_000, 1, 0.5)], TREE[1])]]), "do not fit together"),
        (model(anchors=[[-1, 0]]), "do not fit together"),
        (integer(1) + integer(2) + integer(3), "2 x 3 matrix"),
        (integer(1) + integer(1 << 40) + integer(1), "matrix"),
        (integer(1) + column(SHAPE) + integer(1 << 40), "a list of"),
        (integer(1) + column(SHAPE) + integer(-1), "a list of -1"),
    ],
)
def test_what_is_not_the_model_is_refused_with_the_reason(content, reason):
    with pytest.raises(WeightsError, match=reason):
        build_landmarks(content)


def test_a_threshold_that_is_no_number_is_refused():
    endless = integer(1) + column(SHAPE) + b"".join(map(integer, (1, 1, 1, 0, 1, 0, 32000)))
    with pytest.raises(WeightsError, match="threshold inf"):
        build_landmarks(endless)


def test_the_shipped_file_holds_what_the_package_holds():
    found = importlib.util.find_spec("face_recognition_models")
    if found is None or found.origin is None:
        pytest.skip("face_recognition_models is not installed")
    dat = Path(found.origin).parent / "models" / "shape_predictor_5_face_landmarks.dat"
    built = build_landmarks(dat.read_bytes())
    with np.load(shipped_weights("dlib_landmarks.npz")) as shipped:
        assert set(shipped) == set(built)
        for name, array in built.items():
            np.testing.assert_array_equal(shipped[name], array, err_msg=name, strict=True)
    assert built["leaves"].shape == (15, 500, 16, 10)
    assert built["deltas"].shape == (15, 800, 2)
