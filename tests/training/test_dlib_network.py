import numpy as np
import pytest

from kiosk.errors import WeightsError
from kiosk.training.dlib import Affine, Convolution, Dense, Plain, Pooling, read_network


def integer(value: int) -> bytes:
    digits = abs(value).to_bytes(8, "little").rstrip(b"\0")
    return bytes([len(digits) | (0x80 if value < 0 else 0)]) + digits


def named(name: str, *values: int) -> bytes:
    return integer(len(name)) + name.encode() + b"".join(map(integer, values))


def tensor(*values: float) -> bytes:
    return b"".join(map(integer, (2, len(values), 1, 1, 1))) + np.array(values, "<f4").tobytes()


TAIL = b"110" + bytes(60)
INPUT = named("loss_metric_2", 3) + named("input_rgb_image_sized", 3, -1, 5, 0, 7, 1, 150, 150)
CONVOLUTION = named("con_4") + tensor(*range(1, 15)) + b"".join(map(integer, (2, 3, 1, 2, 2, 1, 1)))
AFFINE = named("affine_") + tensor(2, 3, 5, 7)
DENSE = named("fc_2", 2, 3) + tensor(*range(6))
NETWORK = TAIL.join([INPUT, CONVOLUTION, AFFINE, named("relu_"), named("max_pool_2", 3, 3, 2, 2, 0, 0), DENSE, b""])


def test_layers_come_in_the_order_of_computation() -> None:
    network = read_network("some.dat", NETWORK)
    assert [layer.name for layer in network.layers] == ["con_4", "affine_", "relu_", "max_pool_2", "fc_2"]
    assert network.mean == (1.5, 5, 14)
    assert network.input_size == (150, 150)


def test_a_convolution_has_rows_columns_inputs_and_outputs_in_that_order() -> None:
    found = read_network("some.dat", NETWORK).layers[0]
    assert isinstance(found, Convolution)
    # Two filters of two channels of three rows and one column, as dlib stores them one after the other.
    assert np.array_equal(found.kernel[:, 0, 0, 0], [1, 2, 3])
    assert np.array_equal(found.kernel[:, 0, 1, 0], [4, 5, 6])
    assert np.array_equal(found.kernel[:, 0, 0, 1], [7, 8, 9])
    assert np.array_equal(found.bias, [13, 14])
    assert (found.strides, found.padding) == ((2, 2), (1, 1))


def test_the_other_layers_keep_their_numbers() -> None:
    _, affine, relu, pooling, dense = read_network("some.dat", NETWORK).layers
    assert isinstance(affine, Affine)
    assert isinstance(relu, Plain)
    assert isinstance(pooling, Pooling)
    assert isinstance(dense, Dense)
    assert affine.gamma.tolist() == [2, 3]
    assert affine.beta.tolist() == [5, 7]
    assert (pooling.window, pooling.strides, pooling.padding) == ((3, 3), (2, 2), (0, 0))
    assert dense.kernel.tolist() == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", bytes(2000), b"not a network " * 100])
def test_another_file_is_a_fault_that_names_it(content: bytes) -> None:
    with pytest.raises(WeightsError, match=r"some\.dat: is no dlib network"):
        read_network("some.dat", content)


@pytest.mark.parametrize("layer", [CONVOLUTION, AFFINE, DENSE])
@pytest.mark.parametrize("missing", [1, 2, 9])
def test_a_file_cut_within_a_layer_is_a_fault(layer: bytes, missing: int) -> None:
    with pytest.raises(WeightsError, match="ends after"):
        read_network("some.dat", INPUT + layer[:-missing])


def test_a_long_stretch_without_a_layer_is_a_fault() -> None:
    with pytest.raises(WeightsError, match="no layer of a known kind after byte"):
        read_network("some.dat", NETWORK + bytes(1000))


@pytest.mark.parametrize(
    "layer",
    [
        named("con_4") + tensor(*range(14)) + b"".join(map(integer, (2, 5, 1, 1, 1, 0, 0))),
        named("con_4") + tensor(*range(14)) + b"".join(map(integer, (2, -1, -3, 1, 1, 0, 0))),
        named("con_4") + tensor(*range(14)) + b"".join(map(integer, (0, 3, 1, 1, 1, 0, 0))),
        named("con_4") + tensor(1) + b"".join(map(integer, (2, 3, 1, 1, 1, 0, 0))),
        named("affine_") + tensor(1, 2, 3),
        named("fc_2", 2, 2) + tensor(1, 2, 3),
        named("fc_2", -1, -3) + tensor(1, 2, 3),
    ],
)
def test_numbers_that_fit_no_layer_are_a_fault(layer: bytes) -> None:
    with pytest.raises(WeightsError, match="numbers are no"):
        read_network("some.dat", INPUT + layer + TAIL)


def test_damaged_bytes_give_a_network_or_a_fault() -> None:
    generator = np.random.default_rng(7)
    faults = 0
    for _ in range(2000):
        content = bytearray(NETWORK)
        for at in generator.integers(0, len(content), size=4):
            content[at] = generator.integers(0, 256)
        try:
            read_network("some.dat", bytes(content))
        except WeightsError:
            faults += 1
    assert 0 < faults < 2000
