"""Verification on pairs as Labeled Faces in the Wild measures it (Huang et al. 2007, sections IV and V).

A pair of which a picture gave no embedding is never accepted. Each figure comes in two kinds: with such pairs, and of
the pairs that were acquired (names that end in `acquired`).
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
    """Pairs of pictures and how far apart these are."""

    distances: NDArray[np.float64]  # (P,); NaN where a picture gave no embedding
    same: NDArray[np.bool_]  # (P,) one person
    people: NDArray[np.intp]  # (P, 2) as numbers

    @classmethod
    def of(
        cls, distances: ArrayLike, same: ArrayLike, people: Sequence[tuple[str, str]], acquired: ArrayLike | None = None
    ) -> ScoredPairs:
        """From people's names, and which pairs count as acquired: None for all that have a distance.

        Raises ValueError where the lengths differ.
        """
        given = np.asarray(distances, np.float64)
        kept = np.isfinite(given) & (True if acquired is None else np.asarray(acquired, bool))
        numbers = np.unique(np.array(people, object).astype(str).reshape(-1, 2), return_inverse=True)[1]
        pairs = cls(np.where(kept, given, np.nan), np.asarray(same, bool), numbers.reshape(-1, 2))
        if not len(pairs.distances) == len(pairs.same) == len(pairs.people):
            raise ValueError(f"{len(given)} distances, {len(pairs.same)} labels, {len(pairs.people)} pairs of people")
        return pairs

    @property
    def acquired(self) -> NDArray[np.bool_]:
        return np.isfinite(self.distances)

    def __len__(self) -> int:
        return len(self.distances)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> ScoredPairs:
        return ScoredPairs(self.distances[chosen], self.same[chosen], self.people[chosen])


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of the pairs that are judged rightly."""

    value: float  # of all pairs; the mean over the folds, as LFW reports it, where they are equally large
    std: float | None  # standard deviation over the folds, n - 1; None with a single fold
    standard_error: float | None  # of the mean, as LFW reports it: std / sqrt(folds)
    errors: Rate  # the pairs that are judged wrongly; the thresholds as they were chosen

    @property
    def interval(self) -> Interval:
        return Interval(1 - self.errors.high, 1 - self.errors.low)


@dataclass(frozen=True, slots=True)
class Fold:
    """One part of the pairs, judged with a threshold that others chose."""

    threshold: float
    pairs: int
    accuracy: float
    accuracy_acquired: float | None  # None where no pair was acquired


@dataclass(frozen=True, slots=True, eq=False)
class VerificationResult:
    """What LFW's protocol says of a path."""

    accuracy: Accuracy  # a pair that was not acquired is an error, whoever is on it
    accuracy_acquired: Accuracy
    folds: tuple[Fold, ...]
    failed: int  # pairs that were not acquired
    area: Estimate  # under the ROC curve, 0 to 1; of the pairs that were acquired
    equal_error: Estimate  # rate; of the pairs that were acquired
    equal_error_threshold: float
    points: tuple[OperatingPoint, ...]  # not acquired: non-matches of one person, correct rejections of two
    points_acquired: tuple[OperatingPoint, ...]

    @property
    def threshold(self) -> float:
        """The mean of the folds' thresholds."""
        return float(np.mean([fold.threshold for fold in self.folds]))


def verify_by_folds(
    pairs: ScoredPairs, folds: NDArray[np.intp], rates: Sequence[float] = FALSE_MATCH_RATES, seed: int = 0
) -> VerificationResult:
    """Each fold with the threshold that is best for the pairs of all others.

    Raises EvaluationError where there are less than two folds, or pairs of one kind only.
    """
    numbers = np.unique(folds)
    if len(numbers) < 2:
        raise EvaluationError(
            "pairs", "they are all in one fold", "give two at least, or pairs to choose thresholds on"
        )
    thresholds = np.empty(len(pairs))
    for number in numbers:
        thresholds[folds == number] = best_for(pairs[folds != number])
    return _result(pairs, thresholds, folds, rates, seed)


def verify_by_training(
    pairs: ScoredPairs,
    training: ScoredPairs,
    folds: NDArray[np.intp] | None = None,
    rates: Sequence[float] = FALSE_MATCH_RATES,
    seed: int = 0,
) -> VerificationResult:
    """All pairs with the threshold that is best for others; folds, if any, only say how the accuracy varies.

    Raises EvaluationError where there are pairs of one kind only, or nothing to choose the threshold on.
    """
    thresholds = np.full(len(pairs), best_for(training))
    return _result(pairs, thresholds, np.zeros(len(pairs), np.intp) if folds is None else folds, rates, seed)


def best_for(pairs: ScoredPairs) -> float:
    """The threshold with which most of the pairs are judged rightly; raises EvaluationError where none was acquired."""
    kept = pairs.acquired
    if not kept.any():
        raise EvaluationError("pairs", "no threshold can be chosen: none has two faces", "give more pairs")
    return best_threshold(pairs.distances[kept], pairs.same[kept])


