"""What is known of people beside their pictures, in one SQLite file beside the image folder.

The image folder says who is in the gallery; this file may be lost, and then nothing is known of anybody but the
pictures. It may lie on a network share: no write-ahead log, and the file is closed again after every use.
"""

import contextlib
import errno
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from kiosk.errors import PeopleError
from kiosk.i18n import translate
from kiosk.names import name_fault, normal_name, person_key
from kiosk.people.register.faults import unusable
from kiosk.people.register.files import Stamp, is_young, put_in_place, stamp_of
from kiosk.people.register.record import PersonRecord, Standing, cleaned
from kiosk.people.register.rows import APPLICATION_ID, INSERT, READ_VERSIONS, SCHEMA, SELECT, as_row, from_row
from kiosk.vision.pictures import printable

BUSY_SECONDS = 1.0

_Records: TypeAlias = Mapping[str, PersonRecord]


def people_file(folder: Path) -> Path:
    """Where the register of an image folder lies: beside it."""
    whole = Path(os.path.abspath(folder))  # noqa: PTH100  (a link is not followed: the file lies beside it)
    return whole.parent / f"{whole.name or 'gallery'}.people.sqlite3"


class PeopleRegister:
    """What is known of everybody; every method may be called from any thread.

    A file that is missing is a register of nobody. One that cannot be read raises PeopleError as long as it never
    could be, so that nobody is let in whose suspension is not known; later, what was last read stays in force.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._known: _Records | None = None  # by person_key; None = could never be read
        self._fault: PeopleError | None = None
        self._stamp: Stamp | None = None
        self.refresh()

    @property
    def fault(self) -> str | None:
        """Why the file cannot be read now; None where it can."""
        return str(self._fault) if self._fault is not None else None

    def refresh(self) -> bool:
        """Takes over what another process changed, and whether that was anything; never raises."""
        with self._guard:
            before = self._known
            self._look()
            return self._known != before

    def record(self, person: str) -> PersonRecord:
        """What is known of a person, by the name in the gallery; an empty record where that is nothing."""
        self.refresh()
        return self.known(person)

    def known(self, person: str) -> PersonRecord:
        """As `record`, as of the last look at the file: cheap enough for every frame."""
        found = self._in_force().get(person_key(person))
        return replace(found, person=person) if found is not None else PersonRecord(person)

    def records(self) -> dict[str, PersonRecord]:
        """Everybody of whom something is known, by person_key; also those without pictures."""
        self.refresh()
        return dict(self._in_force())

    def standing(self, person: str, on: date) -> Standing:
        """Whether a person who is recognised may enter on that day, as of the last look at the file."""
        return self.known(person).standing(on)

    def save(self, record: PersonRecord) -> PersonRecord:
        """Writes all that is known of a person, in place of what was; returns it as it was cleaned."""
        return self.change(record.person, lambda _: record)

    def change(self, person: str, how: Callable[[PersonRecord], PersonRecord]) -> PersonRecord:
        """Replaces what is known by what `how` makes of it, with no change of another process in between."""
        with self._writing() as connection:
            before = _find(connection, person) or PersonRecord(person)
            after = cleaned(replace(how(before), person=normal_name(person)))
            _put(connection, after)
        return after

    def save_all(self, records: Sequence[PersonRecord]) -> list[tuple[str, PersonRecord | None]]:
        """Saves many at once, all or none; what was known under each name before, for `put_back`."""
        clean = [cleaned(replace(record, person=normal_name(record.person))) for record in records]
        with self._writing() as connection:
            before = [(record.person, _find(connection, record.person)) for record in clean]
            for record in clean:
                _put(connection, record)
        return before

    def put_back(self, before: Sequence[tuple[str, PersonRecord | None]]) -> None:
        """Undoes `save_all`."""
        with self._writing() as connection:
            for person, record in before:
                _drop(connection, person)
                if record is not None:
                    _put(connection, record)
        self._rewrite()

    def rename(self, old: str, new: str) -> PersonRecord:
        """Moves what is known to another name and remembers the old one; raises PeopleError where `new` is known."""
        after = self.copy_for_rename(old, new)
        if person_key(old) != person_key(new):
            self.forget(old)
        return after

    def copy_for_rename(self, old: str, new: str) -> PersonRecord:
        """The first half of a rename: known under both names, so that a suspension holds whatever comes next.

        A copy that a rename left behind, which broke off before the pictures followed, is no obstacle.
        """
        old, new = normal_name(old), normal_name(new)
        fault = name_fault(new)
        if fault:
            thing = translate("faults", "the name {name!r}").format(name=printable(new))
            raise PeopleError(thing, fault, translate("faults", "give another name"))
        with self._writing() as connection:
            before, there = _find(connection, old) or PersonRecord(old), _find(connection, new)
            if there is not None and person_key(old) != person_key(new) and not _has_been(there, old):
                raise PeopleError(
                    printable(new),
                    translate("faults", "is a name that is already known"),
                    translate("faults", "give another, or erase that one"),
                )
            former = tuple(dict.fromkeys(name for name in (*before.former, before.person, old) if name != new))
            after = replace(before, person=new, former=former)
            _put(connection, after)
        return after

    def forget(self, person: str) -> bool:
        """Removes all that is known of a person, from the disk too; whether there was anything."""
        with self._guard:
            if not self.path.exists():
                return False
        with self._writing() as connection:
            found = _drop(connection, person)
        # Also where nothing was found: an earlier call may have come no further. What secure_delete overwrites is not
        # all: SQLite leaves copies of rows in its pages when it distributes them anew.
        self._rewrite()
        return found

    def close(self) -> None:
        """Nothing stays open between two uses."""

    def _rewrite(self) -> None:
        """Builds the file anew from its rows alone."""
        with self._guarded(), self._opened() as connection:
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("VACUUM")

    def _in_force(self) -> _Records:
        known, fault = self._known, self._fault
        if known is None:
            raise fault or PeopleError(
                self.path, translate("faults", "was not read yet"), translate("faults", "try again")
            )
        return known

    def _look(self) -> None:
        try:
            stamp = stamp_of(self.path)
            if stamp is not None and stamp == self._stamp:
                return
            self._known = MappingProxyType(self._read() if stamp is not None else {})
            self._fault = None
            self._stamp = stamp if stamp is not None and not is_young(stamp) else None
        except (sqlite3.Error, OSError, ValueError) as error:
            self._fault, self._stamp = unusable(self.path, error), None
        except PeopleError as error:
            self._fault, self._stamp = error, None

    def _read(self) -> dict[str, PersonRecord]:
        with self._opened() as connection:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(f"it is damaged: {verdict}")
            found = [from_row(row) for row in connection.execute(SELECT)]
        return {person_key(record.person): record for record in found}

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One change: on the disk, whole, when this ends, or not made where it raises."""
        with self._guarded():
            if not self.path.exists():
                self._create()
            with self._opened() as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Alone in this process, with faults told; then what was written is in force."""
        with self._guard:
            try:
                yield
            except (sqlite3.Error, OSError, ValueError) as error:
                raise unusable(self.path, error) from error
            self._stamp = None
            self._look()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():  # a pipe would be waited for
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            self._require_ours(connection)
            yield connection

    def _require_ours(self, connection: sqlite3.Connection) -> None:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            remedy = translate("faults", "move the file away, the kiosk starts a new one")
            raise PeopleError(self.path, translate("faults", "is no register of people"), remedy)
        if version not in READ_VERSIONS:
            raise PeopleError(
                self.path,
                translate("faults", "was written by another kiosk (schema {version})").format(version=version),
                translate("faults", "update this kiosk"),
            )

    def _create(self) -> None:
        """Puts an empty register in place, whole: an empty file is one that was damaged."""
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            # What is known of people is nobody else's business.
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.executescript(SCHEMA)
            with contextlib.suppress(FileExistsError):  # another process was first
                put_in_place(new, self.path)
        finally:
            new.unlink(missing_ok=True)


def _has_been(record: PersonRecord, name: str) -> bool:
    return person_key(name) in map(person_key, record.former)


def _find(connection: sqlite3.Connection, person: str) -> PersonRecord | None:
    row = connection.execute(f"{SELECT} WHERE key = ?", (person_key(person),)).fetchone()
    return from_row(row) if row is not None else None


def _put(connection: sqlite3.Connection, record: PersonRecord) -> None:
    # Deleted first: secure_delete overwrites what a row held.
    _drop(connection, record.person)
    connection.execute(INSERT, (person_key(record.person), *as_row(record)))


def _drop(connection: sqlite3.Connection, person: str) -> bool:
    return connection.execute("DELETE FROM people WHERE key = ?", (person_key(person),)).rowcount > 0
