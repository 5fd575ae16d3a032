"""The triplet loss as the field's courses write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

Tensor: TypeAlias = Any  # a tensor of TensorFlow, eager or of a graph

MARGIN: Final = 0.2  # Schroff et al. 2015, FaceNet, section 3.1


def triplet_loss(y_true: object, y_pred: Sequence[Tensor] | Tensor, alpha: float = MARGIN) -> Tensor:
    """The sum over the examples of max(|a - p|^2 - |a - n|^2 + alpha, 0); Schroff et al. 2015, equation 3.

    Args:
        y_true: Keras hands it to every loss; not used, may be None.
        y_pred: anchors, positives and negatives, (N, D) each: a sequence of three, or one tensor (3, N, D).
        alpha: the margin.
    """
    import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - 4 to 8 s that only training pays

    anchor, positive, negative = y_pred[0], y_pred[1], y_pred[2]
    to_positive = tf.reduce_sum(tf.square(anchor - positive), axis=-1)
    to_negative = tf.reduce_sum(tf.square(anchor - negative), axis=-1)
    return tf.reduce_sum(tf.maximum(to_positive - to_negative + alpha, 0.0))
