"""What a protocol found, as values for the report, and as JSON for programs.

A path is one way from a picture to a distance: an encoder behind a detector, or the peer's own.
"""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.intervals import Interval, Rate
from kiosk.evaluation.rates import OperatingPoint

_DIGITS = 6  # significant ones: more would say nothing

UNREADABLE = "unreadable"  # why a picture failed whose file cannot be used, beside the values of Rejection


@dataclass(frozen=True, slots=True)
class PathLabel:
    """Which path the figures are of."""

    encoder: str
    detector: str
    peer: bool = False  # not the kiosk's own

    def __str__(self) -> str:
        return f"{self.encoder}, {self.detector}"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """From how many pictures an embedding came, and what it took."""

    pictures: int
    failures: Mapping[str, int]  # values of Rejection, or UNREADABLE -> pictures
    rate: Rate  # failure to acquire: failures a picture
    milliseconds: Mapping[str, float]  # stage -> median of the processor time that a picture took


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Distances of pairs whose pictures both gave an embedding."""

    genuine: NDArray[np.float64]  # (G,)
    impostor: NDArray[np.float64]  # (I,)


@dataclass(frozen=True, slots=True)
class WorstPair:
    """Two pictures that are farther apart than they should be, or nearer."""

    picture_a: str  # relative to the folder of the pictures, as person_a/file
    picture_b: str
    distance: float
    same: bool  # the same person, as the data says

    @property
    def person_a(self) -> str:
        return self.picture_a.rpartition("/")[0]

    @property
    def person_b(self) -> str:
        return self.picture_b.rpartition("/")[0]


@dataclass(frozen=True, slots=True, eq=False)
class LfwResult:
    """Verification on pairs, LFW's protocol, of one path."""

    path: PathLabel
    acquisition: Acquisition
    pairs: int
    people: int
    folds: str  # how the thresholds were chosen, in words
    accuracy: float  # 0 to 1; a pair with a failed picture counts as an error
    accuracy_std: float | None  # standard deviation over the folds; None without folds
    accuracy_error: float | None  # standard error of the mean over the folds, as LFW reports it
    accuracy_interval: Interval  # 95 %, bootstrap over people
    accuracy_acquired: float  # of the pairs whose pictures both gave an embedding
    threshold: float  # mean of the folds' thresholds
    area: float  # under the ROC curve, 0 to 1; acquired pairs
    area_interval: Interval | None  # None where the people are too few to say
    equal_error_rate: float  # acquired pairs
    equal_error_interval: Interval | None
    equal_error_threshold: float
    points: tuple[OperatingPoint, ...]  # failures count: non-matches of genuine pairs, correct rejections of impostors
    points_acquired: tuple[OperatingPoint, ...]  # failures left out
    scores: Scores
    worst: tuple[WorstPair, ...]  # genuine pairs from the farthest on, then impostor pairs from the nearest on


@dataclass(frozen=True, slots=True)
class OpenSetRow:
    """Identification at one false positive rate; N people enrolled with K pictures each.

    Errors and trials of the rates are summed over the seeds; the intervals are as wide as those of one seed, because
    all seeds draw from the same people.
    """

    people: int  # N
    templates: int  # K
    seeds: int
    fpir_asked: float
    threshold: float  # mean over the seeds
    fpir: Rate  # strangers' pictures that are accepted as anybody
    fnir: Rate  # members' pictures that are not accepted as their owner
    wrong_person: Rate  # members' pictures that are accepted as somebody else: part of fnir
    rank_one_errors: Rate  # members' pictures with somebody else nearer than their owner
    strangers: int  # people, in one seed
    members: int  # people with pictures to look for, in one seed

    @property
    def rank_one(self) -> float | None:
        """The share of members' pictures whose owner is nearest."""
        wrong = self.rank_one_errors.value
        return None if wrong is None else 1 - wrong

    @property
    def strangers_behind(self) -> int:
        """Strangers' pictures beyond the threshold, over all seeds: what the figure stands on."""
        return self.fpir.errors


