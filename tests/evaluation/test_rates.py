"""Error rates against scikit-learn, closed forms and counting one by one."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import det_curve, roc_auc_score, roc_curve

from kiosk.domain import Candidate, Identification
from kiosk.errors import EvaluationError
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.open_set import STRANGER, nearest_person, open_set
from kiosk.evaluation.rates import (
    Steps,
    accepts,
    area_under,
    best_threshold,
    curve,
    equal_error_rate,
    false_matches,
    false_non_matches,
    figures_over_people,
    operating_point,
    threshold_at_fmr,
)

# Few values, so that ties are common.
DISTANCES = st.one_of(st.integers(0, 12).map(lambda n: n / 8), st.floats(0, 2), st.just(math.nan), st.just(math.inf))
SOME = st.lists(DISTANCES, min_size=1, max_size=30)
FINITE = st.lists(st.integers(0, 40).map(lambda n: n / 16), min_size=1, max_size=40)
BUSY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NORMAL = NormalDist()


def normal_distances(mean, deviation, count):
    """As a normal distribution spreads them, without chance."""
    return np.array([NormalDist(mean, deviation).inv_cdf((n + 0.5) / count) for n in range(count)])


GENUINE, IMPOSTOR = normal_distances(0.5, 0.1, 4000), normal_distances(0.8, 0.1, 4000)


def accepted_one_by_one(distances, threshold):
    return sum(math.isfinite(one) and one <= threshold for one in distances)


@BUSY
@given(SOME, SOME, st.one_of(DISTANCES, st.floats(-1, 3)))
def test_the_curve_counts_as_a_comparison_one_by_one(genuine, impostor, between):
    found = curve(genuine, impostor)
    assert (np.diff(found.thresholds) > 0).all()
    assert (found.fmr[0], found.fnmr[0]) == (0, 1)
    for threshold in (*found.thresholds, between):
        fmr = accepted_one_by_one(impostor, threshold) / len(impostor)
        fnmr = (len(genuine) - accepted_one_by_one(genuine, threshold)) / len(genuine)
        assert found.at(threshold) == (fmr, fnmr)
        assert (false_matches(impostor, threshold).value, false_non_matches(genuine, threshold).value) == (fmr, fnmr)


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
@given(SOME, SOME)
def test_weights_are_the_same_as_copies(genuine, impostor):
    own, other = (np.arange(len(part)) % 3 + 1 for part in (genuine, impostor))
    weighted = Steps.of(genuine, impostor).curve(own.astype(float), other.astype(float))
    copied = curve(np.repeat(genuine, own), np.repeat(impostor, other))
    for name in ("thresholds", "fmr", "fnmr"):
        np.testing.assert_array_equal(getattr(weighted, name), getattr(copied, name))


def test_two_normal_distributions_give_the_rates_of_the_closed_form():
    found = curve(GENUINE, IMPOSTOR)
    assert area_under(found) == pytest.approx(NORMAL.cdf(0.3 / (0.1 * math.sqrt(2))), abs=2e-5)
    assert equal_error_rate(found) == pytest.approx((NORMAL.cdf(-1.5), 0.65), abs=3e-4)
    for fmr in (0.1, 1e-2, 1e-3):
        point = operating_point(GENUINE, IMPOSTOR, fmr)
        assert point.threshold == pytest.approx(0.8 + 0.1 * NORMAL.inv_cdf(fmr), abs=5e-3)
        assert point.fmr.value == fmr
        assert point.is_carried
        assert point.fnmr.value == pytest.approx(1 - NORMAL.cdf((point.threshold - 0.5) / 0.1), abs=2.5e-4)


@BUSY
@given(FINITE, st.one_of(st.floats(0, 1), st.integers(0, 30).map(lambda n: n / 30)))
def test_the_threshold_for_a_rate_is_the_largest_that_keeps_it(impostor, fmr):
    threshold = threshold_at_fmr(impostor, fmr)
    assert false_matches(impostor, threshold).value <= fmr
    higher = np.nextafter(threshold, np.inf)
    if threshold < max(impostor):
        assert false_matches(impostor, higher).value > fmr


def test_too_few_impostors_leave_a_rate_unmeasured():
    point = operating_point([0.1, 0.4], [0.3, 0.5], 1e-3)
    assert (point.threshold, point.is_carried) == (np.nextafter(0.3, 0), False)
    assert point.fnmr.value == 0.5


def test_what_is_not_a_number_is_never_accepted():
    for failed in (math.nan, math.inf, -math.inf):
        assert accepts([failed, 0.5], math.inf).tolist() == [False, True]
        found = curve([failed, 0.5], [failed, 0.6])
        assert (found.fmr[-1], found.fnmr[-1]) == (0.5, 0.5), failed
    assert false_matches([0.0, 0.5], math.nan).errors == 0
    assert threshold_at_fmr([0.5, 0.7], math.nan) == np.nextafter(0.5, 0)


def test_the_ends_are_exact():
    rows = [  # genuine, impostor, area, equal error rate
        ([0.1, 0.2], [0.8, 0.9], 1, 0),
        ([0.5] * 3, [0.5] * 4, 0.5, 0.5),
        ([math.nan] * 2, [0.2, 0.4], 0, 1),
        ([0.2, 0.4], [math.nan], 1, 0),
        ([math.nan], [math.nan], 0.5, 0.5),
    ]
    for genuine, impostor, area, errors in rows:
        found = curve(genuine, impostor)
        assert (area_under(found), equal_error_rate(found)[0]) == (area, errors), (genuine, impostor)


def test_one_kind_of_pairs_alone_has_no_rates():
    for genuine, impostor, missing in (([], [0.5], "one person"), ([0.5], [], "two people")):
        with pytest.raises(EvaluationError, match=f"there is no pair of {missing}; give pictures of several people"):
            curve(genuine, impostor)
        with pytest.raises(EvaluationError, match="there is no pair of"):
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


# Intervals over people ------------------------------------------------------------------------------------------------


def figures_of(seed, people=300, **options):
    random = np.random.default_rng(seed)
    drawn = random.normal(0.5, 0.1, people), random.normal(0.8, 0.1, people)
    return figures_over_people(*drawn, (np.arange(people), people + np.arange(people)), [0.1], seed=seed, **options)


def test_the_area_is_as_certain_as_its_closed_form_says():
    # Hanley and McNeil 1982, Radiology 143, 29-36: the standard error of the area under a ROC curve.
    found = figures_of(seed=0)
    area, n = found.area.value, 300
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    error = math.sqrt((area * (1 - area) + (n - 1) * (q1 + q2 - 2 * area**2)) / n**2)
    assert found.area.interval.high - found.area.interval.low == pytest.approx(3.92 * error, rel=0.25)
    alone = wilson(found.points[0].fnmr.errors, found.points[0].fnmr.trials)
    assert found.points[0].fnmr.high - found.points[0].fnmr.low > 1.2 * (alone.high - alone.low)
    assert figures_of(seed=0).area == found.area


def test_the_intervals_cover_the_truth_as_often_as_they_say():
    # FMR 0.1 lies 1.2816 deviations below 0.8: FNMR = 1 - Phi(3 - 1.2816); EER = Phi(-1.5); area = Phi(3 / sqrt 2).
    covered = []
    for seed in range(60):
        one = figures_of(seed, people=150, resamples=200)
        bounds = [(one.points[0].fnmr, 0.042862), (one.equal_error.interval, 0.066807), (one.area.interval, 0.983053)]
        covered.append([interval.low <= truth <= interval.high for interval, truth in bounds])
    assert (np.mean(covered, axis=0) >= 0.85).all()


def test_too_few_people_leave_the_figures_without_interval():
    for people in (([0, 0], [0, 0]), ([2, 2], [[0, 1], [0, 1]])):
        found = figures_over_people([0.1, 0.2], [0.3, 0.9], people, [0.5])
        assert found.area.interval is None, people


# The open set ---------------------------------------------------------------------------------------------------------

VALUES = st.one_of(st.integers(0, 8).map(lambda n: n / 8), st.just(math.inf))


def identified(row, threshold):
    """Return whom the door's own rule finds in a row of distances."""
    order = np.argsort(row, kind="stable")
    candidates = tuple(Candidate(str(index), float(row[index])) for index in order)
    return Identification(candidates, threshold, 0.0, len(row)).match


