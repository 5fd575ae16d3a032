"""The protocol open-set: which of N enrolled people is it, or nobody? N stands beside every rate: FPIR grows with N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from statistics import fmean
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import Extractor, MakeExtractor, Vector
from kiosk.evaluation.rates import Rate, accepts, figures_over_people, rate_over_people
from kiosk.evaluation.running import EvaluationSettings, Result, WorstPair, enrolled, worst_pairs
from kiosk.evaluation.samples import Picture, Sample, Show, acquisition_of, people_in, samples_of
from kiosk.evaluation.tables import Table, left_out_notes, rate_cell
from kiosk.recognition.matching import person_distances

_FALSE_POSITIVE_RATES: Final = (1e-2, 3e-3, 1e-3)
_GALLERIES: Final = (10, 100, 1000)
_LEAST_STRANGERS: Final = 2
STRANGER: Final = -1  # as owner of a probe


@dataclass(frozen=True, slots=True)
class OpenSetPoint:
    """A threshold chosen for a false positive identification rate, and the rates there."""

    fpir_asked: float
    threshold: float
    fpir: Rate  # strangers' probes accepted as anybody
    fnir: Rate  # members' probes not accepted as their owner
    wrong_person: Rate  # members' probes accepted as somebody else: part of fnir


def nearest_person(distances: Floats) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the nearest of N people for each probe, as matching.identify finds it, and its distance.

    The distance is infinite where none is a number.
    """
    known = np.where(np.isfinite(distances), distances, np.inf).astype(np.float64)
    return np.argmin(known, axis=1), known.min(axis=1)


def open_set(
    distances: Floats,
    owners: ArrayLike,
    people: ArrayLike,
    *,
    rates: Sequence[float] = _FALSE_POSITIVE_RATES,
    seed: int = 0,
) -> tuple[Rate, list[OpenSetPoint]]:
    """Return how often members have another person nearest, whatever the threshold, and the FNIR at each FPIR.

    `distances` (P, N) are those of each probe to each person, NaN where a picture gave no embedding. An owner is a
    column of it, or STRANGER. `people` (P,) are those of the probes, strangers too. The intervals are for this gallery:
    the choice of the gallery is not resampled.

    Raises EvaluationError where the probes hold no member or no stranger.
    """
    owned, persons = np.asarray(owners, np.intp), np.unique(np.asarray(people), return_inverse=True)[1]
    member = owned != STRANGER
    person, distance = nearest_person(distances)
    strangers = np.isfinite(distance[~member]).any()
    if not member.any() or not strangers:
        kind = "a member" if strangers else "a stranger with a face"
        raise EvaluationError("open set", f"there is no picture of {kind}", "give more pictures of more people")
    members, own = persons[member], np.where(person == owned, distance, np.inf)[member]
    wrong = np.where(person == owned, np.inf, distance)[member]
    found = figures_over_people(own, distance[~member], (members, persons[~member]), rates, seed=seed)
    points = [
        OpenSetPoint(
            point.fmr_asked,
            point.threshold,
            fpir=point.fmr,
            fnir=point.fnmr,
            wrong_person=rate_over_people(accepts(wrong, point.threshold), members, seed=seed),
        )
        for point in found.points
    ]
    return rate_over_people(~np.isfinite(own), members, seed=seed), points


