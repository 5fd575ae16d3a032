"""kiosk evaluate: protocols, options and tables."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.cli.evaluating import tell
from kiosk.evaluation import samples
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.lfw import LfwResult
from kiosk.evaluation.open_set import OpenSetPoint, OpenSetResult, OpenSetRow
from kiosk.evaluation.replay import DoorSettings
from kiosk.evaluation.results import Acquisition, EvaluationReport, PathLabel
from kiosk.evaluation.verification import ScoredPairs, verify_by_training
from kiosk.evaluation.visits import VisitsResult, VisitsRow

# What programs may rely on.
KEYS = {
    *("accuracy", "accuracy_std", "fta", "fnmr", "thresholds", "pairs", "encoder", "detector", "is_peer"),
}


@pytest.fixture
def people(tmp_path, monkeypatch):
    """Twelve people who are patterns of colour, with three pictures each, and twenty with one."""
    monkeypatch.setattr(samples, "FEW", 10**6)
    folder = tmp_path / "people"
    for person in range(32):
        name = f"Person_{person}"
        (folder / name).mkdir(parents=True)
        own = np.random.default_rng(person).integers(0, 256, (4, 4, 3))
        for number in range(1, 4 if person < 12 else 2):
            noise = np.random.default_rng([person, number]).normal(0, 60, own.shape)
            shown = np.kron((own + noise).clip(0, 255).astype(np.uint8), np.ones((8, 8, 1), np.uint8))
            Image.fromarray(shown).save(folder / name / f"{name}_{number:04d}.jpg")
    return folder


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.txt"
    genuine = [f"Person_{one}\t1\t{other}\n" for one in range(12) for other in (2, 3)]
    impostor = [f"Person_{one}\t1\tPerson_{one + other}\t1\n" for one in range(12) for other in (1, 2)]
    folds = [line for fold in range(4) for some in (genuine, impostor) for line in some[fold * 6 : fold * 6 + 6]]
    path.write_text("4\t6\n" + "".join(folds))
    return path


def test_json_is_one_line_with_the_figures_that_programs_look_for(kiosk, people, pairs):
    ran = kiosk("evaluate", "--protocol", "lfw", "--pairs", pairs, "--encoder", "pixels", "--json", people)
    assert ran.code == 0, ran.err
    (line,) = ran.out.splitlines()
    found = json.loads(line)
    (path,) = found["paths"]
    assert path.keys() >= KEYS
    assert (path["encoder"], path["detector"], path["pairs"]) == ("pixels", "none", 48)
    assert 0.5 <= path["accuracy"] <= 1
    assert found["settings"]["pairs"] == str(pairs)


def test_the_table_says_what_stands_behind_each_figure(kiosk, people, pairs):
    ran = kiosk("evaluate", "--pairs", pairs, "--encoder", "pixels,pixels", people)
    assert ran.code == 0, ran.err
    assert "48 pairs of 14 people; the 4 folds of the file" in ran.out
    assert "FNMR at FMR 0.001" in ran.out
    assert "0.00% (0 of 38)" in ran.out
    assert "seed 0" in ran.out


def test_a_search_in_an_open_set_names_its_sizes(kiosk, people):
    sizes = ("--gallery", 5, "--gallery", 500, "--templates", 2, "--seeds", 2)
    ran = kiosk("evaluate", "--protocol", "open-set", "--encoder", "pixels", *sizes, "--json", people)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert [(row["people"], row["templates"]) for row in found["paths"][0]["rows"]] == [(5, 2)] * 3 + [(12, 2)] * 3
    assert found["settings"]["gallery"] == [5, 500]
    assert "left out: N = 500 with 2 each: 12 people have so many pictures" in kiosk(
        "evaluate", "--protocol", "open-set", "--encoder", "pixels", *sizes, people
    ).out.replace("\n", " ")


def test_visits_go_through_the_decision_rule(kiosk, people):
    asked = ("--gallery", 4, "--templates", 1, "--seeds", 1, "--frames", 3)
    asked += ("--set", "decision.k=2", "--set", "decision.n=3")
    ran = kiosk("evaluate", "--protocol", "visits", "--encoder", "pixels", *asked, "--json", people)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert all((row["k"], row["n"], row["frames"]) == (2, 3, 3) for row in found["paths"][0]["rows"])
    assert found["settings"]["set"] == ["decision.k=2", "decision.n=3"]


def test_statistics_are_printed_as_a_spec_takes_them(kiosk, people):
    ran = kiosk("evaluate", "--statistics", "--encoder", "pixels", people)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("statistics:\n")
    assert "genuine" in ran.out


def test_a_report_is_written_beside(kiosk, people, pairs, tmp_path):
    ran = kiosk("evaluate", "--pairs", pairs, "--encoder", "pixels", "--report", tmp_path / "report", "--json", people)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["paths"][0]["pairs"] == 48
    assert (tmp_path / "report" / "index.html").is_file()
    assert "report" in ran.err


def test_wrong_usage_is_told(kiosk, people):
    for arguments, told in (
        (("--protocol", "lfw"), "--pairs FILE"),
        (("--protocol", "visits", "--templates", 1, "--templates", 2), "--templates once"),
        (("--statistics", "--encoder", "pixels", "--peer", "dlib"), "one encoder"),
        (("--protocol", "nothing"), "nothing"),
        (("--peer", "nobody"), "nobody"),
        (("--gallery", 0), "--gallery"),
    ):
        ran = kiosk("evaluate", *arguments, people)
        assert (ran.code, ran.out) == (2, ""), arguments
        assert told in ran.err


def test_names_that_are_not_known_are_faults_of_one_line(kiosk, people, pairs):
    for arguments, told in (
        (("--encoder", "nobody"), "encoder: 'nobody' is not known"),
        (("--encoder", "dlib_resnet+nobody"), "encoder: 'nobody' is not known"),
        (("--detector", "nothing"), "detector: 'nothing' is not known"),
        (("--set", "path.nothing=1"), "there is no such option"),
    ):
        ran = kiosk("evaluate", "--pairs", pairs, *arguments, people)
        assert (ran.code, ran.out) == (11, ""), arguments
        assert told in ran.err
        assert len(ran.err.splitlines()) == 1


def test_missing_pictures_and_broken_pairs_are_faults_of_one_line(kiosk, people, pairs, tmp_path):
    elsewhere = kiosk("evaluate", "--pairs", pairs, "--encoder", "pixels", tmp_path)
    assert elsewhere.code == 28
    assert "38 of 38 pictures are missing (Person_0/Person_0_0001.jpg, " in elsewhere.err
    pairs.write_text("Person_0\t1\n")
    broken = kiosk("evaluate", "--pairs", pairs, "--encoder", "pixels", people)
    assert broken.code == 28
    assert "line 1: " in broken.err
    assert len(broken.err.splitlines()) == 1


# The tables of kiosk evaluate.


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
