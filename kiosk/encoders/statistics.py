"""How far apart faces lie for an encoder, measured once on many people and carried along in its spec."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EvaluationError
from kiosk.i18n import Message

# Pairs behind the smallest rate that a table states.
LEAST_BEHIND: Final = 10
# Likewise of two people: on LFW some dozens of wrong labels, two names for one person, decide about what is rarer. With
# SFace the 12 nearest of 12.4 million pairs reach to 0.77, the 62 nearest to 1.00.
LEAST_IMPOSTORS: Final = 50
_DIGITS = 4  # of a distance
_STEPS = (1, 2, 5)
_STEP = 1e9  # of log(rate) for a unit of distance: hardly anything lies below the only distance that is known
_BULK = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class QuantileTable:
    """Rates and the distances that belong to them, of pairs of one kind.

    For pairs of two people (impostor) a rate is the share that lies at or below its distance, for pairs of one person
    (genuine) the share that lies above it. Between two rows log(rate) is linear in the distance; beyond the smallest
    rate it goes on with the slope of the last rows, which is too high rather than too low where the tail grows steeper.
    """

    pairs: int
    rates: tuple[float, ...]  # rising, 0 to 1
    distances: tuple[float, ...]  # rising for impostor, falling for genuine

    @property
    def smallest_rate(self) -> float:
        """The smallest rate that pairs stand behind."""
        return self.rates[0]

    def rate_at(self, distance: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The rate of each distance."""
        sign = math.copysign(1.0, self.distances[-1] - self.distances[0])
        known, logs = sign * np.array(self.distances), np.log(self.rates)
        wanted = sign * np.asarray(distance, np.float64)
        beyond = logs[0] + (wanted - known[0]) * _tail_slope(known, logs)
        found = np.where(wanted < known[0], beyond, np.interp(wanted, known, logs))
        return np.asarray(np.exp(found))

    def distance_at(self, rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The distance of each rate above 0."""
        known, logs = np.array(self.distances), np.log(self.rates)
        wanted = np.log(np.asarray(rate, np.float64))
        beyond = known[0] + (wanted - logs[0]) / _tail_slope(known, logs)
        return np.asarray(np.where(wanted < logs[0], beyond, np.interp(wanted, logs, known)))


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the distances of an encoder."""

    source: str  # of the pictures, and how the faces were found and cut out
    people: int
    impostor: QuantileTable
    genuine: QuantileTable

    @classmethod
    def of(cls, genuine: NDArray[np.floating], impostor: NDArray[np.floating], source: str, people: int) -> Statistics:
        """The tables of measured distances; those that are no number are left out.

        Raises EvaluationError where there are too few of either kind.
        """
        return cls(source, people, _impostor_table(_sorted(impostor)), _genuine_table(_sorted(genuine)))


def together(parts: Sequence[Statistics], weights: Sequence[float]) -> Statistics:
    """Statistics of a composite encoder whose parts err on the very same pairs: no dependence is worse.

    A squared distance of the composite is the sum of the parts', each times its squared weight; see CompositeEncoder.
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
    """Of log(rate) over the last factor of ten, so that one odd row decides nothing; a step for a single row."""
    inner = min(int(np.searchsorted(logs, logs[0] + math.log(10) - 1e-9)), len(logs) - 1)
    return float((logs[inner] - logs[0]) / (known[inner] - known[0])) if inner else _STEP


def _sorted(distances: NDArray[np.floating]) -> NDArray[np.float64]:
    finite = np.sort(np.asarray(distances, np.float64).ravel())
    finite = finite[np.isfinite(finite)]
    if len(finite) < 2 * LEAST_BEHIND:
        raise EvaluationError(
            "statistics",
            Message("{number} pairs of a kind are too few", number=len(finite)),
            Message("give at least {number}", number=2 * LEAST_BEHIND),
        )
    return finite


def _rates(pairs: int, least: int) -> list[float]:
    """Return 1, 2 and 5 of each power of ten, as far down as `least` pairs stand behind them."""
    lowest = math.floor(math.log10(least / pairs))
    fine = [float(f"{step}e{power}") for power in range(lowest, 0) for step in _STEPS]
    return [rate for rate in fine if rate * pairs >= least] + list(_BULK)


def _impostor_table(distances: NDArray[np.float64]) -> QuantileTable:
    pairs, rates = len(distances), _rates(len(distances), LEAST_IMPOSTORS)
    places = np.ceil(np.array(rates) * pairs - 1e-6).astype(int) - 1
    return _strict(pairs, rates, distances[np.clip(places, 0, pairs - 1)])


def _genuine_table(distances: NDArray[np.float64]) -> QuantileTable:
    pairs, rates = len(distances), _rates(len(distances), LEAST_BEHIND)
    places = pairs - 1 - np.floor(np.array(rates) * pairs + 1e-6).astype(int)
    return _strict(pairs, rates, distances[np.clip(places, 0, pairs - 1)])


def _strict(pairs: int, rates: Sequence[float], distances: NDArray[np.float64]) -> QuantileTable:
    """Without the rows whose distance is the one of a larger rate: the same distance would have two rates."""
    rounded = [round(float(distance), _DIGITS) for distance in distances]
    kept = [index for index in range(len(rounded)) if index + 1 == len(rounded) or rounded[index] != rounded[index + 1]]
    return QuantileTable(pairs, tuple(rates[index] for index in kept), tuple(rounded[index] for index in kept))
