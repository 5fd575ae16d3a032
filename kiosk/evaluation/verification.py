"""Verification on pairs by the protocol of Labeled Faces in the Wild (Huang et al. 2007, sections IV and V).

A pair is never accepted where one of its pictures gave no embedding. Each figure has two forms: over all pairs, and
over the pairs that were acquired (names that end in `acquired`).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.errors import EvaluationError
from kiosk.evaluation.intervals import Interval, Rate, rate_over_people
from kiosk.evaluation.rates import Estimate, Figures, OperatingPoint, best_threshold, figures_over_people

FALSE_MATCH_RATES: Final = (1e-2, 1e-3)


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPairs:
    """The distances of pairs of pictures."""

    distances: NDArray[np.float64]  # (P,); NaN where a picture gave no embedding
    same: NDArray[np.bool_]  # (P,) pairs of one person
    people: NDArray[np.intp]  # (P, 2) as numbers

    @classmethod
    def of(cls, distances: ArrayLike, same: ArrayLike, people: Sequence[tuple[str, str]]) -> ScoredPairs:
        """Return the pairs of named people."""
        given = np.asarray(distances, np.float64)
        numbers = np.unique(np.array(people, object).astype(str).reshape(-1, 2), return_inverse=True)[1]
        return cls(np.where(np.isfinite(given), given, np.nan), np.asarray(same, bool), numbers.reshape(-1, 2))

    @property
    def acquired(self) -> NDArray[np.bool_]:
        return np.isfinite(self.distances)

    def __len__(self) -> int:
        return len(self.distances)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> ScoredPairs:
        return ScoredPairs(self.distances[chosen], self.same[chosen], self.people[chosen])


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of pairs that are judged rightly."""

    value: float  # of all pairs: with folds of equal size the mean over them, as LFW reports it
    std: float | None  # over the folds, n - 1; None with a single fold
    standard_error: float | None  # of the mean, as LFW reports it: std / sqrt(folds)
    errors: Rate  # pairs judged wrongly, at the thresholds chosen

    @property
    def interval(self) -> Interval:
        return Interval(1 - self.errors.high, 1 - self.errors.low)


@dataclass(frozen=True, slots=True)
class Fold:
    """A part of the pairs, judged at a threshold chosen on others."""

    threshold: float
    pairs: int
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class VerificationResult:
    """The figures of a path by LFW's protocol."""

    accuracy: Accuracy  # a pair that was not acquired counts as an error
    accuracy_acquired: Accuracy
    folds: tuple[Fold, ...]
    area: Estimate  # under the ROC curve, 0 to 1; acquired pairs
    equal_error: Estimate  # rate; acquired pairs
    equal_error_threshold: float
    points: tuple[OperatingPoint, ...]  # failures count: non-matches of one person, rejections of two
    points_acquired: tuple[OperatingPoint, ...]

    @property
    def threshold(self) -> float:
        """Return the mean of the folds' thresholds."""
        return float(np.mean([fold.threshold for fold in self.folds]))


def verify_by_folds(pairs: ScoredPairs, folds: NDArray[np.intp], seed: int = 0) -> VerificationResult:
    """Judge each fold at the best threshold of all other folds.

    Raises EvaluationError with fewer than two folds, or pairs of one kind only.
    """
    numbers = np.unique(folds)
    if len(numbers) < 2:
        raise EvaluationError(
            "pairs", "they are all in one fold", "give two at least, or pairs to choose thresholds on"
        )
    thresholds = np.empty(len(pairs))
    for number in numbers:
        thresholds[folds == number] = best_for(pairs[folds != number])
    return _result(pairs, thresholds, folds, seed)


def verify_by_training(
    pairs: ScoredPairs, training: ScoredPairs, folds: NDArray[np.intp] | None = None, seed: int = 0
) -> VerificationResult:
    """Judge all pairs at the best threshold of `training`; folds only show how the accuracy varies.

    Raises EvaluationError for pairs of one kind only, or where no pair of `training` was acquired.
    """
    thresholds = np.full(len(pairs), best_for(training))
    return _result(pairs, thresholds, np.zeros(len(pairs), np.intp) if folds is None else folds, seed)


