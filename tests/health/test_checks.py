"""The checks of each part, and kiosk doctor."""

import shutil
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kiosk.config import ConfigFile, MatchingSection
from kiosk.domain import Decision, Embedding, Outcome, Reason, Template
from kiosk.door import build
from kiosk.encoders import encoder_spec
from kiosk.errors import ConfigError, JournalError, PeopleError
from kiosk.health import doctor
from kiosk.health.checks import (
    MANY_PEOPLE,
    Finding,
    State,
    clock_found,
    config_found,
    disk_found,
    encoder_found,
    examine,
    gallery_found,
    journal_found,
    memory_found,
    of_fault,
    people_found,
    staff_found,
    temperature_found,
    voice_found,
)
from kiosk.health.doctor import examine_all
from kiosk.people.register import PeopleRegister, PersonRecord
from kiosk.people.snapshot import GallerySnapshot, Skipped
from kiosk.people.staff import Role, StaffRegister
from kiosk.store.journal import Journal
from kiosk.vision.opencv import cv2

FOLDER = Path("/home/ada/images")


def snapshot(people: int, *skipped: str) -> GallerySnapshot:
    one = Embedding(np.ones(4, np.float32) / 2, "dlib_resnet")
    templates = tuple(Template(f"Ada {number}", one, f"Ada {number}.jpg") for number in range(people))
    return GallerySnapshot("dlib_resnet", templates, tuple(Skipped(name, "is empty") for name in skipped))


def test_people_pictures_and_what_was_skipped_are_counted():
    found = gallery_found(FOLDER, snapshot(2), "other")
    assert (found.state, found.message) == (State.OK, f"{FOLDER}: people 2, pictures 2, skipped 0")
    found = gallery_found(FOLDER, snapshot(1, "Bob.jpg", "Eve\x1b[2J.jpg"), "other")
    assert (found.state, found.details[0]) == (State.WARNING, "Bob.jpg: is empty")
    assert "\x1b" not in found.details[1]
    assert found.public == "people 1, pictures 1, skipped 2"
    # A folder that a system makes is told and is no fault.
    bin_ = Skipped("#recycle", "the name starts with “#”", harmless=True)
    found = gallery_found(FOLDER, replace(snapshot(1), skipped=(bin_,)), "other")
    assert (found.state, found.public) == (State.OK, "people 1, pictures 1, skipped 0")
    assert found.details == ("#recycle: the name starts with “#”",)


def test_the_stronger_encoder_is_advised_beside_what_else_is_to_be_done():
    found = gallery_found(FOLDER, snapshot(MANY_PEOPLE, "Bob.jpg"), "dlib_resnet")
    assert (found.state, "that is many for dlib_resnet" in found.message) == (State.WARNING, True)
    assert found.remedy.startswith("see `kiosk people` for the reasons; use the stronger encoder")


def test_the_numbers_of_an_encoder_are_those_in_force_and_one_that_is_never_used_is_a_warning():
    spec = encoder_spec("dlib_resnet")
    found = encoder_found(MatchingSection(threshold={"dlib_resnet": 0.3}), spec, FOLDER, 0, "verified")
    assert (found.state, found.message) == (State.OK, "dlib_resnet, verified, threshold 0.3, margin 0.04")
    found = encoder_found(MatchingSection(threshold={"Ada": 0.3}), spec, FOLDER, 0)
    assert (found.state, "no encoder is called Ada" in found.message) == (State.WARNING, True)
    assert "Ada" not in found.public


