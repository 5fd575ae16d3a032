"""Run a protocol over several paths, and the report of the run: settings of `kiosk evaluate`, results, JSON.

A path is one way from a picture to a distance: an encoder behind a detector, or the peer's own.
"""

from __future__ import annotations

import dataclasses
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, Self

import numpy as np

from kiosk.config import ConfigFile, DecisionSection, EncoderChoice
from kiosk.config.file import with_values
from kiosk.config.schema import Value
from kiosk.domain import Embedding, Template
from kiosk.evaluation.extractors import (
    PIXELS,
    DlibExtractor,
    Extractor,
    KioskExtractor,
    MakeExtractor,
    PathLabel,
    PixelsExtractor,
)
from kiosk.evaluation.rates import OperatingPoint, Rate
from kiosk.evaluation.samples import Acquisition, Picture, Sample, Show, require_files
from kiosk.evaluation.tables import Table, rate_cell
from kiosk.people.snapshot import GallerySnapshot

_DIGITS: Final = 6  # significant ones, in JSON
_WORST: Final = 12  # pairs of either kind that a report shows


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """The options of `kiosk evaluate`; each protocol takes those that it needs."""

    folder: Path  # of people
    pairs: Path | None = None  # lfw: the file of pairs
    training: Path | None = None  # lfw: other pairs to choose the threshold on
    galleries: tuple[int, ...] = ()  # N; empty: the protocol's own
    templates: tuple[int, ...] = ()  # K; empty: the protocol's own
    seeds: int | None = None  # galleries drawn of each size; None: the protocol's own
    frames: int = 5  # visits: frames of each
    clips: Path | None = None  # visits: video clips; None: those in the folder
    seed: int = 0
    overrides: tuple[str, ...] = ()  # KEY=VALUE, for the report
    rule: DecisionSection = field(default_factory=DecisionSection)  # visits: k of n frames


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

    @classmethod
    @abstractmethod
    def table(cls, results: Sequence[Self]) -> Table:
        """Return the figures of several paths."""


class EvaluationProtocol(Protocol):
    """A protocol, made for the settings of one run."""

    name: str
    settings: Mapping[str, Any]  # its own settings, for the report
    pictures: Sequence[Picture]
    steps: int  # files that are read for each path

    def measure(self, extractor: Extractor, make: MakeExtractor, show: Show) -> Result:
        """Return the figures of one path; `make` makes the same extractor in another process."""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationReport:
    """The results of one run."""

    protocol: str  # lfw, open-set, visits
    folder: Path  # of the pictures
    seed: int
    seconds: float
    settings: Mapping[str, Any]  # options of this run: pairs file, sizes, --set
    results: tuple[Result, ...]  # one of each path, in the order of the command, the peer last

    def tables(self) -> tuple[Table, Table]:
        """Return the figures of all paths, and the pictures that gave no embedding, with reasons and median times."""
        rows = []
        for one in self.results:
            found = one.acquisition
            reasons = ", ".join(f"{reason} {count}" for reason, count in found.failures.items())
            spent = ", ".join(f"{stage} {milliseconds:.1f}" for stage, milliseconds in found.milliseconds.items())
            rows.append((one.path.name, str(found.pictures), rate_cell(found.rate), reasons or "-", spent or "-"))
        acquired = Table(("path", "pictures", "failure to acquire", "reasons", "ms a picture"), rows)
        return type(self.results[0]).table(self.results), acquired


def evaluate(
    protocol: EvaluationProtocol, settings: EvaluationSettings, paths: Sequence[MakeExtractor], show: Show
) -> EvaluationReport:
    """Measure every path; raises KioskError."""
    started = time.perf_counter()
    require_files(protocol.pictures, settings.folder)
    extractors = [make() for make in paths]  # a path that cannot be loaded is reported before hours of work
    total = len(paths) * protocol.steps
    results = tuple(
        protocol.measure(extractor, make, partial_progress(number * protocol.steps, total, show))
        for number, (extractor, make) in enumerate(zip(extractors, paths, strict=True))
    )
    return EvaluationReport(
        protocol=protocol.name,
        folder=settings.folder,
        seed=settings.seed,
        seconds=time.perf_counter() - started,
        settings={**protocol.settings, "set": list(settings.overrides)},
        results=results,
    )


def partial_progress(before: int, total: int, show: Show) -> Show:
    """Return the progress of a part that begins after `before` of `total` steps."""
    return lambda done, _: show(before + done, total)


def encoder_choice(text: str) -> EncoderChoice:
    """Return the encoder meant on the command line: a+b is one encoder of two, 1*a+2*b has weights."""
    parts = [part.strip() for part in text.split("+")]
    if all("*" in part for part in parts):
        with suppress(ValueError):
            weighted = [part.partition("*") for part in parts]
            return {name.strip(): float(weight) for weight, _, name in weighted}
    return parts if len(parts) > 1 else text


def paths_of(
    config: ConfigFile, encoders: Sequence[str], detectors: Sequence[str], *, dlib: bool
) -> list[MakeExtractor]:
    """Return a path for each encoder behind each detector, and dlib's; without names, the configuration's.

    Names are checked when the path is made.
    """
    own: list[dict[str, Value]] = [{"encoder": encoder_choice(name)} for name in encoders if name != PIXELS]
    behind: list[dict[str, Value]] = [{"detector": name} for name in detectors]
    paths: list[MakeExtractor] = [
        partial(KioskExtractor, with_values(config, {**encoder, **detector}))
        for detector in behind or [{}]
        for encoder in (own if encoders else [{}])
    ]
    return [*paths, *([PixelsExtractor] if PIXELS in encoders else []), *([DlibExtractor] if dlib else [])]


# What protocols share -------------------------------------------------------------------------------------------------


def enrolled(encoder: str, samples: Iterable[Sample]) -> GallerySnapshot:
    """Return a gallery of the samples that were acquired."""
    templates = [
        Template(one.person, Embedding(one.vector, encoder), one.picture.source)
        for one in samples
        if one.vector is not None
    ]
    return GallerySnapshot(encoder, tuple(templates))


def worst_pairs(pairs: Iterable[WorstPair]) -> tuple[WorstPair, ...]:
    """Return the pairs of one person that are farthest apart, then those of two people that are nearest."""
    ordered = sorted(pairs, key=lambda pair: pair.distance)
    far = [pair for pair in reversed(ordered) if pair.same][:_WORST]
    near = [pair for pair in ordered if not pair.same][:_WORST]
    return (*far, *near)


# JSON -----------------------------------------------------------------------------------------------------------------


def as_json(report: EvaluationReport) -> dict[str, Any]:
    """Return the report as JSON; `paths` holds the figures of each path."""
    paths = [
        {
            "encoder": result.path.encoder,
            "detector": result.path.detector,
            "is_peer": result.path.peer,
            "fta": result.acquisition.rate.value,
            "acquisition": result.acquisition,
            **result.figures(),
        }
        for result in report.results
    ]
    found: dict[str, Any] = _plain({"settings": report.settings, "paths": paths})
    return {"protocol": report.protocol, "seed": report.seed, "seconds": round(report.seconds, 2), **found}


# Properties that programs get beside the fields.
_COMPUTED: Mapping[type, str] = {Rate: "value", OperatingPoint: "is_carried"}


def _plain(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Return a value with dataclasses, paths and numbers of numpy as JSON has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value)]
        further = [_COMPUTED[type(value)]] if type(value) in _COMPUTED else []
        return {name: _plain(getattr(value, name)) for name in (*further, *names)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value
