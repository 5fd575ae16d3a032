"""The elementary values of a file written by dlib's serialize (dlib/serialize.h, float_details.h)."""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import WeightsError

# dlib marks values without a mantissa by an exponent of their own (dlib/float_details.h).
_SPECIAL_EXPONENTS = {32000: math.inf, 32001: -math.inf, 32002: math.nan}


class DlibStream:
    """Reads one value after another; `position` is the next byte.

    Raises WeightsError where the bytes end early or are no value of the kind asked for.
    """

    def __init__(self, name: str, content: bytes, position: int = 0) -> None:
        self.name = name
        self.content = content
        self.position = position

    def raw(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count < 0:
            raise self.damaged(f"a length of {count} at byte {self.position}")
        taken = self.content[self.position : self.position + count]
        if len(taken) < count:
            raise self.damaged(f"ends after {len(self.content)} bytes, {count} more were expected")
        self.position += count
        return taken

    def integer(self) -> int:
        """A signed integer: one byte with count and sign, then that many little-endian bytes."""
        control = self.raw(1)[0]
        count = control & 0x0F
        if count > 8 or control & 0x70:
            raise self.damaged(f"no integer at byte {self.position - 1}")
        value = int.from_bytes(self.raw(count), "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        """A floating-point number: mantissa and binary exponent, both integers."""
        mantissa, exponent = self.integer(), self.integer()
        if exponent in _SPECIAL_EXPONENTS:
            return _SPECIAL_EXPONENTS[exponent]
        try:
            return math.ldexp(mantissa, exponent)
        except OverflowError as error:
            raise self.damaged(f"no number at byte {self.position}") from error

    def text(self) -> str:
        """A length-prefixed string."""
        return self.raw(self.integer()).decode("latin-1")

    def tensor(self) -> NDArray[np.float32]:
        """A tensor (samples, channels, rows, columns): version, four dimensions, raw float32."""
        version = self.integer()
        if version != 2:
            raise self.damaged(f"tensor version {version} at byte {self.position}, 2 was expected")
        shape = tuple(self.integer() for _ in range(4))
        if min(shape) < 0:
            raise self.damaged(f"a tensor of shape {shape} at byte {self.position}")
        return np.frombuffer(self.raw(4 * math.prod(shape)), "<f4").reshape(shape)

    def damaged(self, reason: str) -> WeightsError:
        """The fault to raise for what is wrong here."""
        return WeightsError(self.name, reason, "install face_recognition_models 0.3.0 again")
