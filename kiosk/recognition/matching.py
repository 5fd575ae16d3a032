"""Comparing a probe with templates: verify (1:1) and identify (1:N). Pure functions."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding, Identification, Verification
from kiosk.errors import EncoderError, UnknownPersonError
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


def person_distances(probes: NDArray[np.float32], gallery: Searchable) -> NDArray[np.float32]:
    """How far each of the probes (P, D) is from each of the N people: (P, N), by the nearest of a person's templates.

    Infinitely far from a person without templates; NaN where probe or template is no number.
    """
    found = np.full((len(probes), len(gallery.people)), np.inf, np.float32)
    if not gallery.people:
        return found
    for probe, row in zip(probes, found, strict=True):
        np.minimum.at(row, gallery.owners, distances(probe, gallery.matrix))
    return found


def identify(
    probe: Embedding, gallery: Searchable, *, threshold: float, margin: float, keep: int = 5
) -> Identification:
    """Who is it: the `keep` nearest people, as `person_distances` has them.

    Raises EncoderError where probe and gallery come from different encoders.
    """
    found = _person_distances(probe, gallery)
    order = np.argsort(found, kind="stable")[:keep]
    candidates = tuple(Candidate(gallery.people[index], float(found[index])) for index in order)
    return Identification(candidates, threshold, margin, len(gallery.people))


def verify(probe: Embedding, person: str, gallery: Searchable, *, threshold: float) -> Verification:
    """Is it `person`: that person's distance, as `person_distances` has it, against the threshold.

    Raises UnknownPersonError where nobody of that name is enrolled, EncoderError as identify does.
    """
    if person not in gallery.people:
        raise UnknownPersonError(
            person,
            translate("faults", "nobody of that name is in the gallery"),
            translate("faults", "see `kiosk people` for the names"),
        )
    found = _person_distances(probe, gallery)
    return Verification(person, float(found[gallery.people.index(person)]), threshold)


def _person_distances(probe: Embedding, gallery: Searchable) -> NDArray[np.float32]:
    if gallery.people and probe.encoder != gallery.encoder:
        raise EncoderError(
            f"embedding of {probe.encoder}",
            translate("faults", "the gallery is of {encoder}").format(encoder=gallery.encoder),
            translate("faults", "encode both with the same encoder"),
        )
    (found,) = person_distances(probe.vector[np.newaxis], gallery)
    return np.asarray(found)
