import math
from statistics import NormalDist

import numpy as np
import pytest

from kiosk.errors import EvaluationError
from kiosk.evaluation.rates import Pairs, area_under, curve, operating_point, pairs_of, verification_accuracy
from kiosk.evaluation.verification import ScoredPairs, best_for, disjoint_folds, verify_by_folds, verify_by_training


def pairs_from(distances, same, acquired=None):
    """Pairs of which no two share anybody."""
    people = [(f"a{n}", f"a{n}" if one else f"b{n}") for n, one in enumerate(same)]
    return ScoredPairs.of(distances, same, people, acquired)


def lfw(seed, *, in_fold=60, deviation=0.1, failing=0.0):
    """Pairs in ten folds as LFW's: in each as many of one person, then of two."""
    random = np.random.default_rng(seed)
    places = np.arange(10 * in_fold)
    same = places % in_fold < in_fold // 2
    distances = random.normal(np.where(same, 0.5, 0.8), deviation)
    return pairs_from(distances, same, random.random(len(places)) >= failing), places // in_fold


@pytest.fixture(scope="module")
def whole():
    return verify_by_folds(*lfw(1, in_fold=600))


@pytest.fixture(scope="module")
def holed():
    return verify_by_folds(*lfw(1, failing=0.02))


# The protocol ------------------------------------------------------------------------------------------------------


def test_each_fold_is_judged_with_the_threshold_of_the_others():
    pairs = pairs_from([0.1, 0.5, 0.3, 0.9, 0.2, 0.8], [True, False] * 3)
    found = verify_by_folds(pairs, np.array([0, 0, 1, 1, 2, 2]))
    assert [fold.accuracy for fold in found.folds] == [0.5, 1, 1]
    assert [fold.threshold for fold in found.folds] == pytest.approx([0.55, 0.35, 0.4])
    assert found.threshold == pytest.approx(1.3 / 3)


def test_a_folds_own_pairs_have_no_part_in_its_threshold():
    pairs, folds = lfw(2)
    spoilt = pairs.distances.copy()
    spoilt[folds == 3] = 1.3 - spoilt[folds == 3]
    other = verify_by_folds(ScoredPairs(spoilt, pairs.same, pairs.people), folds)
    assert other.folds[3].threshold == verify_by_folds(pairs, folds).folds[3].threshold
    assert other.folds[3].accuracy < 0.1


def test_mean_and_standard_error_are_those_that_lfw_reports(whole):
    parts = np.array([fold.accuracy for fold in whole.folds])
    assert (len(parts), {fold.pairs for fold in whole.folds}) == (10, {600})
    assert whole.accuracy.value == pytest.approx(parts.mean())
    deviation = math.sqrt(((parts - parts.mean()) ** 2).sum() / 9)
    assert whole.accuracy.std == pytest.approx(deviation)
    assert whole.accuracy.standard_error == pytest.approx(deviation / math.sqrt(10))


def test_two_normal_distributions_give_the_accuracy_of_the_closed_form(whole):
    truth = NormalDist().cdf(1.5)
    assert whole.accuracy.interval.low < truth < whole.accuracy.interval.high
    assert whole.accuracy.value == pytest.approx(truth, abs=0.01)
    assert whole.threshold == pytest.approx(0.65, abs=0.02)
    assert whole.area.value == pytest.approx(NormalDist().cdf(3 / math.sqrt(2)), abs=0.004)
    assert whole.equal_error.value == pytest.approx(1 - truth, abs=0.01)


def test_errors_are_what_accuracy_leaves(whole):
    assert whole.accuracy.errors.trials == 6000
    assert whole.accuracy.value == pytest.approx(1 - whole.accuracy.errors.value)
    interval = whole.accuracy.interval
    assert (1 - interval.high, 1 - interval.low) == pytest.approx(
        (whole.accuracy.errors.low, whole.accuracy.errors.high)
    )


def test_it_agrees_with_what_training_measures():
    owners = np.repeat(np.arange(60), 4)
    made = pairs_of(owners, seed=1)
    distances = np.random.default_rng(2).normal(np.where(made.same, 0.5, 0.8), 0.15)
    people = np.stack([owners[made.first], owners[made.second]], axis=1)
    found = verify_by_folds(ScoredPairs(distances, made.same, people), made.fold)
    assert found.accuracy.value == pytest.approx(
        verification_accuracy(distances, Pairs(made.first, made.second, made.same, made.fold))
    )


def test_order_and_numbers_of_the_folds_do_not_matter(whole):
    pairs, folds = lfw(1, in_fold=600)
    order = np.random.default_rng(3).permutation(6000)
    shuffled = ScoredPairs(pairs.distances[order], pairs.same[order], pairs.people[order])
    found = verify_by_folds(shuffled, (folds * 7 + 100)[order])
    assert [fold.accuracy for fold in found.folds] == [fold.accuracy for fold in whole.folds]


def test_pairs_far_apart_are_judged_without_a_mistake_and_still_not_surely():
    pairs, folds = lfw(4, deviation=0.001, in_fold=600)
    found = verify_by_folds(pairs, folds)
    assert (found.accuracy.value, found.accuracy.std) == (1, 0)
    assert 0.999 < found.accuracy.interval.low < 1 == found.accuracy.interval.high


# Pictures that failed ----------------------------------------------------------------------------------------------


def test_a_failed_pair_is_an_error_in_one_accuracy_and_absent_from_the_other(holed):
    pairs, folds = lfw(1, failing=0.02)
    assert holed.failed == np.count_nonzero(~pairs.acquired) > 5
    right = round(holed.accuracy.value * 600)
    assert holed.accuracy_acquired.errors.trials == 600 - holed.failed
    assert round(holed.accuracy_acquired.value * (600 - holed.failed)) == right
    alone = verify_by_folds(pairs[pairs.acquired], folds[pairs.acquired])
    assert alone.accuracy == holed.accuracy_acquired
    assert [fold.accuracy for fold in alone.folds] == [fold.accuracy_acquired for fold in holed.folds]


