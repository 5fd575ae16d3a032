"""Embeddings of one face averaged: frames of a face that is followed, copies of a stored picture."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Sequence
from dataclasses import replace

import numpy as np

from kiosk.domain import Conditions, Embedding, Identification
from kiosk.encoders.encoder import embedding
from kiosk.vision.quality import USUAL

_LEAST_WEIGHT = 0.1  # of the worst picture that passed the gates, beside 1 for one without a fault


def mean_embedding(embeddings: Sequence[Embedding], weights: Sequence[float] | None = None) -> Embedding:
    """The direction of the weighted mean of embeddings of one person, and how far these lie about it.

    Raises EncoderError where the mean has no direction.
    """
    vectors = np.array([one.vector for one in embeddings], np.float64)
    mean = np.average(vectors, axis=0, weights=weights)
    scatter = max(1.0 - float(mean @ mean), 0.0)
    return replace(embedding(embeddings[0].encoder, mean), count=len(vectors), scatter=scatter)


def quality(conditions: Conditions) -> float:
    """What a picture counts beside others of the same face, 0 to 1: 1 where it is like good pictures are."""
    parts = [conditions.face_px / USUAL.min_face_px]
    if conditions.light is not None:
        parts += [conditions.light / USUAL.min_light, (255 - conditions.light) / (255 - USUAL.max_light)]
    if conditions.sharpness is not None:
        parts.append(conditions.sharpness / USUAL.min_sharpness)
    if conditions.turn is not None:
        parts.append(USUAL.max_turn / max(conditions.turn, USUAL.max_turn))
    return max(float(np.prod(np.clip(parts, 0, 1))), _LEAST_WEIGHT)


class TrackPool:
    """Who a face is that is followed, by the mean of its last embeddings; used by one thread.

    The mean of two people resembles a third, whom neither of them does. So a mean names somebody only where the newest
    frame bears it out: by itself it has the same person among its nearest, within the limit, and nobody else as the
    nearest within the threshold. Else the frame counts by itself, and where there is somebody else, the mean begins
    anew with it.

    Args:
        frames: how many are averaged; 1 = each counts by itself.
        limit: the distance up to which a frame bears a name out; never less than the threshold.
    """

    def __init__(self, frames: int, limit: float = 0.0) -> None:
        self._frames = frames
        self._limit = limit
        self._pools: dict[int, deque[tuple[Embedding, float]]] = {}

    def identify(
        self, track: int, probe: Embedding, weight: float, search: Callable[[Embedding], Identification]
    ) -> Identification:
        """What `search` finds for the mean of the track's frames, or for the newest, `probe`, alone."""
        alone = search(probe)
        if self._frames == 1:
            return alone
        mean = self._mean(track, probe, weight)
        pooled = alone if mean is probe else search(mean)
        if alone.within_threshold and _person(alone) != _person(pooled):
            self._pools[track].clear()
            self._mean(track, probe, weight)
            return alone
        return pooled if self._bears_out(alone, _person(pooled)) else alone

    def keep(self, living: Container[int]) -> None:
        """Forgets the tracks that have ended."""
        self._pools = {track: pool for track, pool in self._pools.items() if track in living}

    def _mean(self, track: int, probe: Embedding, weight: float) -> Embedding:
        pool = self._pools.setdefault(track, deque(maxlen=self._frames))
        pool.append((probe, weight))
        if len(pool) == 1:
            return probe
        return mean_embedding([one for one, _ in pool], [weight for _, weight in pool])

    def _bears_out(self, alone: Identification, person: str | None) -> bool:
        """Whether the newest frame by itself speaks for the person whom the mean is nearest to."""
        limit = max(self._limit, alone.threshold)
        return any(one.person == person and one.distance <= limit for one in alone.candidates)


def _person(found: Identification) -> str | None:
    return found.best.person if found.best is not None else None
