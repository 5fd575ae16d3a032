"""Confidence intervals of rates, and of any figure that is computed from pairs of pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE: Final = 0.95
RESAMPLES: Final = 1000

Weights: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[Weights], float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """An error rate with its counts and its 95 % interval."""

    errors: int
    trials: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """Return the share of errors; None without trials (the interval is 0 to 1 then)."""
        return self.errors / self.trials if self.trials else None

    def widened(self, interval: Interval | None) -> Rate:
        """Return the same rate with an interval that covers both."""
        if interval is None:
            return self
        return Rate(self.errors, self.trials, min(self.low, interval.low), max(self.high, interval.high))


def wilson(errors: int, trials: int, confidence: float = CONFIDENCE) -> Rate:
    """Return the rate of independent trials with Wilson's score interval (E. B. Wilson 1927, JASA 22, 209-212).

    It is that of scipy.stats.binomtest, in closed form because calibration and training run without scipy. Raises
    ValueError for counts that cannot be.
    """
    if not 0 <= errors <= trials:
        raise ValueError(f"{errors} errors in {trials} trials")
    if trials == 0:
        return Rate(0, 0, 0.0, 1.0)
    errors, trials = int(errors), int(trials)
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    share = errors / trials
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * trials)) / trials) / (1 + z2 / trials)
    # At the ends the formula gives exactly 0 and 1; rounding would not.
    low = middle - half if errors > 0 else 0.0
    high = middle + half if errors < trials else 1.0
    return Rate(errors, trials, low, high)


def bootstrap_over_people(
    statistic: Statistic,
    people: ArrayLike,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> Interval | None:
    """Return the bootstrap interval of a statistic of pairs; it resamples people, not pairs.

    Pairs that share a person are not independent: resampling pairs gives intervals that are far too narrow. A pair of
    two people weighs the product of how often both were drawn (the vertex bootstrap: Snijders and Borgatti 1999,
    Connections 22, 161-170), a pair of one person that person's count.

    The statistic takes the weights (P,) of the pairs; a resample for which it is NaN is left out. `people` are the two
    of each pair (P, 2), or one of each row (P,), as numbers or names. The interval is None with fewer than two people,
    or where most resamples give no value.
    """
    together = bootstraps_over_people(
        lambda weights: [statistic(weights)], people, resamples=resamples, confidence=confidence, seed=seed
    )
    return together[0] if together else None


def bootstraps_over_people(
    statistics: Callable[[Weights], Sequence[float]],
    people: ArrayLike,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> list[Interval | None]:
    """Return the intervals of several statistics at once, in their order; empty with fewer than two people."""
    given: NDArray[Any] = np.asarray(people)
    known, numbers = np.unique(given, return_inverse=True)
    numbers = numbers.reshape(given.shape)
    first, second = (numbers, numbers) if given.ndim == 1 else (numbers[:, 0], numbers[:, 1])
    count = len(known)
    if count < 2:
        return []
    random = np.random.default_rng(seed)
    two = np.flatnonzero(first != second)
    found = []
    for _ in range(resamples):
        drawn = np.bincount(random.integers(count, size=count), minlength=count).astype(np.float64)
        weights = drawn[first]
        # Each weight is 1 on average: the product of two counts would be 1 - 1 / people.
        weights[two] *= drawn[second[two]] * (count / (count - 1))
        found.append(statistics(weights))
    return [_interval(np.array(values, np.float64), confidence) for values in zip(*found, strict=True)]


def _interval(found: NDArray[np.float64], confidence: float) -> Interval | None:
    said = found[np.isfinite(found)]
    if len(said) < len(found) / 2:
        return None
    low, high = np.quantile(said, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def rate_over_people(wrong: ArrayLike, people: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0) -> Rate:
    """Return the rate of `wrong` pairs (P,), with the interval over people where it is wider than Wilson's.

    Where no pair is wrong (or all are) the bootstrap has no width, and Wilson's interval, which takes the pairs as
    independent, is the least that is unknown.
    """
    missed = np.asarray(wrong, bool)
    alone = wilson(int(missed.sum()), len(missed))
    return alone.widened(
        bootstrap_over_people(lambda weights: share(missed, weights), people, resamples=resamples, seed=seed)
    )


def share(wrong: NDArray[np.bool_], weights: Weights) -> float:
    """Return the weighted share of wrong pairs; NaN where all weights are 0."""
    total = float(weights.sum())
    return float(weights[wrong].sum()) / total if total > 0 else math.nan
