"""One run of a protocol over several paths."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile
from kiosk.config.file import with_values
from kiosk.config.schema import Value
from kiosk.domain import Embedding, Template
from kiosk.errors import EvaluationError
from kiosk.evaluation import dlib_peer
from kiosk.evaluation.dlib_peer import DlibRecipe
from kiosk.evaluation.extractors import PIXELS, Extractor, KioskRecipe, PixelsRecipe, Recipe, Vector, encoder_choice
from kiosk.evaluation.features import Picture, Sample, Show, require, samples_of
from kiosk.evaluation.results import EvaluationReport, Result, WorstPair
from kiosk.paths import cache_folder
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.matching import Comparison, person_distances

WORST: Final = 12  # pairs of either kind that are shown


class EvaluationProtocol(Protocol):
    """Which pictures are needed, and what comes of them."""

    @property
    def name(self) -> str: ...

    @property
    def pictures(self) -> Sequence[Picture]: ...

    def enrols(self, picture: Picture) -> bool:
        """Whether a template of the picture may be needed."""

    def judge(self, extractor: Extractor, samples: Sequence[Sample]) -> Result:
        """The figures of one path, of its samples of `pictures`; raises EvaluationError where they are too few."""


def enrolled(extractor: Extractor, samples: Iterable[Sample]) -> GallerySnapshot:
    """A gallery of what was acquired of these samples."""
    encoder = extractor.label.encoder
    return GallerySnapshot(
        encoder,
        tuple(
            Template(one.person, Embedding(one.template, encoder), one.picture)
            for one in samples
            if one.template is not None
        ),
    )


def distances_to(gallery: GallerySnapshot, samples: Sequence[Sample], comparison: Comparison) -> NDArray[np.float64]:
    """How far each sample is from each person, (P, N), by the kiosk's own rule; NaN where it was not acquired."""
    found = np.full((len(samples), len(gallery.people)), np.nan)
    there = [number for number, one in enumerate(samples) if one.probe is not None]
    if there and gallery.people:
        probes: Vector = np.stack([samples[number].probe for number in there])  # type: ignore[misc]
        found[there] = person_distances(probes, gallery, comparison)
    return found


def worst_pairs(genuine: Iterable[WorstPair], impostors: Iterable[WorstPair]) -> tuple[WorstPair, ...]:
    """The pairs of one person that are farthest apart, then those of two people that are nearest."""
    far = sorted(genuine, key=lambda pair: pair.distance, reverse=True)[:WORST]
    near = sorted(impostors, key=lambda pair: pair.distance)[:WORST]
    return (*far, *near)


PEERS: Final[Mapping[str, Recipe]] = {dlib_peer.NAME: DlibRecipe()}


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be measured."""

    protocol: EvaluationProtocol
    folder: Path
    recipes: Sequence[Recipe]
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)  # for the report


def recipes_of(
    config: ConfigFile, encoders: Sequence[str], detectors: Sequence[str], peers: Sequence[str]
) -> list[Recipe]:
    """A path for each encoder behind each detector, those of the configuration where none is named, then the peers.

    Raises EvaluationError for a peer that is not known; other names are looked up when the path is made.
    """
    for peer in peers:
        if peer not in PEERS:
            raise EvaluationError(f"peer {peer}", "is not known", f"there is {', '.join(PEERS)}")
    chosen: list[dict[str, Value]] = [{"encoder": encoder_choice(name)} for name in encoders if name != PIXELS]
    behind: list[dict[str, Value]] = [{"detector": name} for name in detectors]
    kiosks = [
        KioskRecipe(with_values(config, {**encoder, **detector}))
        for detector in behind or [{}]
        for encoder in (chosen if encoders else [{}])
    ]
    pixels = [PixelsRecipe()] if PIXELS in encoders else []
    return [*kiosks, *pixels, *(PEERS[peer] for peer in peers)]


def evaluate(request: Request, show: Show) -> EvaluationReport:
    """Measures every path; raises KioskError."""
    started = time.perf_counter()
    pictures, enrols = request.protocol.pictures, request.protocol.enrols
    require(pictures, request.folder)
    extractors = [recipe.make() for recipe in request.recipes]  # what is wrong with one is told before hours of work
    total = len(extractors) * len(pictures)
    results = []
    for number, (extractor, recipe) in enumerate(zip(extractors, request.recipes, strict=True)):
        advance = _from(number * len(pictures), total, show)
        samples = samples_of(pictures, extractor, recipe, cache_folder(), advance, templates=enrols)
        results.append(request.protocol.judge(extractor, samples))
    return EvaluationReport(
        protocol=request.protocol.name,
        folder=request.folder,
        seed=request.seed,
        seconds=time.perf_counter() - started,
        settings=request.settings,
        results=tuple(results),
    )


def _from(before: int, total: int, show: Show) -> Show:
    return lambda done, _: show(before + done, total)
