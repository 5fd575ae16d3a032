"""Error rates of comparisons, exact steps; a comparison is accepted when distance <= threshold.

A distance that is no finite number (a picture without a face) is accepted at no threshold: a non-match of one person,
and a correct rejection of two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError
from kiosk.evaluation.rates.intervals import Rate, Weights, wilson


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Both rates at every threshold where one of them changes; between two thresholds they are those of the lower."""

    thresholds: NDArray[np.float64]  # (T,) ascending; the first one accepts nothing
    fmr: NDArray[np.float64]  # (T,) rising from 0
    fnmr: NDArray[np.float64]  # (T,) falling from 1

    def at(self, threshold: float) -> tuple[float, float]:
        """FMR and FNMR at any threshold."""
        place = self._last(self.thresholds <= threshold)
        return float(self.fmr[place]), float(self.fnmr[place])

    def fnmr_at_fmr(self, fmr: float) -> float:
        """The smallest FNMR that any threshold with that FMR or less has."""
        return float(self.fnmr[self._last(self.fmr <= fmr)])

    @staticmethod
    def _last(reached: NDArray[np.bool_]) -> int:
        """Where nothing is reached, as by NaN, that is the place that accepts nothing."""
        return max(int(np.count_nonzero(reached)) - 1, 0)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold does that was chosen for a false match rate."""

    fmr_asked: float
    threshold: float
    fmr: Rate
    fnmr: Rate

    @property
    def is_carried(self) -> bool:
        """Whether an impostor stands behind the threshold; if not, there are too few for what was asked."""
        return self.fmr.errors > 0


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Comparisons put in order once, for the curves of many resamples of them."""

    thresholds: NDArray[np.float64]  # (T,) as in Curve
    genuine_order: NDArray[np.intp]  # (G,)
    impostor_order: NDArray[np.intp]  # (I,)
    matched: NDArray[np.intp]  # (T,) genuine accepted at each threshold
    accepted: NDArray[np.intp]  # (T,) impostors accepted at each threshold

    @classmethod
    def of(cls, genuine: ArrayLike, impostor: ArrayLike) -> Steps:
        """Raises EvaluationError where there are no pairs of one person, or none of two."""
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
        """The curve; weights, not all of a kind 0, are those of a resample (see bootstrap_over_people)."""
        matched, genuine = _sums(self.genuine_order, genuine_weights, self.matched)
        accepted, impostors = _sums(self.impostor_order, impostor_weights, self.accepted)
        return Curve(self.thresholds, accepted / impostors, (genuine - matched) / genuine)


def curve(genuine: ArrayLike, impostor: ArrayLike) -> Curve:
    """FMR and FNMR over all thresholds; raises EvaluationError as Steps.of."""
    return Steps.of(genuine, impostor).curve()


def area_under(curve: Curve) -> float:
    """Area under the ROC: how often one person's pair is nearer than one of two people, ties counted half."""
    matched = 1 - curve.fnmr
    rest = (1 - curve.fmr[-1]) * (matched[-1] + 1) / 2  # pairs without a distance are all equally far
    return float(np.trapezoid(matched, curve.fmr) + rest)


def equal_error_rate(curve: Curve) -> tuple[float, float]:
    """The mean of both rates, and the threshold, where they differ least; the strictest of several."""
    place = int(np.argmin(np.abs(curve.fmr - curve.fnmr)))
    return float(curve.fmr[place] + curve.fnmr[place]) / 2, float(curve.thresholds[place])


def threshold_at_fmr(impostor: ArrayLike, fmr: float) -> float:
    """The largest threshold at which no more than that share of the impostors is accepted.

    It lies one floating-point step (of the distances' own type) below the first impostor that is too many. With fewer
    than 1 / fmr of them that is the nearest one of all, nobody stands behind the threshold, and the rate is hoped for
    rather than measured: see OperatingPoint.is_carried. Where all may be accepted it is the largest distance.

    Raises EvaluationError where no impostor has a distance.
    """
    distances = _distances(impostor)
    ordered = np.sort(distances[np.isfinite(distances)])
    _need(ordered, "of two people that has a distance")
    # Each count is compared as a share: 0.29 * 100 is less than 29.
    allowed = int(np.count_nonzero(np.arange(1, len(distances) + 1) / len(distances) <= fmr))
    return float(np.nextafter(ordered[allowed], -np.inf) if allowed < len(ordered) else ordered[-1])


def accepts(distances: ArrayLike, threshold: float) -> NDArray[np.bool_]:
    """Which comparisons are accepted, of any shape."""
    # In double precision, or a threshold between two float32 would be rounded to one of them.
    given = np.asarray(distances, np.float64)
    return np.asarray(np.isfinite(given) & (given <= threshold))


def false_matches(impostor: ArrayLike, threshold: float) -> Rate:
    """FMR: how many pairs of two people are accepted."""
    matched = accepts(impostor, threshold)
    return wilson(int(matched.sum()), len(matched))


def false_non_matches(genuine: ArrayLike, threshold: float) -> Rate:
    """FNMR: how many pairs of one person are not accepted."""
    matched = accepts(genuine, threshold)
    return wilson(int((~matched).sum()), len(matched))


def operating_point(genuine: ArrayLike, impostor: ArrayLike, fmr: float) -> OperatingPoint:
    """The threshold for a false match rate and what it does; raises EvaluationError as threshold_at_fmr.

    The intervals take the comparisons as independent and the threshold as given: see point_over_people.
    """
    threshold = threshold_at_fmr(impostor, fmr)
    return OperatingPoint(fmr, threshold, false_matches(impostor, threshold), false_non_matches(genuine, threshold))


def _distances(values: ArrayLike) -> Floats:
    """As floating-point numbers of their own precision, infinite where there is none."""
    given = np.asarray(values)
    floats = given if np.issubdtype(given.dtype, np.floating) else given.astype(np.float64)
    return np.where(np.isfinite(floats), floats, np.inf)


def _need(distances: Floats, kind: str) -> None:
    if not len(distances):
        raise EvaluationError(
            "error rates", f"there is no pair {kind}", "give pictures of several people, and several of each"
        )


def _sums(
    order: NDArray[np.intp], weights: Weights | None, counts: NDArray[np.intp]
) -> tuple[NDArray[np.float64], np.float64]:
    """What the nearest `counts` weigh, and what all weigh."""
    weighed = np.ones(len(order)) if weights is None else weights[order]
    sums = np.concatenate([[0.0], np.cumsum(weighed)])
    return sums[counts], sums[-1]
