"""The triplet loss, as courses write it, and the choice of triplets in a batch."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from kiosk.errors import require_extra

Tensor: TypeAlias = Any  # a tensor of TensorFlow, eager or of a graph

MARGIN: Final = 0.2  # Schroff et al. 2015, FaceNet, section 3.1


def triplet_loss(y_true: object, y_pred: Sequence[Tensor] | Tensor, alpha: float = MARGIN) -> Tensor:
    """Return the sum over the examples of max(|a - p|^2 - |a - n|^2 + alpha, 0); Schroff et al. 2015, equation 3.

    Args:
        y_true: unused, may be None; Keras passes it to every loss.
        y_pred: anchors, positives and negatives, (N, D) each: a sequence of three, or one tensor (3, N, D).
        alpha: the margin.
    """
    require_extra("training", "tensorflow")
    import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415

    anchor, positive, negative = y_pred[0], y_pred[1], y_pred[2]
    to_positive = tf.reduce_sum(tf.square(anchor - positive), axis=-1)
    to_negative = tf.reduce_sum(tf.square(anchor - negative), axis=-1)
    return tf.reduce_sum(tf.maximum(to_positive - to_negative + alpha, 0.0))


class Mining(enum.StrEnum):
    """The choice among the triplets with a loss."""

    SEMI_HARD = "semi-hard"  # the negative is farther than the positive: Schroff et al. 2015, section 3.2
    HARD = "hard"  # for each anchor the farthest positive and the nearest negative: Hermans et al. 2017, equation 5
    ALL = "all"  # every one: Hermans et al. 2017, equation 6


class Mined(NamedTuple):
    """The loss of a batch and its statistics; scalars."""

    loss: Tensor
    used: Tensor  # number of chosen triplets
    zero: Tensor  # part of the triplets without loss


def squared_distances(embeddings: Tensor) -> Tensor:
    """Return the squared distances (N, N) of L2-normalised embeddings (N, D)."""
    import tensorflow as tf  # noqa: PLC0415

    return tf.maximum(2 - 2 * tf.matmul(embeddings, embeddings, transpose_b=True), 0.0)


def mine(distances: Tensor, people: Tensor, margin: float, mining: Mining) -> Mined:
    """Return the loss of a batch from its squared distances (N, N) and the person of each embedding (N,)."""
    same = people[:, None] == people[None, :]
    if mining is Mining.HARD:
        return _hard(distances, same, margin)
    return _online(distances, same, margin, farther_only=mining is Mining.SEMI_HARD)


def _online(distances: Tensor, same: Tensor, margin: float, *, farther_only: bool) -> Mined:
    """Use each pair of an anchor and a positive with each negative."""
    import tensorflow as tf  # noqa: PLC0415

    others = tf.logical_not(tf.eye(tf.shape(same)[0], dtype=tf.bool))
    pairs = tf.where(same & others)
    # How much nearer the negative is: (pairs, N)
    lead = tf.gather_nd(distances, pairs)[:, None] - tf.gather(distances, pairs[:, 0])
    negative = tf.logical_not(tf.gather(same, pairs[:, 0]))
    costly = negative & (lead + margin > 0)
    chosen = costly & (lead < 0) if farther_only else costly
    used, looked_at = _count(chosen), _count(negative)
    loss = tf.reduce_sum(tf.where(chosen, lead + margin, 0.0)) / tf.maximum(used, 1.0)
    return Mined(loss, used, 1 - _count(costly) / tf.maximum(looked_at, 1.0))


def _hard(distances: Tensor, same: Tensor, margin: float) -> Mined:
    import tensorflow as tf  # noqa: PLC0415

    farthest = tf.reduce_max(tf.where(same, distances, 0.0), axis=1)
    nearest = tf.reduce_min(tf.where(same, float("inf"), distances), axis=1)
    losses = tf.maximum(farthest - nearest + margin, 0.0)
    used = _count(losses > 0)
    loss = tf.reduce_sum(losses) / tf.maximum(used, 1.0)
    return Mined(loss, used, 1 - used / tf.cast(tf.size(losses), tf.float32))


def _count(chosen: Tensor) -> Tensor:
    import tensorflow as tf  # noqa: PLC0415

    return tf.reduce_sum(tf.cast(chosen, tf.float32))
