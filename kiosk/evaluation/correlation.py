"""Frames of one visit, and templates of one person, are not independent: their correlation, and its effect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MOST_TEMPLATES: Final = 30  # more change next to nothing
# n up to which every course of a visit is followed; beyond, only whether k of the first n frames name a person.
_MOST_FRAMES: Final = 10
_SETS: Final = 3  # sets of n good frames after which the decision rule gives up
# Rates at which chances are computed; in between they are interpolated.
_SINGLES: Final = np.concatenate([np.logspace(-10, -1, 46), np.linspace(0.12, 0.98, 44), 1 - np.logspace(-2, -6, 9)])
_FRAMES: Final = np.concatenate([np.logspace(-9, -1, 65), np.linspace(0.12, 0.9, 40), 1 - np.logspace(-1.02, -6, 40)])


def chance_of_k_of_n(rate: float, k: int, n: int, correlation: float) -> float:
    """Return how often at least k of n frames err, where one frame errs at `rate` and frames have a correlation.

    One-factor Gaussian copula: frame i errs when sqrt(c) Z + sqrt(1 - c) E_i <= t, with a standard normal Z of the
    visit, E_i of each frame, and t the quantile of the rate. At correlation 0 this is the binomial tail, at 1
    the rate itself.

    Raises ValueError where rate or correlation are not within 0 to 1, or k is not within 1 to n.
    """
    if not (0 <= rate <= 1 and 0 <= correlation <= 1 and 1 <= k <= n):
        raise ValueError(f"no chance of {k} of {n} at rate {rate} and correlation {correlation}")
    if rate in {0, 1} or correlation == 1:
        return float(rate)
    if correlation == 0:
        return float(_at_least(k, n, np.array([rate]))[0])
    quantile = NormalDist().inv_cdf(rate)
    common, own = math.sqrt(correlation), math.sqrt(1 - correlation)
    grid, density, cumulated = _normal(12.0)  # beyond lies less than 1e-32
    # Two integrals are equal; the one with the wider integrand is computed: over Z, or over the k-th smallest E_i,
    # whose density is that of an order statistic.
    if correlation < 0.5:
        values = density * _at_least(k, n, _cdfs((quantile - common * grid) / own))
    else:
        order = k * math.comb(n, k) * cumulated ** (k - 1) * cumulated[::-1] ** (n - k) * density
        values = order * _cdfs((quantile - own * grid) / common)
    return min(float(np.trapezoid(values, grid)), 1.0)


def _at_least(k: int, n: int, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of k or more errors in n independent frames, for each rate."""
    terms = [math.comb(n, errors) * rates**errors * (1 - rates) ** (n - errors) for errors in range(k, n + 1)]
    return np.asarray(np.sum(terms, axis=0))


def _cdfs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # The complementary error function keeps its digits far out; NormalDist.cdf does not.
    return np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in values.tolist()])


