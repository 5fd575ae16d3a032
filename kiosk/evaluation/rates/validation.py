"""How well embeddings tell people apart that the network has not seen: verification as LFW measures it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
