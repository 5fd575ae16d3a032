from contextlib import closing

import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Embedding
from kiosk.door.build import Choices
from kiosk.door.services import open_services
from kiosk.errors import EncoderError
from kiosk.files import asset
from kiosk.people.staff import Refused, Role
from kiosk.vision.pictures import read_picture


@pytest.fixture
def services(home):
    with closing(open_services(Choices(ConfigFile(home / "config.yaml"), home / "images", "demo"))) as services:
        yield services


def test_without_a_station_nobody_is_in_force_and_no_distance_is_told(services):
    assert services.snapshot.people == ()
    with pytest.raises(EncoderError, match="is being loaded"):
        _ = services.threshold


def test_photographs_are_read_with_the_encoder_of_the_configuration(services):
    with services.reader() as reader:
        outcome = reader.one(read_picture(asset("demo", "grace_hopper.jpg")))
    assert isinstance(outcome, Embedding)
    assert outcome.encoder == "sface_fp16"


def test_the_reader_is_made_once_and_anew_when_the_configuration_asks_for_another(services, home):
    with services.reader() as first:
        pass
    with services.reader() as second:
        assert second is first
    (home / "config.yaml").write_text("threads: 1\n")
    services.config.changed()
    with services.reader() as third:
        assert third is not first


def test_a_wrong_pin_and_a_lock_out_stand_in_the_journal(services):
    services.staff.add("Ida", Role.INSTALLER, "482913")
    assert isinstance(services.enter("739104"), Refused)
    assert [(entry.action, entry.staff) for entry in services.journal.actions(1)] == [("wrong_pin", "?")]
    services.staff.reset("Ida", "482913")
    assert services.enter("482913").name == "Ida"
