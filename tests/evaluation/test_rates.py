"""Error rates, intervals and the correlation of frames: against scikit-learn, scipy, closed forms and counting."""

import itertools
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import det_curve, roc_auc_score, roc_curve

from kiosk.errors import EvaluationError
from kiosk.evaluation import rates
from kiosk.evaluation.correlation import (
    FrameCorrelation,
    chance_of_k_of_n,
    frame_correlation,
    intraclass_correlation,
)
from kiosk.evaluation.rates import (
    Rate,
    accepts,
    area_under,
    best_threshold,
    bootstrap_over_people,
    curve,
    equal_error_rate,
    figures_over_people,
    operating_point,
    rate_over_people,
    threshold_at_fmr,
    wilson,
)

# Few values, so that ties are common.
DISTANCES = st.one_of(st.integers(0, 12).map(lambda n: n / 8), st.floats(0, 2), st.just(math.nan), st.just(math.inf))
SOME = st.lists(DISTANCES, min_size=1, max_size=30)
FINITE = st.lists(st.integers(0, 40).map(lambda n: n / 16), min_size=1, max_size=40)
BUSY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NORMAL = NormalDist()


# Curves and thresholds ------------------------------------------------------------------------------------------------


def accepted_one_by_one(distances, threshold):
    return sum(math.isfinite(one) and one <= threshold for one in distances)


@BUSY
@given(SOME, SOME, st.one_of(DISTANCES, st.floats(-1, 3)))
def test_the_curve_counts_as_a_comparison_one_by_one(genuine, impostor, between):
    found = curve(genuine, impostor)
    assert (np.diff(found.thresholds) > 0).all()
    assert (found.fmr[0], found.fnmr[0]) == (0, 1)
    for threshold in (*found.thresholds, between):
        accepted, matched = (accepted_one_by_one(some, threshold) for some in (impostor, genuine))
        fmr, fnmr = accepted / len(impostor), (len(genuine) - matched) / len(genuine)
        assert found.at(threshold) == (fmr, fnmr)
        assert (accepts(impostor, threshold).sum(), accepts(genuine, threshold).sum()) == (accepted, matched)


@BUSY
@given(FINITE, FINITE)
def test_curve_and_area_are_those_of_scikit_learn(genuine, impostor):
    labels, scores = [1] * len(genuine) + [0] * len(impostor), [-one for one in genuine + impostor]
    found = curve(genuine, impostor)
    fmr, matched, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    np.testing.assert_array_equal(found.thresholds[1:], -thresholds[1:])
    np.testing.assert_allclose(found.fmr, fmr, atol=1e-15)
    np.testing.assert_allclose(found.fnmr, 1 - matched, atol=1e-15)
    assert area_under(found) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    for fmr, fnmr, threshold in zip(*det_curve(labels, scores), strict=True):
        if math.isfinite(threshold):
            assert found.at(-threshold) == pytest.approx((fmr, fnmr), abs=1e-12)


@BUSY
@given(FINITE, st.one_of(st.floats(0, 1), st.integers(0, 30).map(lambda n: n / 30)))
def test_the_threshold_for_a_rate_is_the_largest_that_keeps_it(impostor, fmr):
    threshold = threshold_at_fmr(impostor, fmr)
    assert accepts(impostor, threshold).mean() <= fmr
    if threshold < max(impostor):
        assert accepts(impostor, np.nextafter(threshold, np.inf)).mean() > fmr


def test_two_normal_distributions_give_the_rates_of_the_closed_form():
    places = (np.arange(4000) + 0.5) / 4000
    genuine, impostor = (np.array([NormalDist(mean, 0.1).inv_cdf(one) for one in places]) for mean in (0.5, 0.8))
    found = curve(genuine, impostor)
    assert area_under(found) == pytest.approx(NORMAL.cdf(0.3 / (0.1 * math.sqrt(2))), abs=2e-5)
    assert equal_error_rate(found) == pytest.approx((NORMAL.cdf(-1.5), 0.65), abs=3e-4)
    for fmr in (0.1, 1e-2, 1e-3):
        point = operating_point(genuine, impostor, fmr)
        assert point.threshold == pytest.approx(0.8 + 0.1 * NORMAL.inv_cdf(fmr), abs=5e-3)
        assert (point.fmr.value, point.is_carried) == (fmr, True)
        assert point.fnmr.value == pytest.approx(1 - NORMAL.cdf((point.threshold - 0.5) / 0.1), abs=2.5e-4)


