"""What is said of each part, from what is at hand: the same for `kiosk doctor` and for the running kiosk."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import Config, ConfigFile
from kiosk.domain import Embedding, Template
from kiosk.encoders import encoder_names, load_encoder
from kiosk.encoders.encoder import EncoderSpec
from kiosk.errors import ConfigError, JournalError, PeopleError
from kiosk.health import checks
from kiosk.health.checks import (
    State,
    clock_found,
    config_found,
    disk_found,
    encoder_found,
    gallery_found,
    journal_found,
    people_found,
    staff_found,
    voice_found,
)
from kiosk.people.register import PeopleRegister, PersonRecord
from kiosk.people.snapshot import GallerySnapshot, Skipped
from kiosk.people.staff import Role, StaffRegister
from kiosk.store.journal import Journal

FOLDER = Path("/home/ada/images")


@pytest.fixture(scope="module")
def spec() -> EncoderSpec:
    return load_encoder("dlib_resnet", 1).spec


def snapshot(people: int, *skipped: str) -> GallerySnapshot:
    one = Embedding(np.ones(4, np.float32) / 2, "dlib_resnet")
    templates = tuple(Template(f"Ada {number}", one, f"Ada {number}.jpg") for number in range(people))
    return GallerySnapshot("dlib_resnet", templates, tuple(Skipped(name, "is empty") for name in skipped))


class TestGallery:
    def test_people_pictures_and_what_was_skipped_are_counted(self):
        found = gallery_found(FOLDER, snapshot(2), "other")
        assert (found.state, found.message) == (State.OK, f"{FOLDER}: people 2, pictures 2, skipped 0")

    def test_each_skipped_picture_is_a_detail_and_no_stranger_hears_of_it(self):
        found = gallery_found(FOLDER, snapshot(1, "Bob.jpg", "Eve\x1b[2J.jpg"), "other")
        assert (found.state, found.details[0]) == (State.WARNING, "Bob.jpg: is empty")
        assert "\x1b" not in found.details[1]
        assert found.public == "people 1, pictures 1, skipped 2"

    def test_a_folder_of_a_system_is_told_and_is_no_fault(self):
        bin_ = Skipped("#recycle", "the name starts with “#”", harmless=True)
        found = gallery_found(FOLDER, replace(snapshot(1), skipped=(bin_,)), "other")
        assert (found.state, found.public) == (State.OK, "people 1, pictures 1, skipped 0")
        assert found.details == ("#recycle: the name starts with “#”",)

    def test_nobody_is_a_warning_with_a_remedy(self):
        found = gallery_found(FOLDER, snapshot(0), "other")
        assert (found.state, bool(found.remedy)) == (State.WARNING, True)

    def test_many_people_on_the_default_encoder_are_a_warning(self):
        found = gallery_found(FOLDER, snapshot(checks.MANY_PEOPLE), "dlib_resnet")
        assert (found.state, "stronger encoder" in found.remedy) == (State.WARNING, True)


class TestEncoder:
    def test_its_numbers_are_those_in_force(self, spec):
        config = Config(matching={"threshold": {"dlib_resnet": 0.3}})
        found = encoder_found(config, spec, encoder_names(FOLDER), 0, "verified")
        assert (found.state, found.message) == (State.OK, "dlib_resnet, verified, threshold 0.3, margin 0.04")

    @pytest.mark.parametrize("number", [1.05, {"dlib_resnet": 1.05}])
    def test_a_threshold_on_another_encoders_scale_is_a_warning(self, spec, number):
        found = encoder_found(Config(matching={"threshold": number}), spec, encoder_names(FOLDER), 0)
        assert found.state is State.WARNING
        assert "1.05 is not used: it is on another encoder's scale, dlib_resnet works around 0.38" in found.message
        assert found.remedy == "write `threshold: auto` under matching, or run `kiosk calibrate`"

    def test_a_number_that_is_never_used_is_a_warning(self, spec):
        config = Config(matching={"threshold": {"Ada": 0.3}})
        found = encoder_found(config, spec, encoder_names(FOLDER), 0)
        assert (found.state, "no encoder is called Ada" in found.message) == (State.WARNING, True)
        assert "Ada" not in found.public


def test_the_configuration_in_force_is_named_and_a_broken_edit_is_a_fault(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("threads: 1\n")
    config = ConfigFile(path)
    assert config_found(config).message == str(path)
    path.write_text("threads: none, says Ada\n")
    with pytest.raises(ConfigError):
        config.changed()
    found = config_found(config)
    assert (found.state, "Ada" in found.public) == (State.FAULT, False)
    assert config_found(ConfigFile(None)).message == "built-in defaults"


@pytest.mark.parametrize(
    ("enabled", "fault", "state"),
    [
        (False, "voice: is broken; mend it", State.OK),
        (True, None, State.OK),
        (True, "voice: is broken; mend it", State.WARNING),
    ],
)
def test_a_voice_that_is_switched_off_is_in_order_whatever_is_wrong_with_it(*, enabled, fault, state):
    found = voice_found(enabled=enabled, fault=fault)
    assert (found.state, found.remedy) == (state, "mend it" if state is State.WARNING else "")


def test_a_journal_is_sound_or_raises(tmp_path):
    file = tmp_path / "journal.sqlite3"
    with closing(Journal(file)) as journal:
        assert journal_found(file, journal).state is State.OK
        assert disk_found(file).state is not State.FAULT
        assert clock_found(journal).state is not State.FAULT
    with closing(Journal(tmp_path)) as journal, pytest.raises(JournalError):
        journal_found(tmp_path, journal)


def test_the_disk_is_looked_at_also_where_the_folder_is_not_there_yet(tmp_path):
    found = disk_found(tmp_path / "a" / "b" / "journal.sqlite3")
    assert str(tmp_path) in found.message
    assert str(tmp_path) not in found.public


def test_the_time_is_told_in_utc(tmp_path):
    with closing(Journal(tmp_path / "journal.sqlite3")) as journal:
        assert f"{datetime.now(UTC):%Y-%m-%d}" in clock_found(journal).message


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


def test_what_is_known_of_people_is_counted_and_nobody_is_named(tmp_path):
    people = PeopleRegister(tmp_path / "images.people.sqlite3")
    assert people_found(people).message == "0 people are described"
    people.save(PersonRecord("Ada", group="Maths"))
    found = people_found(people)
    assert (found.state, found.message, found.public) == (State.OK, "1 people are described", "1 records")


def test_a_register_that_cannot_be_read_is_a_fault_though_the_last_one_is_in_force(tmp_path):
    file = tmp_path / "images.people.sqlite3"
    people = PeopleRegister(file)
    people.save(PersonRecord("Ada", suspended=True))
    file.write_text("no database")
    assert people_found(people).state is State.FAULT
    with pytest.raises(PeopleError):
        people_found(PeopleRegister(file))
