"""P people with K pictures each (Hermans et al. 2017): a batch in which everybody has positives and negatives."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class PeopleBatches:
    """Batches by the number of the step alone, so that a run that goes on needs no state.

    Args:
        owners: whose each picture is, (N,) index of a person.
        people: P, at most as many as there are.
        pictures: K of each; whoever has fewer shows some of them again.
        seed: another one gives other batches.
    """

    def __init__(self, owners: NDArray[np.intp], people: int, pictures: int, seed: int) -> None:
        self._pictures_of: Sequence[NDArray[np.intp]] = [np.flatnonzero(owners == one) for one in np.unique(owners)]
        self._people = people
        self._pictures = pictures
        self._seed = seed

    def batch(self, step: int) -> NDArray[np.intp]:
        """The pictures of a step, (P * K,), person by person; nobody comes twice before nearly all have come."""
        epoch, place = divmod(step, len(self._pictures_of) // self._people)
        order = np.random.default_rng([self._seed, 0, epoch]).permutation(len(self._pictures_of))
        random = np.random.default_rng([self._seed, 1, step])
        chosen = order[place * self._people : (place + 1) * self._people]
        # np.resize repeats from the start, so everything is shown before anything comes again.
        rows = [np.resize(random.permutation(self._pictures_of[one]), self._pictures) for one in chosen]
        return np.concatenate(rows)
