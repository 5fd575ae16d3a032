"""Figures of a curve with their intervals: people are drawn anew, and each time the thresholds are chosen anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kiosk.evaluation.rates.intervals import RESAMPLES, Interval, Weights, bootstraps_over_people
from kiosk.evaluation.rates.rates import (
    Curve,
    OperatingPoint,
    Steps,
    area_under,
    equal_error_rate,
    operating_point,
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that is no rate of trials."""

    value: float
    interval: Interval | None  # over people; None where these are too few to say


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What a curve says."""

    curve: Curve
    area: Estimate  # see area_under
    equal_error: Estimate  # see equal_error_rate
    equal_error_threshold: float
    points: tuple[OperatingPoint, ...]  # intervals over people; that of the FNMR also holds the threshold's own


def figures_over_people(
    genuine: ArrayLike,
    impostor: ArrayLike,
    people: tuple[ArrayLike, ArrayLike],
    rates: Sequence[float],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figures:
    """The figures of distances (G,) and (I,), with the operating points for some false match rates.

    People are those of the genuine and of the impostor pairs, each as bootstrap_over_people takes them.
    Raises EvaluationError where there are no pairs of one person, or none of two that has a distance.
    """
    steps = Steps.of(genuine, impostor)
    whole = steps.curve()
    points = [operating_point(genuine, impostor, rate) for rate in rates]
    wanted = 2 + 2 * len(points)
    count = len(steps.genuine_order)

    def figures(weights: Weights) -> list[float]:
        own, other = weights[:count], weights[count:]
        if not own.any() or not other.any():
            return [math.nan] * wanted
        curve = steps.curve(own, other)
        fmr = [curve.at(point.threshold)[0] for point in points]
        return [area_under(curve), equal_error_rate(curve)[0], *fmr, *map(curve.fnmr_at_fmr, rates)]

    everybody = np.concatenate([_two_of_each(part) for part in people])
    found = bootstraps_over_people(figures, everybody, resamples=resamples, seed=seed) or [None] * wanted
    rate, threshold = equal_error_rate(whole)
    return Figures(
        whole,
        Estimate(area_under(whole), found[0]),
        Estimate(rate, found[1]),
        threshold,
        tuple(
            OperatingPoint(point.fmr_asked, point.threshold, point.fmr.widened(fmr), point.fnmr.widened(fnmr))
            for point, fmr, fnmr in zip(points, found[2 : 2 + len(points)], found[2 + len(points) :], strict=True)
        ),
    )


def _two_of_each(people: ArrayLike) -> NDArray[Any]:
    given = np.asarray(people)
    return np.stack([given, given], axis=1) if given.ndim == 1 else given
