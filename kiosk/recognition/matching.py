"""Compare a probe with the gallery: verify (1:1) and identify (1:N). Pure functions."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding, Identification, TemplateRule, Verification
from kiosk.encoders.encoder import NO_AVERAGING, Averaging
from kiosk.errors import EncoderError, UnknownPersonError
from kiosk.i18n import Message
from kiosk.recognition.cohort import Cohort

# The part of the correction that is left with a cohort: with dlib_resnet on LFW's development view the threshold for
# FMR 1e-4 is then 0.344, 0.341, 0.349, 0.344 and 0.342 with 1, 3, 1, 2 and 3 templates and 1, 1, 3, 2 and 3 frames.
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
    """Return the L2 distance of a probe (D,) to each row of a matrix (T, D): (T,)."""
    return np.asarray(np.linalg.norm(matrix - probe, axis=1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PeopleMeans:
    """Each person's mean template."""

    vectors: NDArray[np.float32]  # (N, D) directions of the means; NaN where there is no template or no direction
    counts: NDArray[np.intp]  # (N,) templates
    scatters: NDArray[np.float64]  # (N,) mean squared distance of a person's templates from their mean

    @classmethod
    def of(cls, matrix: NDArray[np.float32], owners: NDArray[np.intp], people: int) -> "PeopleMeans":
        """Return the means of templates (T, D), given their owners (T,) and the number of people."""
        counts = np.bincount(owners, minlength=people)
        sums = np.zeros((people, matrix.shape[1]))
        np.add.at(sums, owners, matrix)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums / counts[:, np.newaxis]
            lengths = np.linalg.norm(means, axis=1)
            # Rounding must not give a scatter to a person with one template.
            scatters = np.where(counts > 1, np.maximum(1 - lengths**2, 0), 0)
            return cls((means / lengths[:, np.newaxis]).astype(np.float32), counts, scatters)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rule by which distances to templates become one to their person.

    Under TemplateRule.MEAN each person is the mean of their templates. Averaging brings vectors nearer together, those
    of strangers too, by a share of the scatter that it removes. That share is added to the squared distance again, for
    the probe (under both rules) and for the person, so that a threshold means the same for any number of templates and
    frames. Frames that are all the same have no scatter, and nothing is added. A mean is nearer to the cohort too,
    which corrects for most of it.

    Attributes:
        rule: for a person who has several templates.
        averaging: the encoder's.
        cohort: strangers by whom distances are normalised; None = distances stay as they are.
    """

    rule: TemplateRule = TemplateRule.NEAREST
    averaging: Averaging = NO_AVERAGING
    cohort: Cohort | None = None

    def averaging_correction(self, counts: NDArray[np.integer], scatters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is added to the squared distances of means, given their numbers of embeddings and scatters."""
        share = self.averaging.share * (_BESIDE_COHORT if self.cohort is not None else 1)
        removed = np.minimum(scatters, self.averaging.scatter * (1 - 1 / np.maximum(counts, 1)))
        return np.asarray(share * removed, np.float64)


PLAIN: Final = Comparison()


def person_distances(
    probes: NDArray[np.float32],
    gallery: Searchable,
    comparison: Comparison = PLAIN,
    *,
    counts: NDArray[np.integer] | None = None,
    scatters: NDArray[np.float64] | None = None,
) -> NDArray[np.float32]:
    """Return the distance of each probe (P, D) to each of the N people: (P, N).

    It is infinite for a person without templates, and NaN where probe or template is NaN. `counts` and `scatters` (P,)
    are those of the probes, which can be means; see Embedding.
    """
    found = np.full((len(probes), len(gallery.people)), np.inf, np.float32)
    if not gallery.people:
        return found
    counts = np.ones(len(probes), np.intp) if counts is None else counts
    scatters = np.zeros(len(probes)) if scatters is None else scatters
    for probe, row, correction in zip(probes, found, comparison.averaging_correction(counts, scatters), strict=True):
        if comparison.rule is TemplateRule.MEAN:
            means = gallery.means
            there = means.counts > 0
            corrections = correction + comparison.averaging_correction(means.counts, means.scatters)
            row[there] = _corrected(probe, means.vectors, corrections, comparison.cohort)[there]
        else:
            np.minimum.at(row, gallery.owners, _corrected(probe, gallery.matrix, correction, comparison.cohort))
    return found


def _corrected(
    probe: NDArray[np.float32],
    others: NDArray[np.float32],
    corrections: NDArray[np.float64] | float,
    cohort: Cohort | None,
) -> NDArray[np.float32]:
    """Return the distances (T,) of a probe (D,) to vectors (T, D), corrected for averaging and by the cohort."""
    plain = distances(probe, others)
    corrected = np.sqrt(plain.astype(np.float64) ** 2 + corrections)
    if cohort is None:
        return corrected.astype(np.float32)
    return np.maximum(cohort.normalised(plain, probe, others) + (corrected - plain), 0).astype(np.float32)


def identify(
    probe: Embedding,
    gallery: Searchable,
    *,
    threshold: float,
    margin: float,
    keep: int = 5,
    comparison: Comparison = PLAIN,
) -> Identification:
    """Return the `keep` nearest people, with the distances of `person_distances`.

    Raises EncoderError where probe and gallery come from different encoders.
    """
    found = _person_distances(probe, gallery, comparison)
    order = np.argsort(found, kind="stable")[:keep]
    candidates = tuple(Candidate(gallery.people[index], float(found[index])) for index in order)
    return Identification(candidates, threshold, margin, len(gallery.people))


def verify(
    probe: Embedding, person: str, gallery: Searchable, *, threshold: float, comparison: Comparison = PLAIN
) -> Verification:
    """Compare the probe with one person, with the distance of `person_distances`.

    Raises UnknownPersonError where nobody of that name is enrolled, EncoderError as identify does.
    """
    if person not in gallery.people:
        raise UnknownPersonError(person, "nobody of that name is in the gallery", "see `kiosk people` for the names")
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