@dataclass(frozen=True, slots=True)
class OpenSetRow:
    """Identification at one FPIR; N people enrolled with K pictures each.

    Errors and trials are summed over the seeds; the intervals are as wide as those of one seed, because all seeds draw
    from the same people.
    """

    people: int  # N
    templates: int  # K
    seeds: int
    point: OpenSetPoint  # its threshold is the mean over the seeds
    rank_one_errors: Rate
    strangers: int  # people, in one seed
    members: int  # people with pictures to search for, in one seed

    @property
    def rank_one(self) -> float | None:
        """Return the share of members' pictures whose owner is nearest."""
        wrong = self.rank_one_errors.value
        return None if wrong is None else 1 - wrong

    def figures(self) -> dict[str, Any]:
        """Return the row for JSON."""
        point = {one.name: getattr(self.point, one.name) for one in fields(self.point)}
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "point"}
        return {"rank_one": self.rank_one, **own, **point}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OpenSetResult(Result):
    """Identification in an open set, of one path."""

    rows: tuple[OpenSetRow, ...]
    worst: tuple[WorstPair, ...]  # members farthest from themselves, then strangers nearest to a member
    left_out: tuple[str, ...] = ()  # sizes for which the data do not suffice

    def figures(self) -> dict[str, Any]:
        """See Result."""
        return {"rows": [row.figures() for row in self.rows], "worst": self.worst, "left_out": self.left_out}

    @classmethod
    def table(cls, results: Sequence[Self]) -> Table:
        """See Result."""
        rows = [
            (
                one.path.name,
                str(row.people),
                str(row.templates),
                f"{row.point.fpir_asked:.2%}",
                rate_cell(row.point.fnir),
                rate_cell(row.point.wrong_person),
                "-" if row.rank_one is None else f"{row.rank_one:.2%}",
                f"{row.point.threshold:.4f}",
                f"{row.point.fpir.errors} of {row.point.fpir.trials}, {row.strangers} people",
            )
            for one in results
            for row in one.rows
        ]
        seeds = results[0].rows[0].seeds
        note = f"N people with K pictures each are enrolled, drawn {seeds} times; errors are counted over all."
        headings = ("path", "N", "K", "FPIR", "FNIR", "wrong person", "rank one", "threshold", "strangers behind it")
        return Table(headings, rows, [note, *left_out_notes([one.left_out for one in results])])


class OpenSet:
    """Identification among the people of a folder; raises EvaluationError where it has no pictures."""

    name = "open-set"

    def __init__(self, settings: EvaluationSettings) -> None:
        self.pictures: Sequence[Picture] = people_in(settings.folder)
        self.steps = len(self.pictures)
        self._galleries = settings.galleries or _GALLERIES
        self._templates = settings.templates or (1,)
        self._seeds = settings.seeds or 5
        self._seed = settings.seed
        self.settings: Mapping[str, Any] = {
            "gallery": list(self._galleries),
            "templates": list(self._templates),
            "seeds": self._seeds,
        }

    def measure(self, extractor: Extractor, make: MakeExtractor, show: Show) -> OpenSetResult:
        """Return the figures of one path; raises EvaluationError where there are too few people for every size."""
        samples = samples_of(self.pictures, extractor, make, show)
        people: dict[str, list[Sample]] = {}
        for sample in samples:
            people.setdefault(sample.person, []).append(sample)
        rows: list[OpenSetRow] = []
        left_out: list[str] = []
        worst: list[WorstPair] = []
        for few in self._templates:
            most, reason = _most(people, few)
            left_out += [f"N = {size} with {few} each: {reason}" for size in sorted(self._galleries) if size > most]
            for size in sorted({min(size, most) for size in self._galleries} - {0}):
                splits = [split(people, size, few, self._seed + number) for number in range(self._seeds)]
                found = [_searched(*one, extractor, self._seed) for one in splits]
                rows += _rows(found, splits[0], size, few)
                worst += [pair for *_, pairs in found for pair in pairs]
        if not rows:
            raise EvaluationError(f"{len(people)} people", "; ".join(left_out), "add people, or lower --gallery")
        once = {(pair.picture_a, pair.picture_b): pair for pair in worst}
        return OpenSetResult(
            path=extractor.label,
            acquisition=acquisition_of(samples),
            rows=tuple(rows),
            worst=worst_pairs(once.values()),
            left_out=tuple(left_out),
        )


