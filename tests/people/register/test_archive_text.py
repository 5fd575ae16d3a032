import json
from datetime import UTC, date, datetime

import pytest

from kiosk.errors import ArchiveError
from kiosk.people.archive import ArchivedPerson, as_json, from_json, record_as_json
from kiosk.people.register import Consent, PersonRecord

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FULL = PersonRecord(
    person="Zoë 李",
    shown="Zoë",
    spoken="Zo-ey",
    staff_number="7",
    card_id="04",
    email="zoe@example.org",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    group="عمال",
    suspended=True,
    consent=Consent(NOW, "1", "ab" * 32, "de", "Eve"),
    former=("Zoe",),
)


def changed(**values: object) -> bytes:
    whole = json.loads(as_json([ArchivedPerson(FULL, ("pictures/1.jpg",))], NOW))
    for key, value in values.items():
        (whole if key in whole else whole["people"][0])[key] = value
    return json.dumps(whole).encode()


def test_an_archive_holds_the_whole_record() -> None:
    people = [ArchivedPerson(FULL, ("pictures/1.jpg",)), ArchivedPerson(PersonRecord("Ada"), ())]
    assert from_json(as_json(people, NOW), "a.zip") == tuple(people)
    assert set(record_as_json(FULL)) == set(PersonRecord.__slots__)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"[" * 100_000,
        b"{}",
        b"[]",
        b'{"format": "kiosk people", "version": 2}',
        changed(people=[]),
        changed(people=[7]),
        changed(people={"person": "Ada"}),
        changed(person="../Ada"),
        changed(person="a/b"),
        changed(person="a\\b"),
        changed(person=".hidden"),
        changed(person="#recycle"),
        changed(person="_Ada"),
        changed(person="System Volume Information"),
        changed(person=""),
        changed(person="x" * 101),
        changed(person="a\u202eb"),
        changed(person="a\u0000b"),
        changed(person=["Ada"]),
        changed(pictures="pictures/1.jpg"),
        changed(pictures=[7]),
        changed(shown="x" * 101),
        changed(email="nonsense"),
        changed(valid_from="yesterday"),
        changed(valid_from=7),
        changed(valid_from="2027-01-01"),
        changed(consent="yes"),
        changed(consent={"given_at": "then"}),
        changed(former="Ada"),
        b'{"format": "kiosk people", "version": 1, "people": [{"person": "\\ud800"}]}',
        b'{"format": "kiosk people", "version": 1, "people": [{"person": "Ada"}, {"person": "ada"}]}',
    ],
    ids=lambda content: content[:40].decode(),
)
def test_whatever_is_not_as_it_should_be_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveError):
        from_json(content, "a.zip")
