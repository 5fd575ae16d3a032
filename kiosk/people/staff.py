"""The staff register: members, their PINs (argon2), and the wait after wrong PINs."""

import contextlib
import enum
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from kiosk.errors import StaffError, did_you_mean
from kiosk.i18n import Message, Text
from kiosk.names import normal_name, person_key, text_fault
from kiosk.store.sqlite_file import Schema, SqliteFile

SHORTEST_PIN, LONGEST_PIN = 6, 12
COMMAND_LINE = "command line"  # in the journal: the staff of an action on the command line
LOCK_AFTER = 10  # wrong PINs
LOCK_SECONDS = 15 * 60.0
_LONGEST_WAIT_SECONDS = 60.0
_LONGEST_BLOCK = 3  # 123123 is one of three digits, twice

# OWASP's minimum for argon2id: 19 MiB, two passes. Each PIN is compared with every hash, so it must not take long.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)

_STEPS = (
    (
        """
        CREATE TABLE staff (
            key TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('reception', 'installer')),
            hash TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE failures (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            count INTEGER NOT NULL,
            last_at REAL NOT NULL
        ) STRICT
        """,
        "INSERT INTO failures VALUES (1, 0, 0)",
    ),
)

_REMEDY = Message("move the file away and add the staff again")
_SCHEMA = Schema(Message("the staff register"), StaffError, _STEPS, wal=False, remedy=_REMEDY)


class Role(enum.StrEnum):
    """The rights of a member of the staff."""

    RECEPTION = "reception"  # people, enrolment, the journal
    INSTALLER = "installer"  # also settings and staff


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person with a PIN."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Refused:
    """A PIN that was refused."""

    wait_seconds: float  # before the next PIN is checked
    locked: bool  # after LOCK_AFTER wrong PINs
    tried: bool = True  # False if it came too early and was not checked
    tries_left: int = 0  # wrong PINs before the lock


class StaffRegister:
    """The staff in an SQLite file, from any thread; `now` returns the time of day. Every method raises StaffError."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self._file = SqliteFile(path, _SCHEMA)
        self._now = now

    def members(self) -> list[StaffMember]:
        """Return all members by name."""
        with self._file.session() as connection:
            rows = connection.execute("SELECT name, role FROM staff ORDER BY key").fetchall()
        return [StaffMember(name, Role(role)) for name, role in rows]

    def add(self, name: str, role: Role, pin: str) -> StaffMember:
        """Add a member; the name and the PIN must be new."""
        member = StaffMember(_valid_name(name), role)
        row = (person_key(member.name), member.name, member.role.value)
        with self._with_new_hash(pin, None) as (connection, made):
            if connection.execute("SELECT 1 FROM staff WHERE key = ?", row[:1]).fetchone():
                remedy = Message("choose another name, or give this member a new PIN")
                raise StaffError(member.name, "is already a member of the staff", remedy)
            connection.execute("INSERT INTO staff VALUES (?, ?, ?, ?)", (*row, made))
        return member

    def remove(self, name: str) -> StaffMember:
        """Remove a member, except the last installer."""
        with self._file.change() as connection:
            key, member = _known(connection, name)
            installers = connection.execute("SELECT count(*) FROM staff WHERE role = 'installer'").fetchone()[0]
            if member.role is Role.INSTALLER and installers == 1:
                raise StaffError(member.name, "is the last installer", "add another installer first")
            connection.execute("DELETE FROM staff WHERE key = ?", (key,))
        return member

    def reset(self, name: str, pin: str) -> StaffMember:
        """Give a member a new PIN and end a lock."""
        with self._with_new_hash(pin, person_key(name)) as (connection, made):
            key, member = _known(connection, name)
            connection.execute("UPDATE staff SET hash = ? WHERE key = ?", (made, key))
            connection.execute("UPDATE failures SET count = 0, last_at = 0")
        return member

    def enter(self, pin: str) -> StaffMember | Refused:
        """Return the member with this PIN, or a refusal; both take the same time."""
        with self._file.change() as connection:
            count, wait = self._failures(connection)
            if wait > 0:
                return Refused(wait, locked=count >= LOCK_AFTER, tried=False)
            # Counted before it is checked: neither a kill nor a second process gets a free try.
            connection.execute("UPDATE failures SET count = count + 1, last_at = ?", (self._now(),))
            rows = connection.execute("SELECT name, role, hash FROM staff ORDER BY key").fetchall()
        # Every hash is tried, so that the time tells nothing.
        matches = [StaffMember(name, Role(role)) for name, role, made in rows if _matches(made, pin)]
        if not matches:
            left = max(LOCK_AFTER - count - 1, 0)
            return Refused(_wait_after(count + 1), locked=not left, tries_left=left)
        with self._file.change() as connection:
            connection.execute("UPDATE failures SET count = 0, last_at = 0")
        return matches[0]

    @property
    def wait_seconds(self) -> float:
        """Seconds until the next PIN is checked; 0 also if the file cannot be read, which `enter` reports."""
        try:
            with self._file.session() as connection:
                return self._failures(connection)[1]
        except StaffError:
            return 0.0

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._file.close()

    def _failures(self, connection: sqlite3.Connection) -> tuple[int, float]:
        """Return the number of wrong PINs in a row, and the seconds left to wait."""
        count, last_at = connection.execute("SELECT count, last_at FROM failures").fetchone()
        now = self._now()
        if now < last_at:
            # The clock was set back: start the wait again.
            connection.execute("UPDATE failures SET last_at = ?", (now,))
            last_at = now
        return count, max(last_at + _wait_after(count) - now, 0.0)

    @contextlib.contextmanager
    def _with_new_hash(self, pin: str, key: str | None) -> Iterator[tuple[sqlite3.Connection, str]]:
        """Open a transaction to store the hash of a PIN that no member but `key` has."""
        fault = pin_fault(pin)
        if fault is not None:
            raise StaffError(Message("this PIN"), fault, "choose another PIN")
        made = _HASHER.hash(pin)
        with self._file.change() as connection:
            others = connection.execute("SELECT hash FROM staff WHERE key IS NOT ?", (key,)).fetchall()
            # The PIN alone identifies a member.
            if any(_matches(other, pin) for (other,) in others):
                raise StaffError(Message("this PIN"), "cannot be used", "choose another PIN")
            yield connection, made


def pin_fault(pin: str) -> Text | None:
    """Return why a PIN is not allowed, as the end of a sentence; None if it is allowed."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        return Message("is not of 6 to 12 digits")
    return Message("is too easy to guess") if _trivial(pin) else None


