import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import det_curve, roc_auc_score, roc_curve

from kiosk.errors import EvaluationError
from kiosk.evaluation.rates import (
    Steps,
    accepts,
    area_under,
    curve,
    equal_error_rate,
    false_matches,
    false_non_matches,
    operating_point,
    threshold_at_fmr,
)

# Few values, so that ties are common.
DISTANCES = st.one_of(st.integers(0, 12).map(lambda n: n / 8), st.floats(0, 2), st.just(math.nan), st.just(math.inf))
SOME = st.lists(DISTANCES, min_size=1, max_size=30)
FINITE = st.lists(st.integers(0, 40).map(lambda n: n / 16), min_size=1, max_size=40)
RATES = st.one_of(st.floats(0, 1), st.integers(0, 30).map(lambda n: n / 30))
BUSY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault
NORMAL = NormalDist()


def normal_distances(mean, deviation, count):
    """As a normal distribution spreads them, without chance."""
    return np.array([NormalDist(mean, deviation).inv_cdf((n + 0.5) / count) for n in range(count)])


GENUINE, IMPOSTOR = normal_distances(0.5, 0.1, 4000), normal_distances(0.8, 0.1, 4000)


def accepted_one_by_one(distances, threshold):
    return sum(math.isfinite(one) and one <= threshold for one in distances)


def nearer_one_by_one(genuine, impostor):
    """How often a genuine distance is nearer than an impostor's, ties half; what is no number is farthest."""
    own, other = ([one if math.isfinite(one) else math.inf for one in part] for part in (genuine, impostor))
    return sum((a < b) + (a == b) / 2 for a in own for b in other) / (len(own) * len(other))


def test_both_rates_change_in_exact_steps():
    found = curve([0.1, 0.2, 0.4], [0.3, 0.4])
    assert found.thresholds[1:].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert found.fmr.tolist() == [0, 0, 0, 0.5, 1]
    assert found.fnmr.tolist() == [1, 2 / 3, 1 / 3, 1 / 3, 0]


@BUSY
@given(SOME, SOME)
def test_the_curve_counts_as_a_comparison_one_by_one(genuine, impostor):
    found = curve(genuine, impostor)
    assert (np.diff(found.thresholds) > 0).all()
    assert (found.fmr[0], found.fnmr[0]) == (0, 1)
    for threshold, fmr, fnmr in zip(found.thresholds, found.fmr, found.fnmr, strict=True):
        assert fmr == accepted_one_by_one(impostor, threshold) / len(impostor)
        assert fnmr == (len(genuine) - accepted_one_by_one(genuine, threshold)) / len(genuine)


@BUSY
@given(SOME, SOME, st.one_of(DISTANCES, st.floats(-1, 3)))
def test_the_curve_holds_between_its_thresholds(genuine, impostor, threshold):
    fmr, fnmr = curve(genuine, impostor).at(threshold)
    assert fmr == false_matches(impostor, threshold).value
    assert fnmr == false_non_matches(genuine, threshold).value


@BUSY
@given(FINITE, FINITE)
def test_the_curve_is_that_of_scikit_learn(genuine, impostor):
    labels, scores = [1] * len(genuine) + [0] * len(impostor), [-one for one in genuine + impostor]
    found = curve(genuine, impostor)
    fmr, matched, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    np.testing.assert_array_equal(found.thresholds[1:], -thresholds[1:])
    np.testing.assert_allclose(found.fmr, fmr, atol=1e-15)
    np.testing.assert_allclose(found.fnmr, 1 - matched, atol=1e-15)
    assert area_under(found) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


@BUSY
@given(FINITE, FINITE)
def test_every_point_of_scikit_learns_det_curve_is_on_it(genuine, impostor):
    labels, scores = [1] * len(genuine) + [0] * len(impostor), [-one for one in genuine + impostor]
    found = curve(genuine, impostor)
    for fmr, fnmr, threshold in zip(*det_curve(labels, scores), strict=True):
        if math.isfinite(threshold):
            assert found.at(-threshold) == pytest.approx((fmr, fnmr), abs=1e-12)


