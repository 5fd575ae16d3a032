"""The correlation of frames, and its effect on k of n: closed forms and simulations."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluation.correlation import (
    FrameCorrelation,
    chance_of_k_of_n,
    frame_correlation,
    intraclass_correlation,
)


def binomial_tail(rate, k, n):
    return sum(math.comb(n, errors) * rate**errors * (1 - rate) ** (n - errors) for errors in range(k, n + 1))


def normal_frames(rng, visits, n, correlation):
    common = rng.standard_normal((visits, 1))
    return math.sqrt(correlation) * common + math.sqrt(1 - correlation) * rng.standard_normal((visits, n))


def test_the_limits_are_the_binomial_tail_and_the_rate_itself():
    for k, n in ((1, 1), (1, 5), (3, 5), (5, 5)):
        for rate in (1e-3, 0.02, 0.5, 0.9):
            assert chance_of_k_of_n(rate, k, n, 0) == pytest.approx(binomial_tail(rate, k, n), rel=1e-12)
    assert chance_of_k_of_n(0.02, 3, 5, 1e-9) == pytest.approx(binomial_tail(0.02, 3, 5), rel=1e-5)
    assert chance_of_k_of_n(0.02, 3, 5, 1 - 1e-12) == pytest.approx(0.02, rel=1e-4)
    assert chance_of_k_of_n(0.0123, 3, 5, 1) == 0.0123
    for correlation in (0.0, 0.2, 0.499, 0.5, 0.8, 0.999, 1.0):
        assert chance_of_k_of_n(1e-4, 1, 1, correlation) == pytest.approx(1e-4, rel=1e-6)
    below, above = chance_of_k_of_n(1e-4, 3, 5, 0.5 - 1e-9), chance_of_k_of_n(1e-4, 3, 5, 0.5)
    assert below == pytest.approx(above, rel=1e-6)  # two integrals meet
    assert [chance_of_k_of_n(rate, 3, 5, 0.4) for rate in (0.0, 1.0)] == [0, 1]


def test_it_is_what_a_simulation_counts():
    for correlation in (0.05, 0.499, 0.5, 0.95):
        for k, n in ((1, 3), (3, 5), (4, 4)):
            errors = normal_frames(np.random.default_rng(5), 200_000, n, correlation) <= -1.6448536
            counted = float(np.mean(errors.sum(axis=1) >= k))
            expected = chance_of_k_of_n(0.05, k, n, correlation)
            error = 4 * math.sqrt(expected * (1 - expected) / 200_000)
            assert counted == pytest.approx(expected, abs=error), (correlation, k, n)


@given(st.floats(1e-6, 1 - 1e-6), st.integers(1, 6), st.integers(0, 4), st.floats(0, 1))
def test_it_is_a_chance_that_falls_with_k(rate, k, more, correlation):
    n = k + more
    chances = [chance_of_k_of_n(rate, needed, n, correlation) for needed in range(1, n + 1)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(chances))


def test_impossible_arguments_are_refused():
    for arguments in ((-0.1, 3, 5, 0.5), (math.nan, 3, 5, 0.5), (0.1, 0, 5, 0.5), (0.1, 6, 5, 0.5), (0.1, 3, 5, 1.1)):
        with pytest.raises(ValueError, match="no chance of"):
            chance_of_k_of_n(*arguments)


def test_the_correlation_of_simulated_groups_is_found():
    for correlation in (0.0, 0.3, 0.9):
        rng = np.random.default_rng(7)
        groups = [normal_frames(rng, 1, size, correlation)[0] for size in rng.integers(2, 7, 4000)]
        assert intraclass_correlation(groups) == pytest.approx(correlation, abs=0.03)
        found = frame_correlation([(0.5 + 0.05 * group).astype(np.float32) for group in groups])
        assert found.correlation == pytest.approx(correlation, abs=0.03)
        assert found.deviation == pytest.approx(0.05, rel=0.05)
        assert found.deviation_in_visit == pytest.approx(0.05 * np.sqrt(1 - correlation), rel=0.05)
    assert intraclass_correlation([np.full(3, 0.2), np.full(2, 0.5)]) == pytest.approx(1.0)


def visits(count, correlation, *, seed=0, frames=5):
    return list(
        (0.5 + 0.05 * normal_frames(np.random.default_rng(seed), count, frames, correlation)).astype(np.float32)
    )


def test_few_clips_borrow_the_spread_between_people():
    found = frame_correlation(visits(3, 0.7, seed=1, frames=400), visits(3000, 0.2, seed=2))
    assert found.correlation == pytest.approx(0.7, abs=0.05)
    some = visits(500, 0.5)
    spoilt = [np.append(own, np.float32(np.inf)) for own in some]  # frames without a face are ignored
    assert frame_correlation(spoilt).correlation == pytest.approx(frame_correlation(some).correlation)


def test_too_little_gives_no_correlation():
    for groups in ([], [np.array([0.1, 0.2])], [np.array([0.1]), np.array([0.2])], [np.full(3, 0.4), np.full(2, 0.4)]):
        assert intraclass_correlation(groups) is None
    for distances in ([], [np.zeros(0, np.float32)], [np.array([0.3], np.float32)] * 5):
        assert frame_correlation(distances) == FrameCorrelation(None, 0, None, None)


def test_granted_visits_are_predicted_as_a_simulation_counts():
    distances = visits(20_000, 0.6, seed=3)
    counted = float(np.mean([np.count_nonzero(own <= 0.4) >= 3 for own in distances]))
    rate = float(np.mean(np.stack(distances) <= 0.4))
    found = chance_of_k_of_n(rate, 3, 5, frame_correlation(distances).correlation)
    assert found == pytest.approx(counted, rel=0.15)
