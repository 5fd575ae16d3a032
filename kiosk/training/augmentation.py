"""Augmentation: random changes of light, sharpness and position, as with a door camera."""

from __future__ import annotations

import math
from typing import Final

from kiosk.training.triplet import Tensor

_TURN: Final = math.radians(8)  # in both directions, as all of these
_SHIFT: Final = 0.04  # of the chip's side
_GROWTH: Final = 0.06
_EXPOSURE: Final = 0.4  # logarithm of a factor
_COLOUR: Final = 0.12  # logarithm of a factor of one colour
_OFFSET: Final = 20.0  # grey levels
_CONTRAST: Final = 0.3
_NOISE: Final = 5.0  # grey levels, the largest deviation
_SHARP: Final = 0.5  # part of the chips that stay as sharp as they are
_BINOMIAL: Final = (1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0)  # a deviation of 1.2 px


def augmented(images: Tensor, seed: Tensor, strength: float = 1.0) -> Tensor:
    """Return randomly changed chips: (N, S, S, 3) RGB uint8 to float32, 0 to 255; `seed` is two integers.

    `strength` is 1 for the range of a door camera, 0 for mirroring only.
    """
    import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415

    seeds = tf.random.split(seed, 4)
    x = _moved(tf.cast(images, tf.float32), seeds[0], strength)
    x = _blurred(_lit(x, seeds[1], strength), seeds[2], strength)
    return tf.clip_by_value(_noisy(x, seeds[3], strength), 0.0, 255.0)


def _moved(x: Tensor, seed: Tensor, strength: float) -> Tensor:
    """Mirror half of the chips; turn, scale and shift around the middle; extend the edge."""
    import tensorflow as tf  # noqa: PLC0415

    count, size = tf.shape(x)[0], tf.cast(tf.shape(x)[1], tf.float32)
    side, *rest = tf.unstack(tf.random.stateless_uniform([5, count], seed, -1.0, 1.0))
    turn, growth, right, down = (each * strength for each in rest)
    across, along = tf.cos(turn * _TURN) * (1 + growth * _GROWTH), tf.sin(turn * _TURN) * (1 + growth * _GROWTH)
    mirror, middle = tf.where(side < 0, -1.0, 1.0), (size - 1) / 2
    to_x, to_y = mirror * across, mirror * along
    shift_x = middle + right * _SHIFT * size - middle * (to_x - along)
    shift_y = middle + down * _SHIFT * size - middle * (to_y + across)
    none = tf.zeros([count])
    transforms = tf.stack([to_x, -along, shift_x, to_y, across, shift_y, none, none], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=transforms,
        output_shape=tf.shape(x)[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="NEAREST",
    )


def _lit(x: Tensor, seed: Tensor, strength: float) -> Tensor:
    import tensorflow as tf  # noqa: PLC0415

    exposure, contrast, offset, *colours = tf.unstack(
        strength * tf.random.stateless_uniform([6, tf.shape(x)[0]], seed, -1.0, 1.0)[..., None, None, None]
    )
    gain = tf.exp(exposure * _EXPOSURE + tf.concat(colours, axis=-1) * _COLOUR)
    mean = tf.reduce_mean(x, axis=(1, 2, 3), keepdims=True)
    return (mean + (x - mean) * (1 + contrast * _CONTRAST)) * gain + offset * _OFFSET


def _blurred(x: Tensor, seed: Tensor, strength: float) -> Tensor:
    import tensorflow as tf  # noqa: PLC0415

    line = tf.constant(_BINOMIAL) / sum(_BINOMIAL)
    around = len(_BINOMIAL) // 2
    framed = tf.pad(x, [(0, 0), (around, around), (around, around), (0, 0)], "SYMMETRIC")
    for window in (line[:, None], line[None, :]):
        kernel = tf.tile(window[..., None, None], [1, 1, 3, 1])
        framed = tf.nn.depthwise_conv2d(framed, kernel, [1, 1, 1, 1], "VALID")
    chance = tf.random.stateless_uniform([tf.shape(x)[0], 1, 1, 1], seed)
    share = tf.minimum(strength * tf.maximum(chance - _SHARP, 0.0) / (1 - _SHARP), 1.0)
    return x + share * (framed - x)


def _noisy(x: Tensor, seed: Tensor, strength: float) -> Tensor:
    import tensorflow as tf  # noqa: PLC0415

    size, grain = tf.unstack(tf.random.split(seed, 2))
    deviation = strength * tf.random.stateless_uniform([tf.shape(x)[0], 1, 1, 1], size, 0.0, _NOISE)
    return x + deviation * tf.random.stateless_normal(tf.shape(x), grain)