def test_the_ends_are_exact_and_what_is_not_a_number_is_never_accepted():
    for genuine, impostor, area, errors in (
        ([0.1, 0.2], [0.8, 0.9], 1, 0),
        ([0.5] * 3, [0.5] * 4, 0.5, 0.5),
        ([math.nan] * 2, [0.2, 0.4], 0, 1),
        ([0.2, 0.4], [math.nan], 1, 0),
        ([math.nan], [math.nan], 0.5, 0.5),
    ):
        found = curve(genuine, impostor)
        assert (area_under(found), equal_error_rate(found)[0]) == (area, errors), (genuine, impostor)
    for failed in (math.nan, math.inf, -math.inf):
        assert accepts([failed, 0.5], math.inf).tolist() == [False, True]
        found = curve([failed, 0.5], [failed, 0.6])
        assert (found.fmr[-1], found.fnmr[-1]) == (0.5, 0.5), failed
    assert not accepts([0.0, 0.5], math.nan).any()
    assert threshold_at_fmr([0.5, 0.7], math.nan) == np.nextafter(0.5, 0)
    few = operating_point([0.1, 0.4], [0.3, 0.5], 1e-3)
    assert (few.threshold, few.is_carried, few.fnmr.value) == (np.nextafter(0.3, 0), False, 0.5)


def test_one_kind_of_pairs_alone_has_no_rates():
    for genuine, impostor, missing in (([], [0.5], "one person"), ([0.5], [], "two people")):
        with pytest.raises(EvaluationError, match=f"there is no pair of {missing}; give pictures of several people"):
            figures_over_people(genuine, impostor, (np.zeros(len(genuine)), np.zeros(len(impostor))), [0.1])
    with pytest.raises(EvaluationError, match="no pair of two people"):
        threshold_at_fmr([math.nan], 0.01)


def test_of_several_best_thresholds_the_lowest_is_taken():
    for distances, same, expected in (
        ([0.1, 0.2, 0.3, 0.4], [True, False, True, False], 0.15),
        ([0.3, 0.5], [False, False], np.nextafter(0.3, 0)),
        ([0.3, 0.5], [True, True], 0.5),
        ([0.3, 0.3], [True, False], np.nextafter(0.3, 0)),
    ):
        assert best_threshold(np.array(distances), np.array(same)) == pytest.approx(expected, abs=1e-15), distances


# Intervals ------------------------------------------------------------------------------------------------------------


def test_wilsons_interval_is_that_of_scipy():
    for errors, trials in ((10, 100), (0, 10), (10, 10), (1, 1), (3, 10**6), (499, 500)):
        found = wilson(errors, trials)
        peer = binomtest(errors, trials).proportion_ci(0.95, method="wilson")
        assert (found.low, found.high) == pytest.approx((peer.low, peer.high), abs=1e-12), (errors, trials)
        assert (found.errors, found.trials, found.value) == (errors, trials, errors / trials)
    assert wilson(0, 0) == rate_over_people([], []) == Rate(0, 0, 0.0, 1.0)
    assert wilson(0, 0).value is None
    for errors, trials in ((2, 1), (-1, 5), (0, -1)):
        with pytest.raises(ValueError, match="errors in"):
            wilson(errors, trials)


def interval_of_mean(values, people, seed=0):
    found = bootstrap_over_people(lambda w: [float(w @ values / w.sum())], people, resamples=1000, seed=seed)
    return found[0].low, found[0].high


