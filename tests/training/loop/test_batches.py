import numpy as np
import pytest

from kiosk.training.loop import PeopleBatches

OWNERS = np.repeat(np.arange(10), [2, 3, 4, 5, 6, 2, 3, 4, 5, 6])


@pytest.mark.parametrize("step", range(12))
def test_a_batch_has_p_people_with_k_pictures_of_their_own(step):
    batch = PeopleBatches(OWNERS, people=4, pictures=3, seed=1).batch(step)
    rows = OWNERS[batch].reshape(4, 3)
    assert (rows == rows[:, :1]).all()
    assert len(set(rows[:, 0])) == 4


def test_whoever_has_enough_pictures_shows_none_twice_and_others_show_all():
    for step in range(20):
        for row in PeopleBatches(OWNERS, 4, 4, seed=2).batch(step).reshape(4, 4):
            assert len(set(row)) == min(np.count_nonzero(OWNERS[row[0]] == OWNERS), 4)


def test_within_an_epoch_nobody_comes_twice():
    batches = PeopleBatches(OWNERS, people=3, pictures=2, seed=3)
    for epoch in range(4):
        people = [person for step in range(3) for person in OWNERS[batches.batch(3 * epoch + step)][::2]]
        assert len(set(people)) == len(people) == 9


def test_over_the_epochs_everybody_comes():
    batches = PeopleBatches(OWNERS, people=3, pictures=2, seed=3)
    assert set(OWNERS[np.concatenate([batches.batch(step) for step in range(30)])]) == set(range(10))


def test_a_batch_depends_on_the_step_and_the_seed_alone():
    one, again, other = (PeopleBatches(OWNERS, 4, 3, seed) for seed in (1, 1, 2))
    later = one.batch(17)
    one.batch(3)
    np.testing.assert_array_equal(one.batch(17), later)
    np.testing.assert_array_equal(again.batch(17), later)
    assert not np.array_equal(other.batch(17), later)
    assert not np.array_equal(one.batch(18), later)


def test_as_many_people_as_there_are_make_a_batch():
    assert sorted(set(OWNERS[PeopleBatches(OWNERS, 10, 2, seed=1).batch(5)])) == list(range(10))
