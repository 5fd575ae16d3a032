import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

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
    WorstPair,
    as_json,
)

OWN, PEER = PathLabel("dlib_resnet", "haar"), PathLabel("dlib", "hog", peer=True)
ACQUIRED = Acquisition(400, {"no_face": 1}, wilson(1, 400), {"detect": 21.987654321})
SCORES = Scores(np.linspace(0.1, 0.5, 200), np.linspace(0.45, 1.2, 200))
POINTS = tuple(operating_point(SCORES.genuine, SCORES.impostor, rate) for rate in (1e-2, 1e-3))


@pytest.fixture
def lfw():
    return LfwResult(
        path=OWN,
        acquisition=ACQUIRED,
        pairs=400,
        people=300,
        folds="ten folds",
        accuracy=np.float64(0.987654321),
        accuracy_std=0.004,
        accuracy_error=0.0012,
        accuracy_interval=Interval(0.98, 0.992),
        accuracy_acquired=0.99,
        threshold=0.44,
        area=0.999,
        area_interval=None,
        equal_error_rate=0.01,
        equal_error_interval=Interval(0.005, 0.02),
        equal_error_threshold=0.45,
        points=POINTS,
        points_acquired=POINTS,
        scores=SCORES,
        worst=(WorstPair("Ada/Ada_0001.jpg", "Alan/x.jpg", 0.3, same=False),),
    )


def report_of(*results, **changes):
    given = {"protocol": "lfw", "folder": Path("people"), "seed": 3, "seconds": 1.23456, "settings": {}, **changes}
    return EvaluationReport(**given, results=results)


def told(report):
    """As a program reads it; nothing in it may be no JSON."""
    return json.loads(json.dumps(as_json(report), allow_nan=False))


def path_of(report):
    """The one path of a report, as a program reads it."""
    (row,) = told(report)["paths"]
    return row


def test_every_path_stands_in_one_list_and_the_peer_is_marked(lfw):
    peers = replace(lfw, path=PEER, accuracy=0.9)
    found = told(report_of(lfw, replace(lfw, path=PathLabel("sface", "haar"), accuracy=0.95), peers))
    assert found.keys() == {"protocol", "seed", "seconds", "settings", "paths"}
    assert [(row["encoder"], row["detector"], row["accuracy"], row["is_peer"]) for row in found["paths"]] == [
        ("dlib_resnet", "haar", 0.987654, False),
        ("sface", "haar", 0.95, False),
        ("dlib", "hog", 0.9, True),
    ]
    assert (found["seconds"], found["seed"], found["protocol"]) == (1.23, 3, "lfw")


def test_rates_have_their_interval_and_counts(lfw):
    rate = path_of(report_of(lfw))["acquisition"]["rate"]
    assert (rate["value"], rate["errors"], rate["trials"]) == (0.0025, 1, 400)
    assert 0 < rate["low"] < rate["value"] < rate["high"]


def test_rates_by_false_match_rate_are_named_as_they_are_written(lfw):
    found = path_of(report_of(lfw))
    assert found["fnmr"] == {"1e-2": POINTS[0].fnmr.value, "1e-3": POINTS[1].fnmr.value}
    assert found["thresholds"]["accuracy"] == 0.44
    assert found["thresholds"]["1e-2"] == pytest.approx(POINTS[0].threshold, abs=1e-5)
    assert found["points"][1]["is_carried"] is False
    odd = replace(lfw, points=(replace(POINTS[0], fmr_asked=0.003), replace(POINTS[0], fmr_asked=0.00025)))
    assert path_of(report_of(odd))["fnmr"].keys() == {"3e-3", "2.5e-4"}


def test_what_is_no_number_is_null(lfw):
    found = path_of(report_of(replace(lfw, area=np.nan, threshold=np.inf, accuracy_std=None)))
    assert found["area"] is found["threshold"] is found["accuracy_std"] is None


def test_distances_of_single_pairs_are_left_out(lfw):
    assert "scores" not in path_of(report_of(lfw))


def test_searches_have_a_row_for_each_size():
    row = OpenSetRow(10, 1, 2, 0.01, 0.4, wilson(3, 300), wilson(2, 20), wilson(0, 20), wilson(1, 20), 150, 8)
    found = path_of(report_of(OpenSetResult(OWN, ACQUIRED, (row,), (), ("N = 100",)), protocol="open-set"))
    assert found["rows"][0]["rank_one"] == 0.95
    assert found["rows"][0]["fpir"]["errors"] == row.strangers_behind == 3
    assert found["left_out"] == ["N = 100"]
    assert replace(row, rank_one_errors=wilson(0, 0)).rank_one is None


def test_settings_of_any_kind_can_be_told(lfw):
    settings = {"pairs": Path("a/pairs.txt"), "set": ["a=1"], "gallery": (10, 100), "clips": None, "some": np.int64(3)}
    found = told(report_of(VisitsResult(OWN, ACQUIRED, ()), settings=settings))
    assert found["settings"] == {"pairs": "a/pairs.txt", "set": ["a=1"], "gallery": [10, 100], "clips": None, "some": 3}


def test_a_pair_knows_its_people_and_a_path_its_name(lfw):
    assert (lfw.worst[0].person_a, lfw.worst[0].person_b) == ("Ada", "Alan")
    assert str(OWN) == "dlib_resnet, haar"