@dataclass(frozen=True, slots=True, eq=False)
class OpenSetResult:
    """Identification in an open set, of one path."""

    path: PathLabel
    acquisition: Acquisition
    rows: tuple[OpenSetRow, ...]
    worst: tuple[WorstPair, ...]  # members farthest from themselves, then strangers nearest to a member
    left_out: tuple[str, ...] = ()  # sizes that the data cannot carry, in words


@dataclass(frozen=True, slots=True)
class VisitsRow:
    """Whole visits through the decision rule; N people enrolled with K pictures each."""

    kind: str  # what the frames are: pictures, still, clips
    people: int  # N
    templates: int  # K
    frames: int  # in a visit
    seeds: int
    threshold: float
    margin: float
    k: int  # frames that must agree
    n: int  # of these
    strangers_granted: Rate
    wrong_person_granted: Rate
    members_refused: Rate
    members_undecided: Rate
    frames_needed: Mapping[str, float]  # of visits that were granted: median, p90
    strangers: int  # people behind the strangers' visits
    members: int  # people behind the members' visits


@dataclass(frozen=True, slots=True, eq=False)
class VisitsResult:
    """Visits of one path."""

    path: PathLabel
    acquisition: Acquisition
    rows: tuple[VisitsRow, ...]
    left_out: tuple[str, ...] = ()  # what the data cannot carry, in words
    facts: Mapping[str, Any] = field(default_factory=dict)  # further figures, as JSON holds them


Result: TypeAlias = LfwResult | OpenSetResult | VisitsResult


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationReport:
    """All that one run found."""

    protocol: str  # lfw, open-set, visits
    folder: Path  # of the pictures
    seed: int
    seconds: float
    settings: Mapping[str, Any]  # what was asked beside: pairs file, sizes, options set for this run
    results: tuple[Result, ...]  # one a path, in the order asked for, the peer last


# What programs should not have to compute.
_COMPUTED: Mapping[type, str] = {Rate: "value", OperatingPoint: "is_carried", OpenSetRow: "rank_one"}


def as_json(report: EvaluationReport) -> dict[str, Any]:
    """Return the facts of the run, and in `paths` the figures of each path; `is_peer` marks the peer's."""
    return {
        "protocol": report.protocol,
        "seed": report.seed,
        "seconds": round(report.seconds, 2),
        "settings": _plain(report.settings),
        "paths": [_row(result) for result in report.results],
    }


def _row(result: Result) -> dict[str, Any]:
    fields = {one.name: getattr(result, one.name) for one in dataclasses.fields(result)}
    label, acquisition = fields.pop("path"), fields.pop("acquisition")
    fields.pop("scores", None)
    row = {
        "encoder": label.encoder,
        "detector": label.detector,
        "is_peer": label.peer,
        "fta": acquisition.rate.value,
        "acquisition": acquisition,
    }
    return _with_figures({**row, **fields}, result)


def _with_figures(row: dict[str, Any], result: Result) -> dict[str, Any]:
    if isinstance(result, LfwResult):
        points = {_named(point.fmr_asked): point for point in result.points}
        row["fnmr"] = {name: point.fnmr.value for name, point in points.items()}
        row["thresholds"] = {"accuracy": result.threshold, **{name: one.threshold for name, one in points.items()}}
    return {name: _plain(value) for name, value in row.items()}


def _named(rate: float) -> str:
    """1e-2 for 0.01."""
    digits, _, power = f"{rate:e}".partition("e")
    return f"{float(digits):g}e{int(power)}"


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever a result holds, as JSON holds it)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        further = _COMPUTED.get(type(value))
        return {**({further: _plain(getattr(value, further))} if further else {}), **_fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(name)): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    return _plain_number(value)


def _plain_number(value: Any) -> Any:  # noqa: ANN401  (as _plain)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value.value if isinstance(value, enum.Enum) else str(value) if isinstance(value, Path) else value


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401  (any dataclass)
    return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