@BUSY
@given(SOME, SOME)
def test_the_area_is_how_often_one_persons_pair_is_nearer(genuine, impostor):
    assert area_under(curve(genuine, impostor)) == pytest.approx(nearer_one_by_one(genuine, impostor), abs=1e-12)


@BUSY
@given(SOME, SOME)
def test_weights_are_as_so_many_copies(genuine, impostor):
    own, other = (np.arange(len(part)) % 3 + 1 for part in (genuine, impostor))
    weighed = Steps.of(genuine, impostor).curve(own.astype(float), other.astype(float))
    copied = curve(np.repeat(genuine, own), np.repeat(impostor, other))
    np.testing.assert_array_equal(weighed.thresholds, copied.thresholds)
    np.testing.assert_array_equal(weighed.fmr, copied.fmr)
    np.testing.assert_array_equal(weighed.fnmr, copied.fnmr)


def test_what_weighs_nothing_is_not_there():
    found = Steps.of([0.1, 0.9], [0.2, 0.8]).curve(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert (area_under(found), found.at(0.5)) == (1, (0, 0))


def test_two_normal_distributions_give_the_rates_of_the_closed_form():
    found = curve(GENUINE, IMPOSTOR)
    assert area_under(found) == pytest.approx(NORMAL.cdf(0.3 / (0.1 * math.sqrt(2))), abs=2e-5)
    rate, threshold = equal_error_rate(found)
    assert rate == pytest.approx(NORMAL.cdf(-1.5), abs=3e-4)
    assert threshold == pytest.approx(0.65, abs=3e-4)


@pytest.mark.parametrize("fmr", [0.1, 1e-2, 1e-3])
def test_an_operating_point_is_that_of_the_closed_form(fmr):
    found = operating_point(GENUINE, IMPOSTOR, fmr)
    threshold = 0.8 + 0.1 * NORMAL.inv_cdf(fmr)
    assert found.threshold == pytest.approx(threshold, abs=1e-3 if fmr > 1e-3 else 5e-3)
    assert found.fmr.value == fmr
    assert found.fnmr.value == pytest.approx(1 - NORMAL.cdf((found.threshold - 0.5) / 0.1), abs=2.5e-4)
    assert found.is_carried


@BUSY
@given(SOME, RATES)
def test_no_larger_threshold_keeps_the_rate(impostor, fmr):
    if not np.isfinite(impostor).any():
        return
    threshold = threshold_at_fmr(impostor, fmr)
    assert false_matches(impostor, threshold).value <= fmr
    larger = [one for one in impostor if math.isfinite(one) and one > threshold]
    assert all(false_matches(impostor, one).value > fmr for one in larger)


@BUSY
@given(FINITE, FINITE, st.integers(0, 39))
def test_the_curve_and_the_threshold_agree(genuine, impostor, errors):
    fmr = errors / len(impostor)
    if fmr < 1:
        point = operating_point(genuine, impostor, fmr)
        assert curve(genuine, impostor).fnmr_at_fmr(fmr) == point.fnmr.value
        assert curve(genuine, impostor).at(point.threshold) == (point.fmr.value, point.fnmr.value)


@pytest.mark.parametrize(
    ("count", "fmr", "errors"), [(100, 0.29, 29), (1000, 0.57, 570), (10, 0.3, 3), (3000, 1e-3, 3)]
)
def test_a_rate_that_is_not_exact_in_binary_loses_no_impostor(count, fmr, errors):
    impostor = np.arange(count) / count
    assert false_matches(impostor, threshold_at_fmr(impostor, fmr)).errors == errors


def test_equal_impostors_are_accepted_together_or_not_at_all():
    impostor = np.full(1000, 0.5)
    assert threshold_at_fmr(impostor, 0.01) == np.nextafter(0.5, 0)
    assert not operating_point([0.1], impostor, 0.01).is_carried


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_single_precision_is_compared_as_it_is(kind):
    # Between two float32 there are many float64: a threshold among them must not be rounded to what it leaves out.
    impostor = np.array([0.3, 0.4, 0.5], kind)
    threshold = threshold_at_fmr(impostor, 1 / 3)
    assert np.count_nonzero(impostor <= threshold) == 1  # numpy rounds the threshold to the array's precision
    assert false_matches(impostor, threshold).errors == 1
    assert not (impostor <= curve(impostor, impostor).thresholds[0]).any()


def test_too_few_impostors_are_told():
    point = operating_point([0.1, 0.5], np.array([0.4, 0.7]), 1e-3)
    assert (point.threshold, point.fmr.errors, point.fnmr.value) == (np.nextafter(0.4, 0), 0, 0.5)
    assert not point.is_carried


def test_where_all_may_be_accepted_the_threshold_is_the_largest_distance():
    assert threshold_at_fmr([0.1, 0.9, math.nan], 0.7) == 0.9
    assert threshold_at_fmr([0.1, 0.9], 5) == 0.9


@pytest.mark.parametrize("fmr", [math.nan, -1.0, 0.0])
def test_a_rate_that_makes_no_sense_accepts_nobody(fmr):
    assert threshold_at_fmr([0.5, 0.7], fmr) == np.nextafter(0.5, 0)
    assert curve([0.6], [0.5, 0.7]).fnmr_at_fmr(fmr) == 1


@pytest.mark.parametrize("threshold", [math.nan, -math.inf, -1.0])
def test_a_threshold_that_makes_no_sense_accepts_nobody(threshold):
    assert false_matches([0.0, 0.5], threshold).errors == 0
    assert curve([0.6], [0.0]).at(threshold) == (0, 1)


@pytest.mark.parametrize("failed", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_accepted(failed):
    assert accepts([failed, 0.5], math.inf).tolist() == [False, True]
    assert false_matches([failed, 0.5], math.inf).errors == 1
    assert false_non_matches([failed, 0.5], math.inf).errors == 1
    found = curve([failed, 0.5], [failed, 0.6])
    assert (found.fmr[-1], found.fnmr[-1]) == (0.5, 0.5)


def test_of_one_person_all_without_a_face_nobody_is_recognised():
    found = curve([math.nan, math.nan], [0.2, 0.4])
    assert area_under(found) == 0
    assert equal_error_rate(found) == (1, 0.4)


def test_strangers_all_without_a_face_are_told_apart_but_give_no_threshold():
    found = curve([0.2, 0.4], [math.nan])
    assert (area_under(found), equal_error_rate(found)) == (1, (0, 0.4))
    with pytest.raises(EvaluationError, match="no pair of two people"):
        threshold_at_fmr([math.nan], 0.01)


def test_where_no_pair_has_a_distance_nothing_is_told_apart():
    found = curve([math.nan], [math.nan])
    assert (found.thresholds.tolist(), area_under(found), equal_error_rate(found)) == ([0], 0.5, (0.5, 0))


def test_people_who_are_all_the_same_are_told_apart_by_a_coin():
    found = curve([0.5] * 3, [0.5] * 4)
    assert (area_under(found), equal_error_rate(found)[0]) == (0.5, 0.5)


def test_people_far_apart_are_told_apart_without_an_error():
    found = curve([0.1, 0.2], [0.8, 0.9])
    assert (area_under(found), equal_error_rate(found)) == (1, (0, 0.2))


@pytest.mark.parametrize(("genuine", "impostor", "missing"), [([], [0.5], "one person"), ([0.5], [], "two people")])
def test_one_kind_of_pairs_alone_has_no_curve(genuine, impostor, missing):
    with pytest.raises(EvaluationError, match=f"there is no pair of {missing}; give pictures of several people"):
        curve(genuine, impostor)


def test_no_pairs_at_all_leave_the_rates_unknown():
    assert (false_matches([], 0.5).value, false_non_matches([], 0.5).value) == (None, None)
    with pytest.raises(EvaluationError, match="no pair of two people"):
        operating_point([0.5], [], 0.01)


def test_whole_numbers_are_distances_too():
    assert curve([1, 2], [2, 3]).thresholds[1:].tolist() == [1, 2, 3]
    assert threshold_at_fmr([1, 2], 0) == np.nextafter(1, 0)
