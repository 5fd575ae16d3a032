"""The record in one SQLite file, as the door writes it and the staff reads it."""

import sqlite3
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path

from kiosk.access.journal import queries
from kiosk.access.journal.entries import (
    Action,
    ActionEntry,
    Filter,
    JournalEntry,
    as_text,
    bounds,
    row_of,
    stamp,
)
from kiosk.access.journal.forgetting import forget
from kiosk.access.journal.schema import JOURNAL_SCHEMA
from kiosk.access.sqlite_file import SqliteFile, require_sound
from kiosk.domain import Decision
from kiosk.recognition.gallery.names import person_key


class Journal:
    """The record of decisions and actions; opened at first use and again after a fault, from any thread.

    Who writes does not wait for who reads. Every method raises JournalError where the file cannot be used; nothing is
    ever deleted or repaired.
    """

    def __init__(self, path: Path) -> None:
        self._writing = SqliteFile(path, JOURNAL_SCHEMA)
        self._reading = SqliteFile(path, JOURNAL_SCHEMA, read_only=True)

    def record(self, decision: Decision, encoder: str, now: datetime) -> None:
        """Append one decision; it is on the disk when this returns."""
        row = row_of(decision, encoder, now)
        with self._writing.session() as connection:
            connection.execute(queries.INSERT, row)

    def note(self, action: Action, staff: str, subject: str | None, detail: str | None, now: datetime) -> None:
        """Append what the staff did; it is on the disk when this returns."""
        row = (None, stamp(now), as_text(staff), action.value, as_text(subject), as_text(detail))
        with self._writing.session() as connection:
            connection.execute(queries.INSERT_ACTION, row)

    def entries(self, limit: int) -> list[JournalEntry]:
        """The newest `limit` decisions, newest first."""
        return self.page(Filter(), limit=limit)

    def page(self, wanted: Filter, *, before: int | None = None, limit: int = 200) -> list[JournalEntry]:
        """The newest decisions that the filter lets through, newest first; `before` is the last row seen so far."""
        return self._decisions(queries.page(wanted, before, max(limit, 0)))

    def since(self, moment: datetime) -> list[JournalEntry]:
        """The decisions from that time on, oldest first."""
        return self._decisions((queries.SINCE, [stamp(moment)]))

    def actions(self, limit: int, before: int | None = None) -> list[ActionEntry]:
        """What the staff did, newest first; `before` is the last row seen so far."""
        return self._actions(queries.actions(before, max(limit, 0)))

    def last_granted(self) -> dict[str, datetime]:
        """When each person was let in last."""
        with self._reading.session() as connection:
            people = _values(connection, queries.distinct("decisions", "person", "outcome = 'granted'"))
            times = ((name, connection.execute(queries.LAST_GRANTED, (name,)).fetchone()[0]) for name in people)
            return {name: datetime.fromisoformat(time) for name, time in times}

    def named(self) -> list[str]:
        """Everybody whom a decision names as the nearest person, in order."""
        with self._reading.session() as connection:
            return _values(connection, queries.distinct("decisions", "person"))

    def days(self) -> list[date]:
        """The local days on which something was decided, newest first."""
        found: list[date] = []
        before = "~"  # sorts after every time
        with self._reading.session() as connection:
            while newest := connection.execute(queries.LAST_DAY_BEFORE, (before,)).fetchone()[0]:
                found.append(datetime.fromisoformat(newest).astimezone().date())
                before = bounds(found[-1])[0]
        return found

    def about(self, persons: Collection[str]) -> tuple[list[JournalEntry], list[ActionEntry]]:
        """The decisions that name one of the people, and what was done to them, oldest first; any spelling counts."""
        wanted = {person_key(name) for name in persons}
        with self._reading.session() as connection:
            columns = [("decisions", "person"), ("decisions", "second_person"), ("actions", "subject")]
            written = {name for column in columns for name in _values(connection, queries.distinct(*column))}
        names = sorted(name for name in written if person_key(name) in wanted)
        return self._decisions(queries.decisions_about(names)), self._actions(queries.actions_about(names))

    def forget(self, persons: Collection[str], number: str) -> int:
        """Put `number` in the place of the people's names, in any spelling; returns how many rows named them.

        The rows stay. The names are gone from the file and its log when this returns, which may take seconds; done
        again, it finishes what was broken off. What is written meanwhile waits for some hundredths of a second, unless
        SQLite has left copies of a name behind: then the file is built anew, in 7 s for a million rows.
        """
        return forget(self._writing, persons, number)

    def check(self, *, whole: bool = True) -> None:
        """Raise JournalError unless a row can be written; leaves none behind. `whole` reads the file through first."""
        with self._writing.session() as connection:
            if whole:
                require_sound(connection)
            connection.execute("BEGIN IMMEDIATE")
            empty = ["", "", "", *[None] * 6, "", 0, 0]
            connection.execute(queries.INSERT, (None, *empty, *[None] * (len(queries.COLUMNS) - len(empty) - 1)))
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        # Whoever closes last empties the log into the file, and may write.
        self._reading.close()
        self._writing.close()

    def _decisions(self, question: queries.Question) -> list[JournalEntry]:
        with self._reading.session() as connection:
            return [JournalEntry(*row) for row in connection.execute(*question)]

    def _actions(self, question: queries.Question) -> list[ActionEntry]:
        with self._reading.session() as connection:
            return [ActionEntry(*row) for row in connection.execute(*question)]


def _values(connection: sqlite3.Connection, question: str) -> list[str]:
    return [value for (value,) in connection.execute(question)]
