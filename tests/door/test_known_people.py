from datetime import date
from pathlib import Path

import pytest

from kiosk.domain import Decision, Outcome, Reason
from kiosk.door.station import KnownPeople
from kiosk.people.register import PeopleRegister, PersonRecord

DAY = date(2026, 3, 2)


@pytest.fixture
def register(tmp_path: Path) -> PeopleRegister:
    return PeopleRegister(tmp_path / "people.sqlite3")


def test_names_and_standing_come_from_the_register(register: PeopleRegister) -> None:
    register.save(PersonRecord("Ada_L", shown="Ada Lovelace", spoken="Eyda", valid_until=date(2026, 3, 1)))
    people = KnownPeople(register, lambda: DAY)
    assert people.against("Ada_L") is Reason.EXPIRED
    assert (people.shown("Ada_L"), people.spoken("Ada_L")) == ("Ada Lovelace", "Eyda")


def test_who_is_not_in_it_may_enter_under_the_name_of_the_pictures(register: PeopleRegister) -> None:
    people = KnownPeople(register, lambda: DAY)
    assert people.against("Grace_Hopper") is None
    decision = Decision(Outcome.GRANTED, Reason.RECOGNISED, 1, 1, 1.0, 3, 3, person="Grace_Hopper")
    assert people.shown_in([decision]) == {"Grace_Hopper": "Grace Hopper"}


def test_a_register_that_could_never_be_read_keeps_everybody_out_and_still_names_them(tmp_path: Path) -> None:
    path = tmp_path / "people.sqlite3"
    path.write_text("nonsense")
    people = KnownPeople(PeopleRegister(path))
    assert people.against("Grace_Hopper") is Reason.FAULT
    assert people.shown("Grace_Hopper") == people.spoken("Grace_Hopper") == "Grace Hopper"
    path.unlink()
    people.refresh()
    assert (people.against("Grace_Hopper"), people.fault) == (None, None)
