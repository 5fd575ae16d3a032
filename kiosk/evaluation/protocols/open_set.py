"""Identification in an open set: people who are enrolled and people who are not come before the kiosk.

A seed says who is enrolled: N people with K of their pictures each. Their other pictures and all pictures of everybody
else are looked for among them. Where fewer than N people have more than K pictures, people with just K are enrolled
too; nobody looks for them, but a stranger may resemble them. A search is judged by its threshold alone, as the field
does it (ISO/IEC 19795-1); the kiosk's margin and its counting of frames are part of the protocol of visits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EvaluationError
from kiosk.evaluation.protocols.extractors import Extractor
from kiosk.evaluation.protocols.features import Picture, Sample, acquisition_of
from kiosk.evaluation.protocols.protocol import distances_to, enrolled, worst_pairs
from kiosk.evaluation.protocols.results import OpenSetResult, OpenSetRow, WorstPair
from kiosk.evaluation.rates.intervals import Rate
from kiosk.evaluation.rates.open_set import STRANGER, OpenSetPoint, open_set
from kiosk.evaluation.rates.open_set import OpenSetResult as Found

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


def _searched(one: Split, extractor: Extractor, seed: int) -> tuple[Found, tuple[WorstPair, ...]]:
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


def _rows(found: Sequence[Found], splits: Sequence[Split], people: int, few: int) -> list[OpenSetRow]:
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
