"""A person's record as a row of the register."""

import json
from datetime import date, datetime
from typing import Any

from kiosk.people.register.record import Consent, PersonRecord

SCHEMA_VERSION = 2
READ_VERSIONS = frozenset({1, 2})  # version 0.1 of the kiosk made 1, with the same tables
APPLICATION_ID = 0x6B50656F  # "kPeo"

SCHEMA = f"""
PRAGMA journal_mode = DELETE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE people (
    key TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    shown TEXT NOT NULL,
    spoken TEXT NOT NULL,
    staff_number TEXT NOT NULL,
    card_id TEXT NOT NULL,
    email TEXT NOT NULL,
    valid_from TEXT,
    valid_until TEXT,
    "group" TEXT NOT NULL,
    suspended INTEGER NOT NULL,
    former TEXT NOT NULL,
    consent_given_at TEXT,
    consent_version TEXT,
    consent_sha256 TEXT,
    consent_language TEXT,
    consent_recorded_by TEXT
) STRICT, WITHOUT ROWID;
"""

_COLUMNS = (
    "person",
    "shown",
    "spoken",
    "staff_number",
    "card_id",
    "email",
    "valid_from",
    "valid_until",
    '"group"',
    "suspended",
    "former",
    "consent_given_at",
    "consent_version",
    "consent_sha256",
    "consent_language",
    "consent_recorded_by",
)
SELECT = f"SELECT {', '.join(_COLUMNS)} FROM people"  # noqa: S608 - constants
INSERT = f"INSERT INTO people (key, {', '.join(_COLUMNS)}) VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"  # noqa: S608


def as_row(record: PersonRecord) -> tuple[object, ...]:
    """The values of all columns but the key."""
    consent = record.consent
    return (
        record.person,
        record.shown,
        record.spoken,
        record.staff_number,
        record.card_id,
        record.email,
        record.valid_from.isoformat() if record.valid_from else None,
        record.valid_until.isoformat() if record.valid_until else None,
        record.group,
        int(record.suspended),
        json.dumps(record.former, ensure_ascii=False),
        *_consent_row(consent),
    )


def from_row(row: tuple[Any, ...]) -> PersonRecord:
    """Raises ValueError for what as_row does not make."""
    person, shown, spoken, number, card, email, first, last, group, suspended, former, *consent = row
    return PersonRecord(
        person=person,
        shown=shown,
        spoken=spoken,
        staff_number=number,
        card_id=card,
        email=email,
        valid_from=date.fromisoformat(first) if first is not None else None,
        valid_until=date.fromisoformat(last) if last is not None else None,
        group=group,
        suspended=bool(suspended),
        consent=_consent(*consent),
        former=_names(former),
    )


def _names(text: str) -> tuple[str, ...]:
    names = json.loads(text)
    if not isinstance(names, list):
        raise ValueError(f"no list of names: {text[:40]}")
    return tuple(map(str, names))


def _consent_row(consent: Consent | None) -> tuple[str | None, ...]:
    if consent is None:
        return (None,) * 5
    given_at = consent.given_at.isoformat(timespec="seconds")
    return given_at, consent.version, consent.sha256, consent.language, consent.recorded_by


def _consent(given_at: str | None, version: str, sha256: str, language: str, recorded_by: str) -> Consent | None:
    if given_at is None:
        return None
    return Consent(datetime.fromisoformat(given_at), version or "", sha256 or "", language or "", recorded_by or "")
