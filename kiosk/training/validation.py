"""Validation of a training run: pairs of held-out people in folds, and the accuracy on them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.rates import FOLDS, best_threshold

PEOPLE_IN_A_FOLD: Final = 2  # fewer make no pair of two people
_PAIRS_IN_A_FOLD: Final = 300  # of one person, and as many of two


@dataclass(frozen=True, slots=True, eq=False)
class FoldPairs:
    """Pairs of pictures in folds that share no people."""

    first: NDArray[np.intp]  # (M,) index of a picture
    second: NDArray[np.intp]
    same: NDArray[np.bool_]
    fold: NDArray[np.intp]


def pairs_of(owners: NDArray[np.intp], seed: int) -> FoldPairs:
    """Return as many pairs of one person as of two in each fold; `owners` are those of the pictures, four at least."""
    random = np.random.default_rng(seed)
    people = random.permutation(np.unique(owners))
    folds = np.array_split(people, min(FOLDS, len(people) // PEOPLE_IN_A_FOLD))
    rows = [(*pair, number) for number, fold in enumerate(folds) for pair in _fold_pairs(owners, fold, random)]
    first, second, fold = np.array(rows, np.intp).T
    return FoldPairs(first, second, owners[first] == owners[second], fold)


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


def distances_of(embeddings: NDArray[np.float32], pairs: FoldPairs) -> NDArray[np.float64]:
    """Return the L2 distance of each pair (M,)."""
    gap = embeddings[pairs.first].astype(np.float64) - embeddings[pairs.second]
    return np.asarray(np.linalg.norm(gap, axis=1))


def verification_accuracy(distances: NDArray[np.float64], pairs: FoldPairs) -> float:
    """Return the share of pairs judged rightly, each fold at the best threshold of the other folds."""
    folds = np.unique(pairs.fold)
    right = []
    for fold in folds:
        rest, here = pairs.fold != fold, pairs.fold == fold
        threshold = best_threshold(distances[rest], pairs.same[rest])
        right.append(np.mean((distances[here] <= threshold) == pairs.same[here]))
    return float(np.mean(right))


def impostor_distances(embeddings: NDArray[np.float32], owners: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the distances of all pairs of two people."""
    first, second = np.nonzero(np.triu(owners[:, None] != owners[None, :]))
    products = embeddings.astype(np.float64) @ embeddings.T.astype(np.float64)
    return np.sqrt(np.maximum(2 - 2 * products[first, second], 0))
