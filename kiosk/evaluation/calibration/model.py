"""How often a whole visit ends with an open door, where one frame names somebody at a known rate."""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration.distances import (
    Comparisons,
    Evidence,
    GalleryDistances,
    Nearest,
    Shift,
    believed,
    genuine_evidence,
    impostor_evidence,
    spread,
)
from kiosk.evaluation.correlation import chance_of_k_of_n

# Frames up to which every course of a visit is followed; beyond, only whether k of the first n name somebody.
_MOST_FRAMES: Final = 10
_SETS = 3  # sets of n good frames after which the decision rule gives up
_REACH, _POINTS = 9.0, 1201
_RATES: Final = np.concatenate([np.logspace(-9, -1, 65), np.linspace(0.12, 0.9, 40), 1 - np.logspace(-1.02, -6, 40)])


@dataclass(frozen=True, slots=True)
class VisitRule:
    """How a visit is decided, and how alike its frames are.

    The decision rule slides: a visit goes on while frames name somebody now and then, up to three sets of n, so that it
    is granted more often than k of n frames agree (twice to three times as often at rates below 1 %). Frames are alike
    as in chance_of_k_of_n.
    """

    k: int
    n: int
    correlation: float  # of the frames of one visit, 0 to 1

    def granted(self, rate: NDArray[np.float64]) -> NDArray[np.float64]:
        """How often a visit is granted where each frame names the same person at `rate`."""
        known, chances = _table(self.k, self.n, round(self.correlation, 3))
        logs = np.interp(np.log(np.maximum(rate, 1e-300)), np.log(known), np.log(chances))
        # Below the table a chance falls at least in step with the rate.
        logs = np.where(rate < known[0], logs + np.log(np.maximum(rate, 1e-300) / known[0]), logs)
        return np.asarray(np.where(rate >= 1, 1.0, np.where(rate <= 0, 0.0, np.exp(logs))))


def pooled_correlation(correlation: float, frames: int) -> float:
    """How alike the means of up to so many frames are, where the frames themselves are alike by `correlation`.

    A pool holds half of its frames on average while it fills; what the frames share stays, the rest is averaged away.
    """
    return correlation / (correlation + (1 - correlation) * 2 / (frames + 1)) if correlation > 0 else 0.0


def chance_of_a_grant(rate: float, k: int, n: int, correlation: float) -> float:
    """How often the decision rule grants a visit; frames are alike as in chance_of_k_of_n, and one person is named.

    For n above 10 it is chance_of_k_of_n, the chance for the first n frames alone.
    """
    if n > _MOST_FRAMES or not 0 < rate < 1 or correlation >= 1:
        return chance_of_k_of_n(rate, k, n, min(correlation, 1.0))
    grid = np.linspace(-_REACH, _REACH, _POINTS)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    shared = math.sqrt(correlation) * grid
    quantiles = (NormalDist().inv_cdf(rate) - shared) / math.sqrt(1 - correlation)
    frames = np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in quantiles.tolist()])
    known, chances = _apart(k, n)
    granted = np.exp(np.interp(np.log(np.maximum(frames, known[0])), np.log(known), np.log(chances)))
    return min(float(np.trapezoid(density * granted, grid)), 1.0)


