"""How far apart a gallery's own pictures lie: each as if it were shown to all the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import TemplateRule
from kiosk.recognition.matching import PLAIN, Comparison, PeopleMeans, Searchable, distances, person_distances

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
