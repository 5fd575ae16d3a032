"""LFW's protocol: accuracy by folds, failed pairs, folds that share no people."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.errors import EvaluationError
from kiosk.evaluation.rates import area_under, curve, operating_point
from kiosk.evaluation.verification import ScoredPairs, best_for, disjoint_folds, verify_by_folds, verify_by_training

BUSY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PEOPLE = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60).map(np.array)


def pairs_from(distances, same):
    """Pairs of which no two share a person."""
    return ScoredPairs.of(distances, same, [(f"a{n}", f"a{n}" if one else f"b{n}") for n, one in enumerate(same)])


def lfw(seed, *, in_fold=60, deviation=0.1, failing=0.0):
    """Pairs in ten folds as LFW's: in each as many of one person, then of two."""
    random = np.random.default_rng(seed)
    places = np.arange(10 * in_fold)
    same = places % in_fold < in_fold // 2
    distances = random.normal(np.where(same, 0.5, 0.8), deviation)
    distances[random.random(len(places)) < failing] = math.nan
    return pairs_from(distances, same), places // in_fold


def test_each_fold_is_judged_at_the_threshold_of_the_others():
    pairs = pairs_from([0.1, 0.5, 0.3, 0.9, 0.2, 0.8], [True, False] * 3)
    found = verify_by_folds(pairs, np.array([0, 0, 1, 1, 2, 2]))
    assert [fold.accuracy for fold in found.folds] == [0.5, 1, 1]
    assert [fold.threshold for fold in found.folds] == pytest.approx([0.55, 0.35, 0.4])
    assert found.threshold == pytest.approx(1.3 / 3)


def test_two_normal_distributions_give_the_closed_form_with_the_errors_that_lfw_reports():
    found = verify_by_folds(*lfw(1, in_fold=600))
    truth = NormalDist().cdf(1.5)
    assert found.accuracy.interval.low < truth < found.accuracy.interval.high
    assert found.accuracy.value == pytest.approx(truth, abs=0.01)
    assert found.threshold == pytest.approx(0.65, abs=0.02)
    assert found.area.value == pytest.approx(NormalDist().cdf(3 / math.sqrt(2)), abs=0.004)
    assert found.equal_error.value == pytest.approx(1 - truth, abs=0.01)
    parts = np.array([fold.accuracy for fold in found.folds])
    assert found.accuracy.value == pytest.approx(parts.mean())
    assert found.accuracy.std == pytest.approx(parts.std(ddof=1))
    assert found.accuracy.standard_error == pytest.approx(parts.std(ddof=1) / math.sqrt(10))
    assert found.accuracy.value == pytest.approx(1 - found.accuracy.errors.value)


def test_a_failed_pair_is_an_error_in_one_accuracy_and_absent_from_the_other():
    pairs, folds = lfw(1, failing=0.02)
    found = verify_by_folds(pairs, folds)
    failed = np.count_nonzero(~pairs.acquired)
    assert found.accuracy_acquired.errors.trials == 600 - failed < 595
    assert round(found.accuracy_acquired.value * (600 - failed)) == round(found.accuracy.value * 600)
    kept = pairs[pairs.acquired]
    assert verify_by_folds(kept, folds[pairs.acquired]).accuracy == found.accuracy_acquired
    assert found.area.value == area_under(curve(kept.distances[kept.same], kept.distances[~kept.same]))
    genuine, impostor = pairs.distances[pairs.same], pairs.distances[~pairs.same]
    for point, acquired in zip(found.points, found.points_acquired, strict=True):
        expected = operating_point(genuine, impostor, point.fmr_asked)
        assert (point.fmr.errors, point.fmr.trials) == (expected.fmr.errors, 300)
        assert (point.fnmr.errors, point.fnmr.trials) == (expected.fnmr.errors, 300)
        assert (acquired.fmr.trials, acquired.fnmr.trials) == (np.isfinite(impostor).sum(), np.isfinite(genuine).sum())


def test_the_threshold_can_come_from_other_pairs():
    training, pairs = pairs_from([0.2, 0.4], [True, False]), pairs_from([0.1, 0.29, 0.31, 0.9], [True, False] * 2)
    found = verify_by_training(pairs, training)
    assert (len(found.folds), found.threshold, found.accuracy.value) == (1, pytest.approx(0.3), 0.5)
    assert (found.accuracy.std, found.accuracy.standard_error) == (None, None)
    (many, folds), (other, _) = lfw(5), lfw(6)
    folded = verify_by_training(many, other, folds)
    assert {fold.threshold for fold in folded.folds} == {best_for(other)}
    assert folded.accuracy.std > 0


def test_what_cannot_be_measured_is_refused():
    two_folds = np.array([0, 0, 1, 1])
    for distances, same, folds, reason in (
        ([0.1, 0.9], [True, False], np.zeros(2, int), "all in one fold"),
        ([], [], np.zeros(0, int), "all in one fold"),
        ([0.1, 0.2, 0.3, 0.4], [True] * 4, two_folds, "no pair of two people"),
        ([0.1, 0.2, 0.3, 0.4], [False] * 4, two_folds, "no pair of one person"),
        ([math.nan] * 4, [True, False] * 2, two_folds, "no threshold can be chosen"),
    ):
        with pytest.raises(EvaluationError, match=reason):
            verify_by_folds(pairs_from(distances, same), folds)


# Folds that share no people -------------------------------------------------------------------------------------------


@BUSY
@given(PEOPLE, st.integers(1, 12), st.integers(0, 99))
def test_every_pair_has_a_fold_and_people_in_several_are_counted(people, count, seed):
    found = disjoint_folds(people, seed=seed, count=count)
    assert len(found.numbers) == len(people)
    assert set(found.numbers) == set(range(found.count))
    assert 1 <= found.count <= count
    folds_of = {}
    for pair, fold in zip(people.tolist(), found.numbers.tolist(), strict=True):
        for person in pair:
            folds_of.setdefault(person, set()).add(fold)
    assert found.shared == sum(len(folds) > 1 for folds in folds_of.values())


def test_people_who_are_connected_stay_together():
    strangers = np.stack([np.arange(103), np.arange(103) + 103], axis=1)
    assert sorted(np.bincount(disjoint_folds(strangers, seed=1).numbers)) == [10] * 7 + [11] * 3
    people = np.repeat(np.arange(40), 6)
    own = disjoint_folds(np.stack([people, people], axis=1), seed=3)
    assert (own.count, own.shared, np.bincount(own.numbers).tolist()) == (10, 0, [24] * 10)
    chains = np.array([[4 * n + k, 4 * n + k + 1] for n in range(20) for k in range(3)])
    assert disjoint_folds(chains, seed=4).shared == 0
    ring = np.stack([np.arange(1000), (np.arange(1000) + 1) % 1000], axis=1)
    divided = disjoint_folds(ring, seed=5)
    assert np.bincount(divided.numbers).tolist() == [100] * 10
    assert 0 < divided.shared <= 60  # two ends of each part, two parts in a fold
    assert disjoint_folds(np.zeros((0, 2), int), seed=1).count == 0
