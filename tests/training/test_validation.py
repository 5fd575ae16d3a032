"""Validation of a training run: pairs in folds, and the accuracy on them."""

import numpy as np
import pytest

from kiosk.evaluation.lfw import FOLDS, ScoredPairs, verify_by_folds
from kiosk.training.loop import pairs_of, verification_accuracy

OWNERS = np.repeat(np.arange(40), 4)


@pytest.fixture(scope="module")
def pairs():
    return pairs_of(OWNERS, seed=1)


def test_folds_share_no_people_and_have_as_many_pairs_of_one_person_as_of_two(pairs):
    assert set(pairs.fold) == set(range(FOLDS))
    for fold in range(FOLDS):
        same = pairs.same[pairs.fold == fold]
        assert same.sum() * 2 == len(same) == 48  # 4 people, 6 pairs each
    people = [set(OWNERS[np.r_[pairs.first, pairs.second][np.tile(pairs.fold, 2) == fold]]) for fold in range(FOLDS)]
    assert sum(map(len, people)) == len(set.union(*people)) == 40
    assert len({*zip(pairs.first, pairs.second, strict=True)}) == len(pairs.first)
    np.testing.assert_array_equal(pairs_of(OWNERS, seed=1).first, pairs.first)


def test_it_agrees_with_the_protocol_of_lfw(pairs):
    distances = np.random.default_rng(2).normal(np.where(pairs.same, 0.5, 0.8), 0.15)
    people = np.stack([OWNERS[pairs.first], OWNERS[pairs.second]], axis=1)
    found = verify_by_folds(ScoredPairs(distances, pairs.same, people), pairs.fold)
    assert found.accuracy.value == pytest.approx(verification_accuracy(distances, pairs))