def test_people_count_not_their_pairs():
    z, random = NORMAL.inv_cdf(0.975), np.random.default_rng(2)
    values = random.normal(size=400)
    low, high = interval_of_mean(values, np.arange(400))
    assert high - low == pytest.approx(2 * z * values.std() / 20, rel=0.1)
    assert (low + high) / 2 == pytest.approx(values.mean(), abs=0.02)
    copied = interval_of_mean(np.repeat(values, 25), np.repeat(np.arange(400), 25))
    assert copied == pytest.approx((low, high))
    assert interval_of_mean(values, np.arange(400), seed=1) != (low, high)
    # The mean over all pairs of (x + y) / 2 is the mean of x: 4,950 pairs say no more than 100 people.
    people, few = np.array(list(itertools.combinations(range(100), 2))), random.normal(size=100)
    low, high = interval_of_mean(few[people].mean(axis=1), people)
    assert high - low == pytest.approx(2 * z * few.std() / 10, rel=0.1)


def test_the_interval_covers_the_truth_where_pairs_share_people_and_wilson_does_not(monkeypatch):
    monkeypatch.setattr(rates, "RESAMPLES", 100)
    random, people = np.random.default_rng(5), np.array(list(itertools.combinations(range(60), 2)))
    truth = 1 - 0.9**2  # a pair is wrong when one of its people resembles everybody
    covered, covered_by_wilson = [], []
    for number in range(100):
        wrong = (random.random(60) < 0.1)[people].any(axis=1)
        found, alone = rate_over_people(wrong, people, seed=number), wilson(int(wrong.sum()), len(wrong))
        covered.append(found.low <= truth <= found.high)
        covered_by_wilson.append(alone.low <= truth <= alone.high)
    assert np.mean(covered) >= 0.9
    assert np.mean(covered_by_wilson) < 0.5


def figures_of(seed, people):
    random = np.random.default_rng(seed)
    drawn = random.normal(0.5, 0.1, people), random.normal(0.8, 0.1, people)
    return figures_over_people(*drawn, (np.arange(people), people + np.arange(people)), [0.1], seed=seed)


def test_intervals_of_figures_are_as_wide_as_closed_forms_say(monkeypatch):
    # Hanley and McNeil 1982, Radiology 143, 29-36: the standard error of the area under a ROC curve.
    found = figures_of(0, people=300)
    area, n = found.area.value, 300
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    error = math.sqrt((area * (1 - area) + (n - 1) * (q1 + q2 - 2 * area**2)) / n**2)
    assert found.area.interval.high - found.area.interval.low == pytest.approx(3.92 * error, rel=0.25)
    alone = wilson(found.points[0].fnmr.errors, found.points[0].fnmr.trials)
    assert found.points[0].fnmr.high - found.points[0].fnmr.low > 1.2 * (alone.high - alone.low)
    # FMR 0.1 lies 1.2816 deviations below 0.8: FNMR = 1 - Phi(3 - 1.2816); EER = Phi(-1.5); area = Phi(3 / sqrt 2).
    monkeypatch.setattr(rates, "RESAMPLES", 100)
    covered = []
    for seed in range(50):
        one = figures_of(seed, people=150)
        bounds = [(one.points[0].fnmr, 0.042862), (one.equal_error.interval, 0.066807), (one.area.interval, 0.983053)]
        covered.append([interval.low <= truth <= interval.high for interval, truth in bounds])
    assert (np.mean(covered, axis=0) >= 0.85).all()


def test_too_little_gives_no_interval():
    for people in (([0, 0], [0, 0]), ([2, 2], [[0, 1], [0, 1]])):
        found = figures_over_people([0.1, 0.2], [0.3, 0.9], people, [0.5])
        assert found.area.interval is None, people
    assert bootstrap_over_people(lambda weights: [1.0], [7, 7, 7], resamples=9) == [None]
    assert bootstrap_over_people(lambda weights: [math.nan], np.arange(9), resamples=9) == [None]


# Correlation of frames ------------------------------------------------------------------------------------------------


def normal_frames(seed, visits, n, correlation):
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((visits, 1))
    return math.sqrt(correlation) * common + math.sqrt(1 - correlation) * rng.standard_normal((visits, n))


def visits(count, correlation, *, seed=0, frames=5):
    return list((0.5 + 0.05 * normal_frames(seed, count, frames, correlation)).astype(np.float32))


