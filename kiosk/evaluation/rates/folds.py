"""Pairs divided into folds, for files that have none: nobody in two folds, as far as the pairs allow."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
