"""The protocol of Labeled Faces in the Wild: is it the same person on both pictures of a pair?

The first picture of a pair is taken as enrolled, the second one as at the door. Their distance is that of the
embeddings: the cohort, which tells people of a large gallery apart, gains nothing where two pictures are compared (98.6
instead of 99.0 % of View 1's test pairs with dlib_resnet).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.protocols.extractors import Extractor
from kiosk.evaluation.protocols.features import Picture, Sample, acquisition_of
from kiosk.evaluation.protocols.pairs import Pair, Pairs
from kiosk.evaluation.protocols.protocol import distances_to, enrolled, worst_pairs
from kiosk.evaluation.protocols.results import LfwResult, Scores, WorstPair
from kiosk.evaluation.rates.folds import disjoint_folds
from kiosk.evaluation.rates.verification import (
    ScoredPairs,
    VerificationResult,
    verify_by_folds,
    verify_by_training,
)

NAME: Final = "lfw"


@dataclass(frozen=True)
class Lfw:
    """Verification on the pairs of a file.

    Attributes:
        pairs: what is judged.
        training: other pairs to choose the threshold on; None: each fold's is chosen on all others.
        seed: of the folds, where the file has none, and of the intervals.
    """

    pairs: Pairs
    training: Pairs | None = None
    seed: int = 0
    name: str = NAME

    @cached_property
    def pictures(self) -> Sequence[Picture]:
        """Each picture of the pairs once."""
        files = [self.pairs] if self.training is None else [self.pairs, self.training]
        both = {picture.source: picture for file in files for picture in file.pictures}
        return [both[source] for source in sorted(both)]

    @cached_property
    def _first(self) -> frozenset[str]:
        files = [self.pairs] if self.training is None else [self.pairs, self.training]
        return frozenset(pair.a.source for file in files for pair in file.pairs)

    def enrols(self, picture: Picture) -> bool:
        """Whether it is the first one of a pair."""
        return picture.source in self._first

    def judge(self, extractor: Extractor, samples: Sequence[Sample]) -> LfwResult:
        """The figures of one path; raises EvaluationError where there are pairs of one kind only."""
        by_source = {sample.picture: sample for sample in samples}
        scored = _scored(self.pairs, by_source, extractor)
        found, folds = self._verified(scored, by_source, extractor)
        judged = [by_source[picture.source] for picture in self.pairs.pictures]
        return LfwResult(
            path=extractor.label,
            acquisition=acquisition_of(judged),
            pairs=len(scored),
            people=len(np.unique(scored.people)),
            folds=folds,
            accuracy=found.accuracy.value,
            accuracy_std=found.accuracy.std,
            accuracy_error=found.accuracy.standard_error,
            accuracy_interval=found.accuracy.interval,
            accuracy_acquired=found.accuracy_acquired.value,
            threshold=found.threshold,
            area=found.area.value,
            area_interval=found.area.interval,
            equal_error_rate=found.equal_error.value,
            equal_error_interval=found.equal_error.interval,
            equal_error_threshold=found.equal_error_threshold,
            points=found.points,
            points_acquired=found.points_acquired,
            scores=_scores(scored),
            worst=_worst(self.pairs.pairs, scored.distances),
        )

    def _verified(
        self, scored: ScoredPairs, by_source: dict[str, Sample], extractor: Extractor
    ) -> tuple[VerificationResult, str]:
        """The figures, and how the thresholds were chosen."""
        folds = np.array([pair.fold for pair in self.pairs.pairs])
        if self.training is not None:
            training = _scored(self.training, by_source, extractor)
            several = folds if self.pairs.folds > 1 else None
            found = verify_by_training(scored, training, several, seed=self.seed)
            return found, f"one threshold, the best for {len(training)} other pairs"
        if self.pairs.folds > 1:
            found = verify_by_folds(scored, folds, seed=self.seed)
            return found, f"the {self.pairs.folds} folds of the file, each with the threshold best for the others"
        drawn = disjoint_folds(scored.people, seed=self.seed)
        found = verify_by_folds(scored, drawn.numbers, seed=self.seed)
        words = f"{drawn.count} folds drawn by seed {self.seed}, each with the threshold best for the others"
        return found, words + (f"; {drawn.shared} people are in several" if drawn.shared else "")


def _scored(pairs: Pairs, by_source: dict[str, Sample], extractor: Extractor) -> ScoredPairs:
    distances = [_distance(by_source[pair.a.source], by_source[pair.b.source], extractor) for pair in pairs.pairs]
    same = [pair.same for pair in pairs.pairs]
    return ScoredPairs.of(distances, same, [(pair.a.person, pair.b.person) for pair in pairs.pairs])


def _distance(template: Sample, probe: Sample, extractor: Extractor) -> float:
    if not template.acquired or not probe.acquired:
        return float("nan")
    if template.template is None:  # a face that looks aside: the gallery rejects it, a pair is measured all the same
        template = replace(template, template=template.probe)
    alone = replace(extractor.comparison, cohort=None)
    return float(distances_to(enrolled(extractor, [template]), [probe], alone)[0, 0])


def _scores(scored: ScoredPairs) -> Scores:
    kept = scored[scored.acquired]
    return Scores(kept.distances[kept.same], kept.distances[~kept.same])


def _worst(pairs: Sequence[Pair], distances: NDArray[np.float64]) -> tuple[WorstPair, ...]:
    shown = [
        WorstPair(pair.a.source, pair.b.source, float(distance), pair.same)
        for pair, distance in zip(pairs, distances, strict=True)
        if np.isfinite(distance)
    ]
    return worst_pairs((pair for pair in shown if pair.same), (pair for pair in shown if not pair.same))
