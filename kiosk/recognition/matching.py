"""Comparing a probe with templates: verify (1:1) and identify (1:N). Pure functions."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding, Identification, TemplateRule, Verification
from kiosk.encoders.encoder import NO_AVERAGING, Averaging
from kiosk.errors import EncoderError, UnknownPersonError
from kiosk.i18n import Message
from kiosk.recognition.cohort import Cohort

# Of the share that is added, beside a cohort: with dlib_resnet on LFW's development view the threshold for FMR
# 1e-4 is then 0.344, 0.341, 0.349, 0.344 and 0.342 with 1, 3, 1, 2 and 3 templates and 1, 1, 3, 2 and 3 frames.
_BESIDE_COHORT: Final = 0.35


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
    @property
    def means(self) -> "PeopleMeans": ...


def distances(probe: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """L2 distance of a probe (D,) to each row of a matrix (T, D): (T,)."""
    return np.asarray(np.linalg.norm(matrix - probe, axis=1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PeopleMeans:
    """Each person's templates as one."""

    vectors: NDArray[np.float32]  # (N, D) directions of the means; NaN for a person without, or without direction
    counts: NDArray[np.intp]  # (N,) templates
    scatters: NDArray[np.float64]  # (N,) mean squared distance of a person's templates from their mean

    @classmethod
    def of(cls, matrix: NDArray[np.float32], owners: NDArray[np.intp], people: int) -> "PeopleMeans":
        """Those of templates (T, D) and their owners (T,), among so many people."""
        counts = np.bincount(owners, minlength=people)
        sums = np.zeros((people, matrix.shape[1]))
        np.add.at(sums, owners, matrix)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums / counts[:, np.newaxis]
            lengths = np.linalg.norm(means, axis=1)
            # Two of one length, of a person with one template, are not two of unlike length by rounding.
            scatters = np.where(counts > 1, np.maximum(1 - lengths**2, 0), 0)
            return cls((means / lengths[:, np.newaxis]).astype(np.float32), counts, scatters)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How distances to templates become one to their person.

    Under TemplateRule.MEAN everybody is the mean of their templates. Averaging brings vectors nearer together, those of
    strangers too, by a share of the scatter that is averaged away; that share is added again to the squared distance,
    for what was averaged of the probe (under every rule) and of the person. So a threshold means the same however many
    templates and frames there are. What does not scatter, such as frames that are all the same, gains nothing by being
    averaged, and nothing is added. A cohort, to which a mean is nearer too, makes up for most of it by itself.

    Attributes:
        rule: where a person has several.
        averaging: the encoder's.
        cohort: strangers against whom distances are seen; None = distances are as they are.
    """

    rule: TemplateRule = TemplateRule.NEAREST
    averaging: Averaging = NO_AVERAGING
    cohort: Cohort | None = None

    def handicap(self, counts: NDArray[np.integer], scatters: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is added to squared distances of means of so many embeddings that scatter so."""
        share = self.averaging.share * (_BESIDE_COHORT if self.cohort is not None else 1)
        left_out = np.minimum(scatters, self.averaging.scatter * (1 - 1 / np.maximum(counts, 1)))
        return np.asarray(share * left_out, np.float64)


PLAIN: Final = Comparison()


def person_distances(
    probes: NDArray[np.float32],
    gallery: Searchable,
    comparison: Comparison = PLAIN,
    *,
    counts: NDArray[np.integer] | None = None,
    scatters: NDArray[np.float64] | None = None,
) -> NDArray[np.float32]:
    """How far each of the probes (P, D) is from each of the N people: (P, N).

    Infinitely far from a person without templates; NaN where probe or template is no number. `counts` and `scatters`
    (P,) say which probes are means, and of what; see Embedding.
    """
    found = np.full((len(probes), len(gallery.people)), np.inf, np.float32)
    if not gallery.people:
        return found
    counts = np.ones(len(probes), np.intp) if counts is None else counts
    scatters = np.zeros(len(probes)) if scatters is None else scatters
    fill = _fill_by_means if comparison.rule is TemplateRule.MEAN else _fill_by_templates
    for probe, row, handicap in zip(probes, found, comparison.handicap(counts, scatters), strict=True):
        fill(row, probe, float(handicap), gallery, comparison)
    return found


def _fill_by_means(
    row: NDArray[np.float32], probe: NDArray[np.float32], handicap: float, gallery: Searchable, comparison: Comparison
) -> None:
    means = gallery.means
    there = means.counts > 0
    handicaps = handicap + comparison.handicap(means.counts, means.scatters)
    row[there] = _seen(distances(probe, means.vectors), probe, means.vectors, handicaps, comparison.cohort)[there]


def _fill_by_templates(
    row: NDArray[np.float32], probe: NDArray[np.float32], handicap: float, gallery: Searchable, comparison: Comparison
) -> None:
    owners = gallery.owners
    apart = _seen(distances(probe, gallery.matrix), probe, gallery.matrix, handicap, comparison.cohort)
    np.minimum.at(row, owners, apart)
    if comparison.rule is not TemplateRule.NEAREST_TWO:
        return
    order = np.lexsort((apart, owners))
    people, first, counts = np.unique(owners[order], return_index=True, return_counts=True)
    people, second = people[counts > 1], first[counts > 1] + 1
    row[people] = (row[people] + apart[order[second]]) / 2


def _seen(
    apart: NDArray[np.float32],
    probe: NDArray[np.float32],
    others: NDArray[np.float32],
    handicaps: NDArray[np.float64] | float,
    cohort: Cohort | None,
) -> NDArray[np.float32]:
    """Distances with what averaging took off added, and seen against the cohort."""
    fair = np.sqrt(apart.astype(np.float64) ** 2 + handicaps)
    if cohort is None:
        return fair.astype(np.float32)
    return np.maximum(cohort.normalised(apart, probe, others) + (fair - apart), 0).astype(np.float32)


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
            "nobody of that name is in the gallery",
            "see `kiosk people` for the names",
        )
    found = _person_distances(probe, gallery, comparison)
    return Verification(person, float(found[gallery.people.index(person)]), threshold)


def _person_distances(probe: Embedding, gallery: Searchable, comparison: Comparison) -> NDArray[np.float32]:
    if gallery.people and probe.encoder != gallery.encoder:
        raise EncoderError(
            f"embedding of {probe.encoder}",
            Message("the gallery is of {encoder}", encoder=gallery.encoder),
            "encode both with the same encoder",
        )
    averaged = {"counts": np.array([probe.count]), "scatters": np.array([probe.scatter])}
    (found,) = person_distances(probe.vector[np.newaxis], gallery, comparison, **averaged)
    return np.asarray(found)
