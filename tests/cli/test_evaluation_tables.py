"""The tables of kiosk evaluate."""

from pathlib import Path

import numpy as np

from kiosk.cli.evaluating import tell
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.lfw import LfwResult
from kiosk.evaluation.open_set import OpenSetPoint, OpenSetResult, OpenSetRow
from kiosk.evaluation.replay import DoorSettings
from kiosk.evaluation.results import Acquisition, EvaluationReport, PathLabel
from kiosk.evaluation.verification import ScoredPairs, verify_by_training
from kiosk.evaluation.visits import VisitsResult, VisitsRow

COMMON = {
    "path": PathLabel("dlib_resnet", "haar"),
    "acquisition": Acquisition(400, {"no_face": 1}, wilson(1, 400), {"detect": 21.98}),
}


def told(capsys, result):
    tell(EvaluationReport("lfw", Path("people"), 3, 1.25, {}, (result,)))
    return " ".join(capsys.readouterr().out.split())


def test_pairs_are_told_with_intervals_and_counts(capsys):
    genuine, impostor = np.linspace(0.1, 0.5, 200), np.linspace(0.45, 1.2, 200)
    people = [(f"a{number}", f"{'a' if number < 200 else 'b'}{number}") for number in range(400)]
    pairs = ScoredPairs.of(np.concatenate([genuine, impostor]), [True] * 200 + [False] * 200, people)
    found = verify_by_training(pairs, pairs)
    result = LfwResult(
        **COMMON, people=600, folds="one threshold", verification=found, genuine=genuine, impostor=impostor, worst=()
    )
    text = told(capsys, result)
    interval = found.accuracy.interval
    assert f"dlib_resnet, haar {found.accuracy.value:.2%} [{interval.low:.2%}, {interval.high:.2%}]" in text
    assert "400 pairs of 600 people; one threshold." in text
    assert "* no pair of two people is below this threshold" in text
    assert "400 0.25% (1 of 400) [0.04%, 1.40%] no_face 1 detect 22.0" in text
    assert "seed 3, 1.2 s" in text


def test_searches_are_told_with_their_sizes(capsys):
    point = OpenSetPoint(0.01, 0.4, wilson(3, 300), wilson(2, 20), wilson(0, 0))
    row = OpenSetRow(10, 1, 2, point, wilson(1, 20), 150, 8)
    text = told(capsys, OpenSetResult(**COMMON, rows=(row,), worst=(), left_out=("N = 100: too few",)))
    assert "dlib_resnet, haar 10 1 1.00% 10.00% (2 of 20) [2.79%, 30.10%] - 95.00% 0.4000 3 of 300, 150 people" in text
    assert "left out: N = 100: too few" in text


def test_visits_are_told_with_the_rule(capsys):
    rates = (wilson(0, 1000), wilson(0, 90), wilson(2, 90), wilson(1, 90))
    row = VisitsRow("still", 10, 5, 5, 3, DoorSettings(0.4, 0.05), *rates, {"median": 3.0, "p90": 4.0}, 500, 30)
    text = told(capsys, VisitsResult(**COMMON, rows=(row,)))
    assert "still 10 5 5 0.4000 0.00% (0 of 1000) [0.00%, 0.38%]" in text
    assert "median 3, p90 4" in text
    assert "3 of 5 frames" in text
    assert "left out: nobody" in told(capsys, VisitsResult(**COMMON, rows=(), left_out=("nobody",)))
