"""The mean of several embeddings of one face, and the pool of the last frames of a face that is followed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from kiosk.domain import Conditions, Embedding, Identification
from kiosk.encoders.encoder import embedding
from kiosk.vision.quality import USUAL

_LEAST_WEIGHT = 0.1  # of the worst picture that passed the gates, beside 1 for one without a fault


def mean_embedding(embeddings: Sequence[Embedding], weights: Sequence[float] | None = None) -> Embedding:
    """Return the direction of the weighted mean of one person's embeddings, with their number and scatter.

    Raises EncoderError where the mean has no direction.
    """
    vectors = np.array([one.vector for one in embeddings], np.float64)
    mean = np.average(vectors, axis=0, weights=weights)
    scatter = max(1.0 - float(mean @ mean), 0.0)
    return replace(embedding(embeddings[0].encoder, mean), count=len(vectors), scatter=scatter)


def quality(conditions: Conditions) -> float:
    """Return the weight of a picture among others of the same face: 1 for a good one, at least 0.1."""
    parts = [conditions.face_px / USUAL.min_face_px]
    if conditions.light is not None:
        parts += [conditions.light / USUAL.min_light, (255 - conditions.light) / (255 - USUAL.max_light)]
    if conditions.sharpness is not None:
        parts.append(conditions.sharpness / USUAL.min_sharpness)
    if conditions.turn is not None:
        parts.append(USUAL.max_turn / max(conditions.turn, USUAL.max_turn))
    return max(float(np.prod(np.clip(parts, 0, 1))), _LEAST_WEIGHT)


class FramePool:
    """The last embeddings of one face that is followed, searched for by their mean; used by one thread.

    The mean of two people can resemble a third person, whom neither of them resembles. So the mean names a person only
    if the newest frame alone supports it: that person is among its nearest, within the limit, and nobody else is its
    nearest within the threshold. Otherwise the frame counts alone. If it names another person, the pool starts again
    with it.

    Args:
        frames: how many are averaged; 1 = each counts alone.
        limit: the distance up to which a frame supports a name; never less than the threshold.
    """

    def __init__(self, frames: int, limit: float = 0.0) -> None:
        self._limit = limit
        self._probes: deque[tuple[Embedding, float]] = deque(maxlen=frames)

    def identify(
        self, probe: Embedding, weight: float, search: Callable[[Embedding], Identification]
    ) -> Identification:
        """Add the newest frame, and return what `search` finds for the mean, or for the newest frame alone."""
        alone = search(probe)
        if self._probes.maxlen == 1:
            return alone
        self._probes.append((probe, weight))
        probes, weights = zip(*self._probes, strict=True)
        pooled = alone if len(probes) == 1 else search(mean_embedding(probes, weights))
        person, nearest = (found.best.person if found.best is not None else None for found in (pooled, alone))
        if alone.within_threshold and nearest != person:
            self._probes.clear()
            self._probes.append((probe, weight))
            return alone
        limit = max(self._limit, alone.threshold)
        supported = any(one.person == person and one.distance <= limit for one in alone.candidates)
        return pooled if supported else alone
