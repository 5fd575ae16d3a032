"""The faces of refused visitors, kept for some hours where the owner wants that, in SQLite."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from kiosk.domain import Embedding
from kiosk.errors import VisitorsError
from kiosk.recognition.matching import distances
from kiosk.words import translate

SCHEMA_VERSION = 1
MOST_FACES = 2000  # a poster before the camera must not fill the disk
_BUSY_SECONDS = 1.0
# A face from farther ahead was kept while the clock was wrong: it would stay until the clock is there.
_AHEAD = timedelta(minutes=5)

_SCHEMA = (
    """CREATE TABLE visitors (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time TEXT NOT NULL,
        encoder TEXT NOT NULL,
        vector BLOB NOT NULL,
        picture BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX visitors_by_time ON visitors (time)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
_OVERDUE = "time < ? OR time > ?"
_SURPLUS = "id <= (SELECT id FROM visitors ORDER BY id DESC LIMIT 1 OFFSET ?)"


@dataclass(frozen=True, slots=True, eq=False)
class Visitor:
    """One face that the door refused."""

    id: int
    time: datetime  # UTC
    embedding: Embedding
    picture: bytes  # PNG


class VisitorStore:
    """Kept faces in one SQLite file; any thread may use it, and several processes at once.

    The file is made when the first face is kept. What is removed is overwritten in the file at once. A damaged file is
    deleted: what can no longer be purged on time must not stay. Every method raises VisitorsError where the file
    cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def keep(self, picture: bytes, embedding: Embedding, now: datetime) -> int:
        """Adds a face (PNG); returns its id. The oldest ones go where there are too many."""
        vector = np.ascontiguousarray(embedding.vector, np.float32).tobytes()
        with self._session() as connection, _whole(connection):
            added = connection.execute(
                "INSERT INTO visitors (time, encoder, vector, picture) VALUES (?, ?, ?, ?)",
                (_stored(now), embedding.encoder, vector, picture),
            ).lastrowid
            connection.execute(f"DELETE FROM visitors WHERE {_SURPLUS}", (MOST_FACES,))  # noqa: S608 - constants
        return int(added or 0)

    def visitors(self, since: datetime | None = None) -> list[Visitor]:
        """The faces kept since then, newest first."""
        if not self.path.exists():
            return []
        earliest = "" if since is None else _stored(since)
        with self._session() as connection:
            rows = connection.execute(
                "SELECT id, time, encoder, vector, picture FROM visitors WHERE time >= ? ORDER BY time DESC, id DESC",
                (earliest,),
            ).fetchall()
        return [_visitor(*row) for row in rows]

    def count(self) -> int:
        """How many faces are kept."""
        if not self.path.exists():
            return 0
        with self._session() as connection:
            return int(connection.execute("SELECT count(*) FROM visitors").fetchone()[0])

    def remove(self, ids: Iterable[int]) -> int:
        """Removes these faces; returns how many of them were there."""
        wanted = [(number,) for number in ids]
        if not wanted or not self.path.exists():
            return 0
        with self._session() as connection, _whole(connection):
            return connection.executemany("DELETE FROM visitors WHERE id = ?", wanted).rowcount

    def remove_alike(self, embeddings: Sequence[Embedding], within: float) -> int:
        """Removes every face as near to one of these as `within`, for who is to be forgotten; returns how many."""
        alike = (visitor.id for visitor in self.visitors() if _is_near(visitor.embedding, embeddings, within))
        return self.remove(alike)

    def purge(self, older_than: datetime, *, now: datetime | None = None) -> int:
        """Removes what was kept before then, and what is dated later than `now`; returns how many."""
        if not self.path.exists():
            self._forget_side_file()
            return 0
        latest = "9" if now is None else _stored(now + _AHEAD)
        overdue = (_stored(older_than), latest)
        with self._session() as connection:
            # Asked first: once a second it is almost always in vain, and a reader is not to be kept waiting for that.
            found = connection.execute(
                f"SELECT EXISTS (SELECT 1 FROM visitors WHERE {_OVERDUE})",  # noqa: S608 - constants
                overdue,
            ).fetchone()
            if not found[0]:
                return 0
            with _whole(connection):
                return connection.execute(f"DELETE FROM visitors WHERE {_OVERDUE}", overdue).rowcount  # noqa: S608 - constants

    def clear(self) -> int:
        """Removes every face; returns how many there were."""
        if not self.path.exists():
            self._forget_side_file()
            return 0
        with self._session() as connection, _whole(connection):
            return connection.execute("DELETE FROM visitors WHERE true").rowcount

    def close(self) -> None:
        """Closes the file; the next use opens it again."""
        with self._guard:
            self._drop()

    @contextlib.contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            try:
                yield self._opened()
            except (sqlite3.Error, OSError) as error:
                self._drop()
                if _is_damage(error):
                    self._destroy()
                raise self._fault(error) from error
            except BaseException:
                self._drop()
                raise

    def _opened(self) -> sqlite3.Connection:
        # A file that was moved or deleted is opened by name again.
        if self._connection is not None and self._file != _identity(self.path):
            self._drop()
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite makes it: faces are nobody else's business.
            with contextlib.suppress(FileExistsError):
                os.mknod(self.path, stat.S_IFREG | 0o600)
            self._connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._prepare(self._connection)
            self._file = _identity(self.path)
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Overwrites what is deleted and gives the space back; a rollback journal is gone after each change, where a
        # write-ahead log would keep a copy of each face.
        for pragma in ("secure_delete = ON", "auto_vacuum = FULL", "journal_mode = DELETE", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        if self._known_version(connection) == SCHEMA_VERSION:
            return
        with _whole(connection):
            # Another process may have been first since the version was read.
            if self._known_version(connection) == 0:
                for statement in _SCHEMA:
                    connection.execute(statement)

    def _known_version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version not in {0, SCHEMA_VERSION} or (version == 0 and tables):
            raise VisitorsError(
                self.path,
                translate("faults", "is the database of another program, or of a newer kiosk"),
                translate("faults", "move the file away"),
            )
        return version

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = self._file = None

    def _destroy(self) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
        self._forget_side_file()

    def _forget_side_file(self) -> None:
        """What a crash leaves beside a file that is gone holds faces too."""
        with contextlib.suppress(OSError):
            self.path.with_name(self.path.name + "-journal").unlink(missing_ok=True)

    def _fault(self, error: sqlite3.Error | OSError) -> VisitorsError:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        return VisitorsError(
            self.path,
            translate("faults", "the faces of visitors cannot be kept or read: {reason}").format(reason=reason),
            translate("faults", "the damaged file was deleted, try again")
            if _is_damage(error)
            else translate("faults", "check that its folder exists, may be written and has space"),
        )


@contextlib.contextmanager
def _whole(connection: sqlite3.Connection) -> Iterator[None]:
    """All that the block changes, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _visitor(number: int, time: str, encoder: str, vector: bytes, picture: bytes) -> Visitor:
    # Cut where half a number is left: one bad row must not hide the others.
    whole = vector[: len(vector) // 4 * 4]
    return Visitor(number, datetime.fromisoformat(time), Embedding(np.frombuffer(whole, np.float32), encoder), picture)


def _is_near(face: Embedding, embeddings: Sequence[Embedding], within: float) -> bool:
    same = [other.vector for other in embeddings if other.encoder == face.encoder]
    return any(
        vector.shape == face.vector.shape and distances(face.vector, vector[np.newaxis])[0] <= within for vector in same
    )


def _stored(moment: datetime) -> str:
    """Of one length, so that texts compare as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _is_damage(error: Exception) -> bool:
    # Its subclasses are about how a file is used; the plain class says that this file is no database.
    return type(error) is sqlite3.DatabaseError


def _identity(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None
