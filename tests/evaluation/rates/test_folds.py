import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.evaluation.verification import disjoint_folds, shared_people

BUSY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault
PEOPLE = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60).map(np.array)


def strangers(count):
    """Pairs of which no two share anybody."""
    return np.stack([np.arange(count), np.arange(count) + count], axis=1)


def test_pairs_that_share_nobody_fill_ten_folds_evenly():
    found = disjoint_folds(strangers(103), seed=1)
    assert (found.count, found.shared) == (10, 0)
    assert sorted(np.bincount(found.numbers)) == [10] * 7 + [11] * 3


@BUSY
@given(PEOPLE, st.integers(1, 12), st.integers(0, 99))
def test_every_pair_has_a_fold_and_no_fold_is_empty(people, count, seed):
    found = disjoint_folds(people, seed=seed, count=count)
    assert len(found.numbers) == len(people)
    assert set(found.numbers) == set(range(found.count))
    assert 1 <= found.count <= count


@BUSY
@given(PEOPLE, st.integers(1, 12), st.integers(0, 99))
def test_the_people_in_several_folds_are_counted(people, count, seed):
    found = disjoint_folds(people, seed=seed, count=count)
    folds_of = {}
    for pair, fold in zip(people.tolist(), found.numbers.tolist(), strict=True):
        for person in pair:
            folds_of.setdefault(person, set()).add(fold)
    assert found.shared == sum(len(folds) > 1 for folds in folds_of.values()) == shared_people(people, found.numbers)


def test_all_pictures_of_a_person_stay_together():
    people = np.repeat(np.arange(40), 6)
    found = disjoint_folds(np.stack([people, people], axis=1), seed=3)
    assert (found.count, found.shared, np.bincount(found.numbers).tolist()) == (10, 0, [24] * 10)


def test_people_who_are_connected_by_a_chain_of_pairs_stay_together():
    chains = [[4 * n + k, 4 * n + k + 1] for n in range(20) for k in range(3)]
    found = disjoint_folds(np.array(chains), seed=4)
    assert (found.shared, found.count) == (0, 10)
    assert (found.numbers.reshape(20, 3) == found.numbers.reshape(20, 3)[:, :1]).all()


def test_what_is_all_connected_is_divided_among_neighbours():
    ring = np.stack([np.arange(1000), (np.arange(1000) + 1) % 1000], axis=1)
    found = disjoint_folds(ring, seed=5)
    assert np.bincount(found.numbers).tolist() == [100] * 10
    assert 0 < found.shared <= 60  # two ends of each part, of which there are two a fold


def test_one_person_on_every_pair_is_in_every_fold():
    found = disjoint_folds(np.stack([np.zeros(100, int), np.arange(1, 101)], axis=1), seed=6)
    assert (found.count, found.shared) == (10, 1)


def test_the_folds_depend_on_the_seed_alone():
    people = strangers(100)
    first, again, other = (disjoint_folds(people, seed=seed).numbers for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(("pairs", "folds"), [(1, 1), (2, 2), (9, 9)])
def test_fewer_pairs_than_folds_make_fewer_folds(pairs, folds):
    assert disjoint_folds(strangers(pairs), seed=1).count == folds


def test_no_pairs_make_no_folds():
    found = disjoint_folds(np.zeros((0, 2), int), seed=1)
    assert (found.count, found.shared, len(found.numbers)) == (0, 0, 0)
