"""Error rates of comparisons, with 95 % intervals; a comparison is accepted when distance <= threshold.

A distance that is not finite (a picture without a face) is accepted at no threshold: it counts as a non-match of one
person, and as a correct rejection of two. The curves are those of scikit-learn's roc_curve and det_curve, and the
interval of a rate is that of scipy.stats.binomtest. They are computed here because calibration and training run without
those libraries, and because a bootstrap reuses the sorted distances a thousand times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError

_CONFIDENCE: Final = 0.95
RESAMPLES: Final = 1000
FOLDS: Final = 10  # of LFW's protocol (Huang et al. 2007, section V)

Weights: TypeAlias = NDArray[np.float64]


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


def wilson(errors: int, trials: int) -> Rate:
    """Return the rate of independent trials with Wilson's score interval (E. B. Wilson 1927, JASA 22, 209-212).

    Raises ValueError for counts that cannot be.
    """
    if not 0 <= errors <= trials:
        raise ValueError(f"{errors} errors in {trials} trials")
    if trials == 0:
        return Rate(0, 0, 0.0, 1.0)
    errors, trials = int(errors), int(trials)
    z2 = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2) ** 2
    share = errors / trials
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * trials)) / trials) / (1 + z2 / trials)
    # At the ends the formula gives exactly 0 and 1; rounding would not.
    return Rate(errors, trials, middle - half if errors > 0 else 0.0, middle + half if errors < trials else 1.0)


def bootstrap_over_people(
    statistics: Callable[[Weights], Sequence[float]],
    people: ArrayLike,
    *,
    resamples: int,
    confidence: float = _CONFIDENCE,
    seed: int = 0,
) -> list[Interval | None]:
    """Return the bootstrap intervals of statistics of pairs; it resamples people, not pairs.

    Pairs that share a person are not independent: resampling pairs gives intervals that are far too narrow. A pair of
    two people weighs the product of how often both were drawn (the vertex bootstrap: Snijders and Borgatti 1999,
    Connections 22, 161-170), a pair of one person that person's count.

    The statistics take the weights (P,) of the pairs; a resample for which one is NaN is left out of its interval.
    `people` are the two of each pair (P, 2), or one of each row (P,), as numbers or names. An interval is None with
    fewer than two people, or where most resamples give no value.
    """
    given: NDArray[Any] = np.asarray(people)
    known, numbers = np.unique(given, return_inverse=True)
    numbers, count = numbers.reshape(given.shape), len(known)
    if count < 2:
        return [None for _ in statistics(np.ones(len(given)))]
    first, second = (numbers, numbers) if given.ndim == 1 else (numbers[:, 0], numbers[:, 1])
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


def rate_over_people(wrong: ArrayLike, people: ArrayLike, *, seed: int = 0) -> Rate:
    """Return the rate of `wrong` pairs (P,), with the interval over people where it is wider than Wilson's.

    Where no pair is wrong (or all are) the bootstrap has no width, and Wilson's interval, which takes the pairs as
    independent, is the least that is unknown.
    """
    missed = np.asarray(wrong, bool)

    def share(weights: Weights) -> list[float]:
        total = float(weights.sum())
        return [float(weights[missed].sum()) / total if total > 0 else math.nan]

    (interval,) = bootstrap_over_people(share, people, resamples=RESAMPLES, seed=seed)
    return wilson(int(missed.sum()), len(missed)).widened(interval)


# Curves ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """FMR and FNMR at every threshold where one of them changes; in between, the rates of the lower one hold."""

    thresholds: NDArray[np.float64]  # (T,) ascending; the first one accepts nothing
    fmr: NDArray[np.float64]  # (T,) rising from 0
    fnmr: NDArray[np.float64]  # (T,) falling from 1

    def at(self, threshold: float) -> tuple[float, float]:
        """Return FMR and FNMR at any threshold."""
        place = self._last(self.thresholds <= threshold)
        return float(self.fmr[place]), float(self.fnmr[place])

    def fnmr_at_fmr(self, fmr: float) -> float:
        """Return the smallest FNMR of all thresholds with at most that FMR."""
        return float(self.fnmr[self._last(self.fmr <= fmr)])

    @staticmethod
    def _last(reached: NDArray[np.bool_]) -> int:
        # Where nothing is reached, as by NaN, the first place accepts nothing.
        return max(int(np.count_nonzero(reached)) - 1, 0)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold chosen for a false match rate, and the rates there."""

    fmr_asked: float
    threshold: float
    fmr: Rate
    fnmr: Rate

    @property
    def is_carried(self) -> bool:
        """Return whether impostors lie below the threshold; if none, they are too few to measure that rate."""
        return self.fmr.errors > 0


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Comparisons sorted once, for the curves of many resamples."""

    thresholds: NDArray[np.float64]  # (T,) as in Curve
    genuine_order: NDArray[np.intp]  # (G,)
    impostor_order: NDArray[np.intp]  # (I,)
    matched: NDArray[np.intp]  # (T,) genuine accepted at each threshold
    accepted: NDArray[np.intp]  # (T,) impostors accepted at each threshold

    @classmethod
    def of(cls, genuine: ArrayLike, impostor: ArrayLike) -> Steps:
        """Raise EvaluationError where there are no pairs of one person, or none of two."""
        own, other = _distances(genuine), _distances(impostor)
        _need(own, "of one person")
        _need(other, "of two people")
        both = np.concatenate([own, other])
        thresholds = np.unique(both[np.isfinite(both)])
        below = np.nextafter(thresholds[:1], -np.inf) if len(thresholds) else np.zeros(1)
        thresholds = np.concatenate([below, thresholds]).astype(np.float64)
        orders = [np.argsort(distances) for distances in (own, other)]
        counts = [
            np.searchsorted(distances[order], thresholds, side="right")
            for distances, order in zip((own, other), orders, strict=True)
        ]
        return cls(thresholds, *orders, *counts)

    def curve(self, genuine_weights: Weights | None = None, impostor_weights: Weights | None = None) -> Curve:
        """Return the curve; weights are those of a resample (see bootstrap_over_people), not all 0 for either kind."""
        shares = []
        for order, weights, counts in (
            (self.genuine_order, genuine_weights, self.matched),
            (self.impostor_order, impostor_weights, self.accepted),
        ):
            sums = np.concatenate([[0.0], np.cumsum(np.ones(len(order)) if weights is None else weights[order])])
            shares.append((sums[counts], sums[-1]))
        (matched, genuine), (accepted, impostors) = shares
        return Curve(self.thresholds, accepted / impostors, (genuine - matched) / genuine)


def curve(genuine: ArrayLike, impostor: ArrayLike) -> Curve:
    """Return FMR and FNMR over all thresholds; raises EvaluationError as Steps.of."""
    return Steps.of(genuine, impostor).curve()


def area_under(curve: Curve) -> float:
    """Return the area under the ROC: how often a genuine pair is nearer than an impostor pair, ties counted half."""
    matched = 1 - curve.fnmr
    rest = (1 - curve.fmr[-1]) * (matched[-1] + 1) / 2  # pairs without a distance count as equally far
    return float(np.trapezoid(matched, curve.fmr) + rest)


def equal_error_rate(curve: Curve) -> tuple[float, float]:
    """Return the mean of both rates, and the threshold, where they differ least; the lowest of several thresholds."""
    place = int(np.argmin(np.abs(curve.fmr - curve.fnmr)))
    return float(curve.fmr[place] + curve.fnmr[place]) / 2, float(curve.thresholds[place])


def threshold_at_fmr(impostor: ArrayLike, fmr: float) -> float:
    """Return the largest threshold at which at most that share of the impostors is accepted.

    It lies one floating-point step (of the distances' own type) below the first impostor that is too many. With fewer
    than 1 / fmr impostors that is the nearest of all, so that the rate is not measured: see OperatingPoint.is_carried.
    Where all may be accepted it is the largest distance.

    Raises EvaluationError where no impostor has a distance.
    """
    distances = _distances(impostor)
    ordered = np.sort(distances[np.isfinite(distances)])
    _need(ordered, "of two people that has a distance")
    # Each count is compared as a share: 0.29 * 100 is less than 29.
    allowed = int(np.count_nonzero(np.arange(1, len(distances) + 1) / len(distances) <= fmr))
    return float(np.nextafter(ordered[allowed], -np.inf) if allowed < len(ordered) else ordered[-1])


def accepts(distances: ArrayLike, threshold: float) -> NDArray[np.bool_]:
    """Return which comparisons are accepted, in the same shape."""
    # In double precision, or a threshold between two float32 would be rounded to one of them.
    given = np.asarray(distances, np.float64)
    return np.asarray(np.isfinite(given) & (given <= threshold))


def operating_point(genuine: ArrayLike, impostor: ArrayLike, fmr: float) -> OperatingPoint:
    """Return the threshold for a false match rate with the rates there; raises EvaluationError as threshold_at_fmr.

    The intervals take the comparisons as independent and the threshold as given: see figures_over_people.
    """
    threshold = threshold_at_fmr(impostor, fmr)
    accepted, missed = accepts(impostor, threshold), ~accepts(genuine, threshold)
    false_matches, false_non_matches = (wilson(int(some.sum()), len(some)) for some in (accepted, missed))
    return OperatingPoint(fmr, threshold, false_matches, false_non_matches)


def _distances(values: ArrayLike) -> Floats:
    given = np.asarray(values)
    floats = given if np.issubdtype(given.dtype, np.floating) else given.astype(np.float64)
    return np.where(np.isfinite(floats), floats, np.inf)


def _need(distances: Floats, kind: str) -> None:
    if not len(distances):
        raise EvaluationError(
            "error rates", f"there is no pair {kind}", "give pictures of several people, and several of each"
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that is not a rate of trials."""

    value: float
    interval: Interval | None  # over people; None where there are too few


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """The figures of a curve."""

    area: Estimate  # see area_under
    equal_error: Estimate  # see equal_error_rate
    equal_error_threshold: float
    points: tuple[OperatingPoint, ...]  # intervals over people; that of the FNMR also holds the threshold's own


def figures_over_people(
    genuine: ArrayLike,
    impostor: ArrayLike,
    people: tuple[ArrayLike, ArrayLike],
    rates: Sequence[float],
    *,
    seed: int = 0,
) -> Figures:
    """Return the figures of genuine (G,) and impostor (I,) distances, with operating points for some FMR.

    `people` are those of the genuine and of the impostor pairs, each as bootstrap_over_people takes them.
    Raises EvaluationError where there are no pairs of one person, or none of two that has a distance.
    """
    steps = Steps.of(genuine, impostor)
    whole = steps.curve()
    points = [operating_point(genuine, impostor, rate) for rate in rates]
    count = len(steps.genuine_order)

    def figures(weights: Weights) -> list[float]:
        own, other = weights[:count], weights[count:]
        if not own.any() or not other.any():
            return [math.nan] * (2 + 2 * len(points))
        curve = steps.curve(own, other)
        fmr = [curve.at(point.threshold)[0] for point in points]
        return [area_under(curve), equal_error_rate(curve)[0], *fmr, *map(curve.fnmr_at_fmr, rates)]

    everybody = np.concatenate([np.stack([part, part], axis=1) if np.ndim(part) == 1 else part for part in people])
    found = bootstrap_over_people(figures, everybody, resamples=RESAMPLES, seed=seed)
    rate, threshold = equal_error_rate(whole)
    return Figures(
        Estimate(area_under(whole), found[0]),
        Estimate(rate, found[1]),
        threshold,
        tuple(
            OperatingPoint(point.fmr_asked, point.threshold, point.fmr.widened(fmr), point.fnmr.widened(fnmr))
            for point, fmr, fnmr in zip(points, found[2 : 2 + len(points)], found[2 + len(points) :], strict=True)
        ),
    )


def best_threshold(distances: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """Return the threshold with which most pairs are judged rightly, the lowest of several.

    It lies half-way between two distances, at the largest, or below them all.
    """
    order = np.argsort(distances, kind="stable")
    ordered = distances[order]
    lower, upper = ordered[:-1], ordered[1:]
    # Half-way between two neighbouring numbers rounds to one of them: not to the upper one.
    between = np.minimum((lower + upper) / 2, np.nextafter(upper, -np.inf))
    places = np.concatenate([np.nextafter(ordered[:1], -np.inf), between, ordered[-1:]])
    right = np.concatenate([[0], np.cumsum(np.where(same[order], 1, -1))])
    # Equal distances cannot be told apart: only the last of them is a place for a threshold.
    right[1:-1][lower == upper] = np.iinfo(right.dtype).min
    return float(places[np.argmax(right)])
