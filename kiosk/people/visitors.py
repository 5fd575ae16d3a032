"""Faces of refused visitors: kept for some hours in SQLite if the owner wants it, and grouped to people."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding
from kiosk.errors import VisitorsError
from kiosk.i18n import Message
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.matching import distances, identify
from kiosk.store.journal import stamp
from kiosk.store.sqlite_file import Schema, SqliteFile


def groups(vectors: NDArray[np.float32], threshold: float) -> list[set[int]]:
    """Return groups of row numbers of (N, D), connected by distances within the threshold (single linkage)."""
    found: list[set[int]] = []
    for number, vector in enumerate(vectors):
        near = set(np.flatnonzero(distances(vector, vectors[:number]) <= threshold).tolist())
        touched = [group for group in found if group & near]
        found = [group for group in found if not group & near]
        found.append({number}.union(*touched))
    return found


MOST_FACES = 500  # a poster before the camera must not fill the disk
# A face from later than this was kept while the clock was wrong; it would stay until then.
_AHEAD = timedelta(minutes=5)

_STEPS = (
    (
        """CREATE TABLE visitors (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time TEXT NOT NULL,
            encoder TEXT NOT NULL,
            vector BLOB NOT NULL,
            picture BLOB NOT NULL
        ) STRICT""",
        "CREATE INDEX visitors_by_time ON visitors (time)",
    ),
)
_REMEDY = Message("the damaged file was deleted, try again")
# No write-ahead log: it would keep a copy of each face.
_SCHEMA = Schema(Message("the file of visitors' faces"), VisitorsError, _STEPS, wal=False, remedy=_REMEDY)
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_SURPLUS = "id <= (SELECT id FROM visitors ORDER BY id DESC LIMIT 1 OFFSET ?)"


@dataclass(frozen=True, slots=True, eq=False)
class Visitor:
    """A refused face."""

    id: int
    time: datetime  # UTC
    embedding: Embedding


class VisitorStore:
    """Kept faces in one SQLite file; any thread may use it, and several processes at once.

    The file is made with the first face. Deleted faces are overwritten at once. A damaged file is deleted; so is one
    from which nothing can be purged because the disk is full. Every method raises VisitorsError if the file cannot be
    used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sqlite = SqliteFile(path, _SCHEMA)

    def keep(self, picture: bytes, embedding: Embedding, now: datetime) -> int:
        """Add a face (PNG) and return its id; delete the oldest faces if there are too many."""
        vector = np.ascontiguousarray(embedding.vector, np.float32).tobytes()
        with self._change() as connection:
            added = connection.execute(
                "INSERT INTO visitors (time, encoder, vector, picture) VALUES (?, ?, ?, ?)",
                (stamp(now), embedding.encoder, vector, picture),
            ).lastrowid
            connection.execute(f"DELETE FROM visitors WHERE {_SURPLUS}", (MOST_FACES,))  # noqa: S608 - constants
        return int(added or 0)

    def visitors(self) -> list[Visitor]:
        """Return all faces, newest first."""
        if not self.path.exists():
            return []
        sql = "SELECT id, time, encoder, vector FROM visitors ORDER BY time DESC, id DESC"
        with self._session() as connection:
            rows = connection.execute(sql).fetchall()
        return [
            # Cut to whole numbers: one bad row must not hide the others.
            Visitor(
                number,
                datetime.fromisoformat(time),
                Embedding(np.frombuffer(vector[: len(vector) // 4 * 4], np.float32), encoder),
            )
            for number, time, encoder, vector in rows
        ]

    def pictures(self, ids: Iterable[int]) -> dict[int, bytes]:
        """Return the pictures (PNG) of these faces, if they are still there."""
        numbers = list(ids) if self.path.exists() else []
        if not numbers:
            return {}
        marks = ", ".join("?" * len(numbers))
        with self._session() as connection:
            return dict(connection.execute(f"SELECT id, picture FROM visitors WHERE id IN ({marks})", numbers))  # noqa: S608 - constants

    def count(self) -> int:
        """Return the number of kept faces."""
        if not self.path.exists():
            return 0
        with self._session() as connection:
            return int(connection.execute("SELECT count(*) FROM visitors").fetchone()[0])

    def remove(self, ids: Iterable[int]) -> int:
        """Delete these faces; return how many were there."""
        wanted = [(number,) for number in ids]
        if not wanted or not self.path.exists():
            return 0
        with self._change() as connection:
            return connection.executemany("DELETE FROM visitors WHERE id = ?", wanted).rowcount

    def remove_alike(self, embeddings: Sequence[Embedding], within: float) -> int:
        """Delete every face within a distance of one of these embeddings; return how many."""
        faces = self.visitors()
        return self.remove(face.id for face in faces if _is_near(face.embedding, embeddings, within))

    def purge(self, older_than: datetime, now: datetime) -> int:
        """Delete faces kept before then, and those dated later than `now`; return how many."""
        return self._remove_where("time < ? OR time > ?", stamp(older_than), stamp(now + _AHEAD))

    def clear(self) -> int:
        """Delete every face; return how many there were."""
        return self._remove_where("true")

    def _remove_where(self, condition: str, *values: str) -> int:
        if not self.path.exists():
            self._forget_side_file()
            return 0
        # Counted first: it is called once a second, and a reader need not wait for a change of nothing.
        with self._session() as connection:
            found = connection.execute(f"SELECT count(*) FROM visitors WHERE {condition}", values).fetchone()[0]  # noqa: S608 - constants
        if not found:
            return 0
        try:
            with self._change() as connection:
                return connection.execute(f"DELETE FROM visitors WHERE {condition}", values).rowcount  # noqa: S608 - constants
        except VisitorsError as fault:
            # Deleting a row takes some space for a moment; on a full disk, delete the whole file.
            if getattr(fault.__cause__, "sqlite_errorcode", 0) & 0xFF not in _NO_ROOM:
                raise
            self._destroy()
            return int(found)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._sqlite.close()

    @contextlib.contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._sqlite.session() as connection:
                yield connection
        except VisitorsError as fault:
            # Its subclasses are about the use of a file; the class itself says that the file is no database.
            if type(fault.__cause__) is sqlite3.DatabaseError:
                self._destroy()
            raise

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._session() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
            # Free the disk space.
            if not connection.execute("SELECT EXISTS (SELECT 1 FROM visitors)").fetchone()[0]:
                with contextlib.suppress(sqlite3.OperationalError):
                    connection.execute("VACUUM")

    def _destroy(self) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
        self._forget_side_file()

    def _forget_side_file(self) -> None:
        """Delete the side file that a crash left behind; it holds faces too."""
        with contextlib.suppress(OSError):
            self.path.with_name(self.path.name + "-journal").unlink(missing_ok=True)


def _is_near(face: Embedding, embeddings: Sequence[Embedding], within: float) -> bool:
    same = [other.vector for other in embeddings if other.encoder == face.encoder]
    same = [vector for vector in same if vector.shape == face.vector.shape]
    return bool(same) and bool((distances(face.vector, np.stack(same)) <= within).any())


_LIKELY = 1.2  # of the threshold


@dataclass(frozen=True, slots=True)
class UnknownVisitor:
    """Kept faces of one unknown person, as the encoder groups them."""

    faces: tuple[Visitor, ...]  # newest first
    nearest: Candidate | None = None  # of the people enrolled, to any of the faces

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the faces."""
        return frozenset(face.id for face in self.faces)

    def likely_person(self, threshold: float) -> str | None:
        """Return the person whom the faces may show: the nearest one, not much farther away than the threshold."""
        near = self.nearest
        return near.person if near is not None and near.distance <= threshold * _LIKELY else None

    @property
    def first_seen(self) -> datetime:
        return self.faces[-1].time

    @property
    def last_seen(self) -> datetime:
        return self.faces[0].time


def unknown_visitors(store: VisitorStore, gallery: GallerySnapshot, threshold: float) -> list[UnknownVisitor]:
    """Return the unknown visitors, last seen first: faces within `threshold` are one. Raises VisitorsError."""
    found = []
    by_size: dict[int, list[Visitor]] = {}
    for face in store.visitors():
        if _is_comparable(face, gallery):
            by_size.setdefault(face.embedding.vector.size, []).append(face)
        else:
            found.append(UnknownVisitor((face,)))
    for same in by_size.values():
        for group in groups(np.stack([face.embedding.vector for face in same]), threshold):
            faces = tuple(same[index] for index in sorted(group))
            looks = [identify(face.embedding, gallery, threshold=0.0, margin=0.0, keep=1).best for face in faces]
            nearest = min(filter(None, looks), key=lambda best: best.distance, default=None)
            found.append(UnknownVisitor(faces, nearest))
    return sorted(found, key=lambda visitor: visitor.last_seen, reverse=True)


def _is_comparable(face: Visitor, gallery: GallerySnapshot) -> bool:
    vector = face.embedding.vector
    fits = not gallery.people or vector.size == gallery.matrix.shape[1]
    return face.embedding.encoder == gallery.encoder and fits and bool(np.isfinite(vector).all())
