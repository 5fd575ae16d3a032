"""kiosk doctor and kiosk encoders."""

import json

import pytest
from rich.console import Console
from ruamel.yaml import YAML

from kiosk.cli import health, output
from kiosk.files import shipped_weights


def test_a_line_for_every_part(kiosk, images):
    report = kiosk("doctor", "--source", "demo", "--gallery", images)
    assert report.code == 0
    lines = report.out.splitlines()
    assert [line.split()[1] for line in lines] == [
        "config", "camera", "cascade", "encoder", "gallery", "voice", "journal", "people", "staff", "disk",
        "clock", "screen",
    ]  # fmt: skip
    assert {line.split()[0] for line in lines} <= {"ok", "warning"}


def test_a_fault_of_the_configuration_or_of_qt_ends_with_1(kiosk, images, tmp_path, monkeypatch):
    monkeypatch.setattr(health, "_QT_CODE", "raise SystemExit('no such plug-in')")
    broken = tmp_path / "broken.yaml"
    broken.write_text("nonsense: 1\n")
    report = kiosk("doctor", "--source", "demo", "--gallery", images, "--config", broken, "--json")
    config, *_, screen = json.loads(report.out)
    assert (report.code, config["check"], config["state"], bool(config["remedy"])) == (1, "config", "fault", True)
    assert (screen["state"], "no such plug-in" in screen["message"]) == ("fault", True)
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    report = kiosk("doctor", "--source", "demo", "--gallery", images, "--config", broken, "--json")
    assert json.loads(report.out)[-1]["state"] == "warning"


@pytest.fixture
def config(tmp_path):
    """config("encoder: x"): a configuration, with an encoder of the user's own beside it."""
    spec = YAML(typ="safe").load(shipped_weights("dlib_resnet.yaml"))
    del spec["golden"]
    (tmp_path / "weights").mkdir()
    for name, changes in {"other": {"mirror": False}, "altered": {"sha256": "0" * 64}}.items():
        with (tmp_path / "weights" / f"{name}.yaml").open("wb") as opened:
            YAML(typ="safe").dump({**spec, **changes}, opened)

    def write(text):
        (tmp_path / "config.yaml").write_text(text + "\n")
        return tmp_path / "config.yaml"

    return write


def test_a_row_for_each_in_80_columns_and_the_reason_of_a_faulty_one_below(kiosk, config, monkeypatch):
    monkeypatch.setattr(output, "Console", lambda width: Console(width=80))
    shown = kiosk("encoders", "--config", config("encoder: [dlib_resnet, other]"))
    assert (shown.code, "\naltered: " in shown.out) == (0, True)
    table = shown.out.partition(": CC0-1.0")[0].rpartition("\n")[0]
    assert max(map(len, table.splitlines())) <= 80
    words = set(table.split())
    assert {"parameters,", "threshold", "installed", "dlib_resnet+other", "dlib_chip", "11.3", "*"} <= words
    assert {"dlib_resnet", "other", "altered", "sface", "facenet", "openface"} <= words


def test_programs_read_it_and_a_fault_of_the_one_in_use_ends_with_1(kiosk, config):
    shown = kiosk("encoders", "--json", "--config", config("encoder: [other, altered]"))
    rows = {row["name"]: row for row in json.loads(shown.out)}
    assert (shown.code, rows["other+altered"]["in_use"]) == (1, True)
    assert "SHA-256" in rows["altered"]["fault"]
    assert (rows["other"]["dimension"], rows["dlib_resnet"]["input"]) == (128, ["150 px dlib_chip"])
    assert rows["dlib_resnet"]["milliseconds"] > 0
    assert rows["sface"]["installed"] is False
    openface = rows["openface"]
    assert (openface["parameters"], openface["size_bytes"], openface["threshold"]) == (3_743_280, None, 0.7)
    shown = kiosk("encoders", "--config", config("encoder: sface"))
    assert (shown.code, "type: kiosk weights fetch sface" in shown.out) == (1, True)
