"""What is known of people as JSON, in an archive and beside the pictures that are taken along."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kiosk.errors import ArchiveError, KioskError
from kiosk.i18n import translate
from kiosk.names import name_fault, normal_name, person_key
from kiosk.people.register.record import TEXT_FIELDS, Consent, PersonRecord, cleaned

FORMAT = "kiosk people"
VERSION = 1
_MAX_FORMER = 100


@dataclass(frozen=True, slots=True)
class ArchivedPerson:
    """One person of an archive."""

    record: PersonRecord
    pictures: tuple[str, ...]  # names of entries


def as_json(people: Sequence[ArchivedPerson], now: datetime) -> bytes:
    """The list of an archive."""
    entries = [{**record_as_json(one.record), "pictures": list(one.pictures)} for one in people]
    made_at = now.astimezone(UTC).isoformat(timespec="seconds")
    whole = {"format": FORMAT, "version": VERSION, "made_at": made_at, "people": entries}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def from_json(content: bytes, archive: str) -> tuple[ArchivedPerson, ...]:
    """Raises ArchiveError for whatever as_json does not make."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise _fault(archive, translate("faults", "its list of people cannot be read")) from fault
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise _fault(archive, translate("faults", "it is no archive of people"))
    if whole.get("version") != VERSION:
        raise ArchiveError(
            archive,
            translate("faults", "it was made by another version of the kiosk"),
            translate("faults", "update this kiosk"),
        )
    entries = whole.get("people")
    if not isinstance(entries, list) or not entries:
        raise _fault(archive, translate("faults", "it holds nobody"))
    people = tuple(_person(entry, archive) for entry in entries)
    keys = [person_key(one.record.person) for one in people]
    twice = next((one.record.person for one in people if keys.count(person_key(one.record.person)) > 1), None)
    if twice is not None:
        raise _fault(archive, translate("faults", "it holds {name!r} twice").format(name=twice))
    return people


def record_as_json(record: PersonRecord) -> dict[str, Any]:
    """All that is known of a person, for people to read and for another kiosk."""
    consent = record.consent
    return {
        "person": record.person,
        **{name: getattr(record, name) for name in TEXT_FIELDS},
        "valid_from": record.valid_from.isoformat() if record.valid_from else None,
        "valid_until": record.valid_until.isoformat() if record.valid_until else None,
        "suspended": record.suspended,
        "former": list(record.former),
        "consent": None
        if consent is None
        else {
            "given_at": consent.given_at.isoformat(timespec="seconds"),
            "version": consent.version,
            "sha256": consent.sha256,
            "language": consent.language,
            "recorded_by": consent.recorded_by,
        },
    }


def _person(entry: object, archive: str) -> ArchivedPerson:
    if not isinstance(entry, dict):
        raise _fault(archive, translate("faults", "its list of people cannot be read"))
    person = normal_name(_text(entry, "person", archive))
    fault = name_fault(person)
    if fault:
        reason = translate("faults", "the name {name!r} {fault}").format(name=person[:120], fault=fault)
        remedy = translate("faults", "nothing was imported: rename the person where it comes from, and export it again")
        raise ArchiveError(archive, reason, remedy)
    pictures = _texts(entry, "pictures", archive)
    try:
        record = PersonRecord(
            person=person,
            **{name: _text(entry, name, archive) for name in TEXT_FIELDS},
            valid_from=_day(entry.get("valid_from")),
            valid_until=_day(entry.get("valid_until")),
            suspended=bool(entry.get("suspended")),
            consent=_consent(entry.get("consent"), archive),
            former=tuple(_texts(entry, "former", archive))[:_MAX_FORMER],
        )
        return ArchivedPerson(cleaned(record), pictures)
    except (ValueError, TypeError, KioskError) as fault_found:
        unread = translate("faults", "what is known cannot be read")
        reason = fault_found.reason if isinstance(fault_found, KioskError) else unread
        raise _fault(archive, f"{person}: {reason}") from fault_found


def _text(entry: Mapping[str, object], name: str, archive: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str) or "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise _fault(archive, translate("faults", "the field {name} is no text").format(name=name))
    return value


def _texts(entry: Mapping[str, object], name: str, archive: str) -> tuple[str, ...]:
    values = entry.get(name, [])
    if not isinstance(values, list):
        raise _fault(archive, translate("faults", "the field {name} is no list").format(name=name))
    return tuple(_text({name: value}, name, archive) for value in values)


def _day(value: object) -> date | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError
    return date.fromisoformat(value)


def _consent(entry: object, archive: str) -> Consent | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise TypeError
    given_at = datetime.fromisoformat(_text(entry, "given_at", archive))
    rest = (_text(entry, name, archive)[:200] for name in ("version", "sha256", "language", "recorded_by"))
    return Consent(given_at, *rest)


def _fault(archive: str, reason: str) -> ArchiveError:
    return ArchiveError(
        archive, reason, translate("faults", "nothing was imported: export it again where it comes from")
    )
