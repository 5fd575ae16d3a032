import numpy as np

from kiosk.recognition.evaluation.folds import disjoint_folds


def test_nobody_is_in_two_folds():
    people = np.stack([np.arange(100), np.arange(100) + 100], axis=1)
    found = disjoint_folds(people, seed=1)
    assert (found.count, found.shared, np.bincount(found.numbers).tolist()) == (10, 0, [10] * 10)
