"""The register: a record of each person (names, validity, suspension, consent), in an SQLite file.

The file lies beside the image folder, which says who is in the gallery. It may be on a network share: there is no
write-ahead log, and the file is closed after every use.
"""

import contextlib
import enum
import errno
import json
import os
import re
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kiosk.domain import Reason, display_name
from kiosk.errors import PeopleError, cause_of
from kiosk.files import atomic_write
from kiosk.i18n import Message, Text
from kiosk.names import MAX_NAME_CHARACTERS, is_printable, normal_name, person_key, printable
from kiosk.people.folder import Stamp
from kiosk.store.sqlite_file import remedy_for, require_sound

# The fields that hold free text, and the most characters that each may have.
TEXT_FIELDS = {
    "shown": MAX_NAME_CHARACTERS,
    "spoken": MAX_NAME_CHARACTERS,
    "staff_number": 64,
    "card_id": 64,
    "email": 254,
    "group": 64,
}
_DAYS = ("valid_from", "valid_until")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


class AccessStatus(enum.Enum):
    """The access of a recognised person: allowed, or why not."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"

    @property
    def reason(self) -> Reason | None:
        """The reason to refuse the person; None if the person may enter."""
        return None if self is AccessStatus.IN_FORCE else Reason(self.value)


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's consent to a text."""

    given_at: datetime  # with a time zone
    version: str  # of the text
    sha256: str  # of the text's file
    language: str
    recorded_by: str  # a member of the staff, or "command line"


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """The record of a person; unknown fields are empty."""

    person: str  # the name in the gallery
    shown: str = ""  # the name on the screen; empty = that of the gallery
    spoken: str = ""  # the name as the voice says it; empty = as shown
    staff_number: str = ""
    card_id: str = ""
    email: str = ""
    valid_from: date | None = None  # the first day on which the person may enter
    valid_until: date | None = None  # the last one
    group: str = ""
    suspended: bool = False
    consent: Consent | None = None  # None = not recorded
    former: tuple[str, ...] = ()  # names in the gallery before, oldest first

    @property
    def shown_name(self) -> str:
        """The name to show."""
        return self.shown or display_name(self.person)

    @property
    def spoken_name(self) -> str:
        """The name to say."""
        return self.spoken or self.shown_name

    def access_status(self, on: date) -> AccessStatus:
        """Return whether the person may enter on that day."""
        if self.suspended:
            return AccessStatus.SUSPENDED
        if self.valid_from is not None and on < self.valid_from:
            return AccessStatus.NOT_YET_VALID
        if self.valid_until is not None and on > self.valid_until:
            return AccessStatus.EXPIRED
        return AccessStatus.IN_FORCE


def today() -> date:
    """Return the local day."""
    return datetime.now().astimezone().date()


