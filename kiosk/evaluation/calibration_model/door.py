"""What becomes of visits at this door, for strangers and for members, at any threshold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration_model.nearest import Nearest
from kiosk.evaluation.calibration_model.shift import Shift, spread
from kiosk.evaluation.calibration_model.visits import VisitRule

GENUINE_CORRELATION: Final = 0.4  # of one face's distances to two templates of its own person (View 1)
# What is believed of a shift, in standard errors, each as likely; the mean over all of them is what is promised.
_NODES: Final = np.array([NormalDist().inv_cdf((step + 0.5) / 12) for step in range(12)])
# Of one person's distances to strangers, in deviations of all distances: on View 1 intervals then hold for nine of ten
# galleries of twelve people. It widens the interval and not the mean, which holds for all galleries together.
_PERSON_SPREAD: Final = 0.8
_ENDS: Final = 1.96  # between plus and minus that lie 95 %
_HUNDREDTHS: Final = np.arange(5, 151) / 100  # thresholds
_GRID: Final = np.arange(0.0, 2.0005, 0.002)  # distances, for integrals


@dataclass(frozen=True, slots=True)
class Expected:
    """A rate with what is believed about it: the mean, and between which two values it lies with 95 %."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """A gallery behind a decision rule.

    A stranger's frame comes within the threshold of a person as often as the encoder's statistics say, moved by what
    was seen here and counted for the number of that person's templates. A visit must name one person in k frames. The
    people are that many independent chances; as strangers who look like one are likelier to look like the next, there
    are somewhat fewer grants in truth. That the margin refuses some of them is left out, to the safe side too.
    """

    sizes: NDArray[np.intp]  # (N,) templates of each person
    statistics: Statistics
    impostor: Shift
    genuine: Shift
    template_correlation: float
    rule: VisitRule
    as_one: bool = False  # a person's templates are one to a stranger; see GalleryDistances

    def strangers(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """How often a stranger's visit is granted at each threshold: the mean over all that is believed."""
        nodes = self.impostor.value + self._stranger_error(thresholds) * _NODES[:, None]
        return np.asarray(np.mean([self._strangers(thresholds - shift) for shift in nodes], axis=0))

    def strangers_at(self, threshold: float) -> Expected:
        """The same at one threshold, with its interval."""
        at = np.array([threshold])
        error = np.hypot(self._stranger_error(at), self._people_error())
        low, high = (float(self._strangers(at - self.impostor.value - side * error)[0]) for side in (_ENDS, -_ENDS))
        return Expected(float(self.strangers(at)[0]), min(low, high), max(low, high))

    def refused_at(self, threshold: float, margin: float) -> Expected:
        """How often a member's visit is refused, the mean over all of them."""
        nodes = self.genuine.value + self.genuine.error * np.array([*_NODES, -_ENDS, _ENDS])
        found = [self._refused(threshold, margin, shift) for shift in nodes]
        return Expected(float(np.mean(found[:-2])), min(found[-2:]), max(found[-2:]))

    def is_extrapolated(self, threshold: float) -> bool:
        """Whether no pair of the statistics lies so near together."""
        single = self.statistics.impostor.rate_at(threshold - self.impostor.value)
        return bool(single < self.statistics.impostor.smallest_rate)

    @property
    def _counts(self) -> Counter[int]:
        """How many people have how many templates."""
        return Counter(self.sizes[self.sizes > 0].tolist())

    def _nearest(self, templates: int) -> Nearest:
        return Nearest(1 if self.as_one else templates, self.template_correlation)

    def _stranger_error(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard error as a distance: of the shift, and of the few pairs behind a tail of the statistics."""
        table = self.statistics.impostor
        apart = min(table.pairs, self.statistics.people * (self.statistics.people - 1) // 2)
        step = 0.005
        rate, farther = (table.rate_at(thresholds - self.impostor.value + add) for add in (0.0, step))
        slope = np.maximum(np.log(farther / rate), 1e-6) / step
        behind = np.maximum(rate * apart, 1.0)
        return np.hypot(self.impostor.error, np.where(rate < 0.5, 1 / (np.sqrt(behind) * slope), 0.0))

    def _people_error(self) -> float:
        """Some people are taken for others more easily: how far a handful of them may lie from the mean of all."""
        people = int(np.count_nonzero(self.sizes))
        return _PERSON_SPREAD * spread(self.statistics.impostor) / math.sqrt(max(people, 1))

    def _strangers(self, distances: NDArray[np.float64]) -> NDArray[np.float64]:
        singles = self.statistics.impostor.rate_at(distances)
        missed = np.zeros(len(distances))
        for templates, people in self._counts.items():
            named = self._nearest(templates).rate(singles)
            missed += people * np.log1p(-np.minimum(self.rule.granted(named), 1 - 1e-12))
        return -np.expm1(missed)

    def _refused(self, threshold: float, margin: float, shift: float) -> float:
        """The mean over people; the nearest other person must be farther by the margin."""
        single = 1 - self.statistics.genuine.rate_at(_GRID - shift)
        others = self.statistics.impostor.rate_at(_GRID + margin - self.impostor.value)
        counts = self._counts
        alone = {
            templates: np.log1p(-np.minimum(self._nearest(templates).rate(others), 1 - 1e-12)) for templates in counts
        }
        crowd = np.sum([people * alone[templates] for templates, people in counts.items()], axis=0)
        refused = 0.0
        for templates, people in counts.items():
            own = np.diff(Nearest(templates, GENUINE_CORRELATION).rate(single), prepend=0.0)
            named = float(np.sum((own * np.exp(crowd - alone[templates]))[threshold >= _GRID]))
            refused += people * (1 - float(self.rule.granted(np.array([min(named, 1.0)]))[0]))
        return refused / max(sum(counts.values()), 1)


def largest_thresholds(door: Door, rates: Sequence[float]) -> list[float | None]:
    """The largest threshold, in thousandths, at which strangers' visits are granted no more often than at each rate.

    None where even 0.05 grants more.
    """
    granted = door.strangers(_HUNDREDTHS)
    return [_refined(door, rate, np.flatnonzero(granted <= rate)) for rate in rates]


def _refined(door: Door, rate: float, allowed: NDArray[np.intp]) -> float | None:
    if not len(allowed):
        return None
    thousandths = np.round(_HUNDREDTHS[allowed[-1]] + np.arange(10) / 1000, 3)
    fine = np.flatnonzero(door.strangers(thousandths) <= rate)
    return float(thousandths[fine[-1]])
