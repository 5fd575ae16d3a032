"""How alike the frames of measured visits are, and whether the chance of k of n that follows is what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.protocols.replay import Door
from kiosk.evaluation.rates.correlation import chance_of_k_of_n, intraclass_correlation

_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of the distances of strangers' frames to the nearest person of the gallery."""

    correlation: float | None  # within a visit, 0 to 1; None where too few visits carry it
    visits: int  # with two acquired frames or more
    deviation: float | None  # of all frames
    deviation_in_visit: float | None


@dataclass(frozen=True, slots=True)
class Foretold:
    """Strangers' visits that are granted: as one frame's rate and the correlation foretell it, and as counted."""

    frame_rate: float  # of frames that name somebody by themselves
    foretold: float | None
    counted: float


def likeness(distances: Sequence[NDArray[np.float32]], among: Sequence[NDArray[np.float32]] = ()) -> Likeness:
    """Of one array a visit, infinite distances left out.

    Clips show too few people to tell how far apart people are. So `among` names other strangers' visits at the same
    gallery: the spread of all frames is taken from these, what of it lies within a visit from `distances`.
    """
    visits = [own[np.isfinite(own)] for own in distances]
    carrying = [own for own in visits if len(own) >= _TWO]
    if not carrying:
        return Likeness(None, 0, None, None)
    frames = sum(map(len, carrying))
    within = sum(float(((own - own.mean()) ** 2).sum()) for own in carrying) / (frames - len(carrying))
    others = [own[np.isfinite(own)] for own in among if len(own)]
    everybody = np.concatenate(others or visits).astype(np.float64)
    spread = float(everybody.var(ddof=1))
    correlation = intraclass_correlation(visits)
    if others:
        correlation = max(1 - within / spread, 0.0) if spread > 0 else None
    return Likeness(correlation, len(carrying), float(np.sqrt(spread)), float(np.sqrt(within)))


def foretell(frame_rate: float, door: Door, alike: Likeness, counted: float) -> Foretold:
    """What chance_of_k_of_n says of strangers' visits, beside what was counted."""
    k, n, correlation = door.rule.k, door.rule.n, alike.correlation
    foretold = None if correlation is None else chance_of_k_of_n(frame_rate, k, n, correlation)
    return Foretold(frame_rate, foretold, counted)
