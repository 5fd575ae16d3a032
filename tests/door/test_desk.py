from contextlib import closing

import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Embedding
from kiosk.door.build import Choices
from kiosk.door.desk import open_desk
from kiosk.errors import EncoderError
from kiosk.files import asset
from kiosk.people.staff import Refused, Role
from kiosk.vision.pictures import read_picture


@pytest.fixture
def desk(home):
    with closing(open_desk(Choices(ConfigFile(home / "config.yaml"), home / "images", "demo"))) as desk:
        yield desk


def test_nothing_is_written_before_it_is_used(desk, tmp_path):
    assert not list((tmp_path / "user").rglob("*.sqlite3"))


def test_without_a_station_nobody_is_in_force_and_no_distance_is_told(desk):
    assert desk.snapshot.people == ()
    with pytest.raises(EncoderError, match="is being loaded"):
        _ = desk.threshold


def test_with_a_station_its_numbers_and_people_are_told(desk, build):
    desk.station = build()
    assert desk.snapshot.people == ("Grace_Hopper",)
    assert (desk.threshold, desk.margin) == (1.069, 0.05)


def test_photographs_are_read_with_the_encoder_of_the_configuration(desk):
    with desk.reader() as reader:
        outcome = reader.one(read_picture(asset("demo", "grace_hopper.jpg")))
    assert isinstance(outcome, Embedding)
    assert outcome.encoder == "sface_fp16"


def test_the_reader_is_made_once_and_anew_when_the_configuration_asks_for_another(desk, home):
    with desk.reader() as first:
        pass
    with desk.reader() as second:
        assert second is first
    (home / "config.yaml").write_text("threads: 1\n")
    desk.config.changed()
    with desk.reader() as third:
        assert third is not first


def test_a_wrong_pin_and_a_lock_out_stand_in_the_journal(desk):
    desk.staff.add("Ida", Role.INSTALLER, "482913")
    assert isinstance(desk.enter("739104"), Refused)
    assert [(entry.action, entry.staff) for entry in desk.journal.actions(1)] == [("wrong_pin", "?")]
    desk.staff.reset("Ida", "482913")
    assert desk.enter("482913").name == "Ida"
