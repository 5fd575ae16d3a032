"""The nearest of several templates of one person: rates of a single comparison and rates of the nearest."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.rates.correlation import chance_of_k_of_n

_RATES: Final = np.concatenate([np.logspace(-10, -1, 46), np.linspace(0.12, 0.98, 44), 1 - np.logspace(-2, -6, 9)])
_MOST = 30  # templates; more change next to nothing


@dataclass(frozen=True, slots=True)
class Nearest:
    """A person's templates are alike: five of them come within the threshold less often than five people.

    That is a Gaussian copula as in chance_of_k_of_n: at least one of `templates` lies within a distance.
    """

    templates: int
    correlation: float  # of the distances of one face to two templates of one person, 0 to 1

    def rate(self, single: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """How often the nearest lies within, where a single one does at the rate `single`."""
        known, chances = _table(min(self.templates, _MOST), _rounded(self.correlation))
        return _between(np.asarray(single, np.float64), known, chances)

    def single(self, rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The rate of a single comparison at which the nearest lies within at `rate`."""
        known, chances = _table(min(self.templates, _MOST), _rounded(self.correlation))
        return _between(np.asarray(rate, np.float64), chances, known)


def _between(
    wanted: NDArray[np.float64], known: NDArray[np.float64], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-linear between the points, in proportion below them."""
    logs = np.interp(np.log(np.maximum(wanted, known[0])), np.log(known), np.log(given))
    below = given[0] * wanted / known[0]
    return np.asarray(np.where(wanted >= 1, 1.0, np.where(wanted < known[0], below, np.exp(logs))))


def _rounded(correlation: float) -> float:
    """So that tables are made once: a twentieth changes the rate of the nearest of five by 4 %."""
    return round(20 * correlation) / 20


@cache
def _table(templates: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    chances = [chance_of_k_of_n(float(rate), 1, templates, correlation) for rate in _RATES]
    return _RATES, np.maximum.accumulate(chances)