def best_for(pairs: ScoredPairs) -> float:
    """Return the threshold that judges most pairs rightly; raises EvaluationError where none was acquired."""
    kept = pairs.acquired
    if not kept.any():
        raise EvaluationError("pairs", "no threshold can be chosen: none has two faces", "give more pairs")
    return best_threshold(pairs.distances[kept], pairs.same[kept])


def _result(
    pairs: ScoredPairs, thresholds: NDArray[np.float64], folds: NDArray[np.intp], seed: int
) -> VerificationResult:
    kept = pairs.acquired
    right = kept & ((pairs.distances <= thresholds) == pairs.same)
    acquired, everything = _figures(pairs[kept], seed), _figures(pairs, seed)
    parts = [folds == number for number in np.unique(folds)]
    return VerificationResult(
        accuracy=_accuracy(right, pairs.people, folds, seed),
        accuracy_acquired=_accuracy(right[kept], pairs.people[kept], folds[kept], seed),
        folds=tuple(Fold(float(thresholds[here][0]), int(here.sum()), float(right[here].mean())) for here in parts),
        area=acquired.area,
        equal_error=acquired.equal_error,
        equal_error_threshold=acquired.equal_error_threshold,
        points=everything.points,
        points_acquired=acquired.points,
    )


def _figures(pairs: ScoredPairs, seed: int) -> Figures:
    same, other = pairs[pairs.same], pairs[~pairs.same]
    people = (same.people, other.people)
    return figures_over_people(same.distances, other.distances, people, FALSE_MATCH_RATES, seed=seed)


def _accuracy(right: NDArray[np.bool_], people: NDArray[np.intp], folds: NDArray[np.intp], seed: int) -> Accuracy:
    parts = [float(right[folds == number].mean()) for number in np.unique(folds)]
    std = float(np.std(parts, ddof=1)) if len(parts) > 1 else None
    error = None if std is None else std / float(np.sqrt(len(parts)))
    return Accuracy(float(right.mean()), std, error, rate_over_people(~right, people, seed=seed))


FOLDS: Final = 10  # Huang et al. 2007, Labeled Faces in the Wild, section V

_Group: TypeAlias = NDArray[np.intp]  # numbers of pairs


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """The fold of each pair."""

    numbers: NDArray[np.intp]  # (P,) from 0, without gaps
    shared: int  # people who are in several folds

    @property
    def count(self) -> int:
        return int(self.numbers.max()) + 1 if len(self.numbers) else 0


def disjoint_folds(people: NDArray[np.intp], *, seed: int, count: int = FOLDS) -> Folds:
    """Return folds of about the same size for pairs of people (P, 2), given as numbers.

    People who are connected by pairs stay in one fold, unless they have more pairs than a fold should hold.
    """
    random = np.random.default_rng(seed)
    groups = [part for group in _connected(people, random) for part in _parts(group, len(people) / count)]
    numbers = np.zeros(len(people), np.intp)
    filled = np.zeros(count, np.intp)
    for group in sorted(groups, key=len, reverse=True):
        fold = int(np.argmin(filled))
        numbers[group] = fold
        filled[fold] += len(group)
    places = np.unique(np.stack([people.ravel(), np.repeat(numbers, 2)], axis=1), axis=0)
    return Folds(numbers, int(np.count_nonzero(np.unique(places[:, 0], return_counts=True)[1] > 1)))


def _parts(group: _Group, room: float) -> list[_Group]:
    """Return a group in parts that fill several folds evenly, or as a whole where it fits into one."""
    if len(group) <= max(room, 1):
        return [group]
    return np.array_split(group, int(np.ceil(2 * len(group) / max(room, 2))))


def _connected(people: NDArray[np.intp], random: np.random.Generator) -> Iterator[_Group]:
    """Yield groups of pairs that share no people; in a group, neighbours stand together."""
    pairs_of = defaultdict(list)
    for pair, both in enumerate(people.tolist()):
        for person in dict.fromkeys(both):
            pairs_of[person].append(pair)
    taken = np.zeros(len(people), bool)
    for start in random.permutation(np.fromiter(pairs_of, np.intp, len(pairs_of))).tolist():
        group: list[int] = []
        waiting = deque([start])
        while waiting:  # the remaining pairs that are reached from a person, nearest first
            for pair in pairs_of[waiting.popleft()]:
                if not taken[pair]:
                    taken[pair] = True
                    group.append(pair)
                    waiting.extend(people[pair].tolist())
        if group:
            yield np.array(group, np.intp)
