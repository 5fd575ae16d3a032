"""Results that all protocols share, and the JSON of a report.

A path is one way from a picture to a distance: an encoder behind a detector, or the peer's own.
"""

from __future__ import annotations

import dataclasses
import enum
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.evaluation.intervals import Rate
from kiosk.evaluation.rates import OperatingPoint

_DIGITS = 6  # significant ones

UNREADABLE = "unreadable"  # the file cannot be used; other reasons are values of Rejection


@dataclass(frozen=True, slots=True)
class PathLabel:
    """The name of a path."""

    encoder: str
    detector: str
    peer: bool = False  # not the kiosk's own

    def __str__(self) -> str:
        return f"{self.encoder}, {self.detector}"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Pictures that gave no embedding, and times."""

    pictures: int
    failures: Mapping[str, int]  # reason -> pictures
    rate: Rate  # failure to acquire
    milliseconds: Mapping[str, float]  # stage -> median processor time of a picture


@dataclass(frozen=True, slots=True)
class WorstPair:
    """Two pictures of one person that are far apart, or of two people that are near."""

    picture_a: str  # person/file, relative to the folder
    picture_b: str
    distance: float
    same: bool  # the same person


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result(ABC):
    """The result of one path; each protocol adds its own."""

    path: PathLabel
    acquisition: Acquisition

    @abstractmethod
    def figures(self) -> dict[str, Any]:
        """Return what the JSON report holds beside path and acquisition."""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationReport:
    """The results of one run."""

    protocol: str  # lfw, open-set, visits
    folder: Path  # of the pictures
    seed: int
    seconds: float
    settings: Mapping[str, Any]  # options of this run: pairs file, sizes, --set
    results: tuple[Result, ...]  # one of each path, in the order of the command, the peer last


def as_json(report: EvaluationReport) -> dict[str, Any]:
    """Return the report as JSON; `paths` holds the figures of each path."""
    return {
        "protocol": report.protocol,
        "seed": report.seed,
        "seconds": round(report.seconds, 2),
        "settings": plain(report.settings),
        "paths": [_path(result) for result in report.results],
    }


def _path(result: Result) -> dict[str, Any]:
    row = {
        "encoder": result.path.encoder,
        "detector": result.path.detector,
        "is_peer": result.path.peer,
        "fta": result.acquisition.rate.value,
        "acquisition": result.acquisition,
        **result.figures(),
    }
    return {name: plain(value) for name, value in row.items()}


# Properties that programs get beside the fields.
_COMPUTED: Mapping[type, str] = {Rate: "value", OperatingPoint: "is_carried"}


def plain(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Return a value with dataclasses, arrays, paths and enums as JSON has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value)]
        further = [_COMPUTED[type(value)]] if type(value) in _COMPUTED else []
        return {name: plain(getattr(value, name)) for name in (*further, *names)}
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    return _plain_number(value)


def _plain_number(value: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value.value if isinstance(value, enum.Enum) else str(value) if isinstance(value, Path) else value
