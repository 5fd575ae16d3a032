"""How far apart a gallery's own pictures lie: each as if it were shown to all the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
class Nearest:
    """A person's templates are alike: five of them come within the threshold less often than five people.

    That is a Gaussian copula as in chance_of_k_of_n: at least one of `templates` lies within a distance.
    """

    templates: int
    correlation: float  # of the distances of one face to two templates of one person, 0 to 1

    def rate(self, single: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """How often the nearest lies within, where a single one does at the rate `single`."""
        known, chances = _table(min(self.templates, _MOST), _rounded(self.correlation))
        return _between(np.asarray(single, np.float64), known, chances)

    def single(self, rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The rate of a single comparison at which the nearest lies within at `rate`."""
        known, chances = _table(min(self.templates, _MOST), _rounded(self.correlation))
        return _between(np.asarray(rate, np.float64), chances, known)


def _between(
    wanted: NDArray[np.float64], known: NDArray[np.float64], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-linear between the points, in proportion below them."""
    logs = np.interp(np.log(np.maximum(wanted, known[0])), np.log(known), np.log(given))
    below = given[0] * wanted / known[0]
    return np.asarray(np.where(wanted >= 1, 1.0, np.where(wanted < known[0], below, np.exp(logs))))


def _rounded(correlation: float) -> float:
    """So that tables are made once: a twentieth changes the rate of the nearest of five by 4 %."""
    return round(20 * correlation) / 20


@cache
def _table(templates: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    chances = [chance_of_k_of_n(float(rate), 1, templates, correlation) for rate in _RATES]
    return _RATES, np.maximum.accumulate(chances)


_MOST_PAIRS: Final = 50_000  # that are kept of a large gallery, drawn by lot
_TEMPLATE_CORRELATION: Final = 0.8  # View 1, dlib_resnet; see Nearest
_WORTH_PEOPLE: Final = 10  # so many people weigh as much as the figure above


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Distances of one kind, each to the nearest of some people with some templates each."""

    distances: NDArray[np.float64]  # (P,)
    templates: NDArray[np.intp]  # (P,) of each person it was compared with
    among: NDArray[np.intp]  # (P,) how many people that were; 1 for a picture of the gallery against one person
    limits: NDArray[np.float64]  # (P,) what lay farther was not written down; infinite where everything was
    people: NDArray[np.intp]  # (P, 2) whose picture, and who it was compared with
    weights: NDArray[np.float64]  # (P,) so that each person, or pair of two, weighs the same

    @classmethod
    def everything(
        cls,
        found: NDArray[np.float64],
        templates: NDArray[np.intp],
        people: NDArray[np.intp],
        weights: NDArray[np.float64],
    ) -> Comparisons:
        """Of a picture with one person each, however far."""
        among, limits = np.ones(len(found), np.intp), np.full(len(found), np.inf)
        return cls(found, templates, among, limits, people, weights)

    def none(self) -> Comparisons:
        """As if nothing had been compared."""
        nothing = slice(0)
        return Comparisons(
            self.distances[nothing],
            self.templates[nothing],
            self.among[nothing],
            self.limits[nothing],
            self.people[nothing],
            self.weights[nothing],
        )


@dataclass(frozen=True, slots=True, eq=False)
class GalleryDistances:
    """What the pictures of a gallery say of themselves."""

    sizes: NDArray[np.intp]  # (N,) templates of each person
    as_one: bool  # a person's templates are one to a stranger, their mean; to the person they count as several
    impostor: Comparisons
    genuine: Comparisons
    template_correlation: float  # see Nearest


@dataclass(frozen=True, eq=False)
class Templates:
    """Some of the templates of a gallery, searchable."""

    encoder: str
    matrix: NDArray[np.float32]
    owners: NDArray[np.intp]
    people: tuple[str, ...]

    @cached_property
    def means(self) -> PeopleMeans:
        """Each person's templates as one."""
        return PeopleMeans.of(self.matrix, self.owners, len(self.people))


def gallery_distances(
    gallery: Searchable, left_out: Collection[int] = (), comparison: Comparison = PLAIN, seed: int = 0
) -> GalleryDistances:
    """Every template against everybody; those in `left_out`, by number, are compared with nobody."""
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
    """Each picture against the person's other ones."""
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
    """The mean correlation of others' distances to two templates of one person, drawn towards that of View 1."""
    matrix, owners = gallery.matrix, gallery.owners
    found = []
    first = np.unique(owners, return_index=True)[1]  # one picture of each person is the stranger
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


LEAST_PEOPLE: Final = 6  # with fewer nothing is moved: drawing them anew says nothing
_RESAMPLES = 200
# Quantiles that are compared: for impostor nearer to the tail than the median, with still enough pairs below it.
_LOW, _MIDDLE = 0.25, 0.5
_RAREST, _FARTHEST = 1e-9, 2.0
# How far a door may lie from the pictures of the statistics, in deviations of their distances: half a deviation is what
# lies between celebrities of one sex and all of them.
_EXPECTED = 0.5
# Pictures of a gallery are no pictures of its door: however many there are, they say it no more surely than that.
_SUREST = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one set of distances says about the shift."""

    shift: float  # distance; below 0 = nearer together than in the statistics
    error: float  # its standard error
    people: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Shift:
    """What is believed of the shift, all in all."""

    value: float
    error: float  # the standard deviation
    trust: float  # 0 = the statistics alone, 1 = what was measured here alone


def spread(table: QuantileTable) -> float:
    """One standard deviation of the distances of a table, by its inner quantiles."""
    low, high = table.distance_at(NormalDist().cdf(-1.0)), table.distance_at(0.5)
    return abs(float(high - low))


def impostor_evidence(found: Comparisons, table: QuantileTable, correlation: float) -> Evidence | None:
    """Of distances between different people; see Nearest for the correlation."""
    nearest = 1 - (1 - _LOW) ** (1 / found.among)  # of each of the people, where the nearest of all lies within at _LOW
    singles = _singles(found, nearest, correlation)
    return _evidence(found.distances - table.distance_at(singles), found, _LOW)


def genuine_evidence(found: Comparisons, table: QuantileTable, correlation: float) -> Evidence | None:
    """Of distances between pictures of one person."""
    written_down = np.ones(len(found.limits))
    for templates in np.unique(found.templates):
        rows = found.templates == templates
        within = 1 - table.rate_at(np.minimum(found.limits[rows], _FARTHEST))
        written_down[rows] = Nearest(int(templates), correlation).rate(np.maximum(within, _RAREST))
    singles = _singles(found, _MIDDLE * written_down, correlation)
    return _evidence(found.distances - table.distance_at(np.maximum(1 - singles, _RAREST)), found, _MIDDLE)


def _singles(found: Comparisons, rates: NDArray[np.float64], correlation: float) -> NDArray[np.float64]:
    """The rate of a single comparison where the nearest of each row's templates lies within at its rate."""
    singles = np.ones(len(rates))
    for templates in np.unique(found.templates):
        rows = found.templates == templates
        singles[rows] = Nearest(int(templates), correlation).single(rates[rows])
    return singles


def believed(evidence: Sequence[Evidence | None], table: QuantileTable) -> Shift:
    """All evidence together with what is expected beforehand: nothing, give or take half a deviation."""
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


_BLOCK: Final = 500  # templates that are compared with all others at once


@dataclass(frozen=True, slots=True)
class PicturePair:
    """Two pictures of different people."""

    one: Template
    other: Template
    distance: float


@dataclass(frozen=True, slots=True)
class OddPicture:
    """A picture that does not look like the person's other ones."""

    number: int  # of the template in the gallery
    picture: Template
    own: float  # distance to the nearest other picture of the person
    other: Template | None  # what it looks like instead, of somebody else; None where it looks like nobody
    distance: float  # to that one


def confusable_pairs(gallery: GallerySnapshot, keep: int, left_out: Collection[int] = ()) -> list[PicturePair]:
    """The `keep` pairs of people who lie nearest together, nearest first, each by its two nearest pictures."""
    people = len(gallery.people)
    between = np.full((people, people), np.inf, np.float32)
    np.minimum.at(between, gallery.owners, _to_others(gallery, left_out))
    between[np.tril_indices(people)] = np.inf
    nearest = np.argsort(between, axis=None)[:keep]
    pairs = [divmod(int(index), people) for index in nearest if np.isfinite(between.flat[index])]
    return [_nearest_of(gallery, one, other, left_out) for one, other in pairs]


def odd_pictures(gallery: GallerySnapshot, *, alike: float, margin: float, apart: float) -> list[OddPicture]:
    """Pictures that show somebody else than the person's other ones, or nobody that is known.

    A picture within `alike` of somebody else's, and farther than that by the `margin` from all of its own person, shows
    somebody else; of the others, one farther than `apart` from all others of the person shows nobody that is known.
    """
    to_others = _to_others(gallery)
    several = [
        numbers
        for numbers in (np.flatnonzero(gallery.owners == person) for person in range(len(gallery.people)))
        if len(numbers) > 1
    ]
    wrong = [each for numbers in several for each in _of_somebody_else(gallery, numbers, to_others, alike, margin)]
    found = _one_of_two(wrong)
    explained = {each.number for each in found}
    for numbers in several:
        rest = np.array([number for number in numbers if number not in explained], np.intp)
        found += _of_nobody(gallery, rest, apart)
    return sorted(found, key=lambda each: each.number)


def _one_of_two(wrong: Sequence[OddPicture]) -> list[OddPicture]:
    """Of two pictures that each look like the other's person, the one farther from its own is in the wrong place."""
    own = {each.picture.source: each.own for each in wrong}
    return [each for each in wrong if each.other is None or each.own >= own.get(each.other.source, 0.0)]


def _of_somebody_else(
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


def _of_nobody(gallery: GallerySnapshot, numbers: NDArray[np.intp], apart: float) -> list[OddPicture]:
    if len(numbers) < 2:
        return []
    embeddings = [gallery.templates[number].embedding for number in numbers]
    unlike, own = find_outliers(embeddings, [], apart), _spread(gallery, numbers)
    return [
        OddPicture(int(numbers[index]), gallery.templates[numbers[index]], own[index], None, np.inf)
        for index in sorted(unlike)
    ]


def _spread(gallery: GallerySnapshot, numbers: NDArray[np.intp]) -> list[float]:
    """Distance of each of a person's pictures to the nearest of the others."""
    distances = spread_of_pictures([gallery.templates[number].embedding for number in numbers])
    return [float(distance) for distance in distances]


def _to_others(gallery: GallerySnapshot, left_out: Collection[int] = ()) -> NDArray[np.float32]:
    """Distance of each template to each person, (T, N); infinite to its own and where it is left out."""
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
