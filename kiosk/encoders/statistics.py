"""Statistics of an encoder's distances, measured on many people and stored in its spec."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EvaluationError
from kiosk.i18n import Message

# Pairs that the smallest rate of a table is based on.
LEAST_BEHIND: Final = 10
# The same for pairs of two people. Below it, LFW's wrong labels (two names for one person) decide: with SFace the 12
# nearest of 12.4 million pairs reach 0.77, the 62 nearest 1.00.
LEAST_IMPOSTORS: Final = 50
_DIGITS = 4  # of a distance
_STEPS = (1, 2, 5)
_STEP = 1e9  # slope of log(rate) beside a single known distance
_BULK = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class QuantileTable:
    """Rates and their distances, for pairs of one kind.

    For pairs of two people (impostor) a rate is the share of distances at or below its distance, for pairs of one
    person (genuine) the share above. Between two rows log(rate) is linear in the distance. Beyond the smallest rate it
    continues with the slope of the last rows; when the tail gets steeper, the result is too high, not too low.
    """

    pairs: int
    rates: tuple[float, ...]  # rising, 0 to 1
    distances: tuple[float, ...]  # rising for impostor, falling for genuine

    @property
    def smallest_rate(self) -> float:
        return self.rates[0]

    def rate_at(self, distance: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the rate of each distance."""
        sign = math.copysign(1.0, self.distances[-1] - self.distances[0])
        known, logs = sign * np.array(self.distances), np.log(self.rates)
        wanted = sign * np.asarray(distance, np.float64)
        beyond = logs[0] + (wanted - known[0]) * _tail_slope(known, logs)
        found = np.where(wanted < known[0], beyond, np.interp(wanted, known, logs))
        return np.asarray(np.exp(found))

    def distance_at(self, rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the distance of each rate; rates are above 0."""
        known, logs = np.array(self.distances), np.log(self.rates)
        wanted = np.log(np.asarray(rate, np.float64))
        beyond = known[0] + (wanted - logs[0]) / _tail_slope(known, logs)
        return np.asarray(np.where(wanted < logs[0], beyond, np.interp(wanted, logs, known)))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of an encoder's distances."""

    source: str  # the pictures, and how faces were found and cropped
    people: int
    impostor: QuantileTable
    genuine: QuantileTable

    @classmethod
    def of(cls, genuine: NDArray[np.floating], impostor: NDArray[np.floating], source: str, people: int) -> Statistics:
        """Return the tables of measured distances, without those that are not finite.

        Raises EvaluationError for too few distances of a kind.
        """
        apart, own = _sorted(impostor), _sorted(genuine)
        rates, own_rates = _rates(len(apart), LEAST_IMPOSTORS), _rates(len(own), LEAST_BEHIND)
        nearest = np.ceil(np.array(rates) * len(apart) - 1e-6).astype(int) - 1
        farthest = len(own) - 1 - np.floor(np.array(own_rates) * len(own) + 1e-6).astype(int)
        return cls(
            source,
            people,
            _strict(len(apart), rates, apart[np.clip(nearest, 0, None)]),
            _strict(len(own), own_rates, own[np.clip(farthest, 0, None)]),
        )


def together(parts: Sequence[Statistics], weights: Sequence[float]) -> Statistics:
    """Return the statistics of a composite encoder, for the worst case: its parts err on the same pairs.

    A squared distance of the composite is the sum of the parts' weighted squared distances; see CompositeEncoder.
    """
    source = "; ".join(dict.fromkeys(part.source for part in parts))
    assumed = f"its parts together, as if they erred on the same pairs: {source}"
    people = min(part.people for part in parts)
    return Statistics(
        source if len(parts) == 1 else assumed,
        people,
        _joined([part.impostor for part in parts], weights),
        _joined([part.genuine for part in parts], weights),
    )


def _joined(tables: Sequence[QuantileTable], weights: Sequence[float]) -> QuantileTable:
    smallest = max(table.smallest_rate for table in tables)
    rates = sorted({rate for table in tables for rate in table.rates if rate >= smallest})
    each = [weight * table.distance_at(np.array(rates)) for table, weight in zip(tables, weights, strict=True)]
    return _strict(min(table.pairs for table in tables), rates, np.sqrt(np.sum(np.square(each), axis=0)))


def _tail_slope(known: NDArray[np.float64], logs: NDArray[np.float64]) -> float:
    """Return the slope of log(rate) over the last factor of ten, so that a single row does not decide."""
    inner = min(int(np.searchsorted(logs, logs[0] + math.log(10) - 1e-9)), len(logs) - 1)
    return float((logs[inner] - logs[0]) / (known[inner] - known[0])) if inner else _STEP


def _sorted(distances: NDArray[np.floating]) -> NDArray[np.float64]:
    finite = np.sort(np.asarray(distances, np.float64).ravel())
    finite = finite[np.isfinite(finite)]
    if len(finite) < 2 * LEAST_BEHIND:
        few = Message("{number} pairs of a kind are too few", number=len(finite))
        raise EvaluationError("statistics", few, Message("give at least {number}", number=2 * LEAST_BEHIND))
    return finite


def _rates(pairs: int, least: int) -> list[float]:
    """Return 1, 2 and 5 times each power of ten that at least `least` pairs support."""
    lowest = math.floor(math.log10(least / pairs))
    fine = [float(f"{step}e{power}") for power in range(lowest, 0) for step in _STEPS]
    return [rate for rate in fine if rate * pairs >= least] + list(_BULK)


def _strict(pairs: int, rates: Sequence[float], distances: NDArray[np.float64]) -> QuantileTable:
    """Return the table without rows whose distance equals that of a larger rate."""
    rounded = [round(float(distance), _DIGITS) for distance in distances]
    kept = [index for index in range(len(rounded)) if index + 1 == len(rounded) or rounded[index] != rounded[index + 1]]
    return QuantileTable(pairs, tuple(rates[index] for index in kept), tuple(rounded[index] for index in kept))
