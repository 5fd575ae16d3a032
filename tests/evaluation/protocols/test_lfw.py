import json
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import KioskRecipe
from kiosk.evaluation.features import samples_of
from kiosk.evaluation.lfw import Lfw, Pairs, read_pairs
from kiosk.evaluation.results import EvaluationReport, as_json
from kiosk.evaluation.running import Request, evaluate

KEYS = {
    *("accuracy", "accuracy_std", "fta", "fnmr", "thresholds", "pairs", "encoder", "detector", "is_peer"),
}


@pytest.fixture
def judge(tmp_path, crowd, cache, pixels, in_this_process):
    """judge(folds=2): the protocol on 40 people, each compared with themselves and with the next."""

    def run(*, folds=1, noise=20.0, training=False, spoil=None, kinds="both", seed=0):
        folder = crowd([2] * 40, noise)
        genuine = [f"Person_{one}\t1\t2\n" for one in range(40)]
        impostor = [f"Person_{one}\t1\tPerson_{(one + 1) % 40}\t2\n" for one in range(40)]
        a_fold = 40 // folds
        parts = [slice(fold * a_fold, (fold + 1) * a_fold) for fold in range(folds)]
        lines = [line for part in parts for line in (*genuine[part], *impostor[part])]
        lines = {"both": [f"{folds}\t{a_fold}\n", *lines], "genuine": genuine, "impostor": impostor}[kinds]
        path = tmp_path / "pairs.txt"
        path.write_text("".join(lines))
        if spoil is not None:
            (folder / spoil).write_bytes(b"no picture")
        pairs = read_pairs(path, folder)
        protocol = Lfw(pairs, pairs if training else None, seed)
        samples = samples_of(protocol.pictures, *pixels, cache, lambda done, total: None)
        return protocol.judge(pixels[0], samples)

    return run


def test_people_who_look_like_themselves_are_told_apart(judge):
    result = judge(noise=5)
    assert result.accuracy == result.accuracy_acquired == 1.0
    assert result.equal_error_rate == 0
    assert result.area == 1
    assert (result.pairs, result.people) == (80, 40)
    assert len(result.scores.genuine) == len(result.scores.impostor) == 40
    assert result.scores.genuine.max() < result.threshold < result.scores.impostor.min()


def test_the_folds_of_the_file_are_kept_or_else_drawn(judge):
    assert judge(folds=4).folds == "the 4 folds of the file, each with the threshold best for the others"


def test_a_file_without_folds_is_divided_by_the_seed(judge):
    result = judge(noise=120, seed=3)
    assert result.folds.startswith("10 folds drawn by seed 3, each with the threshold best for the others")
    assert 0.5 < result.accuracy < 1
    assert result.accuracy_std > 0
    assert result.accuracy_interval.low < result.accuracy < result.accuracy_interval.high


def test_a_threshold_may_come_from_other_pairs(judge):
    result = judge(training=True)
    assert result.folds == "one threshold, the best for 80 other pairs"
    assert result.accuracy_std is None


def test_a_failed_picture_counts_as_an_error_and_also_apart(judge):
    result = judge(folds=4, noise=5, spoil="Person_3/Person_3_0002.jpg")
    assert result.acquisition.failures == {"unreadable": 1}
    assert result.acquisition.rate.value == 1 / 80
    assert result.accuracy == 78 / 80
    assert result.accuracy_acquired == 1.0
    assert len(result.scores.genuine) == len(result.scores.impostor) == 39
    assert [point.fnmr.errors for point in result.points] == [1, 1]
    assert [point.fnmr.errors for point in result.points_acquired] == [0, 0]
    assert all(point.fmr.trials == 40 for point in result.points)


def test_the_worst_pairs_come_first(judge):
    result = judge(noise=60)
    far = [pair.distance for pair in result.worst if pair.same]
    near = [pair.distance for pair in result.worst if not pair.same]
    assert far == sorted(far, reverse=True)
    assert far[0] == result.scores.genuine.max()
    assert near == sorted(near)
    assert near[0] == result.scores.impostor.min()
    assert {len(far), len(near)} == {12}


@pytest.mark.parametrize("kind", ["genuine", "impostor"])
def test_pairs_of_one_kind_only_are_told(judge, kind):
    with pytest.raises(EvaluationError):
        judge(kinds=kind)


def test_the_first_picture_of_a_pair_is_the_one_enrolled(tmp_path, crowd):
    folder = crowd([2, 2])
    (tmp_path / "pairs.txt").write_text("Person_0\t1\t2\nPerson_1\t1\tPerson_0\t2\n")
    protocol = Lfw(read_pairs(tmp_path / "pairs.txt", folder))
    assert [one.source[-8:] for one in protocol.pictures] == ["0001.jpg", "0002.jpg", "0001.jpg"]
    assert [protocol.enrols(one) for one in protocol.pictures] == [True, False, True]


def test_json_has_the_figures_that_programs_look_for(judge):
    result = judge(folds=4)
    report = EvaluationReport("lfw", Path("people"), 0, 1.234, {"pairs": Path("pairs.txt")}, (result,))
    (found,) = json.loads(json.dumps(as_json(report)))["paths"]
    assert found.keys() >= KEYS
    assert found["fnmr"].keys() == {"1e-2", "1e-3"}
    assert found["thresholds"].keys() == {"accuracy", "1e-2", "1e-3"}
    assert (found["encoder"], found["detector"], found["pairs"], found["is_peer"]) == ("pixels", "none", 80, False)
    assert found["fta"] == 0


@pytest.mark.data
def test_200_pairs_of_view_1_are_told_apart_by_the_kiosks_own_path(data):
    folder = data / "lfw-view1"
    pairs = read_pairs(folder / "pairsDevTest.txt", folder)
    some = np.random.default_rng(5).permutation(1000)[:200]
    sample = Pairs(tuple(pairs.pairs[number] for number in sorted(some)), 1)
    (result,) = evaluate(
        Request(Lfw(sample), folder, [KioskRecipe(ConfigFile(None))]), lambda done, total: None
    ).results
    # The default path is right on 98.5 to 99.2 % of all 1,000 pairs.
    assert result.accuracy_interval.high > 0.985
    assert result.accuracy > 0.95
    assert result.acquisition.rate.errors <= 2
    assert {"read", "detect", "align", "encode"} <= result.acquisition.milliseconds.keys()
