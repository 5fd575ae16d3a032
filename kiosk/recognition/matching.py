"""Comparing a probe with templates: verify (1:1) and identify (1:N). Pure functions."""

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding, Identification, TemplateRule, Verification
from kiosk.errors import EncoderError, UnknownPersonError
from kiosk.recognition.cohort import Cohort
from kiosk.words import translate


class Searchable(Protocol):
    """A gallery as arrays: T templates of D numbers, owned by people."""

    @property
    def encoder(self) -> str: ...
    @property
    def matrix(self) -> NDArray[np.float32]: ...  # (T, D)
    @property
    def owners(self) -> NDArray[np.intp]: ...  # (T,) index into people
    @property
    def people(self) -> tuple[str, ...]: ...


def distances(probe: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """L2 distance of a probe (D,) to each row of a matrix (T, D): (T,)."""
    return np.asarray(np.linalg.norm(matrix - probe, axis=1), np.float32)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How distances to templates become one to their person.

    Attributes:
        rule: where a person has several.
        cohort: strangers against whom distances are seen; None = distances are as they are.
        few: the cohort takes part for people with so many templates at most.
    """

    rule: TemplateRule = TemplateRule.NEAREST
    cohort: Cohort | None = None
    few: float = math.inf


PLAIN: Final = Comparison()


def person_distances(
    probes: NDArray[np.float32], gallery: Searchable, comparison: Comparison = PLAIN
) -> NDArray[np.float32]:
    """How far each of the probes (P, D) is from each of the N people: (P, N).

    Infinitely far from a person without templates; NaN where probe or template is no number.
    """
    found = np.full((len(probes), len(gallery.people)), np.inf, np.float32)
    if not gallery.people:
        return found
    matrix, owners = gallery.matrix, gallery.owners
    counts = np.bincount(owners, minlength=len(gallery.people))
    if comparison.rule is TemplateRule.MEAN:
        matrix, owners = _means(matrix, owners)
    sparse = counts[owners] <= comparison.few
    for probe, row in zip(probes, found, strict=True):
        apart = distances(probe, matrix)
        if comparison.cohort is not None and sparse.any():
            apart = np.where(sparse, comparison.cohort.normalised(apart, probe, matrix), apart)
        np.minimum.at(row, owners, apart)
        if comparison.rule is TemplateRule.NEAREST_TWO:
            _average_with_second(row, owners, apart)
    return found


def _means(matrix: NDArray[np.float32], owners: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """The direction of each owner's mean, and the owners who have any."""
    there, index = np.unique(owners, return_inverse=True)
    sums = np.zeros((len(there), matrix.shape[1]))
    np.add.at(sums, index, matrix)
    # A person whose templates cancel out has no mean: NaN, which nobody is near to.
    with np.errstate(invalid="ignore"):
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32), there


def _average_with_second(nearest: NDArray[np.float32], owners: NDArray[np.intp], apart: NDArray[np.float32]) -> None:
    """Makes the nearest distance of everybody with two templates or more the mean of the two nearest, in place."""
    order = np.lexsort((apart, owners))
    sorted_owners = owners[order]
    people, first, counts = np.unique(sorted_owners, return_index=True, return_counts=True)
    people, second = people[counts > 1], first[counts > 1] + 1
    nearest[people] = (nearest[people] + apart[order[second]]) / 2


def identify(
    probe: Embedding,
    gallery: Searchable,
    *,
    threshold: float,
    margin: float,
    keep: int = 5,
    comparison: Comparison = PLAIN,
) -> Identification:
    """Who is it: the `keep` nearest people, as `person_distances` has them.

    Raises EncoderError where probe and gallery come from different encoders.
    """
    found = _person_distances(probe, gallery, comparison)
    order = np.argsort(found, kind="stable")[:keep]
    candidates = tuple(Candidate(gallery.people[index], float(found[index])) for index in order)
    return Identification(candidates, threshold, margin, len(gallery.people))


def verify(
    probe: Embedding, person: str, gallery: Searchable, *, threshold: float, comparison: Comparison = PLAIN
) -> Verification:
    """Is it `person`: that person's distance, as `person_distances` has it, against the threshold.

    Raises UnknownPersonError where nobody of that name is enrolled, EncoderError as identify does.
    """
    if person not in gallery.people:
        raise UnknownPersonError(
            person,
            translate("faults", "nobody of that name is in the gallery"),
            translate("faults", "see `kiosk people` for the names"),
        )
    found = _person_distances(probe, gallery, comparison)
    return Verification(person, float(found[gallery.people.index(person)]), threshold)


def _person_distances(probe: Embedding, gallery: Searchable, comparison: Comparison) -> NDArray[np.float32]:
    if gallery.people and probe.encoder != gallery.encoder:
        raise EncoderError(
            f"embedding of {probe.encoder}",
            translate("faults", "the gallery is of {encoder}").format(encoder=gallery.encoder),
            translate("faults", "encode both with the same encoder"),
        )
    (found,) = person_distances(probe.vector[np.newaxis], gallery, comparison)
    return np.asarray(found)