def test_the_configuration_in_force_is_named_and_a_broken_edit_is_a_fault(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("threads: 1\n")
    config = ConfigFile(path)
    assert config_found(config).message == str(path)
    path.write_text("threads: none, says Ada\n")
    config.changed()
    found = config_found(config)
    assert (found.state, "Ada" in found.public) == (State.FAULT, False)
    assert config_found(ConfigFile(None)).message == "built-in defaults"


def test_a_voice_that_is_switched_off_is_in_order_whatever_is_wrong_with_it():
    broken = "voice: is broken; mend it"
    for enabled, fault, state, remedy in (
        (False, broken, State.OK, ""),
        (True, None, State.OK, ""),
        (True, broken, State.WARNING, "mend it"),
    ):
        found = voice_found(enabled=enabled, fault=fault)
        assert (found.state, found.remedy) == (state, remedy)


def test_a_journal_is_sound_or_raises(tmp_path):
    file = tmp_path / "journal.sqlite3"
    with closing(Journal(file)) as journal:
        assert journal_found(file, journal).state is State.OK
        assert disk_found(file).state is not State.FAULT
        assert clock_found(journal).state is not State.FAULT
    with closing(Journal(tmp_path)) as journal, pytest.raises(JournalError):
        journal_found(tmp_path, journal)


def test_where_nobody_can_come_to_the_staff_side_it_says_what_to_type(tmp_path):
    with closing(StaffRegister(tmp_path / "staff.sqlite3")) as staff:
        found = staff_found(staff)
        assert (found.state, "kiosk staff add" in found.remedy) == (State.WARNING, True)
        staff.add("Rita", Role.RECEPTION, "739104")
        assert staff_found(staff).message == "nobody of the staff may change settings"
        staff.add("Ida", Role.INSTALLER, "482913")
        found = staff_found(staff)
    assert (found.state, found.message) == (State.OK, "2 members of staff have a PIN")
    assert "Ida" not in found.message + found.public


def test_what_is_known_of_people_is_counted_and_a_register_that_cannot_be_read_is_a_fault(tmp_path):
    file = tmp_path / "images.people.sqlite3"
    people = PeopleRegister(file)
    assert people_found(people).message == "0 people are described"
    people.save_all([PersonRecord("Ada", group="Maths", suspended=True)])
    found = people_found(people)
    assert (found.state, found.message, found.public) == (State.OK, "1 people are described", "1 records")
    file.write_text("no database")
    assert people_found(people).state is State.FAULT  # though the last one is in force
    with pytest.raises(PeopleError):
        people_found(PeopleRegister(file))


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_little_memory_is_told_with_a_remedy(tmp_path):
    save(tmp_path / "self" / "status", "Name:\tkiosk\nVmRSS:\t  250000 kB\n")
    for kilobytes, state in ((4_000_000, State.OK), (300_000, State.WARNING), (50_000, State.FAULT)):
        save(tmp_path / "meminfo", f"MemTotal: 8000000 kB\nMemAvailable:   {kilobytes} kB\n")
        found = memory_found(tmp_path)
        assert (found.state, bool(found.remedy)) == (state, state is not State.OK)
        assert "256 MB" in found.message
    for nonsense in ("", "VmRSS:\n", "VmRSS: much\n"):
        save(tmp_path / "self" / "status", nonsense)
        assert memory_found(tmp_path) is None


def test_the_hottest_sensor_counts_and_one_that_talks_nonsense_does_not(tmp_path):
    save(tmp_path / "thermal_zone0" / "temp", "41000\n")
    for hottest, state in ((52000, State.OK), (81000, State.WARNING), (97000, State.FAULT)):
        save(tmp_path / "thermal_zone1" / "temp", f"{hottest}\n")
        found = temperature_found(tmp_path)
        assert (found.state, found.message) == (state, f"{hottest // 1000} °C")
    for nonsense in ("", "hot", "-273000", "127000000"):
        save(tmp_path / "other" / "thermal_zone0" / "temp", nonsense)
        assert temperature_found(tmp_path / "other") is None


def test_what_a_check_raises_is_its_finding_and_strangers_are_told_the_kind_alone():
    def look(error: Exception) -> Finding:
        raise error

    found = examine("part", lambda: look(ConfigError("/home/ada/config.yaml", "Ada is no number", "ask Ada")))
    assert (found.check, found.state, found.public) == ("part", State.FAULT, "ConfigError")
    assert (found.message, found.remedy) == ("/home/ada/config.yaml: Ada is no number", "ask Ada")
    found = examine("part", lambda: look(RuntimeError("surprise for Ada")))
    assert ("surprise" in found.message, bool(found.remedy), found.public) == (True, True, "RuntimeError")
    # A fault of a part is split into reason and remedy.
    found = of_fault(State.WARNING, "camera of Ada: is lost; plug it in; or not")
    assert (found.message, found.remedy) == ("camera of Ada: is lost", "plug it in; or not")
    assert "Ada" not in found.public
    assert of_fault(State.FAULT, "camera: is lost").remedy == ""


def test_little_room_on_the_disk_is_told(tmp_path, monkeypatch):
    for free, state in ((10**7, State.FAULT), (5 * 10**8, State.WARNING), (10**10, State.OK)):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder, free=free: SimpleNamespace(free=free))
        assert disk_found(tmp_path / "journal.sqlite3").state is state


