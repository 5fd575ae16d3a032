import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import WeightsError
from kiosk.training.dlib import DlibStream


def integer(value: int) -> bytes:
    digits = abs(value).to_bytes(8, "little").rstrip(b"\0")
    return bytes([len(digits) | (0x80 if value < 0 else 0)]) + digits


def tensor(values: np.ndarray, shape: tuple[int, int, int, int]) -> bytes:
    return integer(2) + b"".join(map(integer, shape)) + values.astype("<f4").tobytes()


def stream(content: bytes) -> DlibStream:
    return DlibStream("some.dat", content)


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"\x00", 0), (b"\x01\x07", 7), (b"\x81\x07", -7), (b"\x02\x34\x12", 0x1234), (b"\x82\x00\x01", -256)],
)
def test_integers_are_little_endian_behind_their_length_and_sign(content: bytes, value: int) -> None:
    assert stream(content).integer() == value


@given(st.integers(-(2**64) + 1, 2**64 - 1))
def test_every_integer_comes_back(value: int) -> None:
    reader = stream(integer(value))
    assert reader.integer() == value
    assert reader.position == len(reader.content)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_finite_number_comes_back_from_mantissa_and_exponent(value: float) -> None:
    fraction, exponent = math.frexp(value)
    mantissa = int(math.ldexp(fraction, 30))
    assert stream(integer(mantissa) + integer(exponent - 30)).real() == value


@pytest.mark.parametrize(("exponent", "value"), [(32000, math.inf), (32001, -math.inf)])
def test_infinities_have_an_exponent_of_their_own(exponent: int, value: float) -> None:
    assert stream(integer(0) + integer(exponent)).real() == value


def test_not_a_number_has_an_exponent_of_its_own() -> None:
    assert math.isnan(stream(integer(0) + integer(32002)).real())


def test_a_text_stands_behind_its_length() -> None:
    reader = stream(integer(5) + b"con_4rest")
    assert reader.text() == "con_4"
    assert reader.raw(4) == b"rest"


def test_a_tensor_keeps_shape_and_values() -> None:
    values = np.arange(24, dtype=np.float32)
    found = stream(tensor(values, (1, 2, 3, 4))).tensor()
    assert found.dtype == np.float32
    assert np.array_equal(found, values.reshape(1, 2, 3, 4))


@pytest.mark.parametrize("kept", [0, 1, 5, 6, 8, 100])
def test_a_truncated_tensor_is_a_fault_that_names_the_file(kept: int) -> None:
    whole = tensor(np.arange(24, dtype=np.float32), (1, 2, 3, 4))
    with pytest.raises(WeightsError, match=r"some\.dat: ends after"):
        stream(whole[:kept]).tensor()


@pytest.mark.parametrize("control", [0x09, 0x0F, 0x10, 0x71])
def test_a_byte_that_starts_no_integer_is_a_fault(control: int) -> None:
    with pytest.raises(WeightsError, match="no integer at byte 0"):
        stream(bytes([control]) + bytes(20)).integer()


def test_a_negative_length_is_a_fault_and_never_moves_backwards() -> None:
    reader = stream(integer(-3) + b"abc")
    with pytest.raises(WeightsError, match="a length of -3"):
        reader.text()
    assert reader.position == 2


@pytest.mark.parametrize("shape", [(-1, 1, 1, 1), (-1, -1, 1, 1)])
def test_a_tensor_of_negative_size_is_a_fault(shape: tuple[int, int, int, int]) -> None:
    with pytest.raises(WeightsError, match="a tensor of shape"):
        stream(tensor(np.zeros(1), shape)).tensor()


def test_a_tensor_larger_than_the_file_takes_no_memory() -> None:
    with pytest.raises(WeightsError, match="were expected"):
        stream(tensor(np.zeros(1), (2**60, 2**60, 1, 1))).tensor()


def test_another_version_of_tensors_is_a_fault() -> None:
    with pytest.raises(WeightsError, match="tensor version 3"):
        stream(integer(3) + struct.pack("<4B", 0, 0, 0, 0)).tensor()


def test_an_exponent_beyond_all_numbers_is_a_fault() -> None:
    with pytest.raises(WeightsError, match="no number"):
        stream(integer(1) + integer(10**9)).real()


@given(st.binary(max_size=60))
def test_arbitrary_bytes_give_a_tensor_or_a_fault(content: bytes) -> None:
    try:
        found = stream(content).tensor()
    except WeightsError:
        return
    assert found.ndim == 4
