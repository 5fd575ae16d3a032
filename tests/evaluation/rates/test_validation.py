import numpy as np
import pytest

from kiosk.evaluation.rates import (
    FOLDS,
    best_threshold,
    distances_of,
    impostor_distances,
    pairs_of,
    verification_accuracy,
)

OWNERS = np.repeat(np.arange(40), 4)


@pytest.fixture(scope="module")
def pairs():
    return pairs_of(OWNERS, seed=1)


def people_apart(noise):
    """Embeddings of OWNERS around 40 directions."""
    random = np.random.default_rng(2)
    vectors = random.normal(size=(40, 16))[OWNERS] + noise * random.normal(size=(160, 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_every_fold_has_as_many_pairs_of_one_person_as_of_two(pairs):
    assert set(pairs.fold) == set(range(FOLDS))
    for fold in range(FOLDS):
        same = pairs.same[pairs.fold == fold]
        assert same.sum() * 2 == len(same) == 48  # 4 people, 6 pairs each


def test_nobody_is_in_two_folds_and_no_pair_comes_twice(pairs):
    people = [set(OWNERS[np.r_[pairs.first, pairs.second][np.tile(pairs.fold, 2) == fold]]) for fold in range(FOLDS)]
    assert sum(map(len, people)) == len(set.union(*people)) == 40
    assert len({*zip(pairs.first, pairs.second, strict=True)}) == len(pairs.first)
    np.testing.assert_array_equal(pairs.same, OWNERS[pairs.first] == OWNERS[pairs.second])
    assert (pairs.first < pairs.second).all()


def test_the_pairs_depend_on_the_seed_alone(pairs):
    again, other = pairs_of(OWNERS, seed=1), pairs_of(OWNERS, seed=2)
    np.testing.assert_array_equal(again.first, pairs.first)
    assert not np.array_equal(other.first, pairs.first)


def test_the_fewest_people_make_two_folds():
    few = pairs_of(np.repeat(np.arange(4), 2), seed=1)
    assert set(few.fold) == {0, 1}
    assert few.same.sum() * 2 == len(few.same) == 8


def test_people_with_many_pictures_do_not_outweigh_the_others():
    owners = np.repeat(np.arange(4), [60, 60, 2, 2])
    assert np.bincount(pairs_of(owners, seed=1).fold).max() == 600


def test_two_people_with_fewer_pairs_between_them_than_inside_end_too():
    assert len(pairs_of(np.repeat(np.arange(4), [40, 2, 40, 2]), seed=1).same) > 0


def test_people_far_apart_are_judged_without_a_mistake(pairs):
    assert verification_accuracy(distances_of(people_apart(0.01), pairs), pairs) == 1


def test_embeddings_that_say_nothing_are_worth_a_coin(pairs):
    random = np.random.default_rng(3).normal(size=(160, 16)).astype(np.float32)
    assert verification_accuracy(distances_of(random, pairs), pairs) == pytest.approx(0.5, abs=0.08)


def test_noise_costs_accuracy(pairs):
    found = [verification_accuracy(distances_of(people_apart(noise), pairs), pairs) for noise in (0.1, 1.0, 3.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[2] + 0.1


def test_embeddings_that_are_all_the_same_are_worth_a_coin_too(pairs):
    assert verification_accuracy(np.zeros(len(pairs.same)), pairs) == 0.5


@pytest.mark.parametrize(
    ("distances", "same", "between"),
    [
        ([0.1, 0.3, 0.7, 0.9], [1, 1, 0, 0], (0.3, 0.7)),
        ([0.9, 0.1, 0.7, 0.3], [0, 1, 0, 1], (0.3, 0.7)),
        ([0.1, 0.5, 0.5, 0.9], [1, 1, 1, 0], (0.5, 0.9)),
        ([0.1, 0.2, 0.3], [1, 1, 1], (0.3, 0.31)),
        ([0.1, 0.2, 0.3], [0, 0, 0], (0.0, 0.1)),
        ([0.5, 0.5, 0.5], [1, 0, 0], (0.4, 0.5)),
        ([0.5, np.nextafter(0.5, 1)], [1, 0], (0.5, np.nextafter(0.5, 1))),
    ],
)
def test_the_best_threshold_lies_between_the_two_kinds(distances, same, between):
    low, high = between
    assert low <= best_threshold(np.array(distances), np.array(same, bool)) < high


def test_no_threshold_is_better_than_the_best():
    random = np.random.default_rng(4)
    distances, same = random.random(200).round(2), random.random(200) < 0.5

    def right(threshold):
        return np.mean((distances <= threshold) == same)

    assert right(best_threshold(distances, same)) == max(right(threshold) for threshold in [0.0, *distances])


def test_impostors_are_all_pairs_of_two_people():
    embeddings, owners = people_apart(0.5)[:6], np.array([0, 0, 1, 1, 2, 2])
    expected = [
        np.linalg.norm(embeddings[a] - embeddings[b]) for a in range(6) for b in range(a) if owners[a] != owners[b]
    ]
    np.testing.assert_allclose(np.sort(impostor_distances(embeddings, owners)), np.sort(expected), atol=1e-5)
