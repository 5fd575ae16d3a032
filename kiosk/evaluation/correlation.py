"""Frames of one visit are not independent: the effect of their correlation on k of n."""

from __future__ import annotations

import math
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