def test_failed_pairs_are_non_matches_and_correct_rejections_at_an_operating_point(holed):
    pairs, _ = lfw(1, failing=0.02)
    genuine, impostor = pairs.distances[pairs.same], pairs.distances[~pairs.same]
    for point in holed.points:
        expected = operating_point(genuine, impostor, point.fmr_asked)
        assert (point.fmr.errors, point.fmr.trials) == (expected.fmr.errors, 300)
        assert (point.fnmr.errors, point.fnmr.trials) == (expected.fnmr.errors, 300)
    for point in holed.points_acquired:
        assert point.fmr.trials == np.isfinite(impostor).sum()
        assert point.fnmr.trials == np.isfinite(genuine).sum()


def test_area_and_equal_error_rate_are_of_the_acquired_pairs(holed):
    pairs, _ = lfw(1, failing=0.02)
    kept = pairs[pairs.acquired]
    assert holed.area.value == area_under(curve(kept.distances[kept.same], kept.distances[~kept.same]))


def test_a_fold_without_a_face_is_all_errors():
    pairs = pairs_from([0.1, 0.5, 0.3, 0.9, 0.2, 0.8], [True, False] * 3, [True] * 4 + [False] * 2)
    found = verify_by_folds(pairs, np.array([0, 0, 1, 1, 2, 2]), [0.5])
    assert [(fold.accuracy, fold.accuracy_acquired) for fold in found.folds] == [(0.5, 0.5), (1, 1), (0, None)]
    assert (found.failed, found.accuracy.value, found.accuracy_acquired.value) == (2, 0.5, 0.75)


@pytest.mark.parametrize("failed", [math.nan, math.inf])
def test_a_distance_that_is_no_number_is_a_failed_pair(failed):
    pairs = pairs_from([0.1, failed, 0.3, 0.9], [True, False] * 2)
    assert pairs.acquired.tolist() == [True, False, True, True]
    assert verify_by_folds(pairs, np.array([0, 0, 1, 1]), [0.5]).failed == 1


# A threshold from other pairs --------------------------------------------------------------------------------------


def test_the_threshold_can_come_from_other_pairs():
    training, pairs = pairs_from([0.2, 0.4], [True, False]), pairs_from([0.1, 0.29, 0.31, 0.9], [True, False] * 2)
    found = verify_by_training(pairs, training, rates=[0.5])
    assert (len(found.folds), found.threshold, found.accuracy.value) == (1, pytest.approx(0.3), 0.5)
    assert (found.accuracy.std, found.accuracy.standard_error) == (None, None)


def test_folds_then_only_say_how_the_accuracy_varies():
    (pairs, folds), (training, _) = lfw(5), lfw(6)
    plain, folded = verify_by_training(pairs, training), verify_by_training(pairs, training, folds)
    assert plain.accuracy.value == folded.accuracy.value
    assert {fold.threshold for fold in folded.folds} == {plain.threshold} == {best_for(training)}
    assert folded.accuracy.std > 0


def test_folds_by_seed_serve_as_those_of_a_file():
    pairs, _ = lfw(7, in_fold=200)
    found = verify_by_folds(pairs, disjoint_folds(pairs.people, seed=1).numbers)
    assert len(found.folds) == 10
    assert found.accuracy.value == pytest.approx(NormalDist().cdf(1.5), abs=0.02)


def test_of_several_best_thresholds_the_strictest_is_taken():
    assert best_for(pairs_from([0.1, 0.2, 0.3, 0.4], [True, False, True, False])) == pytest.approx(0.15)
    assert best_for(pairs_from([0.3, 0.5], [False, False])) == np.nextafter(0.3, 0)
    assert best_for(pairs_from([0.3, 0.5], [True, True])) == 0.5


# What cannot be measured -------------------------------------------------------------------------------------------


def test_one_fold_cannot_be_judged_by_others():
    with pytest.raises(EvaluationError, match="all in one fold"):
        verify_by_folds(pairs_from([0.1, 0.9], [True, False]), np.zeros(2, int))
    with pytest.raises(EvaluationError, match="all in one fold"):
        verify_by_folds(pairs_from([], []), np.zeros(0, int))


@pytest.mark.parametrize(("same", "missing"), [(True, "two people"), (False, "one person")])
def test_pairs_of_one_kind_are_refused(same, missing):
    with pytest.raises(EvaluationError, match=f"there is no pair of {missing}"):
        verify_by_folds(pairs_from([0.1, 0.2, 0.3, 0.4], [same] * 4), np.array([0, 0, 1, 1]))


def test_pairs_without_a_face_give_no_threshold():
    pairs = pairs_from([math.nan] * 4, [True, False] * 2)
    with pytest.raises(EvaluationError, match="no threshold can be chosen"):
        verify_by_folds(pairs, np.array([0, 0, 1, 1]))
    with pytest.raises(EvaluationError, match="no threshold can be chosen"):
        verify_by_training(pairs_from([0.1, 0.9], [True, False]), pairs)


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="2 distances, 1 labels, 1 pairs of people"):
        ScoredPairs.of([0.1, 0.2], [True], [("a", "b")])


def test_people_of_the_same_name_are_one():
    pairs = ScoredPairs.of([0.1, 0.2], [True, False], [("Ada", "Ada"), ("Lin", "Ada")])
    assert pairs.people[0, 0] == pairs.people[0, 1] == pairs.people[1, 1] != pairs.people[1, 0]
    assert len(pairs) == 2