def split(people: Mapping[str, Sequence[Sample]], size: int, few: int, seed: int) -> tuple[list[Sample], list[Sample]]:
    """Return `few` pictures to enrol of each of `size` people, drawn by lot, and all others to search for.

    People with pictures left to search for come first. Pictures without a face are searched for too.
    """
    random = np.random.default_rng(seed)
    names = sorted(people)
    drawn = [names[index] for index in random.permutation(len(names))]
    counts = {name: sum(one.can_be_enrolled for one in people[name]) for name in names}
    able = [name for name in drawn if len(people[name]) > few and counts[name] >= few]
    filling = [name for name in drawn if len(people[name]) == few == counts[name]]
    members = set([*able, *filling][:size])
    templates: list[Sample] = []
    probes: list[Sample] = []
    for name in names:
        own = [people[name][index] for index in random.permutation(len(people[name]))]
        stored = [one for one in own if one.can_be_enrolled][:few] if name in members else []
        templates += stored
        probes += [one for one in own if not any(one is other for other in stored)]
    return templates, probes


def _most(people: Mapping[str, Sequence[Sample]], few: int) -> tuple[int, str]:
    """Return how many people can be enrolled, and why no more; 0 where nothing could be measured then."""
    enough = [own for own in people.values() if sum(one.can_be_enrolled for one in own) >= few]
    if not any(len(own) > few for own in enough):
        return 0, f"nobody has more than {few} pictures, one of them to look for"
    if len(people) < len(enough) + _LEAST_STRANGERS:
        most = max(len(people) - _LEAST_STRANGERS, 0)
        return most, f"of {len(people)} people, {_LEAST_STRANGERS} are left to be strangers"
    return len(enough), f"{len(enough)} people have so many pictures"


_Searched = tuple[Rate, list[OpenSetPoint], tuple[WorstPair, ...]]


def _searched(templates: Sequence[Sample], probes: Sequence[Sample], extractor: Extractor, seed: int) -> _Searched:
    """Return the figures of one gallery, and its worst pairs.

    These pair members with themselves and strangers with the nearest member, each by that person's first picture.
    """
    gallery = enrolled(extractor.label.encoder, templates)
    names = gallery.people
    index = {person: number for number, person in enumerate(names)}
    owners = np.array([index.get(sample.person, STRANGER) for sample in probes])
    distances = np.full((len(probes), len(names)), np.nan)
    acquired = [number for number, one in enumerate(probes) if one.vector is not None]
    if acquired:
        vectors: Vector = np.stack([probes[number].vector for number in acquired])  # type: ignore[misc]
        distances[acquired] = person_distances(vectors, gallery, extractor.comparison)
    errors, points = open_set(distances, owners, [sample.person for sample in probes], seed=seed)
    first = {sample.person: sample.picture.source for sample in reversed(templates)}
    nearest = np.where(owners == STRANGER, nearest_person(distances)[0], owners)
    worst = worst_pairs(
        WorstPair(probe.picture.source, first[names[column]], float(distances[row, column]), bool(owners[row] >= 0))
        for row, (probe, column) in enumerate(zip(probes, nearest, strict=True))
        if probe.vector is not None
    )
    return errors, points, worst


def _rows(
    found: Sequence[_Searched], drawn: tuple[Sequence[Sample], Sequence[Sample]], people: int, few: int
) -> list[OpenSetRow]:
    members, searched = ({sample.person for sample in some} for some in drawn)
    return [
        OpenSetRow(
            people=people,
            templates=few,
            seeds=len(found),
            point=replace(
                points[0],
                threshold=fmean(point.threshold for point in points),
                fpir=_pooled([point.fpir for point in points]),
                fnir=_pooled([point.fnir for point in points]),
                wrong_person=_pooled([point.wrong_person for point in points]),
            ),
            rank_one_errors=_pooled([errors for errors, *_ in found]),
            strangers=len(searched - members),
            members=len(searched & members),
        )
        for points in zip(*(points for _, points, _ in found), strict=True)
    ]


def _pooled(rates: Sequence[Rate]) -> Rate:
    """Return the sum over the seeds, with the mean of their intervals: see OpenSetRow."""
    return Rate(
        sum(rate.errors for rate in rates),
        sum(rate.trials for rate in rates),
        fmean(rate.low for rate in rates),
        fmean(rate.high for rate in rates),
    )
