"""kiosk calibrate, as it is typed."""

import importlib.util
import json
import subprocess
import sys

from kiosk.evaluation import pages


def test_one_person_is_an_estimate_or_nothing_and_exit_code_1(kiosk, images):
    result = kiosk("calibrate", "--gallery", images)
    assert result.code == 1
    assert result.out.startswith(f"1 person with 1 picture in {images}; encoder sface_fp16; asked: ")
    assert "An estimate, not a promise" in result.out or "No threshold can be given" in result.out


def test_json_says_all_of_it(kiosk, images):
    result = kiosk("calibrate", "--gallery", images, "--stranger-rate", "0.01", "--json")
    found = json.loads(result.out)
    assert (found["people"], found["pictures"], found["stranger_rate"]) == (1, 1, 0.01)
    assert found["promised"] is False
    assert {"alternatives", "now", "confusable", "odd", "poor", "skipped", "assumptions", "statistics"} <= found.keys()
    assert found["statistics"].keys() == {"source", "people", "impostor_pairs", "genuine_pairs", "own"}
    assert found["statistics"]["own"] is False


def test_one_visit_in_ten_thousand_is_asked_for_unless_told_otherwise(kiosk, images):
    assert json.loads(kiosk("calibrate", "--gallery", images, "--json").out)["stranger_rate"] == 0.0001


def test_an_estimate_is_not_written(kiosk, images, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("# mine\n")
    result = kiosk("calibrate", "--gallery", images, "--config", config, "--write")
    assert result.code == 1
    assert "nothing was written" in result.err
    assert config.read_text() == "# mine\n"


def test_an_empty_gallery_is_an_answer(kiosk, tmp_path):
    result = kiosk("calibrate", "--gallery", tmp_path / "nobody")
    assert result.code == 1
    assert "nobody is enrolled" in result.out


def test_rates_that_are_none_are_wrong_usage(kiosk, images):
    for rate in ("0", "-1", "2", "nan", "often"):
        assert kiosk("calibrate", "--gallery", images, "--stranger-rate", rate).code == 2


def test_the_page_is_written(kiosk, images, tmp_path):
    result = kiosk("calibrate", "--gallery", images, "--html", tmp_path / "door.html")
    assert result.code == 1
    assert "Grace Hopper" not in result.err
    assert (tmp_path / "door.html").read_text().startswith("<!doctype html>")


def test_a_missing_extra_is_told_in_one_line(kiosk, images, tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(pages, "find_spec", lambda name: None if name == "matplotlib" else found(name))
    page = tmp_path / "door.html"
    for arguments in (
        ("calibrate", "--gallery", images, "--html", page),
        ("evaluate", "--protocol", "visits", "--report", page, images),
    ):
        ran = kiosk(*arguments)
        assert (ran.code, len(ran.err.splitlines())) == (28, 1)
        assert "pip install 'kiosk[evaluation]'" in ran.err


def test_only_the_page_needs_the_extra():
    code = """
import sys
for library in ("matplotlib", "jinja2", "sklearn", "scipy"):
    sys.modules[library] = None
import kiosk.cli.calibrating
import kiosk.evaluation.calibration.calibrating
import kiosk.evaluation.calibration.sentences
import kiosk.evaluation.statistics
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
