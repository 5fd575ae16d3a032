"""What every protocol is to the run that carries it out, and what several of them share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Embedding, Template
from kiosk.evaluation.protocols.extractors import Extractor, Vector
from kiosk.evaluation.protocols.features import Picture, Sample
from kiosk.evaluation.protocols.results import Result, WorstPair
from kiosk.people.gallery.snapshot import GallerySnapshot
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
