"""kiosk evaluate: protocols and options."""

import json

import numpy as np
import pytest
from PIL import Image

from kiosk.evaluation import rates, samples

# What programs may rely on.
KEYS = {"accuracy", "accuracy_std", "fta", "fnmr", "thresholds", "pairs", "encoder", "detector", "is_peer"}


@pytest.fixture
def people(tmp_path, monkeypatch):
    """Twelve people who are patterns of colour, with three pictures each, and twenty with one."""
    monkeypatch.setattr(samples, "FEW", 10**6)
    monkeypatch.setattr(rates, "RESAMPLES", 100)
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


def test_a_report_is_printed_as_one_line_of_json_or_as_a_table_and_written_beside(kiosk, people, pairs, tmp_path):
    asked = ("evaluate", "--protocol", "lfw", "--pairs", pairs, "--encoder", "pixels,pixels")
    ran = kiosk(*asked, "--report", tmp_path / "report", "--json", people)
    assert ran.code == 0, ran.err
    (line,) = ran.out.splitlines()
    found = json.loads(line)
    (path,) = found["paths"]
    assert path.keys() >= KEYS
    assert (path["encoder"], path["detector"], path["pairs"]) == ("pixels", "none", 48)
    assert 0.5 <= path["accuracy"] <= 1
    assert found["settings"]["pairs"] == str(pairs)
    assert (tmp_path / "report" / "index.html").is_file()
    assert "report" in ran.err
    told = kiosk(*asked, people).out
    for text in ("48 pairs of 14 people; the 4 folds of the file", "FNMR at FMR 0.001", "0.00% (0 of 38)", "seed 0"):
        assert text in told


def test_the_other_protocols_and_statistics_take_their_options(kiosk, people):
    def run(*arguments):
        ran = kiosk("evaluate", "--encoder", "pixels", *arguments, people)
        assert ran.code == 0, ran.err
        return ran.out

    sizes = ("--gallery", 5, "--gallery", 500, "--templates", 2, "--seeds", 1)
    found = json.loads(run("--protocol", "open-set", *sizes, "--json"))
    assert [(row["people"], row["templates"]) for row in found["paths"][0]["rows"]] == [(5, 2)] * 3 + [(12, 2)] * 3
    assert found["settings"]["gallery"] == [5, 500]
    assert found["paths"][0]["left_out"] == ["N = 500 with 2 each: 12 people have so many pictures"]
    sizes = ("--gallery", 4, "--templates", 1, "--seeds", 1, "--frames", 3)
    rule = ("--set", "decision.k=2", "--set", "decision.n=3")
    found = json.loads(run("--protocol", "visits", *sizes, *rule, "--json"))
    assert all((row["k"], row["n"], row["frames"]) == (2, 3, 3) for row in found["paths"][0]["rows"])
    assert found["settings"]["set"] == ["decision.k=2", "decision.n=3"]
    assert run("--statistics").startswith("statistics:\n")


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


def test_faults_are_told_in_one_line(kiosk, people, pairs, tmp_path):
    broken = tmp_path / "broken.txt"
    broken.write_text("Person_0\t1\n")
    for code, arguments, told in (
        (11, ("--encoder", "nobody", people), "encoder: 'nobody' is not known"),
        (11, ("--encoder", "dlib_resnet+nobody", people), "encoder: 'nobody' is not known"),
        (11, ("--detector", "nothing", people), "detector: 'nothing' is not known"),
        (11, ("--set", "path.nothing=1", people), "there is no such option"),
        (28, ("--encoder", "pixels", tmp_path), "38 of 38 pictures are missing (Person_0/Person_0_0001.jpg, "),
        (28, ("--encoder", "pixels", "--pairs", broken, people), "line 1: "),
    ):
        ran = kiosk("evaluate", "--pairs", pairs, *arguments)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (code, "", 1), arguments
        assert told in ran.err
