"""Distances between a gallery's own pictures: the shift from the encoder's statistics, and pictures to look at."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Template, TemplateRule
from kiosk.encoders.statistics import QuantileTable
from kiosk.evaluation.correlation import NearestTemplate
from kiosk.evaluation.rates import bootstrap_over_people
from kiosk.people.enrolment import find_outliers, nearest_distances
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.matching import PLAIN, Comparison, distances, person_distances

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


@dataclass(frozen=True, slots=True, eq=False)
class GalleryDistances:
    """The distances within a gallery."""

    sizes: NDArray[np.intp]  # (N,) templates of each person
    as_one: bool  # a person's templates are averaged, so that a stranger meets one
    impostor: Comparisons
    genuine: Comparisons
    template_correlation: float  # see NearestTemplate


def gallery_distances(
    gallery: GallerySnapshot, left_out: Collection[int] = (), comparison: Comparison = PLAIN
) -> GalleryDistances:
    """Compare every template with everybody, except those whose numbers are in `left_out`."""
    good = (template for number, template in enumerate(gallery.templates) if number not in left_out)
    clean = GallerySnapshot(gallery.encoder, tuple(good))
    return GalleryDistances(
        np.bincount(gallery.owners, minlength=len(gallery.people)),
        comparison.rule is TemplateRule.MEAN,
        _impostor(clean, comparison),
        _genuine(clean, comparison),
        _alike(clean),
    )


def _impostor(gallery: GallerySnapshot, comparison: Comparison) -> Comparisons:
    """Compare each picture with all other people."""
    owners, counts = gallery.owners, np.bincount(gallery.owners)
    rows, columns = np.nonzero(owners[:, None] != np.arange(len(counts)))
    if len(rows) > _MOST_PAIRS:
        drawn = np.sort(np.random.default_rng(0).choice(len(rows), _MOST_PAIRS, replace=False))
        rows, columns = rows[drawn], columns[drawn]
    found = person_distances(gallery.matrix, gallery, comparison)[rows, columns].astype(np.float64)
    templates = np.ones_like(columns) if comparison.rule is TemplateRule.MEAN else counts[columns]
    return _unlimited(found, templates, np.stack([owners[rows], columns], axis=1), counts)


def _genuine(gallery: GallerySnapshot, comparison: Comparison) -> Comparisons:
    """Compare each picture with the person's other ones."""
    counts, found, whose = np.bincount(gallery.owners), [], []
    for owner in np.flatnonzero(counts > 1):
        own = gallery.templates_of(gallery.people[owner])
        for number, template in enumerate(own):
            rest = GallerySnapshot(gallery.encoder, own[:number] + own[number + 1 :])
            found.append(float(person_distances(template.embedding.vector[None], rest, comparison)[0, 0]))
            whose.append(owner)
    people = np.array(whose, np.intp)
    return _unlimited(np.array(found), counts[people] - 1, np.stack([people, people], axis=1), counts)


def _unlimited(
    found: NDArray[np.float64], templates: NDArray[np.intp], people: NDArray[np.intp], counts: NDArray[np.intp]
) -> Comparisons:
    among, limits = np.ones(len(found), np.intp), np.full(len(found), np.inf)
    return Comparisons(found, templates, among, limits, people, 1 / counts[people[:, 0]].astype(np.float64))


def _alike(gallery: GallerySnapshot) -> float:
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

    def at_quantile(weights: NDArray[np.float64]) -> list[float]:
        below = np.cumsum((weights * found.weights)[order])
        return [float(ordered[np.searchsorted(below, quantile * below[-1])]) if below[-1] > 0 else math.nan]

    (interval,) = bootstrap_over_people(at_quantile, found.people, resamples=_RESAMPLES, confidence=0.6827)
    if interval is None:
        return None
    (shift,) = at_quantile(np.ones(len(residuals)))
    return Evidence(shift, (interval.high - interval.low) / 2, people, len(residuals))


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
    between, owners, hidden = _between_people(gallery), gallery.owners, np.array(sorted(left_out), np.intp)
    between[hidden] = between[:, hidden] = np.inf
    found: list[PicturePair] = []
    while between.size and len(found) < keep:
        one, other = divmod(int(np.argmin(between)), len(between))
        distance = float(between[one, other])
        if not np.isfinite(distance):
            break
        found.append(PicturePair(gallery.templates[one], gallery.templates[other], distance))
        here, there = owners == owners[one], owners == owners[other]
        between[np.ix_(here, there)] = between[np.ix_(there, here)] = np.inf
    return found


def odd_pictures(gallery: GallerySnapshot, *, alike: float, margin: float, apart: float) -> list[OddPicture]:
    """Return pictures that seem to show another person, or an unknown one.

    A picture shows another person when it is within `alike` of that person, and farther than `alike` plus `margin` from
    all pictures of its own. Of the rest, a picture shows an unknown person when it is farther than `apart` from all
    others of its person.
    """
    templates, between = gallery.templates, _between_people(gallery)
    nearest, wrong = between.argmin(axis=1) if between.size else [], {}
    groups = [np.flatnonzero(gallery.owners == person).tolist() for person in range(len(gallery.people))]
    several = [numbers for numbers in groups if len(numbers) > 1]
    for numbers in several:
        for number, own in zip(
            numbers, nearest_distances([templates[each].embedding for each in numbers]), strict=True
        ):
            distance = float(between[number, nearest[number]])
            if distance <= alike and own > alike + margin:
                other = templates[nearest[number]]
                wrong[number] = OddPicture(number, templates[number], float(own), other, distance)
    # Of two pictures that each look like the other's person, the one that is farther from its own is odd.
    found = [
        odd for number, odd in wrong.items() if nearest[number] not in wrong or odd.own >= wrong[nearest[number]].own
    ]
    explained = {odd.number for odd in found}
    for numbers in several:
        rest = [number for number in numbers if number not in explained]
        embeddings = [templates[number].embedding for number in rest]
        own_distances = nearest_distances(embeddings)
        for index in find_outliers(embeddings, [], apart) if len(rest) > 1 else ():
            odd = OddPicture(rest[index], templates[rest[index]], float(own_distances[index]), None, np.inf)
            found.append(odd)
    return sorted(found, key=lambda odd: odd.number)


def _between_people(gallery: GallerySnapshot) -> NDArray[np.float32]:
    """Return the distances of all templates, (T, T); infinite between those of one person."""
    apart = np.sqrt(np.maximum(2 - 2 * (gallery.matrix @ gallery.matrix.T), 0))
    apart[gallery.owners[:, None] == gallery.owners] = np.inf
    return np.asarray(apart, np.float32)
