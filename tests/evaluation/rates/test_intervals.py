import math
from itertools import combinations
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.evaluation.intervals import (
    Interval,
    Rate,
    bootstrap_over_people,
    bootstraps_over_people,
    rate_over_people,
    share,
    wilson,
)

BUSY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault
Z = NormalDist().inv_cdf(0.975)


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [(10, 100, 0.0552291, 0.1743657), (0, 10, 0.0, 0.2775328), (10, 10, 0.7224672, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_gives_the_published_values(errors, trials, low, high):
    found = wilson(errors, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-7)
    assert found == Rate(errors, trials, found.low, found.high)


@BUSY
@given(st.integers(1, 10**7), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_both_ends_are_as_far_from_the_share_as_the_normal_deviation_there(trials, part, confidence):
    errors = round(trials * part)
    found = wilson(errors, trials, confidence)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    assert 0 <= found.low <= errors / trials <= found.high <= 1
    for end, inner in ((found.low, errors > 0), (found.high, errors < trials)):
        if inner:
            wanted = z * math.sqrt(end * (1 - end) / trials)
            assert abs(errors / trials - end) == pytest.approx(wanted, rel=1e-5, abs=1e-12)


def test_no_error_in_many_trials_is_still_not_never():
    assert wilson(0, 10_000).high == pytest.approx(Z**2 / (10_000 + Z**2))


@BUSY
@given(st.integers(0, 500), st.integers(0, 500))
def test_what_is_turned_round_has_the_interval_turned_round(errors, others):
    found, turned = wilson(errors, errors + others), wilson(others, errors + others)
    assert (found.low, found.high) == pytest.approx((1 - turned.high, 1 - turned.low), abs=1e-12)


@pytest.mark.parametrize("share_of_errors", [0.02, 0.1, 0.5])
def test_wilson_holds_the_truth_as_often_as_it_says(share_of_errors):
    drawn = np.random.default_rng(1).binomial(200, share_of_errors, 3000)
    held = [found.low <= share_of_errors <= found.high for found in (wilson(int(one), 200) for one in drawn)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_nothing_tried_is_unknown():
    assert wilson(0, 0).value is None
    assert rate_over_people([], []) == Rate(0, 0, 0.0, 1.0)


@pytest.mark.parametrize(("errors", "trials"), [(2, 1), (-1, 5), (0, -1)])
def test_counts_that_cannot_be_are_refused(errors, trials):
    with pytest.raises(ValueError, match="errors in"):
        wilson(errors, trials)


def test_numbers_of_numpy_come_out_as_plain_ones():
    found = wilson(np.int64(1), np.int64(4))
    assert [type(one) for one in (found.errors, found.trials, found.low, found.high)] == [int, int, float, float]


# The bootstrap over people -----------------------------------------------------------------------------------------


def mean_of(values):
    return lambda weights: float(weights @ values / weights.sum())


def width(interval):
    return interval.high - interval.low


def test_where_everybody_has_one_row_it_is_the_interval_of_a_mean():
    values = np.random.default_rng(2).normal(size=400)
    found = bootstrap_over_people(mean_of(values), np.arange(400))
    assert width(found) == pytest.approx(2 * Z * values.std() / 20, rel=0.1)
    assert (found.low + found.high) / 2 == pytest.approx(values.mean(), abs=0.02)


def test_copies_of_the_same_pictures_make_nothing_surer():
    values = np.random.default_rng(3).normal(size=100)
    alone = bootstrap_over_people(mean_of(values), np.arange(100))
    copied = bootstrap_over_people(mean_of(np.repeat(values, 25)), np.repeat(np.arange(100), 25))
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high))


def test_pairs_of_two_people_are_as_sure_as_their_people_are_many():
    # The mean over all pairs of (x + y) / 2 is the mean of x: 4,950 pairs know it no better than 100 people do.
    people = np.array(list(combinations(range(100), 2)))
    values = np.random.default_rng(4).normal(size=100)
    found = bootstrap_over_people(mean_of(values[people].mean(axis=1)), people)
    assert width(found) == pytest.approx(2 * Z * values.std() / 10, rel=0.1)


def test_weights_are_one_on_average_and_products_of_counts():
    people = np.array([[0, 0], [0, 1], [1, 2], [3, 3], [0, 1]])
    seen = []
    bootstrap_over_people(lambda weights: seen.append(weights) or 0.0, people, resamples=4000)
    drawn = np.array(seen)
    assert drawn.mean(axis=0) == pytest.approx(np.ones(5), abs=0.08)
    np.testing.assert_array_equal(drawn[:, 1], drawn[:, 4])
    assert set(drawn[:, 0]) <= {0, 1, 2, 3, 4}
    assert (drawn[drawn[:, 0] == 0, 1] == 0).all()
    counts, products = np.unique(drawn[:, 1])[:3], np.array([0, 1, 2]) * 4 / 3
    assert counts == pytest.approx(products)


def test_it_holds_the_truth_as_often_as_it_says_where_pairs_share_people():
    # Some people resemble everybody: a pair is wrong when one of both does. Pairs alone know nothing of that.
    random = np.random.default_rng(5)
    people = np.array(list(combinations(range(60), 2)))
    truth = 1 - 0.9**2
    held, held_by_wilson = [], []
    for number in range(150):
        wrong = (random.random(60) < 0.1)[people].any(axis=1)
        found, alone = rate_over_people(wrong, people, resamples=200, seed=number), wilson(int(wrong.sum()), len(wrong))
        held.append(found.low <= truth <= found.high)
        held_by_wilson.append(alone.low <= truth <= alone.high)
    assert np.mean(held) >= 0.9
    assert np.mean(held_by_wilson) < 0.5


def test_the_interval_depends_on_the_seed_alone():
    values, people = np.arange(50.0), np.arange(50)
    first, again, other = (bootstrap_over_people(mean_of(values), people, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_more_confidence_takes_more_room():
    values, people = np.arange(50.0), np.arange(50)
    found = [width(bootstrap_over_people(mean_of(values), people, confidence=part)) for part in (0.5, 0.9, 0.99)]
    assert found == sorted(found)


def test_several_statistics_are_drawn_together():
    values, people = np.arange(50.0), np.arange(50)
    both = bootstraps_over_people(lambda w: [mean_of(values)(w), mean_of(-values)(w)], people)
    assert both[0] == bootstrap_over_people(mean_of(values), people)
    assert both[1] == Interval(pytest.approx(-both[0].high), pytest.approx(-both[0].low))


def test_names_serve_as_numbers_do():
    wrong = np.array([True, False, False, True])
    named = rate_over_people(wrong, [("Ada", "Lin"), ("Ada", "Ada"), ("Eve", "Lin"), ("Eve", "Eve")])
    assert named == rate_over_people(wrong, [(0, 2), (0, 0), (1, 2), (1, 1)]) != wilson(2, 4)


@pytest.mark.parametrize("people", [[], [[0, 0]] * 5, ["Ada"] * 5])
def test_one_person_alone_has_no_interval(people):
    assert bootstrap_over_people(lambda _: 0.5, people) is None
    assert bootstraps_over_people(lambda _: [0.5, 0.5], people) == []


def test_resamples_that_say_nothing_are_left_out():
    answers = iter([0.5, math.nan] * 500)
    assert bootstrap_over_people(lambda _: next(answers), [0, 1]) == Interval(0.5, 0.5)
    answers = iter([0.5, math.nan, math.nan] * 500)
    assert bootstrap_over_people(lambda _: next(answers), [0, 1], resamples=999) is None


def test_a_rate_over_people_is_never_surer_than_its_trials_are_many():
    wrong = np.zeros(100, bool)
    assert rate_over_people(wrong, np.arange(100)) == wilson(0, 100)
    wrong[:20] = True
    found, alone = rate_over_people(wrong, np.arange(100) // 20), wilson(20, 100)
    assert found.low <= alone.low < alone.high <= found.high
    assert found.high - found.low > 2 * (alone.high - alone.low)


def test_a_share_of_nothing_is_no_number():
    assert math.isnan(share(np.array([True]), np.zeros(1)))
    assert share(np.array([True, False]), np.array([1.0, 3.0])) == 0.25


def test_a_rate_is_widened_and_never_narrowed():
    rate = Rate(1, 10, 0.2, 0.4)
    assert rate.widened(None) == rate
    assert rate.widened(Interval(0.1, 0.3)) == Rate(1, 10, 0.1, 0.4)
    assert rate.widened(Interval(0.25, 0.5)) == Rate(1, 10, 0.2, 0.5)
