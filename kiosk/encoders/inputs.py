"""From the bytes of a chip to the numbers that a network was trained on."""

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class Layout(enum.StrEnum):
    """Where the colours of a batch stand."""

    CHANNELS_LAST = "channels_last"  # (N, S, S, 3)
    CHANNELS_FIRST = "channels_first"  # (N, 3, S, S)


class Colour(enum.StrEnum):
    """The order of the colours."""

    RGB = "rgb"
    BGR = "bgr"


@dataclass(frozen=True, slots=True)
class InputFormat:
    """What becomes of grey levels 0 to 255: (level - mean) * scale, colour by colour.

    With `standardise`, each picture has its own: its mean and 1 / max(its standard deviation, 1 / sqrt(numbers in it)),
    as tf.image.per_image_standardization counts them.
    """

    layout: Layout = Layout.CHANNELS_LAST
    colour: Colour = Colour.RGB
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)  # in the order of `colour`
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    standardise: bool = False

    def prepared(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A batch of chips (N, S, S, 3) RGB as the network takes it."""
        ordered = images[..., ::-1] if self.colour is Colour.BGR else images
        values = ordered.astype(np.float32)
        if self.standardise:
            values = _standardised(values)
        else:
            values = (values - np.array(self.mean, np.float32)) * np.array(self.scale, np.float32)
        if self.layout is Layout.CHANNELS_FIRST:
            values = values.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(values)

    def batch_shape(self, pictures: int, size_px: int) -> tuple[int, int, int, int]:
        """The shape of a batch of chips of size_px."""
        if self.layout is Layout.CHANNELS_FIRST:
            return pictures, 3, size_px, size_px
        return pictures, size_px, size_px, 3


def _standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    axes, count = (1, 2, 3), values[0].size
    deviation = np.maximum(values.std(axis=axes, keepdims=True), 1 / np.sqrt(count))
    return np.asarray((values - values.mean(axis=axes, keepdims=True)) / deviation, np.float32)
