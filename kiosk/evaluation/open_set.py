"""Identification in an open set: who of N people is it, or nobody. N stands beside every rate: FPIR grows with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import Extractor
from kiosk.evaluation.features import Picture, Sample, acquisition_of
from kiosk.evaluation.intervals import Rate, rate_over_people
from kiosk.evaluation.rates import accepts, figures_over_people
from kiosk.evaluation.results import OpenSetResult, OpenSetRow, WorstPair
from kiosk.evaluation.running import distances_to, enrolled, worst_pairs

FALSE_POSITIVE_RATES: Final = (1e-2, 3e-3, 1e-3)
STRANGER: Final = -1  # as owner of a probe


@dataclass(frozen=True, slots=True)
class OpenSetPoint:
    """What a threshold does that was chosen for a false positive identification rate."""

    fpir_asked: float
    threshold: float
    fpir: Rate  # strangers' probes accepted as anybody: its errors are those beyond the threshold
    fnir: Rate  # members' probes not accepted as their owner
    wrong_person: Rate  # members' probes accepted as somebody else: part of fnir

    @property
    def is_carried(self) -> bool:
        """Whether a stranger stands behind the threshold; if not, there are too few for what was asked."""
        return self.fpir.errors > 0


@dataclass(frozen=True, slots=True)
class OpenSetRates:
    """What a search among `gallery_size` people finds."""

    gallery_size: int  # N
    rank_one_errors: Rate  # members' probes with somebody else nearer than their owner, at no threshold
    points: tuple[OpenSetPoint, ...]

    @property
    def rank_one(self) -> float | None:
        """The share of members' probes whose owner is nearest."""
        wrong = self.rank_one_errors.value
        return None if wrong is None else 1 - wrong


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Of each probe, the nearest person, as matching.identify finds it."""

    person: NDArray[np.intp]  # (P,) index
    distance: NDArray[np.float64]  # (P,); infinite where none is clearly nearest

    @classmethod
    def of(cls, distances: Floats, margin: float = 0.0) -> Nearest:
        """From the distance of each probe to each person (P, N); raises EvaluationError where N is 0."""
        if not distances.shape[1]:
            raise EvaluationError("open set", "nobody is in the gallery", "enrol one person at least")
        # NaN goes last, as identify has it: never nearest, and never farther by a margin.
        person = np.argmin(np.where(np.isnan(distances), np.inf, distances), axis=1)
        if distances.shape[1] == 1:
            return cls(person, np.where(np.isfinite(distances[:, 0]), distances[:, 0], np.inf).astype(np.float64))
        two = np.partition(distances, 1, axis=1)[:, :2].astype(np.float64)
        with np.errstate(invalid="ignore"):
            clear = np.isfinite(two[:, 0]) & (two[:, 1] - two[:, 0] >= margin)
        return cls(person, np.where(clear, two[:, 0], np.inf))


def open_set(
    distances: Floats,
    owners: ArrayLike,
    rates: Sequence[float] = FALSE_POSITIVE_RATES,
    *,
    people: ArrayLike | None = None,
    margin: float = 0.0,
    seed: int = 0,
) -> OpenSetRates:
    """FNIR at each FPIR asked for, with intervals for this gallery: who else might be enrolled is not drawn anew.

    Args:
        distances: of each probe to each person of the gallery (P, N); NaN where a picture gave no embedding.
        owners: (P,) whose picture each probe is, as a column of distances, or STRANGER.
        rates: the FPIR asked for.
        people: (P,) who is on each probe, strangers too, for intervals over people; None: each probe another person.
        margin: by which the nearest person must be nearer than the next to be accepted.
        seed: of the intervals.

    Raises EvaluationError where the gallery is empty, no members are among the probes, or no strangers whom a threshold
    could keep out.
    """
    owned = np.asarray(owners, np.intp)
    persons = np.arange(len(owned)) if people is None else np.unique(np.asarray(people), return_inverse=True)[1]
    member = owned != STRANGER
    nearest = Nearest.of(distances, margin)
    _need(np.isfinite(nearest.distance[~member]), "a stranger that is clearly nearest to somebody")
    _need(member[member], "a member")
    found = nearest.person == owned
    first = found & np.isfinite(Nearest.of(distances).distance)
    ranked = rate_over_people(~first[member], persons[member], seed=seed)
    own = np.where(found, nearest.distance, np.inf)
    points = figures_over_people(
        own[member], nearest.distance[~member], (persons[member], persons[~member]), rates, seed=seed
    ).points
    wrong = np.where(found, np.inf, nearest.distance)[member]
    return OpenSetRates(
        distances.shape[1],
        ranked,
        tuple(
            OpenSetPoint(
                point.fmr_asked,
                point.threshold,
                fpir=point.fmr,
                fnir=point.fnmr,
                wrong_person=rate_over_people(accepts(wrong, point.threshold), persons[member], seed=seed),
            )
            for point in points
        ),
    )


def _need(some: NDArray[np.bool_], kind: str) -> None:
    if not some.any():
        raise EvaluationError("open set", f"there is no picture of {kind}", "give more pictures of more people")


NAME: Final = "open-set"
GALLERIES: Final = (10, 100, 1000)
_STRANGERS: Final = 2  # that are left at least


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Who is enrolled with what, and who comes before the kiosk."""

    templates: tuple[Sample, ...]
    probes: tuple[Sample, ...]  # failed ones too


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Identification among the people of a folder.

    Attributes:
        pictures: of all of them.
        galleries: N; where the people do not suffice, as many as there are.
        templates: K.
        seeds: how often the people are divided anew; the first division is by `seed`.
    """

    pictures: Sequence[Picture]
    galleries: Sequence[int] = GALLERIES
    templates: Sequence[int] = (1,)
    seeds: int = 5
    seed: int = 0
    name: str = NAME

    def enrols(self, picture: Picture) -> bool:
        """Anybody may be drawn."""
        return True

    def judge(self, extractor: Extractor, samples: Sequence[Sample]) -> OpenSetResult:
        """The figures of one path; raises EvaluationError where the people suffice for no size."""
        by_person = _by_person(samples)
        rows: list[OpenSetRow] = []
        left_out: list[str] = []
        worst: tuple[WorstPair, ...] = ()
        for few in self.templates:
            most, reason = _most(by_person, few)
            left_out += [f"N = {size} with {few} each: {reason}" for size in sorted(self.galleries) if size > most]
            for people in sorted({min(size, most) for size in self.galleries} - {0}):
                splits = [split(by_person, people, few, self.seed + number) for number in range(self.seeds)]
                found, shown = zip(*(_searched(one, extractor, self.seed) for one in splits), strict=True)
                rows += _rows(found, splits, people, few)
                worst = _merged([worst, *shown])
        if not rows:
            raise EvaluationError(f"{len(by_person)} people", "; ".join(left_out), "add people, or lower --gallery")
        return OpenSetResult(extractor.label, acquisition_of(samples), tuple(rows), worst, tuple(left_out))


def split(by_person: Mapping[str, Sequence[Sample]], people: int, few: int, seed: int) -> Split:
    """Draws who is enrolled, and with which of the pictures that can be."""
    random = np.random.default_rng(seed)
    names = sorted(by_person)
    drawn = [names[index] for index in random.permutation(len(names))]
    counts = {name: sum(one.enrolled for one in by_person[name]) for name in names}
    able = [name for name in drawn if len(by_person[name]) > few and counts[name] >= few]
    filling = [name for name in drawn if len(by_person[name]) == few == counts[name]]
    members = set([*able, *filling][:people])
    templates: list[Sample] = []
    probes: list[Sample] = []
    for name in names:
        own = [by_person[name][index] for index in random.permutation(len(by_person[name]))]
        stored = [one for one in own if one.enrolled][:few] if name in members else []
        templates += stored
        probes += [one for one in own if not any(one is other for other in stored)]
    return Split(tuple(templates), tuple(probes))


def _by_person(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    people: dict[str, list[Sample]] = {}
    for sample in samples:
        people.setdefault(sample.person, []).append(sample)
    return people


def _most(by_person: Mapping[str, Sequence[Sample]], few: int) -> tuple[int, str]:
    """How many can be enrolled, and why no more; 0 where nothing could be measured then."""
    enough = [own for own in by_person.values() if sum(one.enrolled for one in own) >= few]
    if not any(len(own) > few for own in enough):
        return 0, f"nobody has more than {few} pictures, one of them to look for"
    if len(by_person) < len(enough) + _STRANGERS:
        most = max(len(by_person) - _STRANGERS, 0)
        return most, f"of {len(by_person)} people, {_STRANGERS} are left to be strangers"
    return len(enough), f"{len(enough)} people have so many pictures"


def _searched(one: Split, extractor: Extractor, seed: int) -> tuple[OpenSetRates, tuple[WorstPair, ...]]:
    """The figures of one division, and the pairs that did worst."""
    gallery = enrolled(extractor, one.templates)
    index = {person: number for number, person in enumerate(gallery.people)}
    owners = np.array([index.get(sample.person, STRANGER) for sample in one.probes])
    distances = distances_to(gallery, one.probes, extractor.comparison)
    people = [sample.person for sample in one.probes]
    found = open_set(distances, owners, people=people, seed=seed)
    return found, _worst(one, gallery.people, distances, owners)


def _worst(
    one: Split, names: Sequence[str], distances: NDArray[np.float64], owners: NDArray[np.intp]
) -> tuple[WorstPair, ...]:
    """Members farthest from themselves, strangers nearest to a member, each with that person's first picture."""
    first = {sample.person: sample.picture for sample in reversed(one.templates)}
    there = np.flatnonzero(~np.isnan(distances).any(axis=1))
    nearest = np.where(owners == STRANGER, np.nan_to_num(distances, nan=np.inf).argmin(axis=1), owners)
    shown = [
        WorstPair(one.probes[row].picture, first[names[column]], float(distances[row, column]), owners[row] >= 0)
        for row, column in zip(there, nearest[there], strict=True)
    ]
    return worst_pairs((pair for pair in shown if pair.same), (pair for pair in shown if not pair.same))


