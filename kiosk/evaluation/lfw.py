"""The protocol lfw: is it the same person on both pictures of a pair? With the reader of LFW's pairs.txt.

The distance of a pair is that of its embeddings: the cohort, which tells people of a large gallery apart, gains nothing
where two pictures are compared (98.6 instead of 99.0 % of View 1's test pairs with dlib_resnet).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.extractors import Extractor, MakeExtractor
from kiosk.evaluation.results import Result, WorstPair
from kiosk.evaluation.running import EvaluationSettings, worst_pairs
from kiosk.evaluation.samples import Picture, Sample, Show, acquisition_of, samples_of
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
    """Two pictures that are compared."""

    a: Picture
    b: Picture
    fold: int

    @property
    def same(self) -> bool:
        return self.a.person == self.b.person


@dataclass(frozen=True, slots=True)
class PairsFile:
    """All pairs of a file."""

    pairs: tuple[Pair, ...]
    folds: int  # 1: the file has none


def read_pairs(path: Path, folder: Path) -> PairsFile:
    """Return the pairs of a file, of pictures in `folder`; raises EvaluationError with the line of the first fault."""
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
    return PairsFile(tuple(pairs), 1 if counts is None else counts[0])


def _lines(path: Path) -> Iterator[_Line]:
    """Yield the lines that are not empty; at least one."""
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
        # A name may hold a blank where tabs separate the columns.
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
    """Return the number of folds, and of pairs of either kind in each."""
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LfwResult(Result):
    """Verification on pairs, of one path."""

    people: int
    folds: str  # how the thresholds were chosen
    verification: VerificationResult
    genuine: NDArray[np.float64]  # (G,) distances of acquired pairs of one person
    impostor: NDArray[np.float64]  # (I,) and of two
    worst: tuple[WorstPair, ...]  # genuine pairs, the farthest first, then impostor pairs, the nearest first

    @property
    def pairs(self) -> int:
        return sum(fold.pairs for fold in self.verification.folds)

    def figures(self) -> dict[str, Any]:
        """See Result."""
        found = self.verification
        points = {_named(point.fmr_asked): point for point in found.points}
        return {
            "pairs": self.pairs,
            "people": self.people,
            "folds": self.folds,
            "accuracy": found.accuracy.value,
            "accuracy_std": found.accuracy.std,
            "accuracy_error": found.accuracy.standard_error,
            "accuracy_interval": found.accuracy.interval,
            "accuracy_acquired": found.accuracy_acquired.value,
            "threshold": found.threshold,
            "area": found.area.value,
            "area_interval": found.area.interval,
            "equal_error_rate": found.equal_error.value,
            "equal_error_interval": found.equal_error.interval,
            "equal_error_threshold": found.equal_error_threshold,
            "points": found.points,
            "points_acquired": found.points_acquired,
            "worst": self.worst,
            "fnmr": {name: point.fnmr.value for name, point in points.items()},
            "thresholds": {"accuracy": found.threshold, **{name: one.threshold for name, one in points.items()}},
        }


def _named(rate: float) -> str:
    """Return 1e-2 for 0.01."""
    digits, _, power = f"{rate:e}".partition("e")
    return f"{float(digits):g}e{int(power)}"


class Lfw:
    """Verification on the pairs of a file; raises EvaluationError where it cannot be read."""

    name = "lfw"

    def __init__(self, settings: EvaluationSettings) -> None:
        if settings.pairs is None:
            raise EvaluationError("--protocol lfw", "there is no file of pairs", "name one with --pairs FILE")
        self.pairs = read_pairs(settings.pairs, settings.folder)
        self.training = None if settings.training is None else read_pairs(settings.training, settings.folder)
        self.settings: Mapping[str, Any] = {"pairs": settings.pairs, "training": settings.training}
        self._seed = settings.seed
        self.pictures: Sequence[Picture] = _pictures(
            [self.pairs] if self.training is None else [self.pairs, self.training]
        )
        self.steps = len(self.pictures)

    def measure(self, extractor: Extractor, make: MakeExtractor, show: Show) -> LfwResult:
        """Return the figures of one path; raises EvaluationError where there are pairs of one kind only."""
        return self.judge(extractor, samples_of(self.pictures, extractor, make, show))

    def judge(self, extractor: Extractor, samples: Sequence[Sample]) -> LfwResult:
        """Return the figures, given the samples of `pictures`."""
        by_source = {sample.picture.source: sample for sample in samples}
        scored = _scored(self.pairs, by_source)
        verification, folds = self._verified(scored, by_source)
        kept = scored[scored.acquired]
        return LfwResult(
            path=extractor.label,
            acquisition=acquisition_of([by_source[picture.source] for picture in _pictures([self.pairs])]),
            people=len(np.unique(scored.people)),
            folds=folds,
            verification=verification,
            genuine=kept.distances[kept.same],
            impostor=kept.distances[~kept.same],
            worst=_worst(self.pairs.pairs, scored.distances),
        )

    def _verified(self, scored: ScoredPairs, by_source: Mapping[str, Sample]) -> tuple[VerificationResult, str]:
        """Return the figures, and how the thresholds were chosen."""
        folds = np.array([pair.fold for pair in self.pairs.pairs])
        if self.training is not None:
            training = _scored(self.training, by_source)
            several = folds if self.pairs.folds > 1 else None
            found = verify_by_training(scored, training, several, seed=self._seed)
            return found, f"one threshold, the best for {len(training)} other pairs"
        if self.pairs.folds > 1:
            found = verify_by_folds(scored, folds, seed=self._seed)
            return found, f"the {self.pairs.folds} folds of the file, each with the threshold best for the others"
        drawn = disjoint_folds(scored.people, seed=self._seed)
        found = verify_by_folds(scored, drawn.numbers, seed=self._seed)
        text = f"{drawn.count} folds drawn by seed {self._seed}, each with the threshold best for the others"
        return found, text + (f"; {drawn.shared} people are in several" if drawn.shared else "")


def _pictures(files: Sequence[PairsFile]) -> list[Picture]:
    """Return each picture once, sorted by name."""
    found = {picture.source: picture for file in files for pair in file.pairs for picture in (pair.a, pair.b)}
    return [found[source] for source in sorted(found)]


def _scored(file: PairsFile, by_source: Mapping[str, Sample]) -> ScoredPairs:
    distances = [_distance(by_source[pair.a.source], by_source[pair.b.source]) for pair in file.pairs]
    same = [pair.same for pair in file.pairs]
    return ScoredPairs.of(distances, same, [(pair.a.person, pair.b.person) for pair in file.pairs])


def _distance(one: Sample, other: Sample) -> float:
    if one.vector is None or other.vector is None:
        return float("nan")
    return float(np.linalg.norm(one.vector - other.vector))


def _worst(pairs: Sequence[Pair], distances: NDArray[np.float64]) -> tuple[WorstPair, ...]:
    return worst_pairs(
        WorstPair(pair.a.source, pair.b.source, float(distance), pair.same)
        for pair, distance in zip(pairs, distances, strict=True)
        if np.isfinite(distance)
    )
