"""The protocol lfw: is it the same person on both pictures of a pair? With the reader of LFW's pairs.txt.

The distance of a pair is that of its embeddings: the cohort, which tells people of a large gallery apart, gains nothing
where two pictures are compared (98.6 instead of 99.0 % of View 1's test pairs with dlib_resnet).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.extractors import Extractor, MakeExtractor
from kiosk.evaluation.pages.wording import shortened
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
from kiosk.names import name_fault, normal_name, printable
from kiosk.vision.pictures import open_picture

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
    lines = _lines(path)
    number, head = lines[0]
    if len(head) > 2:
        return PairsFile(tuple(_pair(path, line, folder, 0) for line in lines), 1)
    if not all(map(_NUMBER.fullmatch, head)):
        raise _fault(path, number, "one or two whole numbers, or a pair, were expected", head)
    folds, in_fold = (int(head[0]) if len(head) > 1 else 1), 2 * int(head[-1])
    if len(lines) - 1 != folds * in_fold:
        reason = f"line 1 promises {folds * in_fold} pairs, {len(lines) - 1} follow"
        raise EvaluationError(printable(path), reason, _REMEDY)
    pairs = [_pair(path, line, folder, place // in_fold) for place, line in enumerate(lines[1:])]
    return PairsFile(tuple(pairs), folds)


def _lines(path: Path) -> list[_Line]:
    """Return the lines that are not empty; at least one."""
    try:
        with open_picture(path) as file:
            content = file.read()
        text = content.decode("utf-8-sig")
    except (PictureError, OSError) as error:
        reason = error.reason if isinstance(error, PictureError) else f"cannot be read ({error.strerror})"
        raise EvaluationError(printable(path), reason, _REMEDY) from error
    except UnicodeDecodeError as error:
        broken = content.count(b"\n", 0, error.start) + 1
        raise EvaluationError(printable(path), f"line {broken}: is not UTF-8", _REMEDY) from error
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            # A name may hold a blank where tabs separate the columns.
            columns = line.split("\t") if "\t" in line.strip() else line.split()
            found.append((number, [column.strip() for column in columns]))
    if not found:
        raise EvaluationError(printable(path), "is empty", _REMEDY)
    return found


def _pair(path: Path, line: _Line, folder: Path, fold: int) -> Pair:
    number, columns = line
    if len(columns) not in {3, 4}:
        raise _fault(path, number, "a pair of 3 or 4 columns was expected", columns)
    sides = [(columns[0], columns[1]), (columns[-2], columns[-1]) if len(columns) > 3 else (columns[0], columns[2])]
    pictures = []
    for name, picture in sides:
        if fault := name_fault(normal_name(name)):
            raise _fault(path, number, f"the name {fault}", columns)
        if not _NUMBER.fullmatch(picture):
            raise _fault(path, number, "a picture's number, 1 or more, was expected", columns)
        source = f"{name}/{name}_{int(picture):04d}.jpg"
        pictures.append(Picture(name, source, folder / source))
    a, b = pictures
    if len(columns) > 3 and a.person == b.person:
        raise _fault(path, number, "two people were expected", columns)
    if a == b:
        raise _fault(path, number, "one picture is named twice", columns)
    return Pair(a, b, fold)


def _fault(path: Path, number: int, reason: str, columns: Sequence[str]) -> EvaluationError:
    found = shortened(" ".join(columns), 60)
    return EvaluationError(printable(path), f"line {number}: {reason}, found {found!r}", _REMEDY)


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
        samples = samples_of(self.pictures, extractor, make, show)
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
            worst=worst_pairs(
                WorstPair(pair.a.source, pair.b.source, float(distance), pair.same)
                for pair, distance in zip(self.pairs.pairs, scored.distances, strict=True)
                if np.isfinite(distance)
            ),
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
    distances = []
    for pair in file.pairs:
        one, other = by_source[pair.a.source].vector, by_source[pair.b.source].vector
        distances.append(np.nan if one is None or other is None else float(np.linalg.norm(one - other)))
    people = [(pair.a.person, pair.b.person) for pair in file.pairs]
    return ScoredPairs.of(distances, [pair.same for pair in file.pairs], people)
