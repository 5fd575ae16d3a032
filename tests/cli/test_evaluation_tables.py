from pathlib import Path

import numpy as np
import pytest

from kiosk.cli.evaluating import tell
from kiosk.evaluation.intervals import Interval, wilson
from kiosk.evaluation.rates import operating_point
from kiosk.evaluation.results import (
    Acquisition,
    EvaluationReport,
    LfwResult,
    OpenSetResult,
    OpenSetRow,
    PathLabel,
    Scores,
    VisitsResult,
    VisitsRow,
)

OWN = PathLabel("dlib_resnet", "haar")
ACQUIRED = Acquisition(400, {"no_face": 1}, wilson(1, 400), {"detect": 21.98})
SCORES = Scores(np.linspace(0.1, 0.5, 200), np.linspace(0.45, 1.2, 200))
POINTS = tuple(operating_point(SCORES.genuine, SCORES.impostor, rate) for rate in (1e-2, 1e-3))


def told(capsys, *results):
    tell(EvaluationReport("lfw", Path("people"), 3, 1.25, {}, results))
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture
def lfw():
    return LfwResult(
        path=OWN,
        acquisition=ACQUIRED,
        pairs=400,
        people=300,
        folds="one threshold",
        accuracy=0.9875,
        accuracy_std=None,
        accuracy_error=None,
        accuracy_interval=Interval(0.98, 0.992),
        accuracy_acquired=0.99,
        threshold=0.44,
        area=0.999,
        area_interval=None,
        equal_error_rate=0.01,
        equal_error_interval=None,
        equal_error_threshold=0.45,
        points=POINTS,
        points_acquired=POINTS,
        scores=SCORES,
        worst=(),
    )


def test_pairs_are_told_with_intervals_and_counts(capsys, lfw):
    text = told(capsys, lfw)
    assert "dlib_resnet, haar 98.75% [98.00%, 99.20%] 99.00% 0.4400 0.99900 1.00%" in text
    assert "400 pairs of 300 people; one threshold." in text
    assert "* no pair of two people stands behind this threshold" in text
    assert "400 0.25% (1 of 400) [0.04%, 1.40%] no_face 1 detect 22.0" in text
    assert "seed 3, 1.2 s" in text


def test_searches_are_told_with_their_sizes(capsys):
    row = OpenSetRow(10, 1, 2, 0.01, 0.4, wilson(3, 300), wilson(2, 20), wilson(0, 0), wilson(1, 20), 150, 8)
    text = told(capsys, OpenSetResult(OWN, ACQUIRED, (row,), (), ("N = 100: too few",)))
    assert "dlib_resnet, haar 10 1 1.00% 10.00% (2 of 20) [2.79%, 30.10%] - 95.00% 0.4000 3 of 300, 150 people" in text
    assert "left out: N = 100: too few" in text


def test_visits_are_told_with_the_rule(capsys):
    row = VisitsRow(
        *("still", 10, 5, 5, 3, 0.4, 0.05, 3, 5),
        *(wilson(0, 1000), wilson(0, 90), wilson(2, 90), wilson(1, 90)),
        {"median": 3.0, "p90": 4.0},
        500,
        30,
    )
    text = told(capsys, VisitsResult(OWN, ACQUIRED, (row,)))
    assert "still 10 5 5 0.4000 0.00% (0 of 1000) [0.00%, 0.38%]" in text
    assert "median 3, p90 4" in text
    assert "3 of 5 frames" in text


def test_visits_that_could_not_be_made_are_told(capsys):
    assert "left out: nobody" in told(capsys, VisitsResult(OWN, ACQUIRED, (), ("nobody",)))
