"""Distances between a gallery's own pictures: the shift from the encoder's statistics, and pictures to look at."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import cache, cached_property
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Template, TemplateRule
from kiosk.encoders.statistics import QuantileTable
from kiosk.evaluation.correlation import chance_of_k_of_n
from kiosk.evaluation.intervals import bootstrap_over_people
from kiosk.people.enrolment import find_outliers
from kiosk.people.enrolment import spread as spread_of_pictures
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.matching import PLAIN, Comparison, PeopleMeans, Searchable, distances, person_distances

_RATES: Final = np.concatenate([np.logspace(-10, -1, 46), np.linspace(0.12, 0.98, 44), 1 - np.logspace(-2, -6, 9)])
_MOST = 30  # templates; more change next to nothing


@dataclass(frozen=True, slots=True)
class NearestTemplate:
    """The nearest of a person's templates, which are correlated: five of them match less often than five people.

    The model is the Gaussian copula of chance_of_k_of_n: at least one of `templates` is within a distance.
    """

    templates: int
    correlation: float  # of the distances of one face to two templates of one person, 0 to 1

    def rate(self, single: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return how often the nearest is within a distance, where a single one is at the rate `single`."""
        known, chances = _table(min(self.templates, _MOST), _rounded(self.correlation))
        return _between(np.asarray(single, np.float64), known, chances)

    def single(self, rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the rate of a single comparison, given the rate of the nearest."""
        known, chances = _table(min(self.templates, _MOST), _rounded(self.correlation))
        return _between(np.asarray(rate, np.float64), chances, known)


def _between(
    wanted: NDArray[np.float64], known: NDArray[np.float64], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate log-linearly between the points, in proportion below them."""
    logs = np.interp(np.log(np.maximum(wanted, known[0])), np.log(known), np.log(given))
    below = given[0] * wanted / known[0]
    return np.asarray(np.where(wanted >= 1, 1.0, np.where(wanted < known[0], below, np.exp(logs))))


def _rounded(correlation: float) -> float:
    # Few different values, so that tables are reused: a twentieth changes the rate of the nearest of five by 4 %.
    return round(20 * correlation) / 20


@cache
def _table(templates: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    chances = [chance_of_k_of_n(float(rate), 1, templates, correlation) for rate in _RATES]
    return _RATES, np.maximum.accumulate(chances)


_MOST_PAIRS: Final = 50_000  # of a large gallery, drawn at random
_TEMPLATE_CORRELATION: Final = 0.8  # View 1, dlib_resnet; see NearestTemplate
_WORTH_PEOPLE: Final = 10  # that weigh as much as the figure above


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Distances of one kind, each to the nearest of some people."""

    distances: NDArray[np.float64]  # (P,)
    templates: NDArray[np.intp]  # (P,) of each person compared with
    among: NDArray[np.intp]  # (P,) people compared with; 1 for a picture against one person
    limits: NDArray[np.float64]  # (P,) larger distances were not recorded; infinite where all were
    people: NDArray[np.intp]  # (P, 2) the person of the picture, and the person compared with
    weights: NDArray[np.float64]  # (P,) every person, or pair of people, has the same total weight

    @classmethod
    def everything(
        cls,
        found: NDArray[np.float64],
        templates: NDArray[np.intp],
        people: NDArray[np.intp],
        weights: NDArray[np.float64],
    ) -> Comparisons:
        """Return comparisons with one person each, without a limit."""
        among, limits = np.ones(len(found), np.intp), np.full(len(found), np.inf)
        return cls(found, templates, among, limits, people, weights)

    def none(self) -> Comparisons:
        """Return an empty set of comparisons."""
        return Comparisons(*(getattr(self, one.name)[:0] for one in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class GalleryDistances:
    """The distances within a gallery."""

    sizes: NDArray[np.intp]  # (N,) templates of each person
    as_one: bool  # a person's templates are averaged, so that a stranger meets one
    impostor: Comparisons
    genuine: Comparisons
    template_correlation: float  # see NearestTemplate


@dataclass(frozen=True, eq=False)
class Templates:
    """Some of the templates of a gallery, as a Searchable."""

    encoder: str
    matrix: NDArray[np.float32]
    owners: NDArray[np.intp]
    people: tuple[str, ...]

    @cached_property
    def means(self) -> PeopleMeans:
        """Return the mean template of each person."""
        return PeopleMeans.of(self.matrix, self.owners, len(self.people))


def gallery_distances(
    gallery: Searchable, left_out: Collection[int] = (), comparison: Comparison = PLAIN, seed: int = 0
) -> GalleryDistances:
    """Compare every template with everybody, except those whose numbers are in `left_out`."""
    people = len(gallery.people)
    good = np.setdiff1d(np.arange(len(gallery.owners)), np.array(sorted(left_out), np.intp))
    clean = Templates(gallery.encoder, gallery.matrix[good], gallery.owners[good], gallery.people)
    counts = np.bincount(clean.owners, minlength=people)
    to_people = person_distances(clean.matrix, clean, comparison)
    return GalleryDistances(
        np.bincount(gallery.owners, minlength=people),
        comparison.rule is TemplateRule.MEAN,
        _impostor(to_people, clean.owners, counts, comparison, np.random.default_rng(seed)),
        _genuine(clean, counts, comparison),
        _alike(clean),
    )


def _impostor(
    to_people: NDArray[np.float32],
    owners: NDArray[np.intp],
    counts: NDArray[np.intp],
    comparison: Comparison,
    random: np.random.Generator,
) -> Comparisons:
    others = (owners[:, None] != np.arange(len(counts))) & (counts > 0)
    rows, columns = np.nonzero(others)
    if len(rows) > _MOST_PAIRS:
        drawn = np.sort(random.choice(len(rows), _MOST_PAIRS, replace=False))
        rows, columns = rows[drawn], columns[drawn]
    people = np.stack([owners[rows], columns], axis=1)
    weights = 1 / counts[owners[rows]].astype(np.float64)
    found = to_people[rows, columns].astype(np.float64)
    templates = counts[columns]
    if comparison.rule is TemplateRule.MEAN:
        templates = np.ones_like(templates)
    return Comparisons.everything(found, templates, people, weights)


def _genuine(gallery: Templates, counts: NDArray[np.intp], comparison: Comparison) -> Comparisons:
    """Compare each picture with the person's other ones."""
    found, whose = [], []
    for person in np.flatnonzero(counts > 1):
        own = gallery.matrix[gallery.owners == person]
        for number, vector in enumerate(own):
            others = np.delete(own, number, axis=0)
            rest = Templates(gallery.encoder, others, np.zeros(len(others), np.intp), ("",))
            found.append(float(person_distances(vector[None], rest, comparison)[0, 0]))
            whose.append(person)
    people = np.array(whose, np.intp)
    weights = 1 / counts[people].astype(np.float64)
    return Comparisons.everything(np.array(found), counts[people] - 1, np.stack([people, people], axis=1), weights)


def _alike(gallery: Templates) -> float:
    """Return the mean correlation of strangers' distances to two templates of one person, shrunk towards View 1's."""
    matrix, owners = gallery.matrix, gallery.owners
    found = []
    first = np.unique(owners, return_index=True)[1]  # one picture of each person serves as a stranger
    for person in np.unique(owners):
        own = np.flatnonzero(owners == person)[:5]
        strangers = first[owners[first] != person]
        if len(own) > 1 and len(strangers) > 3:
            columns = np.array([distances(matrix[template], matrix[strangers]) for template in own], np.float64)
            matched = np.atleast_2d(np.corrcoef(columns))[np.triu_indices(len(own), 1)]
            found.append(float(matched.mean()))
    said = [value for value in found if np.isfinite(value)]
    mean = (sum(said) + _WORTH_PEOPLE * _TEMPLATE_CORRELATION) / (len(said) + _WORTH_PEOPLE)
    return float(np.clip(mean, 0, 0.99))


LEAST_PEOPLE: Final = 6  # with fewer there is no shift: a bootstrap would say nothing
_RESAMPLES = 200
# Quantiles that are compared: for impostors nearer to the tail than the median, but with enough pairs below.
_LOW, _MIDDLE = 0.25, 0.5
_RAREST, _FARTHEST = 1e-9, 2.0
# Prior deviation of the shift, in deviations of the distances: half a deviation is the shift between celebrities of one
# sex and all of them.
_EXPECTED = 0.5
# Least error of evidence, in the same unit: pictures of a gallery are not pictures of its door.
_SUREST = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """The shift that one set of distances shows."""

    shift: float  # distance; below 0 = smaller distances than in the statistics
    error: float  # its standard error
    people: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The estimated shift, from all evidence."""

    value: float
    error: float  # the standard deviation
    trust: float  # 0 = only the statistics count, 1 = only the measurements here


def spread(table: QuantileTable) -> float:
    """Return the standard deviation of the distances of a table, by its inner quantiles."""
    low, high = table.distance_at(NormalDist().cdf(-1.0)), table.distance_at(0.5)
    return abs(float(high - low))


def impostor_evidence(found: Comparisons, table: QuantileTable, correlation: float) -> Evidence | None:
    """Return the shift of distances between different people; see NearestTemplate for the correlation."""
    nearest = 1 - (1 - _LOW) ** (1 / found.among)  # rate of each person where the nearest of all has _LOW
    singles = _singles(found, nearest, correlation)
    return _evidence(found.distances - table.distance_at(singles), found, _LOW)


def genuine_evidence(found: Comparisons, table: QuantileTable, correlation: float) -> Evidence | None:
    """Return the shift of distances between pictures of one person."""
    recorded = np.ones(len(found.limits))
    for templates in np.unique(found.templates):
        rows = found.templates == templates
        within = 1 - table.rate_at(np.minimum(found.limits[rows], _FARTHEST))
        recorded[rows] = NearestTemplate(int(templates), correlation).rate(np.maximum(within, _RAREST))
    singles = _singles(found, _MIDDLE * recorded, correlation)
    return _evidence(found.distances - table.distance_at(np.maximum(1 - singles, _RAREST)), found, _MIDDLE)


def _singles(found: Comparisons, rates: NDArray[np.float64], correlation: float) -> NDArray[np.float64]:
    """Return the rate of a single comparison for each row, given the rate of its nearest template."""
    singles = np.ones(len(rates))
    for templates in np.unique(found.templates):
        rows = found.templates == templates
        singles[rows] = NearestTemplate(int(templates), correlation).single(rates[rows])
    return singles


def believed(evidence: Sequence[Evidence | None], table: QuantileTable) -> Shift:
    """Return the shift from all evidence and the prior: no shift, with an error of half a deviation."""
    deviation = spread(table)
    prior = 1 / (_EXPECTED * deviation) ** 2
    said = [one for one in evidence if one is not None]
    precisions = [1 / (one.error**2 + (_SUREST * deviation) ** 2) for one in said]
    total = prior + sum(precisions)
    value = sum(one.shift * precision for one, precision in zip(said, precisions, strict=True)) / total
    return Shift(value, 1 / math.sqrt(total), sum(precisions) / total)


def _evidence(residuals: NDArray[np.float64], found: Comparisons, quantile: float) -> Evidence | None:
    people = len(np.unique(found.people))  # 0 where there are no distances
    if people < LEAST_PEOPLE:
        return None
    order = np.argsort(residuals)
    ordered = residuals[order]

    def at_quantile(weights: NDArray[np.float64]) -> float:
        below = np.cumsum((weights * found.weights)[order])
        return float(ordered[np.searchsorted(below, quantile * below[-1])]) if below[-1] > 0 else math.nan

    interval = bootstrap_over_people(at_quantile, found.people, resamples=_RESAMPLES, confidence=0.6827)
    if interval is None:
        return None
    shift = at_quantile(np.ones(len(residuals)))
    return Evidence(shift, (interval.high - interval.low) / 2, people, len(residuals))


_BLOCK: Final = 500  # templates compared with all others at once


@dataclass(frozen=True, slots=True)
class PicturePair:
    """Two pictures of different people."""

    one: Template
    other: Template
    distance: float


@dataclass(frozen=True, slots=True)
class OddPicture:
    """A picture that does not look like the person's other pictures."""

    number: int  # of the template in the gallery
    picture: Template
    own: float  # distance to the nearest other picture of the person
    other: Template | None  # the picture of another person that it looks like; None without
    distance: float  # to that one


def confusable_pairs(gallery: GallerySnapshot, keep: int, left_out: Collection[int] = ()) -> list[PicturePair]:
    """Return the `keep` nearest pairs of people, nearest first, each with its two nearest pictures."""
    people = len(gallery.people)
    between = np.full((people, people), np.inf, np.float32)
    np.minimum.at(between, gallery.owners, _to_others(gallery, left_out))
    between[np.tril_indices(people)] = np.inf
    nearest = np.argsort(between, axis=None)[:keep]
    pairs = [divmod(int(index), people) for index in nearest if np.isfinite(between.flat[index])]
    return [_nearest_of(gallery, one, other, left_out) for one, other in pairs]


def odd_pictures(gallery: GallerySnapshot, *, alike: float, margin: float, apart: float) -> list[OddPicture]:
    """Return pictures that seem to show another person, or an unknown one.

    A picture shows another person when it is within `alike` of that person, and farther than `alike` plus `margin` from
    all pictures of its own. Of the rest, a picture shows an unknown person when it is farther than `apart` from all
    others of its person.
    """
    to_others = _to_others(gallery)
    several = [
        numbers
        for numbers in (np.flatnonzero(gallery.owners == person) for person in range(len(gallery.people)))
        if len(numbers) > 1
    ]
    wrong = [each for numbers in several for each in _of_another_person(gallery, numbers, to_others, alike, margin)]
    found = _one_of_two(wrong)
    explained = {each.number for each in found}
    for numbers in several:
        rest = np.array([number for number in numbers if number not in explained], np.intp)
        found += _of_unknown_people(gallery, rest, apart)
    return sorted(found, key=lambda each: each.number)


def _one_of_two(wrong: Sequence[OddPicture]) -> list[OddPicture]:
    """Of two pictures that each look like the other's person, keep the one that is farther from its own."""
    own = {each.picture.source: each.own for each in wrong}
    return [each for each in wrong if each.other is None or each.own >= own.get(each.other.source, 0.0)]


def _of_another_person(
    gallery: GallerySnapshot, numbers: NDArray[np.intp], to_others: NDArray[np.float32], alike: float, margin: float
) -> list[OddPicture]:
    found = []
    for number, to_own in zip(numbers.tolist(), _spread(gallery, numbers), strict=True):
        person = int(np.argmin(to_others[number]))
        distance = float(to_others[number, person])
        if distance <= alike and to_own > alike + margin:
            other = _pair(gallery, number, person, ()).other
            found.append(OddPicture(number, gallery.templates[number], to_own, other, distance))
    return found


def _of_unknown_people(gallery: GallerySnapshot, numbers: NDArray[np.intp], apart: float) -> list[OddPicture]:
    if len(numbers) < 2:
        return []
    embeddings = [gallery.templates[number].embedding for number in numbers]
    unlike, own = find_outliers(embeddings, [], apart), _spread(gallery, numbers)
    return [
        OddPicture(int(numbers[index]), gallery.templates[numbers[index]], own[index], None, np.inf)
        for index in sorted(unlike)
    ]


def _spread(gallery: GallerySnapshot, numbers: NDArray[np.intp]) -> list[float]:
    """Return the distance of each of a person's pictures to the nearest of the others."""
    distances = spread_of_pictures([gallery.templates[number].embedding for number in numbers])
    return [float(distance) for distance in distances]


def _to_others(gallery: GallerySnapshot, left_out: Collection[int] = ()) -> NDArray[np.float32]:
    """Return the distance of each template to each person, (T, N); infinite to its own and where left out."""
    order = np.argsort(gallery.owners, kind="stable")
    starts = np.searchsorted(gallery.owners[order], np.arange(len(gallery.people)))
    hidden = np.array(sorted(left_out), np.intp)
    found = np.full((len(gallery.owners), len(gallery.people)), np.inf, np.float32)
    for start in range(0, len(gallery.owners), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(gallery.owners)))
        squared = 2 - 2 * (gallery.matrix[rows] @ gallery.matrix.T)
        apart = np.sqrt(np.maximum(squared, 0))
        apart[:, hidden] = np.inf
        found[rows] = np.minimum.reduceat(apart[:, order], starts, axis=1)
    found[np.arange(len(found)), gallery.owners] = np.inf
    found[hidden] = np.inf
    return found


def _nearest_of(gallery: GallerySnapshot, one: int, other: int, left_out: Collection[int]) -> PicturePair:
    shown = [number for number in np.flatnonzero(gallery.owners == one).tolist() if number not in left_out]
    return min((_pair(gallery, number, other, left_out) for number in shown), key=lambda pair: pair.distance)


def _pair(gallery: GallerySnapshot, number: int, person: int, left_out: Collection[int]) -> PicturePair:
    theirs = [each for each in np.flatnonzero(gallery.owners == person).tolist() if each not in left_out]
    distances = np.linalg.norm(gallery.matrix[theirs] - gallery.matrix[number], axis=1)
    nearest = int(np.argmin(distances))
    return PicturePair(gallery.templates[number], gallery.templates[theirs[nearest]], float(distances[nearest]))
