"""Error rates of comparisons, exact steps; a comparison is accepted when distance <= threshold.

A distance that is no finite number (a picture without a face) is accepted at no threshold: a non-match of one person,
and a correct rejection of two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError
from kiosk.evaluation.intervals import RESAMPLES, Interval, Rate, Weights, bootstraps_over_people, wilson


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


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that is no rate of trials."""

    value: float
    interval: Interval | None  # over people; None where these are too few to say


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What a curve says."""

    curve: Curve
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
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figures:
    """The figures of distances (G,) and (I,), with the operating points for some false match rates.

    People are those of the genuine and of the impostor pairs, each as bootstrap_over_people takes them.
    Raises EvaluationError where there are no pairs of one person, or none of two that has a distance.
    """
    steps = Steps.of(genuine, impostor)
    whole = steps.curve()
    points = [operating_point(genuine, impostor, rate) for rate in rates]
    wanted = 2 + 2 * len(points)
    count = len(steps.genuine_order)

    def figures(weights: Weights) -> list[float]:
        own, other = weights[:count], weights[count:]
        if not own.any() or not other.any():
            return [math.nan] * wanted
        curve = steps.curve(own, other)
        fmr = [curve.at(point.threshold)[0] for point in points]
        return [area_under(curve), equal_error_rate(curve)[0], *fmr, *map(curve.fnmr_at_fmr, rates)]

    everybody = np.concatenate([_two_of_each(part) for part in people])
    found = bootstraps_over_people(figures, everybody, resamples=resamples, seed=seed) or [None] * wanted
    rate, threshold = equal_error_rate(whole)
    return Figures(
        whole,
        Estimate(area_under(whole), found[0]),
        Estimate(rate, found[1]),
        threshold,
        tuple(
            OperatingPoint(point.fmr_asked, point.threshold, point.fmr.widened(fmr), point.fnmr.widened(fnmr))
            for point, fmr, fnmr in zip(points, found[2 : 2 + len(points)], found[2 + len(points) :], strict=True)
        ),
    )


def _two_of_each(people: ArrayLike) -> NDArray[Any]:
    given = np.asarray(people)
    return np.stack([given, given], axis=1) if given.ndim == 1 else given


FOLDS: Final = 10  # Huang et al. 2007, Labeled Faces in the Wild, section V
PEOPLE_IN_A_FOLD: Final = 2  # at least, or it has no two people
_PAIRS_IN_A_FOLD: Final = 300  # of one person, and as many of two


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of pictures; nobody is in two folds."""

    first: NDArray[np.intp]  # (M,) index of a picture
    second: NDArray[np.intp]
    same: NDArray[np.bool_]
    fold: NDArray[np.intp]


def pairs_of(owners: NDArray[np.intp], seed: int) -> Pairs:
    """In each fold as many pairs of one person as of two, given whose each picture is; four people at least."""
    random = np.random.default_rng(seed)
    people = random.permutation(np.unique(owners))
    folds = np.array_split(people, min(FOLDS, len(people) // PEOPLE_IN_A_FOLD))
    rows = [(*pair, number) for number, fold in enumerate(folds) for pair in _fold_pairs(owners, fold, random)]
    first, second, fold = np.array(rows, np.intp).T
    return Pairs(first, second, owners[first] == owners[second], fold)


def _fold_pairs(
    owners: NDArray[np.intp], people: NDArray[np.intp], random: np.random.Generator
) -> list[tuple[int, int]]:
    pictures = [np.flatnonzero(owners == one) for one in people]
    same = [pair for own in pictures for pair in combinations(own.tolist(), 2)]
    wanted = min(len(same), _PAIRS_IN_A_FOLD)
    chosen = [same[index] for index in random.permutation(len(same))[:wanted]]
    other: set[tuple[int, int]] = set()
    possible = (sum(map(len, pictures)) ** 2 - sum(len(own) ** 2 for own in pictures)) // 2
    while len(other) < min(wanted, possible):
        one, two = random.choice(len(people), 2, replace=False)
        left, right = int(random.choice(pictures[one])), int(random.choice(pictures[two]))
        other.add((min(left, right), max(left, right)))
    return [*chosen, *sorted(other)]


def distances_of(embeddings: NDArray[np.float32], pairs: Pairs) -> NDArray[np.float64]:
    """L2 distance of each pair (M,)."""
    gap = embeddings[pairs.first].astype(np.float64) - embeddings[pairs.second]
    return np.asarray(np.linalg.norm(gap, axis=1))


def verification_accuracy(distances: NDArray[np.float64], pairs: Pairs) -> float:
    """Part of the pairs judged rightly, each fold with the threshold that is best for the others."""
    folds = np.unique(pairs.fold)
    right = []
    for fold in folds:
        rest, here = pairs.fold != fold, pairs.fold == fold
        threshold = best_threshold(distances[rest], pairs.same[rest])
        right.append(np.mean((distances[here] <= threshold) == pairs.same[here]))
    return float(np.mean(right))


def best_threshold(distances: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """The threshold with which most pairs are judged rightly, the lowest of several.

    It is half-way between two distances, the largest of them, or below them all.
    """
    order = np.argsort(distances, kind="stable")
    ordered = distances[order]
    lower, upper = ordered[:-1], ordered[1:]
    # Half-way between two neighbouring numbers rounds to one of them: not to the one that is to be left out.
    between = np.minimum((lower + upper) / 2, np.nextafter(upper, -np.inf))
    places = np.concatenate([np.nextafter(ordered[:1], -np.inf), between, ordered[-1:]])
    right = np.concatenate([[0], np.cumsum(np.where(same[order], 1, -1))])
    # Equal distances cannot be told apart: only the last of them is a place for a threshold.
    right[1:-1][lower == upper] = np.iinfo(right.dtype).min
    return float(places[np.argmax(right)])


def impostor_distances(embeddings: NDArray[np.float32], owners: NDArray[np.intp]) -> NDArray[np.float64]:
    """The distances of all pairs of two people."""
    first, second = np.nonzero(np.triu(owners[:, None] != owners[None, :]))
    products = embeddings.astype(np.float64) @ embeddings.T.astype(np.float64)
    return np.sqrt(np.maximum(2 - 2 * products[first, second], 0))
