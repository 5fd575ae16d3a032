"""Intervals of rates: Wilson's, and the bootstrap over people."""

import math
from itertools import combinations
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import binomtest

from kiosk.evaluation.intervals import (
    Rate,
    bootstrap_over_people,
    bootstraps_over_people,
    rate_over_people,
    share,
    wilson,
)

Z = NormalDist().inv_cdf(0.975)


def test_wilsons_interval_is_that_of_scipy():
    for errors, trials in ((10, 100), (0, 10), (10, 10), (1, 1), (3, 10**6), (499, 500)):
        for confidence in (0.5, 0.95, 0.999):
            found = wilson(errors, trials, confidence)
            peer = binomtest(errors, trials).proportion_ci(confidence, method="wilson")
            assert (found.low, found.high) == pytest.approx((peer.low, peer.high), abs=1e-12), (errors, trials)
            assert (found.errors, found.trials, found.value) == (errors, trials, errors / trials)


def test_without_trials_nothing_is_known():
    assert wilson(0, 0) == rate_over_people([], []) == Rate(0, 0, 0.0, 1.0)
    assert wilson(0, 0).value is None


def test_impossible_counts_are_refused():
    for errors, trials in ((2, 1), (-1, 5), (0, -1)):
        with pytest.raises(ValueError, match="errors in"):
            wilson(errors, trials)


def mean_of(values):
    return lambda weights: float(weights @ values / weights.sum())


def width(interval):
    return interval.high - interval.low


def test_with_one_row_for_each_person_it_is_the_interval_of_a_mean():
    values = np.random.default_rng(2).normal(size=400)
    found = bootstrap_over_people(mean_of(values), np.arange(400))
    assert width(found) == pytest.approx(2 * Z * values.std() / 20, rel=0.1)
    assert (found.low + found.high) / 2 == pytest.approx(values.mean(), abs=0.02)
    copied = bootstrap_over_people(mean_of(np.repeat(values, 25)), np.repeat(np.arange(400), 25))
    assert (copied.low, copied.high) == pytest.approx((found.low, found.high))


def test_pairs_of_two_people_are_as_certain_as_their_people_are_many():
    # The mean over all pairs of (x + y) / 2 is the mean of x: 4,950 pairs say no more than 100 people.
    people = np.array(list(combinations(range(100), 2)))
    values = np.random.default_rng(4).normal(size=100)
    found = bootstrap_over_people(mean_of(values[people].mean(axis=1)), people)
    assert width(found) == pytest.approx(2 * Z * values.std() / 10, rel=0.1)


def test_it_covers_the_truth_where_pairs_share_people_and_wilson_does_not():
    random = np.random.default_rng(5)
    people = np.array(list(combinations(range(60), 2)))
    truth = 1 - 0.9**2  # a pair is wrong when one of its people resembles everybody
    covered, covered_by_wilson = [], []
    for number in range(100):
        wrong = (random.random(60) < 0.1)[people].any(axis=1)
        found, alone = rate_over_people(wrong, people, resamples=200, seed=number), wilson(int(wrong.sum()), len(wrong))
        covered.append(found.low <= truth <= found.high)
        covered_by_wilson.append(alone.low <= truth <= alone.high)
    assert np.mean(covered) >= 0.9
    assert np.mean(covered_by_wilson) < 0.5


def test_intervals_depend_on_the_seed_alone_and_several_are_drawn_together():
    values, people = np.arange(50.0), np.arange(50)
    first, again, other = (bootstrap_over_people(mean_of(values), people, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    both = bootstraps_over_people(lambda w: [mean_of(values)(w), mean_of(-values)(w)], people, seed=1)
    assert both[0] == first
    assert (both[1].low, both[1].high) == pytest.approx((-first.high, -first.low))


def test_too_little_gives_no_interval():
    assert bootstrap_over_people(mean_of(np.ones(3)), [7, 7, 7]) is None
    assert bootstrap_over_people(lambda weights: math.nan, np.arange(9)) is None
    assert math.isnan(share(np.ones(2, bool), np.zeros(2)))
