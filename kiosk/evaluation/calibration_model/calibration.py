"""The answer to: which threshold keeps strangers out as often as is asked, and what does it cost the members?"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration_model.distances import Comparisons, GalleryDistances
from kiosk.evaluation.calibration_model.door import GENUINE_CORRELATION, Door, Expected, largest_thresholds
from kiosk.evaluation.calibration_model.shift import Evidence, believed, genuine_evidence, impostor_evidence
from kiosk.evaluation.calibration_model.visits import VisitRule

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
