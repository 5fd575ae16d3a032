"""The protocol open-set: which of N enrolled people is it, or nobody? N stands beside every rate: FPIR grows with N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from statistics import fmean
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import Extractor, MakeExtractor
from kiosk.evaluation.intervals import Rate, rate_over_people
from kiosk.evaluation.rates import accepts, figures_over_people
from kiosk.evaluation.results import Result, WorstPair
from kiosk.evaluation.running import EvaluationSettings, distances_to, enrolled, worst_pairs
from kiosk.evaluation.samples import Picture, Sample, Show, acquisition_of, people_in, samples_of

FALSE_POSITIVE_RATES: Final = (1e-2, 3e-3, 1e-3)
STRANGER: Final = -1  # as owner of a probe


@dataclass(frozen=True, slots=True)
class OpenSetPoint:
    """A threshold chosen for a false positive identification rate, and the rates there."""

    fpir_asked: float
    threshold: float
    fpir: Rate  # strangers' probes accepted as anybody
    fnir: Rate  # members' probes not accepted as their owner
    wrong_person: Rate  # members' probes accepted as somebody else: part of fnir


@dataclass(frozen=True, slots=True)
class OpenSetRates:
    """The rates of a search in one gallery."""

    rank_one_errors: Rate  # members' probes that have another person nearest, whatever the threshold
    points: tuple[OpenSetPoint, ...]


def nearest_person(distances: Floats) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the nearest of N people for each probe, as matching.identify finds it, and its distance.

    The distance is infinite where none is a number; raises EvaluationError where N is 0.
    """
    if not distances.shape[1]:
        raise EvaluationError("open set", "nobody is in the gallery", "enrol one person at least")
    known = np.where(np.isfinite(distances), distances, np.inf).astype(np.float64)
    return np.argmin(known, axis=1), known.min(axis=1)


def open_set(
    distances: Floats,
    owners: ArrayLike,
    rates: Sequence[float] = FALSE_POSITIVE_RATES,
    *,
    people: ArrayLike | None = None,
    seed: int = 0,
) -> OpenSetRates:
    """Return the FNIR at each FPIR, with intervals for this gallery; the choice of the gallery is not resampled.

    `distances` (P, N) are those of each probe to each person, NaN where a picture gave no embedding. An owner is a
    column of it, or STRANGER. `people` (P,) are those of the probes, strangers too; None: each is another person.

    Raises EvaluationError where the gallery is empty, or the probes hold no member or no stranger.
    """
    owned = np.asarray(owners, np.intp)
    persons = np.arange(len(owned)) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
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
    return OpenSetRates(rate_over_people(~np.isfinite(own), members, seed=seed), tuple(points))


GALLERIES: Final = (10, 100, 1000)
_LEAST_STRANGERS: Final = 2


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


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A gallery drawn by lot, and the pictures that are searched for."""

    templates: tuple[Sample, ...]
    probes: tuple[Sample, ...]  # failed ones too


class OpenSet:
    """Identification among the people of a folder; raises EvaluationError where it has no pictures."""

    name = "open-set"

    def __init__(self, settings: EvaluationSettings) -> None:
        self.pictures: Sequence[Picture] = people_in(settings.folder)
        self.steps = len(self.pictures)
        self._galleries = settings.galleries or GALLERIES
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
                found, shown = zip(*(_searched(one, extractor, self._seed) for one in splits), strict=True)
                rows += _rows(found, splits, size, few)
                worst += [pair for pairs in shown for pair in pairs]
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


def split(people: Mapping[str, Sequence[Sample]], size: int, few: int, seed: int) -> Split:
    """Draw `size` people and `few` pictures of each to enrol; people with pictures left to search for come first."""
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
    return Split(tuple(templates), tuple(probes))


def _most(people: Mapping[str, Sequence[Sample]], few: int) -> tuple[int, str]:
    """Return how many people can be enrolled, and why no more; 0 where nothing could be measured then."""
    enough = [own for own in people.values() if sum(one.can_be_enrolled for one in own) >= few]
    if not any(len(own) > few for own in enough):
        return 0, f"nobody has more than {few} pictures, one of them to look for"
    if len(people) < len(enough) + _LEAST_STRANGERS:
        most = max(len(people) - _LEAST_STRANGERS, 0)
        return most, f"of {len(people)} people, {_LEAST_STRANGERS} are left to be strangers"
    return len(enough), f"{len(enough)} people have so many pictures"


def _searched(one: Split, extractor: Extractor, seed: int) -> tuple[OpenSetRates, tuple[WorstPair, ...]]:
    """Return the figures of one gallery, and its worst pairs.

    These pair members with themselves and strangers with the nearest member, each by that person's first picture.
    """
    gallery = enrolled(extractor.label.encoder, one.templates)
    names = gallery.people
    index = {person: number for number, person in enumerate(names)}
    owners = np.array([index.get(sample.person, STRANGER) for sample in one.probes])
    distances = distances_to(gallery, one.probes, extractor.comparison)
    found = open_set(distances, owners, people=[sample.person for sample in one.probes], seed=seed)
    first = {sample.person: sample.picture.source for sample in reversed(one.templates)}
    nearest = np.where(owners == STRANGER, nearest_person(distances)[0], owners)
    worst = worst_pairs(
        WorstPair(probe.picture.source, first[names[column]], float(distances[row, column]), bool(owners[row] >= 0))
        for row, (probe, column) in enumerate(zip(one.probes, nearest, strict=True))
        if probe.acquired
    )
    return found, worst


def _rows(found: Sequence[OpenSetRates], splits: Sequence[Split], people: int, few: int) -> list[OpenSetRow]:
    members = {sample.person for sample in splits[0].templates}
    searched = {sample.person for sample in splits[0].probes}
    return [
        OpenSetRow(
            people=people,
            templates=few,
            seeds=len(splits),
            point=replace(
                points[0],
                threshold=fmean(point.threshold for point in points),
                fpir=_pooled([point.fpir for point in points]),
                fnir=_pooled([point.fnir for point in points]),
                wrong_person=_pooled([point.wrong_person for point in points]),
            ),
            rank_one_errors=_pooled([one.rank_one_errors for one in found]),
            strangers=len(searched - members),
            members=len(searched & members),
        )
        for points in zip(*(one.points for one in found), strict=True)
    ]


def _pooled(rates: Sequence[Rate]) -> Rate:
    """Return the sum over the seeds, with the mean of their intervals: see OpenSetRow."""
    return Rate(
        sum(rate.errors for rate in rates),
        sum(rate.trials for rate in rates),
        fmean(rate.low for rate in rates),
        fmean(rate.high for rate in rates),
    )
