"""Run a protocol over several paths: the settings of `kiosk evaluate`, and the loop over encoders and detectors."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile, EncoderChoice
from kiosk.config.file import with_values
from kiosk.config.schema import Value
from kiosk.domain import Embedding, Template
from kiosk.evaluation.extractors import (
    PIXELS,
    DlibExtractor,
    Extractor,
    KioskExtractor,
    MakeExtractor,
    PixelsExtractor,
    Vector,
)
from kiosk.evaluation.results import EvaluationReport, Result, WorstPair
from kiosk.evaluation.samples import Picture, Sample, Show, require_files
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.matching import Comparison, person_distances

WORST: Final = 12  # pairs of either kind that a report shows


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


class EvaluationProtocol(Protocol):
    """A protocol, made for the settings of one run."""

    name: str
    settings: Mapping[str, Any]  # its own settings, for the report
    pictures: Sequence[Picture]
    steps: int  # files that are read for each path

    def measure(self, extractor: Extractor, make: MakeExtractor, show: Show) -> Result:
        """Return the figures of one path; `make` makes the same extractor in another process."""


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


def enrolled(encoder: str, samples: Iterable[Sample]) -> GallerySnapshot:
    """Return a gallery of the samples that were acquired."""
    templates = [
        Template(one.person, Embedding(one.vector, encoder), one.picture.source)
        for one in samples
        if one.vector is not None
    ]
    return GallerySnapshot(encoder, tuple(templates))


def distances_to(gallery: GallerySnapshot, samples: Sequence[Sample], comparison: Comparison) -> NDArray[np.float64]:
    """Return the distance of each sample to each person, (P, N), by the kiosk's own rule; NaN where not acquired."""
    found = np.full((len(samples), len(gallery.people)), np.nan)
    acquired = [number for number, one in enumerate(samples) if one.acquired]
    if acquired and gallery.people:
        probes: Vector = np.stack([samples[number].vector for number in acquired])  # type: ignore[misc]
        found[acquired] = person_distances(probes, gallery, comparison)
    return found


def worst_pairs(pairs: Iterable[WorstPair]) -> tuple[WorstPair, ...]:
    """Return the pairs of one person that are farthest apart, then those of two people that are nearest."""
    ordered = sorted(pairs, key=lambda pair: pair.distance)
    far = [pair for pair in reversed(ordered) if pair.same][:WORST]
    near = [pair for pair in ordered if not pair.same][:WORST]
    return (*far, *near)
