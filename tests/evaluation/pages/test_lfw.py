from dataclasses import replace

import numpy as np

from kiosk.evaluation.intervals import Interval
from kiosk.evaluation.pages import lfw
from kiosk.evaluation.pages.page import Plots, Table
from kiosk.evaluation.results import PathLabel, Scores

PEER = PathLabel("dlib", "hog", peer=True)


def told(results) -> str:
    return " ".join(lfw.lead(results)).replace("\u00a0", " ")


def test_answer_is_in_plain_words(lfw_result) -> None:
    text = told([lfw_result()])
    assert text.startswith("Shown two pictures, the kiosk says rightly in 98.82 % of cases")
    assert "400 pairs of 310 people" in text
    assert "`--protocol visits`" in text


def test_baseline_stands_beside_guessing(lfw_result) -> None:
    pixels = replace(lfw_result(PathLabel("pixels", "whole")), accuracy=0.58)
    assert "pixel by pixel in 58.0 %" in told([lfw_result(), pixels])


def test_peer_is_better_only_where_the_intervals_say_so(lfw_result) -> None:
    near, far = lfw_result(PEER), replace(lfw_result(PEER), accuracy_interval=Interval(0.995, 0.999))
    assert "too few to say which of both is better" in told([lfw_result(), near])
    assert "too few to say" not in told([lfw_result(), far])


def test_peer_measured_alone_is_the_subject(lfw_result) -> None:
    assert "dlib, hog" in told([lfw_result(PEER)])


def test_cards_say_what_is_hoped_for_rather_than_measured(lfw_result) -> None:
    accuracy, *missed, failed = lfw.cards([lfw_result()])
    assert accuracy.value == "98.82\u00a0%"
    assert [card.tone for card in missed] == ["plain", "warn"]
    assert failed.value == "0.4\u00a0%"


def test_sections_hold_tables_curves_histograms_and_pairs(report, lfw_result) -> None:
    results = [lfw_result(), lfw_result(PEER, mean=0.45)]
    parts = lfw.sections(report("lfw", *results), results)
    assert [part.anchor for part in parts] == ["results", "curves", "distances", "worst", "pictures"]
    plots = [plot.name for part in parts for item in part.items if isinstance(item, Plots) for plot, _ in item.plots]
    assert plots == ["det", "roc", "distances-1", "distances-2", "milliseconds", "failures"]
    table = next(item for item in parts[0].items if isinstance(item, Table))
    assert "FNMR at FMR 1\u00a0%" in table.headings
    assert "hoped for, not measured" in table.note
    assert all(len(row) == len(table.headings) for row in table.rows)


def test_without_impostors_there_are_no_curves(report, lfw_result) -> None:
    alone = replace(lfw_result(), scores=Scores(np.array([0.3]), np.array([])), points=(), points_acquired=())
    parts = lfw.sections(report("lfw", alone), [alone])
    assert "curves" not in [part.anchor for part in parts]


def test_without_folds_there_is_no_deviation(report, lfw_result) -> None:
    unfolded = replace(lfw_result(), accuracy_std=None, accuracy_error=None, area_interval=None)
    table = lfw.sections(report("lfw", unfolded), [unfolded])[0].items[0]
    assert "±" not in str(table.rows)