def _trivial(pin: str) -> bool:
    """Return whether a PIN has two different digits at most, equal steps, or a repeated block."""
    digits = [int(digit) for digit in pin]
    steps = {(after - before) % 10 for before, after in itertools.pairwise(digits)}
    blocks = (pin[:length] for length in range(1, _LONGEST_BLOCK + 1))
    repeated = any((block * len(pin))[: len(pin)] == pin for block in blocks)
    return len(set(digits)) <= 2 or len(steps) == 1 or repeated


def _wait_after(failures: int) -> float:
    """Return the wait in seconds: 1, 2, 4 ... 60, and LOCK_SECONDS from LOCK_AFTER failures on."""
    if failures >= LOCK_AFTER:
        return LOCK_SECONDS
    return min(2.0 ** (failures - 1), _LONGEST_WAIT_SECONDS) if failures else 0.0


def _matches(stored: str, pin: str) -> bool:
    try:
        return _HASHER.verify(stored, pin.encode("utf-8", "backslashreplace"))
    except (VerificationError, InvalidHashError):
        return False


def _known(connection: sqlite3.Connection, name: str) -> tuple[str, StaffMember]:
    row = connection.execute("SELECT key, name, role FROM staff WHERE key = ?", (person_key(name),)).fetchone()
    if row is None:
        names = [known for (known,) in connection.execute("SELECT name FROM staff")]
        remedy = did_you_mean(name, names, Message("look at the list of the staff"))
        raise StaffError(name, "is no member of the staff", remedy)
    return row[0], StaffMember(row[1], Role(row[2]))


def _valid_name(name: str) -> str:
    normal = normal_name(name)
    fault = text_fault(normal)
    if fault is None and person_key(normal) == person_key(COMMAND_LINE):
        fault = Message("stands for the command line itself")
    if fault is not None:
        thing = Message("the name “{name}”", name=name)
        raise StaffError(thing, fault, "choose another name")
    return normal
