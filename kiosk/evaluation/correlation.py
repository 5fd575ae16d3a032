"""Frames of one visit are not independent: their correlation, and its effect on k of n."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_REACH = 12.0  # standard deviations; beyond lies less than 1e-32
_POINTS = 1201


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
    grid, density, cumulated = _normal()
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
def _normal() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return points, and the density and the distribution function of the standard normal there."""
    grid = np.linspace(-_REACH, _REACH, _POINTS)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    return grid, density, _cdfs(grid)


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