def _merged(found: Iterable[tuple[WorstPair, ...]]) -> tuple[WorstPair, ...]:
    """The worst of all divisions, each pair once."""
    shown = {(pair.picture_a, pair.picture_b): pair for some in found for pair in some}.values()
    return worst_pairs((pair for pair in shown if pair.same), (pair for pair in shown if not pair.same))


def _rows(found: Sequence[OpenSetRates], splits: Sequence[Split], people: int, few: int) -> list[OpenSetRow]:
    points: list[Sequence[OpenSetPoint]] = list(zip(*(one.points for one in found), strict=True))
    members = {sample.person for sample in splits[0].templates}
    looked_for = {sample.person for sample in splits[0].probes}
    return [
        OpenSetRow(
            people=people,
            templates=few,
            seeds=len(splits),
            fpir_asked=same[0].fpir_asked,
            threshold=fmean(point.threshold for point in same),
            fpir=_pooled([point.fpir for point in same]),
            fnir=_pooled([point.fnir for point in same]),
            wrong_person=_pooled([point.wrong_person for point in same]),
            rank_one_errors=_pooled([one.rank_one_errors for one in found]),
            strangers=len(looked_for - members),
            members=len(looked_for & members),
        )
        for same in points
    ]


def _pooled(rates: Sequence[Rate]) -> Rate:
    """The sum over the seeds, with the mean of their intervals: see OpenSetRow."""
    return Rate(
        sum(rate.errors for rate in rates),
        sum(rate.trials for rate in rates),
        fmean(rate.low for rate in rates),
        fmean(rate.high for rate in rates),
    )
