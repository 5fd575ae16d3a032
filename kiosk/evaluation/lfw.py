"""The protocol lfw: is it the same person on both pictures of a pair? (Huang et al. 2007, sections IV and V.)

The distance of a pair is that of its embeddings: the cohort, which tells people of a large gallery apart, gains nothing
where two pictures are compared (98.6 instead of 99.0 % of View 1's test pairs with dlib_resnet). A pair is never
accepted where one of its pictures gave no embedding: figures are over all pairs, or over the pairs that were acquired.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.extractors import Extractor, MakeExtractor
from kiosk.evaluation.rates import (
    FOLDS,
    Figures,
    Interval,
    OperatingPoint,
    Rate,
    best_threshold,
    figures_over_people,
    rate_over_people,
)
from kiosk.evaluation.running import EvaluationSettings, Result, WorstPair, worst_pairs
from kiosk.evaluation.samples import Picture, Sample, Show, acquisition_of, samples_of
from kiosk.evaluation.tables import Table, interval_cell, rate_cell, shortened
from kiosk.names import name_fault, normal_name, printable
from kiosk.vision.pictures import open_picture

_FALSE_MATCH_RATES: Final = (1e-2, 1e-3)
_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,5}", re.ASCII)
_REMEDY: Final = "take a file in the format of LFW's pairs.txt or pairsDevTest.txt"

_Line: TypeAlias = tuple[int, list[str]]  # its number, its columns


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that are compared."""

    a: Picture
    b: Picture
    fold: int  # from 0; all the same where the file has no folds

    @property
    def same(self) -> bool:
        return self.a.person == self.b.person


