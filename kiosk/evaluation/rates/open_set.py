"""Identification in an open set: who of N people is it, or nobody. N stands beside every rate: FPIR grows with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.domain import Floats
from kiosk.errors import EvaluationError
from kiosk.evaluation.rates.intervals import Rate, rate_over_people
from kiosk.evaluation.rates.rates import accepts
from kiosk.evaluation.rates.resampled import figures_over_people

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
class OpenSetResult:
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
) -> OpenSetResult:
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
    return OpenSetResult(
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
