"""kiosk calibrate, as it is typed."""

import importlib.util
import json
import subprocess
import sys

from kiosk import errors


def test_one_person_is_an_estimate_that_is_told_and_not_written(kiosk, images, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("# mine\n")
    result = kiosk("calibrate", "--gallery", images, "--config", config, "--write", "--html", tmp_path / "door.html")
    assert result.code == 1
    assert result.out.startswith(f"1 person with 1 picture in {images}; encoder sface_fp16; asked: ")
    assert "An estimate, not a promise" in result.out or "No threshold can be given" in result.out
    assert "nothing was written" in result.err
    assert config.read_text() == "# mine\n"
    assert (tmp_path / "door.html").read_text().startswith("<!doctype html>")
    nobody = kiosk("calibrate", "--gallery", tmp_path / "nobody")
    assert nobody.code == 1
    assert "nobody is enrolled" in nobody.out


def test_json_says_all_of_it(kiosk, images):
    (images / "Two").mkdir()
    (images / "Two" / "broken.jpg").write_bytes(b"no picture")
    (images / "Two" / "dark.jpg").write_bytes((images / "Grace_Hopper.jpg").read_bytes()[:3000])
    found = json.loads(kiosk("calibrate", "--gallery", images, "--json", "--journal").out)
    assert (found["people"], found["pictures"], found["stranger_rate"]) == (1, 1, 0.0001)
    assert (found["promised"], found["now"]["doubts"]) == (False, ["too_few_people"])
    assert "no visit of a person in this gallery" in " ".join(found["assumptions"])
    assert {"alternatives", "now", "confusable", "odd", "poor", "assumptions", "statistics"} <= found.keys()
    assert found["alternatives"].keys() == {"stricter", "balanced", "easier"}
    assert found["statistics"].keys() == {"source", "people", "impostor_pairs", "genuine_pairs", "own"}
    assert found["statistics"]["own"] is False
    assert [entry["file"] for entry in found["skipped"]] == ["Two/broken.jpg", "Two/dark.jpg"]
    assert all(entry["reason"] for entry in found["skipped"])


def test_rates_that_are_none_are_wrong_usage(kiosk, images):
    for rate in ("0", "-1", "2", "nan", "often"):
        assert kiosk("calibrate", "--gallery", images, "--stranger-rate", rate).code == 2


def test_a_missing_extra_is_told_in_one_line(kiosk, images, tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(errors, "find_spec", lambda name: None if name == "matplotlib" else found(name))
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
