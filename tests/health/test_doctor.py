from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.door import build
from kiosk.health import checks, doctor
from kiosk.health.checks import Finding, State
from kiosk.health.doctor import examine_all
from kiosk.vision.opencv import cv2


def findings(home: Path, source: str = "demo", gallery: Path | None = None) -> dict[str, Finding]:
    config = home / "config.yaml"
    found = examine_all(lambda: ConfigFile(config), source, gallery or home / "images")
    return {finding.check: finding for finding in found}


def test_a_sound_kiosk_has_a_line_for_every_part_and_no_fault(home):
    found = findings(home)
    parts = "config camera cascade encoder gallery voice journal people staff disk clock"
    assert list(found) == parts.split()
    assert not [finding for finding in found.values() if finding.state is State.FAULT]
    assert "SHA-256 verified, golden vector within" in found["encoder"].message
    assert "threshold 1.12 at most, less with more people; margin 0.05" in found["encoder"].message


def test_every_finding_that_is_not_ok_has_a_remedy(home):
    found = findings(home, gallery=home / "nowhere")
    assert found["gallery"].state is State.WARNING
    assert all(finding.remedy for finding in found.values() if finding.state is not State.OK)


def test_a_broken_configuration_is_a_fault_and_the_rest_is_examined_all_the_same(home):
    (home / "config.yaml").write_text("matching: {threshold: 9}\n")
    found = findings(home)
    assert found["config"].state is State.FAULT
    assert "matching.threshold" in found["config"].message
    assert found["encoder"].state is State.OK


def test_a_camera_that_gives_no_picture_is_a_fault(home, monkeypatch):
    monkeypatch.setattr(doctor, "_CAMERA_SECONDS", 0.5)
    found = findings(home, source="/dev/video99")["camera"]
    assert found.state is State.FAULT
    assert "/dev/video99" in found.message


@pytest.mark.parametrize(("rate_hz", "state"), [(0.5, State.WARNING), (5.0, State.OK)])
def test_a_camera_whose_frames_come_too_slowly_is_a_warning(home, rate_hz, state):
    clip = home / "clip.avi"
    video = cv2.VideoWriter(str(clip), cv2.VideoWriter_fourcc(*"MJPG"), rate_hz, (64, 48))
    for grey in range(20, 200, 20):
        video.write(np.full((48, 64, 3), grey, np.uint8))
    video.release()
    found = findings(home, source=str(clip))["camera"]
    assert found.state is state
    assert ("Recognition is slow: 3 frames take 6" in found.message) is (state is State.WARNING)


def test_an_encoder_that_computes_something_else_is_a_fault(home, save_spec):
    (home / "config.yaml").write_text("encoder: other\n")
    save_spec("other", golden={"values": [0.5] * 4})
    found = findings(home)["encoder"]
    assert (found.state, "other: answers" in found.message) == (State.FAULT, True)


def test_the_stronger_encoder_is_advised_beside_what_else_is_to_be_done(home, monkeypatch):
    monkeypatch.setattr(checks, "MANY_PEOPLE", 1)
    (home / "config.yaml").write_text("encoder: dlib_resnet\n")
    (home / "images" / "Bob.jpg").write_bytes(b"")
    found = findings(home)["gallery"]
    assert (found.state, "that is many for dlib_resnet" in found.message) == (State.WARNING, True)
    assert found.remedy.startswith("see `kiosk people` for the reasons; use the stronger encoder")


@pytest.mark.parametrize(("source", "folder"), [(None, "images"), ("demo", "demo-gallery")])
def test_where_no_camera_is_found_the_doors_own_gallery_and_journal_are_examined(home, monkeypatch, source, folder):
    monkeypatch.setattr(build, "first_camera", lambda: None)
    read = examine_all(lambda: ConfigFile(home / "config.yaml"), source, None)
    found = {finding.check: finding for finding in read}
    assert (found["camera"].state, "the demo runs instead" in found["camera"].message) == (State.WARNING, True)
    assert f"{folder}: people 1" in found["gallery"].message
    assert ("home/journal.sqlite3" in found["journal"].message) == (source is None)