def read_pairs(path: Path, folder: Path) -> list[Pair]:
    """Return the pairs of a file, of pictures in `folder`; raises EvaluationError with the line of the first fault."""
    lines = _lines(path)
    number, head = lines[0]
    if len(head) > 2:
        return [_pair(path, line, folder, 0) for line in lines]
    if not all(map(_NUMBER.fullmatch, head)):
        raise _fault(path, number, "one or two whole numbers, or a pair, were expected", head)
    folds, in_fold = (int(head[0]) if len(head) > 1 else 1), 2 * int(head[-1])
    if len(lines) - 1 != folds * in_fold:
        reason = f"line 1 promises {folds * in_fold} pairs, {len(lines) - 1} follow"
        raise EvaluationError(printable(path), reason, _REMEDY)
    return [_pair(path, line, folder, place // in_fold) for place, line in enumerate(lines[1:])]


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


# Judging pairs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPairs:
    """The distances of pairs of pictures."""

    distances: NDArray[np.float64]  # (P,); NaN where a picture gave no embedding
    same: NDArray[np.bool_]  # (P,) pairs of one person
    people: NDArray[np.intp]  # (P, 2) as numbers

    @classmethod
    def of(cls, distances: ArrayLike, same: ArrayLike, people: Sequence[tuple[str, str]]) -> ScoredPairs:
        """Return the pairs of named people."""
        given = np.asarray(distances, np.float64)
        numbers = np.unique(np.array(people, object).astype(str).reshape(-1, 2), return_inverse=True)[1]
        return cls(np.where(np.isfinite(given), given, np.nan), np.asarray(same, bool), numbers.reshape(-1, 2))

    @property
    def acquired(self) -> NDArray[np.bool_]:
        return np.isfinite(self.distances)

    def __len__(self) -> int:
        return len(self.distances)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> ScoredPairs:
        return ScoredPairs(self.distances[chosen], self.same[chosen], self.people[chosen])


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of pairs that are judged rightly."""

    value: float  # of all pairs: with folds of equal size the mean over them, as LFW reports it
    folds: tuple[float, ...]  # the same of each fold
    errors: Rate  # pairs judged wrongly, at the thresholds chosen

    @property
    def std(self) -> float | None:
        """Return the standard deviation over the folds (n - 1); None with a single fold."""
        return float(np.std(self.folds, ddof=1)) if len(self.folds) > 1 else None

    @property
    def standard_error(self) -> float | None:
        """Return the standard error of the mean, as LFW reports it: std / sqrt(folds)."""
        return None if self.std is None else self.std / float(np.sqrt(len(self.folds)))

    @property
    def interval(self) -> Interval:
        return Interval(1 - self.errors.high, 1 - self.errors.low)


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """The figures of a path by LFW's protocol."""

    accuracy: Accuracy  # a pair that was not acquired counts as an error
    accuracy_acquired: Accuracy
    thresholds: tuple[float, ...]  # of each fold, chosen on other pairs
    points: tuple[OperatingPoint, ...]  # failures count: non-matches of one person, rejections of two
    acquired: Figures  # of acquired pairs

    @property
    def threshold(self) -> float:
        """Return the mean of the folds' thresholds."""
        return float(np.mean(self.thresholds))


def verify_by_folds(pairs: ScoredPairs, folds: NDArray[np.intp], seed: int = 0) -> Verification:
    """Judge each fold at the best threshold of all other folds.

    Raises EvaluationError with fewer than two folds, or pairs of one kind only.
    """
    numbers = np.unique(folds)
    if len(numbers) < 2:
        raise EvaluationError(
            "pairs", "they are all in one fold", "give two at least, or pairs to choose thresholds on"
        )
    thresholds = np.empty(len(pairs))
    for number in numbers:
        thresholds[folds == number] = best_for(pairs[folds != number])
    return _verification(pairs, thresholds, folds, seed)


def verify_by_training(
    pairs: ScoredPairs, training: ScoredPairs, folds: NDArray[np.intp], seed: int = 0
) -> Verification:
    """Judge all pairs at the best threshold of `training`; folds only show how the accuracy varies.

    Raises EvaluationError for pairs of one kind only, or where no pair of `training` was acquired.
    """
    return _verification(pairs, np.full(len(pairs), best_for(training)), folds, seed)


def best_for(pairs: ScoredPairs) -> float:
    """Return the threshold that judges most pairs rightly; raises EvaluationError where none was acquired."""
    kept = pairs.acquired
    if not kept.any():
        raise EvaluationError("pairs", "no threshold can be chosen: none has two faces", "give more pairs")
    return best_threshold(pairs.distances[kept], pairs.same[kept])


def _verification(
    pairs: ScoredPairs, thresholds: NDArray[np.float64], folds: NDArray[np.intp], seed: int
) -> Verification:
    def accuracy(kept: NDArray[np.bool_]) -> Accuracy:
        judged, of_fold = right[kept], folds[kept]
        parts = tuple(float(judged[of_fold == number].mean()) for number in np.unique(of_fold))
        return Accuracy(float(judged.mean()), parts, rate_over_people(~judged, pairs.people[kept], seed=seed))

    def figures(some: ScoredPairs) -> Figures:
        same, other = some[some.same], some[~some.same]
        people = (same.people, other.people)
        return figures_over_people(same.distances, other.distances, people, _FALSE_MATCH_RATES, seed=seed)

    right = pairs.acquired & ((pairs.distances <= thresholds) == pairs.same)
    return Verification(
        accuracy=accuracy(np.ones(len(pairs), bool)),
        accuracy_acquired=accuracy(pairs.acquired),
        thresholds=tuple(float(thresholds[folds == number][0]) for number in np.unique(folds)),
        points=figures(pairs).points,
        acquired=figures(pairs[pairs.acquired]),
    )


def disjoint_folds(people: NDArray[np.intp], *, seed: int, count: int = FOLDS) -> tuple[NDArray[np.intp], int]:
    """Return a fold of about the same size for each pair of people (P, 2), and how many people are in several.

    People who are connected by pairs stay in one fold, unless they have more pairs than a fold should hold.
    """
    random = np.random.default_rng(seed)
    room = max(len(people) / count, 1)
    groups: list[NDArray[np.intp]] = []
    for group in _connected(people, random):
        # A group that is too large fills several folds evenly.
        parts = 1 if len(group) <= room else int(np.ceil(2 * len(group) / max(room, 2)))
        groups += np.array_split(group, parts)
    numbers = np.zeros(len(people), np.intp)
    filled = np.zeros(count, np.intp)
    for group in sorted(groups, key=len, reverse=True):
        fold = int(np.argmin(filled))
        numbers[group] = fold
        filled[fold] += len(group)
    places = np.unique(np.stack([people.ravel(), np.repeat(numbers, 2)], axis=1), axis=0)
    return numbers, int(np.count_nonzero(np.unique(places[:, 0], return_counts=True)[1] > 1))


def _connected(people: NDArray[np.intp], random: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Yield groups of pairs that share no people; in a group, neighbours stand together."""
    pairs_of = defaultdict(list)
    for pair, both in enumerate(people.tolist()):
        for person in dict.fromkeys(both):
            pairs_of[person].append(pair)
    taken = np.zeros(len(people), bool)
    for start in random.permutation(np.fromiter(pairs_of, np.intp, len(pairs_of))).tolist():
        group: list[int] = []
        waiting = deque([start])
        while waiting:  # the remaining pairs that are reached from a person, nearest first
            for pair in pairs_of[waiting.popleft()]:
                if not taken[pair]:
                    taken[pair] = True
                    group.append(pair)
                    waiting.extend(people[pair].tolist())
        if group:
            yield np.array(group, np.intp)


# The protocol ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LfwResult(Result):
    """Verification on pairs, of one path."""

    people: int
    folds: str  # how the thresholds were chosen
    verification: Verification
    genuine: NDArray[np.float64]  # (G,) distances of acquired pairs of one person
    impostor: NDArray[np.float64]  # (I,) and of two
    worst: tuple[WorstPair, ...]  # genuine pairs, the farthest first, then impostor pairs, the nearest first

    @property
    def pairs(self) -> int:
        return self.verification.accuracy.errors.trials

    def figures(self) -> dict[str, Any]:
        """See Result."""
        found, acquired = self.verification, self.verification.acquired
        points = {f"{point.fmr_asked:.0e}".replace("e-0", "e-"): point for point in found.points}
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
            "area": acquired.area.value,
            "area_interval": acquired.area.interval,
            "equal_error_rate": acquired.equal_error.value,
            "equal_error_interval": acquired.equal_error.interval,
            "equal_error_threshold": acquired.equal_error_threshold,
            "points": found.points,
            "points_acquired": acquired.points,
            "worst": self.worst,
            "fnmr": {name: point.fnmr.value for name, point in points.items()},
            "thresholds": {"accuracy": found.threshold, **{name: one.threshold for name, one in points.items()}},
        }

    @classmethod
    def table(cls, results: Sequence[Self]) -> Table:
        """See Result."""
        rows = []
        for one in results:
            found = one.verification
            accuracy, error = found.accuracy, found.accuracy.standard_error
            error_text = "" if error is None else f" ± {error:.2%}"
            points = [(rate_cell(each.fnmr), each.threshold, "" if each.is_carried else " *") for each in found.points]
            rows.append(
                (
                    one.path.name,
                    f"{accuracy.value:.2%}{error_text} {interval_cell(accuracy.interval)}",
                    f"{found.accuracy_acquired.value:.2%}",
                    f"{found.threshold:.4f}",
                    f"{found.acquired.area.value:.5f}",
                    f"{found.acquired.equal_error.value:.2%}",
                    *(f"{rate} at {threshold:.4f}{mark}" for rate, threshold, mark in points),
                )
            )
        asked = [f"FNMR at FMR {point.fmr_asked:.2g}" for point in results[0].verification.points]
        notes = [
            f"{results[0].pairs} pairs of {results[0].people} people; {results[0].folds}.",
            "A pair with a picture without a face counts as an error in the accuracy, as a non-match in the FNMR of",
            'one person, and is left out of "of acquired pairs", the area and the equal error rate.',
        ]
        if any(not point.is_carried for one in results for point in one.verification.points):
            notes.append("* no pair of two people is below this threshold: there are too few pairs for such a rate.")
        return Table(("path", "accuracy", "of acquired pairs", "threshold", "area", "equal error", *asked), rows, notes)


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
        self.pictures: Sequence[Picture] = _pictures([*self.pairs, *(self.training or ())])
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
            acquisition=acquisition_of([by_source[picture.source] for picture in _pictures(self.pairs)]),
            people=len(np.unique(scored.people)),
            folds=folds,
            verification=verification,
            genuine=kept.distances[kept.same],
            impostor=kept.distances[~kept.same],
            worst=worst_pairs(
                WorstPair(pair.a.source, pair.b.source, float(distance), pair.same)
                for pair, distance in zip(self.pairs, scored.distances, strict=True)
                if np.isfinite(distance)
            ),
        )

    def _verified(self, scored: ScoredPairs, by_source: Mapping[str, Sample]) -> tuple[Verification, str]:
        """Return the figures, and how the thresholds were chosen."""
        folds = np.array([pair.fold for pair in self.pairs])
        if self.training is not None:
            training = _scored(self.training, by_source)
            found = verify_by_training(scored, training, folds, self._seed)
            return found, f"one threshold, the best for {len(training)} other pairs"
        if folds.max() > 0:
            found = verify_by_folds(scored, folds, self._seed)
            return found, f"the {folds.max() + 1} folds of the file, each with the threshold best for the others"
        folds, shared = disjoint_folds(scored.people, seed=self._seed)
        found = verify_by_folds(scored, folds, self._seed)
        text = f"{folds.max() + 1} folds drawn by seed {self._seed}, each with the threshold best for the others"
        return found, text + (f"; {shared} people are in several" if shared else "")


def _pictures(pairs: Sequence[Pair]) -> list[Picture]:
    """Return each picture once, sorted by name."""
    found = {picture.source: picture for pair in pairs for picture in (pair.a, pair.b)}
    return [found[source] for source in sorted(found)]


def _scored(pairs: Sequence[Pair], by_source: Mapping[str, Sample]) -> ScoredPairs:
    distances = []
    for pair in pairs:
        one, other = by_source[pair.a.source].vector, by_source[pair.b.source].vector
        distances.append(np.nan if one is None or other is None else float(np.linalg.norm(one - other)))
    people = [(pair.a.person, pair.b.person) for pair in pairs]
    return ScoredPairs.of(distances, [pair.same for pair in pairs], people)
