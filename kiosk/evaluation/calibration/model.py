"""The calibration model: how often a visit opens the door, given the distances of single frames."""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration.distances import (
    Comparisons,
    Evidence,
    GalleryDistances,
    Shift,
    believed,
    genuine_evidence,
    impostor_evidence,
    spread,
)
from kiosk.evaluation.correlation import NearestTemplate, VisitRule

GENUINE_CORRELATION: Final = 0.4  # of one face's distances to two templates of its own person (View 1)
# Values of a shift in standard errors, equally likely; a promise is the mean over all of them.
_NODES: Final = np.array([NormalDist().inv_cdf((step + 0.5) / 12) for step in range(12)])
# Spread of one person's distances to strangers, in deviations of all distances: with it the intervals hold for nine of
# ten galleries of twelve people of View 1. It widens the interval, not the mean.
_PERSON_SPREAD: Final = 0.8
_ENDS: Final = 1.96  # standard deviations around the mean hold 95 %
_HUNDREDTHS: Final = np.arange(5, 151) / 100  # thresholds
_GRID: Final = np.arange(0.0, 2.0005, 0.002)  # distances, for integrals


@dataclass(frozen=True, slots=True)
class Expected:
    """An expected rate with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class VisitModel:
    """The chances of visits to one door.

    A stranger's frame is within the threshold of a person as often as the encoder's statistics say, shifted by the
    distances seen at this door, for the number of that person's templates. A visit must name one person in k frames.
    People count as independent chances, and the margin is ignored: both overestimate the strangers who are let in.
    """

    sizes: NDArray[np.intp]  # (N,) templates of each person
    statistics: Statistics
    impostor: Shift
    genuine: Shift
    template_correlation: float
    rule: VisitRule
    as_one: bool = False  # a person's templates are averaged; see GalleryDistances

    def strangers(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how often a stranger's visit is granted at each threshold: the mean over the uncertain shift."""
        nodes = self.impostor.value + self._stranger_error(thresholds) * _NODES[:, None]
        return np.asarray(np.mean([self._strangers(thresholds - shift) for shift in nodes], axis=0))

    def strangers_at(self, threshold: float) -> Expected:
        """Return the same at one threshold, with its interval."""
        at = np.array([threshold])
        # The mean of a few people may lie far from that of all: some are taken for others more easily.
        people = max(int(np.count_nonzero(self.sizes)), 1)
        of_people = _PERSON_SPREAD * spread(self.statistics.impostor) / math.sqrt(people)
        error = np.hypot(self._stranger_error(at), of_people)
        low, high = (float(self._strangers(at - self.impostor.value - side * error)[0]) for side in (_ENDS, -_ENDS))
        return Expected(float(self.strangers(at)[0]), min(low, high), max(low, high))

    def refused_at(self, threshold: float, margin: float) -> Expected:
        """Return how often a member's visit is refused, the mean over all members."""
        nodes = self.genuine.value + self.genuine.error * np.array([*_NODES, -_ENDS, _ENDS])
        found = [self._refused(threshold, margin, shift) for shift in nodes]
        return Expected(float(np.mean(found[:-2])), min(found[-2:]), max(found[-2:]))

    def is_extrapolated(self, threshold: float) -> bool:
        """Return whether no pair of the statistics has such a small distance."""
        single = self.statistics.impostor.rate_at(threshold - self.impostor.value)
        return bool(single < self.statistics.impostor.smallest_rate)

    @property
    def _counts(self) -> Counter[int]:
        """Return the number of people for each number of templates."""
        return Counter(self.sizes[self.sizes > 0].tolist())

    def _nearest(self, templates: int) -> NearestTemplate:
        return NearestTemplate(1 if self.as_one else templates, self.template_correlation)

    def _stranger_error(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the standard error, as a distance, of the shift and of the few pairs in the tail of the statistics."""
        table = self.statistics.impostor
        apart = min(table.pairs, self.statistics.people * (self.statistics.people - 1) // 2)
        step = 0.005
        rate, farther = (table.rate_at(thresholds - self.impostor.value + add) for add in (0.0, step))
        slope = np.maximum(np.log(farther / rate), 1e-6) / step
        behind = np.maximum(rate * apart, 1.0)
        return np.hypot(self.impostor.error, np.where(rate < 0.5, 1 / (np.sqrt(behind) * slope), 0.0))

    def _strangers(self, distances: NDArray[np.float64]) -> NDArray[np.float64]:
        singles = self.statistics.impostor.rate_at(distances)
        missed = np.zeros(len(distances))
        for templates, people in self._counts.items():
            named = self._nearest(templates).rate(singles)
            missed += people * np.log1p(-np.minimum(self.rule.granted(named), 1 - 1e-12))
        return -np.expm1(missed)

    def _refused(self, threshold: float, margin: float, shift: float) -> float:
        """Return the mean over people; the nearest other person must be farther by the margin."""
        single = 1 - self.statistics.genuine.rate_at(_GRID - shift)
        others = self.statistics.impostor.rate_at(_GRID + margin - self.impostor.value)
        counts = self._counts
        alone = {
            templates: np.log1p(-np.minimum(self._nearest(templates).rate(others), 1 - 1e-12)) for templates in counts
        }
        crowd = np.sum([people * alone[templates] for templates, people in counts.items()], axis=0)
        refused = 0.0
        for templates, people in counts.items():
            own = np.diff(NearestTemplate(templates, GENUINE_CORRELATION).rate(single), prepend=0.0)
            named = float(np.sum((own * np.exp(crowd - alone[templates]))[threshold >= _GRID]))
            refused += people * (1 - float(self.rule.granted(np.array([min(named, 1.0)]))[0]))
        return refused / max(sum(counts.values()), 1)


def largest_thresholds(model: VisitModel, rates: Sequence[float]) -> list[float | None]:
    """Return for each rate the largest threshold, in thousandths, at which strangers are not let in more often.

    None where even 0.05 lets more in.
    """
    granted = model.strangers(_HUNDREDTHS)
    found: list[float | None] = []
    for rate in rates:
        allowed = np.flatnonzero(granted <= rate)
        if not len(allowed):
            found.append(None)
            continue
        thousandths = np.round(_HUNDREDTHS[allowed[-1]] + np.arange(10) / 1000, 3)
        found.append(float(thousandths[np.flatnonzero(model.strangers(thousandths) <= rate)[-1]]))
    return found


ENOUGH_PICTURES: Final = 3  # a person; more change little


class Doubt(enum.Enum):
    """Reasons why the rate of strangers is an estimate, not a promise."""

    TOO_FEW_PEOPLE = "too_few_people"  # too few to compare this door with the statistics
    OTHER_DISTANCES = "other_distances"  # the statistics are of another kind of distance
    BEYOND_THE_PAIRS = "beyond_the_pairs"  # no pair of the statistics is that near


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold, and the rates it leads to at this door."""

    threshold: float
    strangers: Expected  # how often a stranger's visit opens the door
    refused: Expected  # how often a member's does not
    doubts: tuple[Doubt, ...]

    @property
    def promised(self) -> bool:
        return not self.doubts


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The calibration of one door."""

    model: VisitModel
    evidence: tuple[Evidence | None, ...]  # between different people, one for each source
    genuine_evidence: tuple[Evidence | None, ...]
    now: Setting  # with the threshold that is in force
    alternatives: Mapping[str, Setting | None]  # stricter, balanced, easier; None where no threshold is strict enough
    more_pictures: tuple[int, Setting] | None  # people with few pictures, and the setting if all of them had enough

    @property
    def answer(self) -> Setting | None:
        """Return the setting for the rate asked for."""
        return self.alternatives["balanced"]


def calibrated(
    found: GalleryDistances,
    statistics: Statistics,
    rule: VisitRule,
    *,
    in_force: float,
    margin: float,
    asked: float,
    further: Sequence[tuple[Comparisons | None, Comparisons]] = (),
    same_distances: bool = True,
) -> Calibration:
    """Return thresholds and rates for a gallery, also for the threshold `in_force`.

    `further` holds impostor and genuine distances from other sources than the gallery; `same_distances` says whether
    the statistics are of the same kind of distance as this door's.
    """
    correlation = found.template_correlation
    sources = [(found.impostor, found.genuine), *further]
    between = tuple(
        None if each is None else impostor_evidence(each, statistics.impostor, correlation) for each, _ in sources
    )
    within = tuple(genuine_evidence(each, statistics.genuine, GENUINE_CORRELATION) for _, each in sources)
    model = VisitModel(
        found.sizes,
        statistics,
        believed(between, statistics.impostor),
        believed(within, statistics.genuine),
        correlation,
        rule,
        found.as_one,
    )
    doubts = [] if any(one is not None for one in between) else [Doubt.TOO_FEW_PEOPLE]
    doubts += [] if same_distances else [Doubt.OTHER_DISTANCES]

    def setting(model: VisitModel, threshold: float) -> Setting:
        beyond = [Doubt.BEYOND_THE_PAIRS] if model.is_extrapolated(threshold) else []
        strangers, refused = model.strangers_at(threshold), model.refused_at(threshold, margin)
        return Setting(threshold, strangers, refused, (*doubts, *beyond))

    rates = {"stricter": asked / 10, "balanced": asked, "easier": 10 * asked}
    thresholds = zip(rates, largest_thresholds(model, list(rates.values())), strict=True)
    alternatives = {name: None if one is None else setting(model, one) for name, one in thresholds}
    few, more = (model.sizes > 0) & (model.sizes < ENOUGH_PICTURES), None
    if few.any():
        better = replace(model, sizes=np.where(few, ENOUGH_PICTURES, model.sizes))
        (threshold,) = largest_thresholds(better, [asked])
        more = None if threshold is None else (int(few.sum()), setting(better, threshold))
    return Calibration(model, between, within, setting(model, in_force), alternatives, more)
