import numpy as np

from kiosk.recognition.evaluation.verification import ScoredPairs, verify_by_folds


def test_each_fold_is_judged_with_the_threshold_of_the_others():
    pairs = ScoredPairs.of(
        [0.1, 0.5, 0.3, 0.9, 0.2, 0.8], [True, False] * 3, [(f"a{n}", f"b{n}" if n % 2 else f"a{n}") for n in range(6)]
    )
    found = verify_by_folds(pairs, np.array([0, 0, 1, 1, 2, 2]))
    assert [fold.accuracy for fold in found.folds] == [0.5, 1, 1]