def clean_text(text: str) -> str:
    """Return a text in Unicode's composed form, with single blanks and none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def field_fault(name: str, text: str) -> Text | None:
    """Return why a clean text cannot be in a field, as the end of a sentence; None if it can."""
    if len(text) > TEXT_FIELDS[name]:
        return Message("is longer than {count} characters", count=TEXT_FIELDS[name])
    if not all(is_printable(character) for character in text):
        return Message("holds characters that cannot be shown")
    if name == "email" and text and not _EMAIL.fullmatch(text):
        return Message("is no e-mail address")
    return None


def is_period(first: date | None, last: date | None) -> bool:
    """Return whether the last day is not before the first one; None = no limit."""
    return first is None or last is None or first <= last


def cleaned(record: PersonRecord) -> PersonRecord:
    """Return the record with clean texts. Raises PeopleError if a field is invalid."""
    texts = {name: clean_text(getattr(record, name)) for name in TEXT_FIELDS}
    for name, text in texts.items():
        fault = field_fault(name, text)
        if fault is not None:
            reason = Message("the field {name} {fault}", name=name, fault=fault)
            raise PeopleError(printable(record.person), reason, "give another value")
    if not is_period(record.valid_from, record.valid_until):
        raise PeopleError(printable(record.person), "the validity ends before it begins", "give other days")
    return replace(record, **texts)  # type: ignore[arg-type]  # TEXT_FIELDS are str


SCHEMA_VERSION = 2
READ_VERSIONS = frozenset({1, 2})  # version 0.1 of the kiosk wrote 1, with the same tables
APPLICATION_ID = 0x6B50656F  # "kPeo"

_COLUMNS = {
    **dict.fromkeys(("person", *TEXT_FIELDS), "TEXT NOT NULL"),
    **dict.fromkeys(_DAYS, "TEXT"),
    "suspended": "INTEGER NOT NULL",
    "former": "TEXT NOT NULL",
    **{f"consent_{name}": "TEXT" for name in Consent.__slots__},
}
SCHEMA = f"""
PRAGMA journal_mode = DELETE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE people (
    key TEXT PRIMARY KEY,
    {", ".join(f'"{name}" {kind}' for name, kind in _COLUMNS.items())}
) STRICT, WITHOUT ROWID;
"""
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
SELECT = f"SELECT {_NAMES} FROM people"  # noqa: S608 - constants
INSERT = f"INSERT INTO people (key, {_NAMES}) VALUES (?{', ?' * len(_COLUMNS)})"  # noqa: S608 - constants


_RECORD = TypeAdapter(PersonRecord)


def record_as_json(record: PersonRecord) -> dict[str, Any]:
    """Return a record as JSON values, for people to read and for another kiosk."""
    values = asdict(record)
    for name in _DAYS:
        values[name] = values[name] and values[name].isoformat()
    if record.consent is not None:
        values["consent"]["given_at"] = record.consent.given_at.isoformat(timespec="seconds")
    return {**values, "former": list(record.former)}


def record_of(values: object) -> PersonRecord:
    """Return the record of JSON values. Raises ValueError for values of another kind."""
    try:
        return _RECORD.validate_python(values)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from error


def as_row(record: PersonRecord) -> list[object]:
    """Return the values of all columns but the key."""
    values = record_as_json(record)
    for name, value in (values["consent"] or {}).items():
        values[f"consent_{name}"] = value
    values["former"] = json.dumps(record.former, ensure_ascii=False)
    return [values.get(name) for name in _COLUMNS]


def from_row(row: tuple[Any, ...]) -> PersonRecord:
    """Return the record of a row. Raises ValueError for a row that as_row does not make."""
    values = dict(zip(_COLUMNS, row, strict=True))
    consent = {name: values[f"consent_{name}"] or "" for name in Consent.__slots__}
    return record_of(
        {**values, "former": json.loads(values["former"]), "consent": consent if consent["given_at"] else None}
    )


def unusable(path: Path, error: sqlite3.Error | OSError | ValueError) -> PeopleError:
    """Return the error for a file that cannot be used."""
    damaged = Message("move the file away: the kiosk starts a new one without suspensions")
    problem = Message("what is known of people cannot be used: {reason}", reason=cause_of(error))
    return PeopleError(path, problem, remedy_for(error, damaged))


# A file that changed this recently may change again without another time stamp: FAT counts in steps of 2 s.
_YOUNG_SECONDS = 3.0
BUSY_SECONDS = 1.0


def people_file(folder: Path) -> Path:
    """Return the path of an image folder's register, beside the folder."""
    whole = Path(os.path.abspath(folder))  # noqa: PTH100  (a link is not followed: the file lies beside it)
    return whole.parent / f"{whole.name or 'gallery'}.people.sqlite3"


