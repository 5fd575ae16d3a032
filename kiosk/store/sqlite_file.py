"""An SQLite file that several threads and processes use, and that may be moved, damaged or full."""

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import KioskError, cause_of
from kiosk.files import folder_lock
from kiosk.i18n import Message, Text

BUSY_SECONDS = 1.0
PAGE_BYTES = 4096
_MOVE_AWAY = Message("move the file away, the kiosk starts a new one")


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of a file."""

    what: Text  # the file's name in a sentence, such as "the journal"
    fault: Callable[[object, Text, Text], KioskError]  # the class of errors about the file
    steps: Sequence[Sequence[str]]  # for each version of the schema, the statements that lead to it
    wal: bool = True  # write-ahead log: a writer does not wait for readers; not on a network share
    remedy: Text = _MOVE_AWAY  # for a damaged file
    application_id: int = 0  # of a new file

    @property
    def version(self) -> int:
        return len(self.steps)


class SqliteFile:
    """One connection, opened at first use and again after a fault, from any thread; nothing is repaired or deleted.

    Bytes of changed and deleted rows are overwritten with zeros (secure_delete).
    """

    def __init__(self, path: Path, schema: Schema, *, read_only: bool = False) -> None:
        self.path = path
        self._schema = schema
        self._read_only = read_only
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    @contextlib.contextmanager
    def session(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to one thread. Raises the schema's fault if the file cannot be used."""
        with self._guard:
            try:
                yield self._opened()
            except BaseException as error:
                self._drop()
                if isinstance(error, sqlite3.Error | OSError):
                    raise self._fault(error) from error
                raise

    @contextlib.contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Run a session as one transaction: all of it is on the disk afterwards, or nothing."""
        with self.session() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._guard:
            self._drop()

    def _opened(self) -> sqlite3.Connection:
        # A connection to a moved or deleted file still takes rows, which would be lost: open the file by name again.
        if self._connection is not None and self._file != _identity(self.path):
            self._drop()
        if self._connection is None:
            self._create()
            # Locked: SQLite fails at once if two processes switch a new file to WAL.
            busy = self._schema.fault(self.path, "another program is opening it", "end that program if it hangs")
            with folder_lock(self.path.parent, busy, BUSY_SECONDS):
                logs = [self.path.with_name(f"{self.path.name}-{kind}") for kind in ("wal", "journal")]
                # SQLite reads an incomplete last page as zeros; only a log can restore it.
                is_cut_off = self.path.stat().st_size % PAGE_BYTES != 0 and not any(log.exists() for log in logs)
                self._connection = sqlite3.connect(
                    self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
                )
                self._prepare(self._connection, is_cut_off)
            self._file = _identity(self.path)
        return self._connection

    def _create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and not self.path.is_file():
            reason = Message("{what} is not a file", what=self._schema.what)
            raise self._schema.fault(self.path, reason, "set another file")
        # For the owner alone; SQLite gives its side files the same permissions. Not open(): closing a second
        # descriptor of the file would release the locks that this process holds on it.
        with contextlib.suppress(FileExistsError):
            os.mknod(self.path, stat.S_IFREG | 0o600)

    def _prepare(self, connection: sqlite3.Connection, is_cut_off: bool) -> None:
        version = self._require_known(connection)
        if is_cut_off:
            raise sqlite3.DatabaseError("the end of the file is missing")
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute(f"PRAGMA journal_mode = {'WAL' if self._schema.wal else 'DELETE'}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        if version < self._schema.version:
            self._migrate(connection)
        connection.execute("PRAGMA temp_store = MEMORY")  # a temporary file would keep what is to be forgotten
        if self._read_only:
            connection.execute("PRAGMA query_only = ON")

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have been first since the version was read.
        version = self._require_known(connection)
        if not version:
            connection.execute(f"PRAGMA application_id = {self._schema.application_id}")
        for step in self._schema.steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {self._schema.version}")
        connection.execute("COMMIT")

    def _require_known(self, connection: sqlite3.Connection) -> int:
        """Return the version of the schema, 0 for a new file; nothing is written before."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version > self._schema.version:
            reason = Message("was written by a newer kiosk (schema {version})", version=version)
            raise self._schema.fault(self.path, reason, "update the kiosk or set another file")
        if version < 0 or (version == 0 and tables):
            raise self._schema.fault(self.path, "is the database of another program", "set another file")
        return version

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = self._file = None

    def _fault(self, error: sqlite3.Error | OSError) -> KioskError:
        reason = Message("{what} cannot be used: {reason}", what=self._schema.what, reason=cause_of(error))
        return self._schema.fault(self.path, reason, remedy_for(error, self._schema.remedy))


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return the application_id and user_version of a file; None if it is no database, or an empty one."""
    if not path.is_file():
        return None
    address = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            program, version = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version")
            )
            return program, version
    return None


def remedy_for(error: sqlite3.Error | OSError | ValueError, damaged: Text) -> Text:
    """Return the remedy for an error; `damaged` if the file is no database or holds foreign content."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # Its subclasses are about how a file is used; the plain class says that this file is no database.
    if isinstance(error, ValueError) or type(error) is sqlite3.DatabaseError:
        return damaged
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return Message("end the other program that keeps it locked")
    if code == sqlite3.SQLITE_FULL:
        return Message("free space on its disk")
    return Message("check that its folder exists, may be written and has space")


def require_sound(connection: sqlite3.Connection) -> None:
    """Read the whole file; raises sqlite3.DatabaseError where it is damaged."""
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {verdict}")


def _identity(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None
