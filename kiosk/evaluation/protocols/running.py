"""One run of a protocol over several paths."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kiosk.config import ConfigFile
from kiosk.config.overriding import with_values
from kiosk.config.schema import Value
from kiosk.errors import EvaluationError
from kiosk.evaluation.protocols import dlib_peer
from kiosk.evaluation.protocols.dlib_peer import DlibRecipe
from kiosk.evaluation.protocols.extractors import PIXELS, KioskRecipe, PixelsRecipe, Recipe, encoder_choice
from kiosk.evaluation.protocols.features import Show, require, samples_of
from kiosk.evaluation.protocols.protocol import EvaluationProtocol
from kiosk.evaluation.protocols.results import EvaluationReport
from kiosk.paths import cache_folder

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