class PeopleRegister:
    """The records of all people; every method may be called from any thread.

    A missing file is an empty register. A file that could never be read raises PeopleError, so that no suspended person
    is let in; once it was read, the records read last stay in force.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._known: dict[str, PersonRecord] | None = None  # by person_key; None = could never be read
        self._fault: PeopleError | None = None
        self._stamp: Stamp | None = None
        self.refresh()

    @property
    def fault(self) -> str | None:
        """Return why the file cannot be read now; None if it can."""
        return str(self._fault) if self._fault is not None else None

    def refresh(self) -> bool:
        """Read the file if it has changed; return whether a record did. Never raises."""
        with self._guard:
            before = self._known
            self._look()
            return self._known != before

    def record(self, person: str) -> PersonRecord:
        """Return a person's record, by the name in the gallery; an empty one if there is none."""
        self.refresh()
        return self.known(person)

    def known(self, person: str) -> PersonRecord:
        """Return a person's record as last read: cheap enough for every frame."""
        found = self._in_force().get(person_key(person))
        return replace(found, person=person) if found is not None else PersonRecord(person)

    def records(self) -> dict[str, PersonRecord]:
        """Return all records by person_key, also of people without pictures."""
        self.refresh()
        return dict(self._in_force())

    def change(self, person: str, how: Callable[[PersonRecord], PersonRecord]) -> PersonRecord:
        """Replace a person's record by `how(record)`; no other process can change it in between."""
        with self._writing() as connection:
            before = _find(connection, person) or PersonRecord(person)
            after = cleaned(replace(how(before), person=normal_name(person)))
            _put(connection, after)
        return after

    def save_all(self, records: Sequence[PersonRecord]) -> list[tuple[str, PersonRecord | None]]:
        """Save many records, all or none; return the former ones for `put_back`."""
        clean = [cleaned(replace(record, person=normal_name(record.person))) for record in records]
        with self._writing() as connection:
            before = [(record.person, _find(connection, record.person)) for record in clean]
            for record in clean:
                _put(connection, record)
        return before

    def put_back(self, before: Sequence[tuple[str, PersonRecord | None]]) -> None:
        """Restore the former records of people after a change; None = there was none."""
        with self._writing() as connection:
            for person, record in before:
                _put(connection, record) if record is not None else _drop(connection, person)
        self._rewrite()

    def copy_for_rename(self, old: str, new: str) -> PersonRecord:
        """Copy a record to a new name, the first half of a rename: a suspension then holds under both names."""
        old, new = normal_name(old), normal_name(new)
        with self._writing() as connection:
            before, there = _find(connection, old) or PersonRecord(old), _find(connection, new)
            is_left_over = there is not None and person_key(old) in map(person_key, (new, *there.former))
            if there is not None and not is_left_over:
                raise PeopleError(printable(new), "is a name that is already known", "give another, or erase that one")
            former = tuple(dict.fromkeys(name for name in (*before.former, before.person, old) if name != new))
            after = replace(before, person=new, former=former)
            _put(connection, after)
        return after

    def forget(self, person: str) -> bool:
        """Delete a person's record, also its bytes on the disk; return whether there was one."""
        if not self.path.exists():
            return False
        with self._writing() as connection:
            found = _drop(connection, person)
        # Also if nothing was found: an earlier call may have been interrupted here. secure_delete is not enough: SQLite
        # leaves copies of rows when it rearranges its pages.
        self._rewrite()
        return found

    def _rewrite(self) -> None:
        """Rebuild the file from its rows."""
        with self._guarded(), self._opened() as connection:
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("VACUUM")

    def _in_force(self) -> dict[str, PersonRecord]:
        known = self._known
        if known is None:
            raise self._fault or PeopleError(self.path, "was not read yet", "try again")
        return known

    def _look(self) -> None:
        try:
            try:
                stamp = Stamp.of(self.path.stat())
            except FileNotFoundError:
                stamp = None
            if stamp is not None and stamp == self._stamp:
                return
            found = []
            if stamp is not None:
                with self._opened() as connection:
                    require_sound(connection)
                    found = [from_row(row) for row in connection.execute(SELECT)]
            self._known = {person_key(record.person): record for record in found}
            self._fault = None
            is_old = stamp is not None and abs(time.time() - stamp.changed_at) >= _YOUNG_SECONDS
            self._stamp = stamp if is_old else None
        except (sqlite3.Error, OSError, ValueError, PeopleError) as error:
            self._stamp = None
            self._fault = error if isinstance(error, PeopleError) else unusable(self.path, error)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction; it is on the disk when this ends."""
        with self._guarded():
            if not self.path.exists():
                self._create()
            with self._opened() as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Lock out other threads, turn errors into PeopleError, then put the change in force."""
        with self._guard:
            try:
                yield
            except (sqlite3.Error, OSError, ValueError) as error:
                raise unusable(self.path, error) from error
            self._stamp = None
            self._look()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():  # opening a pipe would wait
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        opened = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        with contextlib.closing(opened) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                remedy = Message("move the file away, the kiosk starts a new one")
                raise PeopleError(self.path, "is no register of people", remedy)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in READ_VERSIONS:
                reason = Message("was written by another kiosk (schema {version})", version=version)
                raise PeopleError(self.path, reason, "update this kiosk")
            yield connection

    def _create(self) -> None:
        """Put an empty register in place as a whole, since an empty file counts as damaged."""

        def write(new: Path) -> None:
            with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.executescript(SCHEMA)

        with contextlib.suppress(FileExistsError):  # another process was first
            atomic_write(self.path, write, mode=0o600, overwrite=False, durable=False)  # SQLite has synced it


def _find(connection: sqlite3.Connection, person: str) -> PersonRecord | None:
    row = connection.execute(f"{SELECT} WHERE key = ?", (person_key(person),)).fetchone()
    return from_row(row) if row is not None else None


def _put(connection: sqlite3.Connection, record: PersonRecord) -> None:
    # Deleted first: secure_delete overwrites what a row held.
    _drop(connection, record.person)
    connection.execute(INSERT, (person_key(record.person), *as_row(record)))


def _drop(connection: sqlite3.Connection, person: str) -> bool:
    return connection.execute("DELETE FROM people WHERE key = ?", (person_key(person),)).rowcount > 0
