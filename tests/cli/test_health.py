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


def test_a_fault_ends_with_1(kiosk, images, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("nonsense: 1\n")
    report = kiosk("doctor", "--source", "demo", "--gallery", images, "--config", broken, "--json")
    assert report.code == 1
    config = json.loads(report.out)[0]
    assert (config["check"], config["state"]) == ("config", "fault")
    assert config["remedy"]


def test_without_a_display_the_screen_is_a_warning(kiosk, images, monkeypatch):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    screen = json.loads(kiosk("doctor", "--source", "demo", "--gallery", images, "--json").out)[-1]
    assert screen["state"] == "warning"


def test_a_plug_in_that_qt_cannot_load_is_a_fault(kiosk, images, monkeypatch):
    monkeypatch.setattr(health, "_QT_CODE", "raise SystemExit('no such plug-in')")
    report = kiosk("doctor", "--source", "demo", "--gallery", images, "--json")
    assert report.code == 1
    assert "no such plug-in" in json.loads(report.out)[-1]["message"]


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


def test_a_row_for_each_with_what_is_known_of_it(kiosk, config):
    shown = kiosk("encoders", "--config", config("encoder: other"))
    assert shown.code == 0
    assert " ".join(shown.out.split()).startswith("encoder parameters, size input ms a face threshold installed")
    assert "5.6 M, 11.3 MB" in shown.out
    assert all(name in shown.out for name in ("dlib_resnet", "other *", "altered", "sface", "facenet", "openface"))
    assert "150 px dlib_chip" in " ".join(shown.out.split())


def test_the_reason_of_a_faulty_one_stands_below_and_ends_with_1_only_where_it_is_in_use(kiosk, config):
    shown = kiosk("encoders", "--config", config("encoder: other"))
    assert (shown.code, "\naltered: " in shown.out) == (0, True)
    assert kiosk("encoders", "--config", config("encoder: altered")).code == 1
    shown = kiosk("encoders", "--config", config("encoder: sface"))
    assert (shown.code, "type: kiosk weights fetch sface" in shown.out) == (1, True)
    assert kiosk("encoders", "--config", config("encoder: [other, altered]")).code == 1


def test_in_80_columns_no_word_is_broken(kiosk, config, monkeypatch):
    monkeypatch.setattr(output, "Console", lambda width: Console(width=80))
    shown = kiosk("encoders", "--config", config("encoder: [dlib_resnet, other]"))
    table = shown.out.partition(": CC0-1.0")[0].rpartition("\n")[0]
    assert max(map(len, table.splitlines())) <= 80
    words = table.split()
    assert {"parameters,", "threshold", "installed", "dlib_resnet+other", "dlib_chip", "openface", "11.3"} <= set(words)


def test_it_can_be_read_by_a_program(kiosk, config):
    shown = kiosk("encoders", "--json", "--config", config("encoder: [dlib_resnet, other]"))
    rows = {row["name"]: row for row in json.loads(shown.out)}
    assert (shown.code, rows["dlib_resnet+other"]["in_use"], rows["dlib_resnet+other"]["dimension"]) == (0, True, 256)
    assert rows["dlib_resnet"]["milliseconds"] > 0
    assert rows["dlib_resnet"]["input"] == ["150 px dlib_chip"]
    assert rows["sface"]["installed"] is False
    openface = rows["openface"]
    assert (openface["parameters"], openface["size_bytes"], openface["threshold"]) == (3_743_280, None, 0.7)
    assert "SHA-256" in rows["altered"]["fault"]
