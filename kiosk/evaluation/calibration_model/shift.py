"""How far the distances at this door lie from those that the encoder was measured with, as far as anything shows it.

A gallery of twelve people shows no tail: its 66 pairs cannot say what happens once in ten thousand times. What they can
say is whether people here look more alike to the encoder than those it was measured with: the same camera, one office.
So the curve that is shipped keeps its shape and is moved to where this gallery's own distances lie. How surely these
say where that is comes from drawing the people anew (bootstrap); a gallery says it less surely than it is trusted
beforehand that nothing has to be moved, the smaller it is. This is the mean and the deviation of a normal posterior.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.statistics import QuantileTable
from kiosk.evaluation.calibration_model.distances import Comparisons
from kiosk.evaluation.calibration_model.nearest import Nearest
from kiosk.evaluation.rates.intervals import bootstrap_over_people

LEAST_PEOPLE: Final = 6  # with fewer nothing is moved: drawing them anew says nothing
_RESAMPLES = 200
# Quantiles that are compared: for impostor nearer to the tail than the median, with still enough pairs below it.
_LOW, _MIDDLE = 0.25, 0.5
_RAREST, _FARTHEST = 1e-9, 2.0
# How far a door may lie from the pictures of the statistics, in deviations of their distances: half a deviation is what
# lies between celebrities of one sex and all of them.
_EXPECTED = 0.5
# Pictures of a gallery are no pictures of its door: however many there are, they say it no more surely than that.
_SUREST = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one set of distances says about the shift."""

    shift: float  # distance; below 0 = nearer together than in the statistics
    error: float  # its standard error
    people: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Shift:
    """What is believed of the shift, all in all."""

    value: float
    error: float  # the standard deviation
    trust: float  # 0 = the statistics alone, 1 = what was measured here alone


def spread(table: QuantileTable) -> float:
    """One standard deviation of the distances of a table, by its inner quantiles."""
    low, high = table.distance_at(NormalDist().cdf(-1.0)), table.distance_at(0.5)
    return abs(float(high - low))


def impostor_evidence(found: Comparisons, table: QuantileTable, correlation: float) -> Evidence | None:
    """Of distances between different people; see Nearest for the correlation."""
    nearest = 1 - (1 - _LOW) ** (1 / found.among)  # of each of the people, where the nearest of all lies within at _LOW
    singles = _singles(found, nearest, correlation)
    return _evidence(found.distances - table.distance_at(singles), found, _LOW)


def genuine_evidence(found: Comparisons, table: QuantileTable, correlation: float) -> Evidence | None:
    """Of distances between pictures of one person."""
    written_down = np.ones(len(found.limits))
    for templates in np.unique(found.templates):
        rows = found.templates == templates
        within = 1 - table.rate_at(np.minimum(found.limits[rows], _FARTHEST))
        written_down[rows] = Nearest(int(templates), correlation).rate(np.maximum(within, _RAREST))
    singles = _singles(found, _MIDDLE * written_down, correlation)
    return _evidence(found.distances - table.distance_at(np.maximum(1 - singles, _RAREST)), found, _MIDDLE)


def _singles(found: Comparisons, rates: NDArray[np.float64], correlation: float) -> NDArray[np.float64]:
    """The rate of a single comparison where the nearest of each row's templates lies within at its rate."""
    singles = np.ones(len(rates))
    for templates in np.unique(found.templates):
        rows = found.templates == templates
        singles[rows] = Nearest(int(templates), correlation).single(rates[rows])
    return singles


def believed(evidence: Sequence[Evidence | None], table: QuantileTable) -> Shift:
    """All evidence together with what is expected beforehand: nothing, give or take half a deviation."""
    deviation = spread(table)
    prior = 1 / (_EXPECTED * deviation) ** 2
    said = [one for one in evidence if one is not None]
    precisions = [1 / (one.error**2 + (_SUREST * deviation) ** 2) for one in said]
    total = prior + sum(precisions)
    value = sum(one.shift * precision for one, precision in zip(said, precisions, strict=True)) / total
    return Shift(value, 1 / math.sqrt(total), sum(precisions) / total)


def _evidence(residuals: NDArray[np.float64], found: Comparisons, quantile: float) -> Evidence | None:
    people = len(np.unique(found.people))  # 0 where there are no distances
    if people < LEAST_PEOPLE:
        return None
    order = np.argsort(residuals)
    ordered = residuals[order]

    def at_quantile(weights: NDArray[np.float64]) -> float:
        below = np.cumsum((weights * found.weights)[order])
        return float(ordered[np.searchsorted(below, quantile * below[-1])]) if below[-1] > 0 else math.nan

    interval = bootstrap_over_people(at_quantile, found.people, resamples=_RESAMPLES, confidence=0.6827)
    if interval is None:
        return None
    shift = at_quantile(np.ones(len(residuals)))
    return Evidence(shift, (interval.high - interval.low) / 2, people, len(residuals))
