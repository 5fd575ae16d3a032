"""The protocol of Labeled Faces in the Wild: is it the same person on both pictures of a pair?

The first picture of a pair is taken as enrolled, the second one as at the door. Their distance is that of the
embeddings: the cohort, which tells people of a large gallery apart, gains nothing where two pictures are compared (98.6
instead of 99.0 % of View 1's test pairs with dlib_resnet).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.extractors import Extractor
from kiosk.evaluation.features import Picture, Sample, acquisition_of
from kiosk.evaluation.results import LfwResult, Scores, WorstPair
from kiosk.evaluation.running import distances_to, enrolled, worst_pairs
from kiosk.evaluation.verification import (
    ScoredPairs,
    VerificationResult,
    disjoint_folds,
    verify_by_folds,
    verify_by_training,
)
from kiosk.names import name_fault, normal_name
from kiosk.vision.pictures import open_picture, printable

_MOST_BYTES: Final = 2**24
_MOST_PAIRS: Final = 100_000
_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,5}", re.ASCII)
_REMEDY: Final = "take a file in the format of LFW's pairs.txt or pairsDevTest.txt"

_Line: TypeAlias = tuple[int, list[str]]  # its number, its columns


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that are compared: the first one as enrolled, the second one as at the door."""

    a: Picture
    b: Picture
    fold: int

    @property
    def same(self) -> bool:
        return self.a.person == self.b.person


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of a file."""

    pairs: tuple[Pair, ...]
    folds: int  # 1: the file has none

    @property
    def pictures(self) -> list[Picture]:
        """Each picture once, by its name."""
        both = {picture.source: picture for pair in self.pairs for picture in (pair.a, pair.b)}
        return [both[source] for source in sorted(both)]


def read_pairs(path: Path, folder: Path) -> Pairs:
    """The pairs of a file, of pictures in `folder`; raises EvaluationError with the line of the first fault."""
    lines = list(_lines(path))
    counts = _counts(path, lines[0]) if len(lines[0][1]) < 3 else None
    lines = lines if counts is None else lines[1:]
    if counts is not None and len(lines) != counts[0] * counts[1] * 2:
        reason = f"line 1 promises {counts[0] * counts[1] * 2} pairs, {len(lines)} follow"
        raise EvaluationError(printable(path), reason, _REMEDY)
    if not lines:
        raise EvaluationError(printable(path), "holds no pairs", _REMEDY)
    a_fold = len(lines) if counts is None else counts[1] * 2
    pairs = [_pair(path, line, folder, place // a_fold) for place, line in enumerate(lines)]
    return Pairs(tuple(pairs), 1 if counts is None else counts[0])


def _lines(path: Path) -> Iterator[_Line]:
    """The lines that hold something; at least one."""
    content = _content(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = content.count(b"\n", 0, error.start) + 1
        raise EvaluationError(printable(path), f"line {broken}: is not UTF-8", _REMEDY) from error
    found = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise EvaluationError(printable(path), "is empty", _REMEDY)
    if len(found) > _MOST_PAIRS:
        raise EvaluationError(printable(path), f"holds more than {_MOST_PAIRS} lines", _REMEDY)
    for place, line in found:
        # A name may hold a blank where tabs divide.
        yield place, [column.strip() for column in (line.split("\t") if "\t" in line.strip() else line.split())]


def _content(path: Path) -> bytes:
    try:
        with open_picture(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except PictureError as error:
        raise EvaluationError(printable(path), error.reason, _REMEDY) from error
    except OSError as error:
        raise EvaluationError(printable(path), f"cannot be read ({error.strerror})", _REMEDY) from error
    if len(content) > _MOST_BYTES:
        raise EvaluationError(printable(path), f"is larger than {_MOST_BYTES // 2**20} MB", _REMEDY)
    return content


def _counts(path: Path, line: _Line) -> tuple[int, int]:
    """Folds, and pairs of either kind in each."""
    number, columns = line
    if not all(map(_NUMBER.fullmatch, columns)):
        _wrong(path, number, "one or two whole numbers, or a pair, were expected", columns)
    *folds, pairs = map(int, columns)
    return (folds[0] if folds else 1), pairs


def _pair(path: Path, line: _Line, folder: Path, fold: int) -> Pair:
    number, columns = line
    if len(columns) not in {3, 4}:
        _wrong(path, number, "a pair of 3 or 4 columns was expected", columns)
    name_a, number_a, *rest = columns
    name_b, number_b = rest if len(rest) == 2 else (name_a, rest[0])
    for name in (name_a, name_b):
        fault = name_fault(normal_name(name))
        if fault:
            _wrong(path, number, f"the name {fault}", columns)
    for each in (number_a, number_b):
        if not _NUMBER.fullmatch(each):
            _wrong(path, number, "a picture's number, 1 or more, was expected", columns)
    a, b = (_picture(folder, name, int(each)) for name, each in ((name_a, number_a), (name_b, number_b)))
    if len(columns) == 4 and a.person == b.person:
        _wrong(path, number, "two people were expected", columns)
    if a == b:
        _wrong(path, number, "one picture is named twice", columns)
    return Pair(a, b, fold)


def _picture(folder: Path, name: str, number: int) -> Picture:
    source = f"{name}/{name}_{number:04d}.jpg"
    return Picture(name, source, folder / source)


def _wrong(path: Path, number: int, reason: str, columns: Sequence[str]) -> NoReturn:
    found = " ".join(columns)
    shown = repr(found if len(found) <= 60 else f"{found[:59]}…")
    raise EvaluationError(printable(path), f"line {number}: {reason}, found {shown}", _REMEDY)


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
