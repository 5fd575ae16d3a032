from datetime import date, timedelta

import pytest

from kiosk.domain import Reason
from kiosk.errors import PeopleError
from kiosk.people.register import PersonRecord, Standing, clean_text, cleaned, field_fault

DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("known", "standing"),
    [
        ({}, Standing.IN_FORCE),
        ({"valid_from": DAY, "valid_until": DAY}, Standing.IN_FORCE),
        ({"valid_from": NEXT}, Standing.NOT_YET_VALID),
        ({"valid_until": DAY - timedelta(days=1)}, Standing.EXPIRED),
        ({"suspended": True, "valid_until": NEXT}, Standing.SUSPENDED),
    ],
)
def test_standing_follows_suspension_and_the_days_of_validity(known: dict, standing: Standing) -> None:
    assert PersonRecord("Ada", **known).standing(DAY) is standing


def test_every_standing_but_the_good_one_is_a_reason_to_refuse() -> None:
    assert [standing.reason for standing in Standing] == [
        None,
        Reason.SUSPENDED,
        Reason.NOT_YET_VALID,
        Reason.EXPIRED,
    ]


def test_names_fall_back_from_spoken_to_shown_to_the_gallery() -> None:
    assert PersonRecord("Ada_L").shown_name == PersonRecord("Ada_L").spoken_name == "Ada L"
    assert PersonRecord("Ada_L", shown="Ada").spoken_name == "Ada"
    assert PersonRecord("Siobhan", spoken="Shi-vawn").spoken_name == "Shi-vawn"


def test_texts_are_composed_and_without_blanks_around_them() -> None:
    assert clean_text("  Zoe\u0308 \t\n Q. ") == "Zoë Q."
    assert cleaned(PersonRecord("Zoe", shown=" Zoe\u0308 ")).shown == "Zoë"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("shown", "x" * 101, "is longer than 100 characters"),
        ("group", "a\u202eb", "holds characters that cannot be shown"),
        ("card_id", "a\0b", "holds characters that cannot be shown"),
        ("email", "ada at home", "is no e-mail address"),
        ("email", "ada@example.org", None),
        ("email", "", None),
        ("shown", "عائشة", None),
        ("spoken", "李小龍", None),
    ],
)
def test_fields_say_what_is_wrong_with_a_text(name: str, text: str, fault: str | None) -> None:
    assert field_fault(name, text) == fault
    if fault:
        with pytest.raises(PeopleError, match=name):
            cleaned(PersonRecord("Ada", **{name: text}))


def test_a_validity_does_not_end_before_it_begins() -> None:
    with pytest.raises(PeopleError, match="ends before it begins"):
        cleaned(PersonRecord("Ada", valid_from=NEXT, valid_until=DAY))
