"""Tables of distances: the measured pairs, interpolation and extrapolation."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from kiosk.encoders.statistics import LEAST_BEHIND, LEAST_IMPOSTORS, QuantileTable, Statistics
from kiosk.errors import EvaluationError

IMPOSTOR, GENUINE = NormalDist(1.0, 0.1), NormalDist(0.5, 0.1)


def measured(pairs: int = 200_000, seed: int = 0) -> Statistics:
    random = np.random.default_rng(seed)
    return Statistics.of(random.normal(0.5, 0.1, pairs), random.normal(1.0, 0.1, pairs), "normal numbers", 500)


STATISTICS = measured()


def test_rates_are_those_of_the_distribution() -> None:
    for rate in (0.0002, 0.0015, 0.03, 0.2, 0.45):
        for table, at in (
            (STATISTICS.impostor, IMPOSTOR.inv_cdf(rate)),
            (STATISTICS.genuine, GENUINE.inv_cdf(1 - rate)),
        ):
            assert table.rate_at(at) == pytest.approx(rate, rel=0.05 + 1 / math.sqrt(rate * 200_000))
            assert table.distance_at(rate) == pytest.approx(at, abs=0.01)


def test_a_table_says_what_was_counted() -> None:
    impostor = np.random.default_rng(1).uniform(0.4, 1.4, 5000)
    table = Statistics.of(impostor, impostor, "", 2).impostor
    for rate, distance in zip(table.rates, table.distances, strict=True):
        assert np.mean(impostor <= distance + 5e-5) >= rate - 1 / 5000
        assert np.mean(impostor <= distance - 1e-3) <= rate
    assert table.smallest_rate * table.pairs >= LEAST_IMPOSTORS


def test_beyond_the_last_pair_the_tail_goes_on_and_is_too_high_rather_than_too_low() -> None:
    rates = (0.0001, 0.0003, 0.001, 0.01, 0.1, 0.5)
    table = QuantileTable(100_000, rates, tuple(map(IMPOSTOR.inv_cdf, rates)))
    far = IMPOSTOR.inv_cdf(table.smallest_rate / 20)
    assert IMPOSTOR.cdf(far) < table.rate_at(far) < table.smallest_rate
    assert table.distance_at(table.rate_at(far)) == pytest.approx(far)


def test_too_few_pairs_are_refused() -> None:
    enough = np.linspace(0.1, 1, 100)
    for pairs in (0, 1, 2 * LEAST_BEHIND - 1):
        with pytest.raises(EvaluationError, match="too few"):
            Statistics.of(enough, np.linspace(0.1, 1, pairs), "", 2)


def test_alike_distances_make_a_table_of_one_row_that_still_answers() -> None:
    table = Statistics.of(np.full(50, 0.5), np.full(50, 0.5), "", 2).impostor
    assert table == QuantileTable(50, (1.0,), (0.5,))
    assert table.rate_at(np.array([0.4, 0.5, 0.6])).tolist() == [0, 1, 1]
