import json

from kiosk.cli import health


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