def _result(
    pairs: ScoredPairs,
    thresholds: NDArray[np.float64],
    folds: NDArray[np.intp],
    rates: Sequence[float],
    seed: int,
) -> VerificationResult:
    kept = pairs.acquired
    right = kept & ((pairs.distances <= thresholds) == pairs.same)
    acquired, everything = _figures(pairs[kept], rates, seed), _figures(pairs, rates, seed)
    return VerificationResult(
        accuracy=_accuracy(right, pairs.people, folds, seed),
        accuracy_acquired=_accuracy(right[kept], pairs.people[kept], folds[kept], seed),
        folds=tuple(_fold(right, kept, thresholds, folds == number) for number in np.unique(folds)),
        failed=int(np.count_nonzero(~kept)),
        area=acquired.area,
        equal_error=acquired.equal_error,
        equal_error_threshold=acquired.equal_error_threshold,
        points=everything.points,
        points_acquired=acquired.points,
    )


def _figures(pairs: ScoredPairs, rates: Sequence[float], seed: int) -> Figures:
    same, other = pairs[pairs.same], pairs[~pairs.same]
    return figures_over_people(same.distances, other.distances, (same.people, other.people), rates, seed=seed)


def _accuracy(right: NDArray[np.bool_], people: NDArray[np.intp], folds: NDArray[np.intp], seed: int) -> Accuracy:
    parts = [float(right[folds == number].mean()) for number in np.unique(folds)]
    std = float(np.std(parts, ddof=1)) if len(parts) > 1 else None
    return Accuracy(
        value=float(right.mean()),
        std=std,
        standard_error=None if std is None else std / float(np.sqrt(len(parts))),
        errors=rate_over_people(~right, people, seed=seed),
    )


def _fold(
    right: NDArray[np.bool_], kept: NDArray[np.bool_], thresholds: NDArray[np.float64], here: NDArray[np.bool_]
) -> Fold:
    acquired = right[here & kept]
    return Fold(
        threshold=float(thresholds[here][0]),
        pairs=int(here.sum()),
        accuracy=float(right[here].mean()),
        accuracy_acquired=float(acquired.mean()) if len(acquired) else None,
    )


FOLDS: Final = 10  # Huang et al. 2007, Labeled Faces in the Wild, section V

_Group: TypeAlias = NDArray[np.intp]  # numbers of pairs


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Which fold each pair is in."""

    numbers: NDArray[np.intp]  # (P,) from 0 on, none left out
    shared: int  # people who are in several folds all the same

    @property
    def count(self) -> int:
        return int(self.numbers.max()) + 1 if len(self.numbers) else 0


def disjoint_folds(people: NDArray[np.intp], *, seed: int, count: int = FOLDS) -> Folds:
    """Folds of about as many pairs each; the people of a pair as numbers, (P, 2).

    People who are connected by pairs stay in one fold, unless they have more pairs than a fold should.
    """
    random = np.random.default_rng(seed)
    groups = [part for group in _connected(people, random) for part in _parts(group, len(people) / count)]
    numbers = np.zeros(len(people), np.intp)
    filled = np.zeros(count, np.intp)
    for group in sorted(groups, key=len, reverse=True):
        fold = int(np.argmin(filled))
        numbers[group] = fold
        filled[fold] += len(group)
    return Folds(numbers, shared_people(people, numbers))


def shared_people(people: NDArray[np.intp], folds: NDArray[np.intp]) -> int:
    """How many people are in several folds."""
    places = np.unique(np.stack([people.ravel(), np.repeat(folds, 2)], axis=1), axis=0)
    return int(np.count_nonzero(np.unique(places[:, 0], return_counts=True)[1] > 1))


def _parts(group: _Group, room: float) -> list[_Group]:
    """What is too large for a fold in parts that fill several evenly; what fits, whole."""
    if len(group) <= max(room, 1):
        return [group]
    return np.array_split(group, int(np.ceil(2 * len(group) / max(room, 2))))


def _connected(people: NDArray[np.intp], random: np.random.Generator) -> Iterator[_Group]:
    """The pairs in groups that share nobody; in each one, those of neighbours stand together."""
    pairs_of = defaultdict(list)
    for pair, both in enumerate(people.tolist()):
        for person in dict.fromkeys(both):
            pairs_of[person].append(pair)
    taken = np.zeros(len(people), bool)
    for start in random.permutation(np.fromiter(pairs_of, np.intp, len(pairs_of))).tolist():
        group = _reached(start, people, pairs_of, taken)
        if group:
            yield np.array(group, np.intp)


def _reached(
    start: int, people: NDArray[np.intp], pairs_of: dict[int, list[int]], taken: NDArray[np.bool_]
) -> list[int]:
    """The pairs not taken yet that lead on from a person, nearest first; they are taken now."""
    group: list[int] = []
    waiting = deque([start])
    while waiting:
        for pair in pairs_of[waiting.popleft()]:
            if not taken[pair]:
                taken[pair] = True
                group.append(pair)
                waiting.extend(people[pair].tolist())
    return group
