"""How often a whole visit ends with an open door, where one frame names somebody at a known rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.rates.correlation import chance_of_k_of_n

# Frames up to which every course of a visit is followed; beyond, only whether k of the first n name somebody.
_MOST_FRAMES: Final = 10
_SETS = 3  # sets of n good frames after which the decision rule gives up
_REACH, _POINTS = 9.0, 1201
_RATES: Final = np.concatenate([np.logspace(-9, -1, 65), np.linspace(0.12, 0.9, 40), 1 - np.logspace(-1.02, -6, 40)])


@dataclass(frozen=True, slots=True)
class VisitRule:
    """How a visit is decided, and how alike its frames are.

    The decision rule slides: a visit goes on while frames name somebody now and then, up to three sets of n, so that it
    is granted more often than k of n frames agree (twice to three times as often at rates below 1 %). Frames are alike
    as in chance_of_k_of_n.
    """

    k: int
    n: int
    correlation: float  # of the frames of one visit, 0 to 1

    def granted(self, rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """How often a visit is granted where each frame names the same person at `rate`."""
        known, chances = _table(self.k, self.n, round(self.correlation, 3))
        logs = np.interp(np.log(np.maximum(rate, 1e-300)), np.log(known), np.log(chances))
        # Below the table a chance falls at least in step with the rate.
        logs = np.where(rate < known[0], logs + np.log(np.maximum(rate, 1e-300) / known[0]), logs)
        return np.asarray(np.where(rate >= 1, 1.0, np.where(rate <= 0, 0.0, np.exp(logs))))


def pooled_correlation(correlation: float, frames: int) -> float:
    """How alike the means of up to so many frames are, where the frames themselves are alike by `correlation`.

    A pool holds half of its frames on average while it fills; what the frames share stays, the rest is averaged away.
    """
    return correlation / (correlation + (1 - correlation) * 2 / (frames + 1)) if correlation > 0 else 0.0


def chance_of_a_grant(rate: float, k: int, n: int, correlation: float) -> float:
    """How often the decision rule grants a visit; frames are alike as in chance_of_k_of_n, and one person is named.

    For n above 10 it is chance_of_k_of_n, the chance for the first n frames alone.
    """
    if n > _MOST_FRAMES or not 0 < rate < 1 or correlation >= 1:
        return chance_of_k_of_n(rate, k, n, min(correlation, 1.0))
    grid = np.linspace(-_REACH, _REACH, _POINTS)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    shared = math.sqrt(correlation) * grid
    quantiles = (NormalDist().inv_cdf(rate) - shared) / math.sqrt(1 - correlation)
    frames = np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in quantiles.tolist()])
    known, chances = _apart(k, n)
    granted = np.exp(np.interp(np.log(np.maximum(frames, known[0])), np.log(known), np.log(chances)))
    return min(float(np.trapezoid(density * granted, grid)), 1.0)


@cache
def _apart(k: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates of independent frames, close together, and how often a visit of them is granted."""
    rates = 1 / (1 + np.exp(-np.linspace(-40, 30, 1401)))
    return rates, np.maximum(_granted_apart(rates, k, n), 1e-300)


def _granted_apart(rates: NDArray[np.float64], k: int, n: int) -> NDArray[np.float64]:
    """How often a visit of independent frames is granted: every course of it followed frame by frame.

    A state is which of the last n - 1 frames named the person, as bits; (states, rates).
    """
    states = np.arange(2 ** (n - 1))
    named, unnamed = (states << 1) | 1, states << 1
    enough = np.array([state.bit_count() >= k for state in named.tolist()])
    chances = np.zeros((len(states), len(rates)))
    chances[0] = 1.0
    granted = np.zeros(len(rates))
    for good in range(1, _SETS * n + 1):
        granted += chances[enough].sum(axis=0) * rates
        going_on = (unnamed > 0) | (good < n)
        after = np.zeros_like(chances)
        np.add.at(after, named[~enough] % len(states), chances[~enough] * rates)
        np.add.at(after, unnamed[going_on] % len(states), chances[going_on] * (1 - rates))
        chances = after
    return granted


@cache
def _table(k: int, n: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates and the chances that belong to them, for interpolation."""
    chances = [chance_of_a_grant(float(rate), k, n, correlation) for rate in _RATES]
    return _RATES, np.maximum(np.maximum.accumulate(chances), 1e-300)
