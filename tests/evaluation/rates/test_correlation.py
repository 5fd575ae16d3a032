import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kiosk.evaluation.correlation import chance_of_k_of_n, intraclass_correlation

RATES = st.floats(1e-6, 1 - 1e-6)
CORRELATIONS = st.floats(0, 1)


def _binomial_tail(rate: float, k: int, n: int) -> float:
    return sum(math.comb(n, errors) * rate**errors * (1 - rate) ** (n - errors) for errors in range(k, n + 1))


def _frames(rng: np.random.Generator, visits: int, n: int, correlation: float) -> NDArray[np.float64]:
    common = rng.standard_normal((visits, 1))
    return math.sqrt(correlation) * common + math.sqrt(1 - correlation) * rng.standard_normal((visits, n))


@pytest.mark.parametrize(("k", "n"), [(1, 1), (1, 5), (3, 5), (5, 5)])
def test_independent_frames_follow_the_binomial_distribution(k: int, n: int) -> None:
    for rate in (1e-3, 0.02, 0.5, 0.9):
        assert chance_of_k_of_n(rate, k, n, 0) == pytest.approx(_binomial_tail(rate, k, n), rel=1e-12)


def test_frames_that_are_all_the_same_err_together() -> None:
    assert chance_of_k_of_n(0.0123, 3, 5, 1) == 0.0123


@pytest.mark.parametrize("correlation", [0.05, 0.3, 0.499, 0.5, 0.7, 0.95])
@pytest.mark.parametrize(("k", "n"), [(1, 3), (3, 5), (4, 4)])
def test_it_is_what_a_simulation_counts(k: int, n: int, correlation: float) -> None:
    errors = _frames(np.random.default_rng(5), 400_000, n, correlation) <= -1.6448536
    counted = float(np.mean(errors.sum(axis=1) >= k))
    expected = chance_of_k_of_n(0.05, k, n, correlation)
    assert counted == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 400_000))


def test_one_frame_errs_at_its_rate_however_alike_the_frames_are() -> None:
    for correlation in (0.0, 0.2, 0.499, 0.5, 0.8, 0.999, 1 - 1e-9, 1.0):
        assert chance_of_k_of_n(1e-4, 1, 1, correlation) == pytest.approx(1e-4, rel=1e-6)


def test_the_two_ways_to_integrate_meet() -> None:
    below, above = chance_of_k_of_n(1e-4, 3, 5, 0.5 - 1e-9), chance_of_k_of_n(1e-4, 3, 5, 0.5)
    assert below == pytest.approx(above, rel=1e-6)


def test_it_nears_its_limits_smoothly() -> None:
    assert chance_of_k_of_n(0.02, 3, 5, 1e-9) == pytest.approx(_binomial_tail(0.02, 3, 5), rel=1e-5)
    assert chance_of_k_of_n(0.02, 3, 5, 1 - 1e-12) == pytest.approx(0.02, rel=1e-4)


@given(RATES, st.integers(1, 6), st.integers(0, 4), CORRELATIONS)
def test_it_is_a_chance_and_falls_with_k(rate: float, k: int, more: int, correlation: float) -> None:
    n = k + more
    chances = [chance_of_k_of_n(rate, needed, n, correlation) for needed in range(1, n + 1)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(chances))


@given(st.floats(1e-6, 0.2), st.floats(1e-6, 0.2), CORRELATIONS)
def test_it_rises_with_the_rate(one: float, other: float, correlation: float) -> None:
    lower, higher = sorted((one, other))
    assert chance_of_k_of_n(lower, 3, 5, correlation) <= chance_of_k_of_n(higher, 3, 5, correlation) + 1e-12


def test_rare_errors_of_frames_that_are_alike_are_far_likelier_than_a_product_says() -> None:
    assert chance_of_k_of_n(1e-3, 3, 5, 0.8) > 1000 * chance_of_k_of_n(1e-3, 3, 5, 0)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_what_never_or_always_happens_stays_so(rate: float) -> None:
    assert chance_of_k_of_n(rate, 3, 5, 0.4) == rate


@pytest.mark.parametrize(
    ("rate", "k", "n", "correlation"),
    [(-0.1, 3, 5, 0.5), (1.1, 3, 5, 0.5), (math.nan, 3, 5, 0.5), (0.1, 0, 5, 0.5), (0.1, 6, 5, 0.5), (0.1, 3, 5, -0.1),
     (0.1, 3, 5, 1.1), (0.1, 3, 5, math.nan)],
)  # fmt: skip
def test_impossible_arguments_are_refused(rate: float, k: int, n: int, correlation: float) -> None:
    with pytest.raises(ValueError, match="no chance of"):
        chance_of_k_of_n(rate, k, n, correlation)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9])
def test_the_correlation_of_simulated_groups_is_found(correlation: float) -> None:
    rng = np.random.default_rng(7)
    sizes = rng.integers(2, 7, 4000)
    groups = [_frames(rng, 1, size, correlation)[0] for size in sizes]
    assert intraclass_correlation(groups) == pytest.approx(correlation, abs=0.03)


def test_groups_of_one_value_say_where_the_groups_lie_but_nothing_of_their_spread() -> None:
    rng = np.random.default_rng(8)
    groups = [_frames(rng, 1, size, 0.5)[0] for size in [1] * 3000 + [4] * 3000]
    assert intraclass_correlation(groups) == pytest.approx(0.5, abs=0.04)


def test_groups_that_hold_the_same_value_throughout_are_wholly_alike() -> None:
    assert intraclass_correlation([np.full(3, 0.2), np.full(2, 0.5)]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "groups",
    [[], [np.array([0.1, 0.2])], [np.array([0.1]), np.array([0.2])], [np.full(3, 0.4), np.full(2, 0.4)], [np.zeros(0)]],
)
def test_too_little_to_tell_is_said(groups: list[NDArray[np.float64]]) -> None:
    assert intraclass_correlation(groups) is None