@cache
def _apart(k: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates of independent frames, close together, and how often a visit of them is granted."""
    rates = 1 / (1 + np.exp(-np.linspace(-40, 30, 1401)))
    return rates, np.maximum(_granted_apart(rates, k, n), 1e-300)


def _granted_apart(rates: NDArray[np.float64], k: int, n: int) -> NDArray[np.float64]:
    """How often a visit of independent frames is granted: every course of it followed frame by frame.

    A state is which of the last n - 1 frames named the person, as bits; (states, rates).
    """
    states = np.arange(2 ** (n - 1))
    named, unnamed = (states << 1) | 1, states << 1
    enough = np.array([state.bit_count() >= k for state in named.tolist()])
    chances = np.zeros((len(states), len(rates)))
    chances[0] = 1.0
    granted = np.zeros(len(rates))
    for good in range(1, _SETS * n + 1):
        granted += chances[enough].sum(axis=0) * rates
        going_on = (unnamed > 0) | (good < n)
        after = np.zeros_like(chances)
        np.add.at(after, named[~enough] % len(states), chances[~enough] * rates)
        np.add.at(after, unnamed[going_on] % len(states), chances[going_on] * (1 - rates))
        chances = after
    return granted


@cache
def _table(k: int, n: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates and the chances that belong to them, for interpolation."""
    chances = [chance_of_a_grant(float(rate), k, n, correlation) for rate in _RATES]
    return _RATES, np.maximum(np.maximum.accumulate(chances), 1e-300)


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


ENOUGH_PICTURES: Final = 3  # a person; more change little
_FACTOR: Final = 10  # of the strangers' rate, between two alternatives


class Strictness(enum.Enum):
    """The alternatives that stand side by side."""

    STRICTER = "stricter"
    BALANCED = "balanced"
    EASIER = "easier"


class Doubt(enum.Enum):
    """Why what is said of strangers is an estimate and no promise."""

    TOO_FEW_PEOPLE = "too_few_people"  # nothing of this door speaks for or against the statistics
    OTHER_DISTANCES = "other_distances"  # the statistics are of distances that this door does not compare
    BEYOND_THE_PAIRS = "beyond_the_pairs"  # no pair of the statistics lies so near together


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold, and what it leads to at this door."""

    threshold: float
    strangers: Expected  # how often a stranger's visit opens the door
    refused: Expected  # how often a member's does not
    doubts: tuple[Doubt, ...]

    @property
    def promised(self) -> bool:
        return not self.doubts


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of three answers; without a setting where there is none."""

    strictness: Strictness
    asked: float  # strangers' visits that may be granted, as a rate
    setting: Setting | None


@dataclass(frozen=True, slots=True)
class MorePictures:
    """What it would do if everybody had enough pictures, the strangers' rate staying as it is."""

    people: int  # who have fewer
    setting: Setting


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """All that was found about one door."""

    door: Door
    margin: float
    asked: float
    evidence: tuple[Evidence | None, ...]  # of distances between different people, one for each source
    genuine_evidence: tuple[Evidence | None, ...]
    now: Setting  # with the threshold that is in force
    alternatives: tuple[Alternative, ...]
    more_pictures: MorePictures | None

    def answer(self, strictness: Strictness) -> Setting | None:
        """One of the alternatives."""
        return next(each.setting for each in self.alternatives if each.strictness is strictness)


def calibrated(
    found: GalleryDistances,
    statistics: Statistics,
    rule: VisitRule,
    *,
    in_force: float,
    margin: float,
    asked: float,
    further: Sequence[tuple[Comparisons, Comparisons]] = (),
    same_distances: bool = True,
) -> Calibration:
    """Threshold and figures for a gallery, and what the threshold `in_force` leads to.

    `further` are distances between, and of, people from elsewhere than the gallery; `same_distances` says whether the
    statistics are of what this door compares.
    """
    correlation = found.template_correlation
    sources = [(found.impostor, found.genuine), *further]
    between = tuple(impostor_evidence(each, statistics.impostor, correlation) for each, _ in sources)
    within = tuple(genuine_evidence(each, statistics.genuine, GENUINE_CORRELATION) for _, each in sources)
    door = Door(
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
    rates = (asked / _FACTOR, asked, asked * _FACTOR)
    settings = [
        None if threshold is None else _setting(door, threshold, margin, doubts)
        for threshold in largest_thresholds(door, rates)
    ]
    return Calibration(
        door,
        margin,
        asked,
        between,
        within,
        _setting(door, in_force, margin, doubts),
        tuple(Alternative(*each) for each in zip(Strictness, rates, settings, strict=True)),
        _more_pictures(door, asked, margin, doubts),
    )


def _setting(door: Door, threshold: float, margin: float, doubts: Sequence[Doubt]) -> Setting:
    beyond = [Doubt.BEYOND_THE_PAIRS] if door.is_extrapolated(threshold) else []
    refused = door.refused_at(threshold, margin)
    return Setting(threshold, door.strangers_at(threshold), refused, (*doubts, *beyond))


def _more_pictures(door: Door, rate: float, margin: float, doubts: Sequence[Doubt]) -> MorePictures | None:
    few = (door.sizes > 0) & (door.sizes < ENOUGH_PICTURES)
    if not few.any():
        return None
    better = replace(door, sizes=np.where(few, ENOUGH_PICTURES, door.sizes))
    (threshold,) = largest_thresholds(better, [rate])
    if threshold is None:
        return None
    return MorePictures(int(few.sum()), _setting(better, threshold, margin, doubts))