def test_k_of_n_frames_err_as_the_closed_forms_and_a_simulation_say():
    for k, n in ((1, 1), (1, 5), (3, 5), (5, 5)):
        for rate in (1e-3, 0.02, 0.5, 0.9):
            tail = sum(math.comb(n, errors) * rate**errors * (1 - rate) ** (n - errors) for errors in range(k, n + 1))
            assert chance_of_k_of_n(rate, k, n, 0) == pytest.approx(tail, rel=1e-12)
            assert chance_of_k_of_n(rate, k, n, 1e-9) == pytest.approx(tail, rel=1e-5)
    assert chance_of_k_of_n(0.02, 3, 5, 1 - 1e-12) == pytest.approx(0.02, rel=1e-4)
    assert chance_of_k_of_n(0.0123, 3, 5, 1) == 0.0123
    for correlation in (0.2, 0.499, 0.5, 0.999):
        assert chance_of_k_of_n(1e-4, 1, 1, correlation) == pytest.approx(1e-4, rel=1e-6)
    below, above = chance_of_k_of_n(1e-4, 3, 5, 0.5 - 1e-9), chance_of_k_of_n(1e-4, 3, 5, 0.5)
    assert below == pytest.approx(above, rel=1e-6)  # two integrals meet
    assert [chance_of_k_of_n(rate, 3, 5, 0.4) for rate in (0.0, 1.0)] == [0, 1]
    for correlation in (0.05, 0.5, 0.95):
        errors = (normal_frames(5, 100_000, 5, correlation) <= -1.6448536).sum(axis=1)
        for k in (1, 3, 5):
            expected = chance_of_k_of_n(0.05, k, 5, correlation)
            error = 4 * math.sqrt(expected * (1 - expected) / 100_000)
            assert np.mean(errors >= k) == pytest.approx(expected, abs=error), (correlation, k)
    for arguments in ((-0.1, 3, 5, 0.5), (math.nan, 3, 5, 0.5), (0.1, 0, 5, 0.5), (0.1, 6, 5, 0.5), (0.1, 3, 5, 1.1)):
        with pytest.raises(ValueError, match="no chance of"):
            chance_of_k_of_n(*arguments)


def test_the_correlation_of_simulated_frames_is_found_and_predicts_grants():
    for correlation in (0.0, 0.3, 0.9):
        sizes = np.random.default_rng(7).integers(2, 7, 2000).tolist()
        groups = [row[:size] for row, size in zip(normal_frames(8, 2000, 6, correlation), sizes, strict=True)]
        assert intraclass_correlation(groups) == pytest.approx(correlation, abs=0.04)
        found = frame_correlation([(0.5 + 0.05 * group).astype(np.float32) for group in groups])
        assert found.correlation == pytest.approx(correlation, abs=0.04)
        assert found.deviation == pytest.approx(0.05, rel=0.05)
        assert found.deviation_in_visit == pytest.approx(0.05 * np.sqrt(1 - correlation), rel=0.05)
    assert intraclass_correlation([np.full(3, 0.2), np.full(2, 0.5)]) == pytest.approx(1.0)
    few = frame_correlation(visits(3, 0.7, seed=1, frames=400), visits(3000, 0.2, seed=2))
    assert few.correlation == pytest.approx(0.7, abs=0.05)  # few clips borrow the spread between people
    some = visits(500, 0.5)
    spoilt = [np.append(own, np.float32(np.inf)) for own in some]  # frames without a face are ignored
    assert frame_correlation(spoilt).correlation == pytest.approx(frame_correlation(some).correlation)
    distances = visits(20_000, 0.6, seed=3)
    near = np.stack(distances) <= 0.4
    predicted = chance_of_k_of_n(float(near.mean()), 3, 5, frame_correlation(distances).correlation)
    assert predicted == pytest.approx(float(np.mean(near.sum(axis=1) >= 3)), rel=0.15)


def test_too_little_gives_no_correlation():
    for groups in ([], [np.array([0.1, 0.2])], [np.array([0.1]), np.array([0.2])], [np.full(3, 0.4), np.full(2, 0.4)]):
        assert intraclass_correlation(groups) is None
    for distances in ([], [np.zeros(0, np.float32)], [np.array([0.3], np.float32)] * 5):
        assert frame_correlation(distances) == FrameCorrelation(None, 0, None, None)
