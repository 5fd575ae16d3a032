from datetime import UTC, date, datetime

import pytest

from kiosk.people.register import Consent, PersonRecord, as_row, from_row

FULL = PersonRecord(
    person="Ada_L",
    shown="Ada",
    spoken="Eyda",
    staff_number="007",
    card_id="04:A2",
    email="ada@example.org",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    group="Zürich",
    suspended=True,
    consent=Consent(datetime(2026, 1, 1, 9, 0, tzinfo=UTC), "1", "ab" * 32, "de", "Eve"),
    former=("Augusta", "李"),
)


@pytest.mark.parametrize("record", [PersonRecord("Ada"), FULL])
def test_a_row_holds_the_whole_record(record: PersonRecord) -> None:
    assert from_row(as_row(record)) == record


def test_a_row_of_nonsense_is_told() -> None:
    for place, nonsense in ((6, "yesterday"), (10, "5"), (10, "{"), (11, "then")):
        row = list(as_row(FULL))
        row[place] = nonsense
        with pytest.raises(ValueError, match=r".+"):
            from_row(tuple(row))