def test_a_clock_behind_the_journal_or_not_synchronised_is_told(tmp_path, monkeypatch):
    program = tmp_path / "timedatectl"
    program.write_text(f"#!{sys.executable}\nprint('no')\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with closing(Journal(tmp_path / "journal.sqlite3")) as journal:
        found = clock_found(journal)
        assert (found.state, "set-ntp" in found.remedy) == (State.WARNING, True)
        decision = Decision(Outcome.REFUSED, Reason.TOO_FAR, 1, 1, 0.0, 0, 3)
        journal.record(decision, "dlib_resnet", datetime.now(UTC) + timedelta(days=400))
        found = clock_found(journal)
        assert (found.state, "before the journal's last entry" in found.message) == (State.FAULT, True)


def findings(
    home: Path, source: str | None = "demo", *, gallery: Path | None = None, until: str = ""
) -> dict[str, Finding]:
    """Return what doctor finds, up to the part `until`; later ones are not examined."""
    found: dict[str, Finding] = {}
    for finding in examine_all(lambda: ConfigFile(home / "config.yaml"), source, gallery):
        found[finding.check] = finding
        if finding.check == until:
            break
    return found


def test_a_sound_kiosk_has_a_line_for_every_part_and_no_fault(home):
    found = findings(home, gallery=home / "images")
    parts = "config camera cascade encoder gallery voice journal people staff disk clock"
    assert list(found) == parts.split()
    assert not [finding for finding in found.values() if finding.state is State.FAULT]
    assert all(finding.remedy for finding in found.values() if finding.state is not State.OK)
    assert "SHA-256 verified, golden vector within" in found["encoder"].message
    assert "threshold 1.12 at most, less with more people; margin 0.05" in found["encoder"].message


def test_a_broken_configuration_is_a_fault_and_the_rest_is_examined_all_the_same(home):
    (home / "config.yaml").write_text("matching: {threshold: 9}\n")
    found = findings(home, gallery=home / "nowhere", until="gallery")
    assert (found["config"].state, "matching.threshold" in found["config"].message) == (State.FAULT, True)
    assert found["encoder"].state is State.OK
    assert (found["gallery"].state, bool(found["gallery"].remedy)) == (State.WARNING, True)


def test_a_camera_without_pictures_is_a_fault_and_one_that_is_too_slow_a_warning(home, monkeypatch):
    monkeypatch.setattr(doctor, "_CAMERA_SECONDS", 0.5)
    found = findings(home, "/dev/video99", until="camera")["camera"]
    assert (found.state, "/dev/video99" in found.message) == (State.FAULT, True)
    clip = home / "clip.avi"
    video = cv2.VideoWriter(str(clip), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for grey in range(20, 200, 20):
        video.write(np.full((48, 64, 3), grey, np.uint8))
    video.release()
    monkeypatch.setattr(doctor, "_CAMERA_SECONDS", 30)
    for frames, state in ((3, State.OK), (100, State.WARNING)):
        (home / "config.yaml").write_text(f"decision: {{k: {frames}, n: 100}}\n")
        found = findings(home, str(clip), until="camera")["camera"]
        assert found.state is state
        assert ("Recognition is slow: 100 frames take" in found.message) is (state is State.WARNING)


def test_an_encoder_that_computes_something_else_is_a_fault(home, save_spec):
    (home / "config.yaml").write_text("encoder: other\n")
    save_spec("other", golden={"values": [0.5] * 4})
    found = findings(home, until="encoder")["encoder"]
    assert (found.state, "other: answers" in found.message) == (State.FAULT, True)


def test_where_no_camera_is_found_the_doors_own_gallery_and_journal_are_examined(home, monkeypatch):
    monkeypatch.setattr(build, "first_camera", lambda: None)
    for source, folder in ((None, "images"), ("demo", "demo-gallery")):
        found = findings(home, source, until="journal")
        assert (found["camera"].state, "the demo runs instead" in found["camera"].message) == (State.WARNING, True)
        assert f"{folder}: people 1" in found["gallery"].message
        assert ("home/journal.sqlite3" in found["journal"].message) == (source is None)