@cache
def _normal(reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return points, and the density and the distribution function of the standard normal there."""
    grid = np.linspace(-reach, reach, 1201)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    return grid, density, _cdfs(grid)


# Visits of frames, and templates of one person ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitRule:
    """The decision rule of a visit, and the correlation of its frames.

    The window of the rule slides: a visit goes on while some frames name a person, up to three sets of n, so that it is
    granted more often than k of the first n frames agree (two to three times as often at rates below 1 %).
    """

    k: int
    n: int
    correlation: float  # of the frames of one visit, 0 to 1

    def granted(self, rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often a visit is granted where each frame names one person at `rate`."""
        return _interpolated(rate, *_visit_table(self.k, self.n, round(self.correlation, 3)))


def pooled_correlation(correlation: float, frames: int) -> float:
    """Return the correlation of means of up to `frames` frames, given the correlation of the frames.

    A pool holds half of its frames on average while it fills.
    """
    return correlation / (correlation + (1 - correlation) * 2 / (frames + 1)) if correlation > 0 else 0.0


def chance_of_a_grant(rate: float, k: int, n: int, correlation: float) -> float:
    """Return how often the decision rule grants a visit, with the correlation of chance_of_k_of_n, for one person.

    For n above 10 it is chance_of_k_of_n, for the first n frames only.
    """
    if n > _MOST_FRAMES or not 0 < rate < 1 or correlation >= 1:
        return chance_of_k_of_n(rate, k, n, min(correlation, 1.0))
    grid, density, _ = _normal(9.0)
    frames = _cdfs((NormalDist().inv_cdf(rate) - math.sqrt(correlation) * grid) / math.sqrt(1 - correlation))
    known, chances = _apart(k, n)
    granted = np.exp(np.interp(np.log(np.maximum(frames, known[0])), np.log(known), np.log(chances)))
    return min(float(np.trapezoid(density * granted, grid)), 1.0)


@cache
def _apart(k: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a fine grid of rates of independent frames, and how often a visit is granted at each."""
    rates = 1 / (1 + np.exp(-np.linspace(-40, 30, 1401)))
    return rates, np.maximum(_granted_apart(rates, k, n), 1e-300)


def _granted_apart(rates: NDArray[np.float64], k: int, n: int) -> NDArray[np.float64]:
    """Return how often a visit of independent frames is granted, by a Markov chain over its frames.

    A state holds as bits which of the last n - 1 frames named the person; chances have the shape (states, rates).
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


@dataclass(frozen=True, slots=True)
class NearestTemplate:
    """The nearest of a person's templates, which are correlated: five of them match less often than five people.

    The model is the Gaussian copula of chance_of_k_of_n: at least one of `templates` is within a distance.
    """

    templates: int
    correlation: float  # of the distances of one face to two templates of one person, 0 to 1

    def rate(self, single: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return how often the nearest is within a distance, where a single one is at the rate `single`."""
        return _interpolated(single, *self._table)

    def single(self, rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the rate of a single comparison, given the rate of the nearest."""
        known, chances = self._table
        return _interpolated(rate, chances, known)

    @property
    def _table(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        # Few different values, so that tables are reused: a twentieth changes the rate of the nearest of five by 4 %.
        return _nearest_table(min(self.templates, _MOST_TEMPLATES), round(20 * self.correlation) / 20)


def _interpolated(
    wanted: NDArray[np.float64] | float, known: NDArray[np.float64], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate log-linearly between the points of rates, in proportion below them; 1 from 1 on."""
    rates = np.asarray(wanted, np.float64)
    logs = np.interp(np.log(np.maximum(rates, known[0])), np.log(known), np.log(given))
    below = given[0] * rates / known[0]
    return np.asarray(np.where(rates >= 1, 1.0, np.where(rates < known[0], below, np.exp(logs))))


@cache
def _visit_table(k: int, n: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    chances = [chance_of_a_grant(float(rate), k, n, correlation) for rate in _FRAMES]
    return _FRAMES, np.maximum(np.maximum.accumulate(chances), 1e-300)


@cache
def _nearest_table(templates: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    chances = [chance_of_k_of_n(float(rate), 1, templates, correlation) for rate in _SINGLES]
    return _SINGLES, np.maximum.accumulate(chances)


# The correlation of frames --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrameCorrelation:
    """The correlation of strangers' frames, by their distances to the nearest person of the gallery."""

    correlation: float | None  # within a visit, 0 to 1; None where there are too few visits
    visits: int  # with two acquired frames or more
    deviation: float | None  # of all frames
    deviation_in_visit: float | None


def frame_correlation(
    distances: Sequence[NDArray[np.float32]], among: Sequence[NDArray[np.float32]] = ()
) -> FrameCorrelation:
    """Return the correlation of finite distances, one array for each visit.

    Clips show too few people to tell how much people differ. So `among` may hold other strangers' visits to the same
    gallery: the spread of all frames is taken from these, and the spread within a visit from `distances`.
    """
    visits = [own[np.isfinite(own)] for own in distances]
    carrying = [own for own in visits if len(own) > 1]
    if not carrying:
        return FrameCorrelation(None, 0, None, None)
    within = sum(float(((own - own.mean()) ** 2).sum()) for own in carrying)
    within /= sum(map(len, carrying)) - len(carrying)
    others = [finite for own in among if len(finite := own[np.isfinite(own)])]
    everybody = np.concatenate(others or visits).astype(np.float64)
    spread = float(everybody.var(ddof=1))
    correlation = intraclass_correlation(visits)
    if others:
        correlation = max(1 - within / spread, 0.0) if spread > 0 else None
    return FrameCorrelation(correlation, len(carrying), float(np.sqrt(spread)), float(np.sqrt(within)))


def intraclass_correlation(groups: Sequence[NDArray[np.floating]]) -> float | None:
    """Return the share of the variance that lies between groups, 0 to 1.

    ICC(1) of the one-way analysis of variance, for groups of any sizes (Donner and Koval, 1980); an estimate below 0 is
    given as 0. None with fewer than two groups, with one value in each, or where all values are the same.
    """
    filled = [np.asarray(group, np.float64) for group in groups if len(group)]
    sizes = np.array([len(group) for group in filled])
    count, total = len(filled), int(sizes.sum())
    if count < 2 or total == count or np.ptp(np.concatenate(filled)) == 0:
        return None
    means = np.array([group.mean() for group in filled])
    between = float(sizes @ (means - np.concatenate(filled).mean()) ** 2) / (count - 1)
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in filled) / (total - count)
    usual_size = (total - float(sizes @ sizes) / total) / (count - 1)
    spread = between + (usual_size - 1) * within
    return max((between - within) / spread, 0.0)
