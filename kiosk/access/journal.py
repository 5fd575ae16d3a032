"""The append-only record of decisions, in SQLite."""

import contextlib
import fcntl
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from kiosk.domain import Candidate, Decision
from kiosk.errors import JournalError

SCHEMA_VERSION = 1
BUSY_SECONDS = 1.0
PAGE_BYTES = 4096
_STEP_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row: what the door did, and the nearest people the gallery had for the face."""

    id: int
    time: str  # UTC, ISO 8601 with milliseconds
    outcome: str
    reason: str
    person: str | None  # the nearest one; let in only where the outcome is granted
    distance: float | None
    second_person: str | None
    second_distance: float | None
    threshold: float | None
    margin: float | None
    encoder: str
    frame: int
    track: int
    gallery_size: int | None
    detail: str | None


_COLUMNS = [field.name for field in fields(JournalEntry)]
_INSERT = f"INSERT INTO decisions ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - constants
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM decisions ORDER BY id DESC LIMIT ?"  # noqa: S608 - constants

_TABLE = """
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    person TEXT,
    distance REAL,
    second_person TEXT,
    second_distance REAL,
    threshold REAL,
    margin REAL,
    encoder TEXT NOT NULL,
    frame INTEGER NOT NULL,
    track INTEGER NOT NULL,
    gallery_size INTEGER,
    detail TEXT
) STRICT
"""

# Names alone may change: a person who leaves has the right to be forgotten, what the door did stays.
_FIXED = [column for column in _COLUMNS if column not in {"person", "second_person"}]
_OLD, _NEW = (", ".join(f"{row}.{column}" for column in _FIXED) for row in ("OLD", "NEW"))

# The event that each trigger forbids. INSERT OR REPLACE deletes without asking the trigger on DELETE.
_FORBIDDEN = {
    "decisions_stay": "DELETE ON decisions",
    "decisions_fixed": f"UPDATE ON decisions WHEN ({_OLD}) IS NOT ({_NEW})",
    "decisions_once": "INSERT ON decisions WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)",
}
_SCHEMA = (
    _TABLE,
    *(
        f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        for name, event in _FORBIDDEN.items()
    ),
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class Journal:
    """The record of decisions in one SQLite file; opened at first use and again after a fault, from any thread.

    Every method raises JournalError where the file cannot be used; nothing is ever deleted or repaired.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._patience = threading.Event()

    def record(self, decision: Decision, encoder: str, now: datetime) -> None:
        """Append one decision; it is on the disk when this returns."""
        row = _row(decision, encoder, now)
        with self._session() as connection:
            connection.execute(_INSERT, row)

    def entries(self, limit: int) -> list[JournalEntry]:
        """The newest `limit` rows, newest first."""
        with self._session() as connection:
            return [JournalEntry(*row) for row in connection.execute(_SELECT, (max(limit, 0),))]

    def check(self, *, whole: bool = True) -> None:
        """Raise JournalError unless a row can be written; leaves none behind. `whole` reads the file through first."""
        with self._session() as connection:
            if whole:
                _require_sound(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_INSERT, (None, "", "", "", *[None] * 6, "", 0, 0, None, None))
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._guard:
            self._drop()

    @contextlib.contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            try:
                yield self._opened()
            except (sqlite3.Error, OSError) as error:
                self._drop()
                raise self._fault(error) from error
            except BaseException:
                self._drop()
                raise

    def _opened(self) -> sqlite3.Connection:
        # A file that was moved or deleted keeps taking rows that nobody will find: it is opened by name again.
        if self._connection is not None and self._file != _identity(self._path):
            self._drop()
        if self._connection is None:
            self._create()
            with self._alone():
                cut_off = self._cut_off()
                self._connection = sqlite3.connect(
                    self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
                )
                self._prepare(self._connection, cut_off)
            self._file = _identity(self._path)
        return self._connection

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes from opening it meanwhile: SQLite has no patience where two switch to WAL at once."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            give_up_at = time.monotonic() + BUSY_SECONDS
            while not _locked(folder):
                if time.monotonic() > give_up_at:
                    raise JournalError(self._path, "another program is opening it", "end that program if it hangs")
                self._patience.wait(_STEP_SECONDS)
            yield
        finally:
            os.close(folder)

    def _create(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and not self._path.is_file():
            raise JournalError(self._path, "the journal is not a file", "set another file")
        # Who came and went is nobody else's business; SQLite gives its side files the same permissions. Not open():
        # closing a second descriptor of the file would release the locks that this process holds on it.
        with contextlib.suppress(FileExistsError):
            os.mknod(self._path, stat.S_IFREG | 0o600)

    def _cut_off(self) -> bool:
        """Whether the last page is incomplete, which SQLite reads as zeros, and no log is there to restore it."""
        log = self._path.with_name(self._path.name + "-wal")
        return not log.exists() and self._path.stat().st_size % PAGE_BYTES != 0

    def _prepare(self, connection: sqlite3.Connection, cut_off: bool) -> None:
        version = self._require_known(connection)
        if cut_off:
            raise sqlite3.DatabaseError("the end of the file is missing")
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if version == 0:
            self._lay_out(connection)

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have been first since the version was read.
        if self._require_known(connection) == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")

    def _require_known(self, connection: sqlite3.Connection) -> int:
        """The version of the schema, 0 for a new file; nothing is written before this has passed."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise JournalError(
                self._path, f"was written by a newer kiosk (schema {version})", "update the kiosk or set another file"
            )
        if version < 0 or (version == 0 and tables):
            raise JournalError(self._path, "is the database of another program", "set another file")
        return version

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = self._file = None

    def _fault(self, error: sqlite3.Error | OSError) -> JournalError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        # Its subclasses are about how a file is used; the plain class says that this file is no database.
        if type(error) is sqlite3.DatabaseError:
            remedy = "move the file away, the kiosk starts a new one"
        elif code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            remedy = "end the other program that keeps it locked"
        elif code == sqlite3.SQLITE_FULL:
            remedy = "free space on its disk"
        else:
            remedy = "check that its folder exists, may be written and has space"
        return JournalError(self._path, f"the journal cannot be used: {_reason(error)}", remedy)


def _require_sound(connection: sqlite3.Connection) -> None:
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {verdict}")


def _locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _identity(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _reason(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


def _row(decision: Decision, encoder: str, now: datetime) -> tuple[object, ...]:
    identification = decision.identification
    nearest, second = _nearest(decision)
    entry = JournalEntry(
        id=0,
        time=now.astimezone(UTC).isoformat(timespec="milliseconds"),
        outcome=decision.outcome.value,
        reason=decision.reason.value,
        person=_text(nearest.person if nearest else decision.person),
        distance=float(nearest.distance) if nearest else None,
        second_person=_text(second.person if second else None),
        second_distance=float(second.distance) if second else None,
        threshold=float(identification.threshold) if identification else None,
        margin=float(identification.margin) if identification else None,
        encoder=encoder,
        frame=decision.sequence,
        track=decision.track,
        gallery_size=identification.gallery_size if identification else None,
        detail=_text(decision.fault),
    )
    return (None, *astuple(entry)[1:])


def _nearest(decision: Decision) -> tuple[Candidate | None, Candidate | None]:
    """The person the decision names, or else the best one, and the nearest other person."""
    candidates = decision.identification.candidates if decision.identification else ()
    named = [candidate for candidate in candidates if decision.person in (None, candidate.person)][:1]
    others = [candidate for candidate in candidates if candidate not in named][: len(named)]
    return next(iter(named), None), next(iter(others), None)


def _text(text: str | None) -> str | None:
    """The text as UTF-8 can hold it: names come from file names, which need not be."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
