"""The correlation of frames, and its effect on k of n: closed forms and simulations."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluation.correlation import chance_of_k_of_n


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