@BUSY
@given(
    st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), min_size=1, max_size=8)),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.sampled_from([np.float32, np.float64]),
)
def test_the_nearest_is_whom_the_door_identifies(rows, threshold, kind):
    distances = np.array([*rows, [math.nan] * len(rows[0])], kind)  # the last picture gave no embedding
    people, nearest = nearest_person(distances)
    for row, person, let_in in zip(distances, people, accepts(nearest, threshold), strict=True):
        assert (str(person) if let_in else None) == identified(row, threshold)


def test_a_member_is_missed_beyond_the_threshold_and_behind_another_person():
    distances = np.array([[0.1, 0.9], [0.8, 0.7], [0.9, 0.5], [0.6, 0.9], [0.7, 0.9]])
    found = open_set(distances, [0, 0, 1, STRANGER, STRANGER], [0.5])
    point = found.points[0]
    assert (found.rank_one_errors.errors, found.rank_one_errors.trials) == (1, 3)
    assert (point.threshold, point.fpir.errors, point.fpir.trials) == (np.nextafter(0.7, 0), 1, 2)
    assert (point.fnir.errors, point.fnir.trials, point.wrong_person.errors) == (1, 3, 0)
    wrong = open_set(np.array([[0.5, 0.2], [0.1, 0.9], [0.9, 0.6]]), [0, 0, STRANGER], [0.0]).points[0]
    assert (wrong.fnir.errors, wrong.wrong_person.errors, wrong.fnir.trials) == (1, 1, 2)


def test_false_positives_grow_with_the_gallery_as_the_closed_form_says():
    # Directions in space: the squared distance of two of them is uniform, so FMR = t^2 / 4.
    random = np.random.default_rng(1)
    for size in (10, 100):
        vectors = random.normal(size=(4000, size + 1, 3))
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        distances = np.linalg.norm(vectors[:, 1:] - vectors[:, :1], axis=2)
        owners = np.full(4000, STRANGER)
        owners[0], distances[0, 0] = 0, 0.0  # one member is needed
        for point in open_set(distances, owners, [0.3, 0.1, 0.03]).points:
            fpir = 1 - (1 - point.threshold**2 / 4) ** size
            assert point.fpir.value <= point.fpir_asked < point.fpir.value + 1e-3
            assert abs(fpir - point.fpir_asked) < 3.5 * math.sqrt(point.fpir_asked * (1 - point.fpir_asked) / 4000)


def test_a_search_without_gallery_members_or_strangers_is_refused():
    for distances, owners, reason in (
        (np.zeros((3, 0)), [STRANGER] * 3, "nobody is in the gallery"),
        (np.ones((2, 2)), [STRANGER] * 2, "a member"),
        (np.array([[0.1, 0.2], [0.3, 0.4]]), [0, 0], "a stranger"),
    ):
        with pytest.raises(EvaluationError, match=reason):
            open_set(distances, owners)
