"""The record in one SQLite file, as the door writes it and the staff reads it."""

from collections.abc import Callable, Collection
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path

from kiosk.domain import Decision
from kiosk.names import person_key
from kiosk.store.journal import queries
from kiosk.store.journal.entries import (
    Action,
    ActionEntry,
    Filter,
    JournalEntry,
    as_text,
    bounds,
    row_of,
    stamp,
)
from kiosk.store.journal.forgetting import forget
from kiosk.store.journal.schema import JOURNAL_SCHEMA
from kiosk.store.sqlite_file import SqliteFile, require_sound


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
        entry = row_of(decision, encoder, now)
        with self._writing.change() as connection:
            for name in (entry.person, entry.second_person):
                if name is not None:
                    connection.execute(queries.INSERT_NAME, (name,))
            connection.execute(queries.INSERT, (None, *astuple(entry)[1:]))

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
        ids = [] if wanted.person is None else self._ids(lambda name: name == as_text(wanted.person))
        return self._decisions(queries.page(wanted, ids, before, max(limit, 0)))

    def since(self, moment: datetime) -> list[JournalEntry]:
        """The decisions from that time on, oldest first."""
        return self._decisions((queries.SINCE, [stamp(moment)]))

    def actions(self, limit: int, before: int | None = None) -> list[ActionEntry]:
        """What the staff did, newest first; `before` is the last row seen so far."""
        return self._actions(queries.actions(before, max(limit, 0)))

    def last_granted(self) -> dict[str, datetime]:
        """When each person was let in last."""
        found: dict[str, str] = {}
        with self._reading.session() as connection:
            for name, time in connection.execute(queries.LAST_GRANTED):
                if time is not None:
                    found[name] = max(time, found.get(name, ""))
        return {name: datetime.fromisoformat(found[name]) for name in sorted(found)}

    def named(self) -> list[str]:
        """Everybody whom a decision names as the nearest person, in order."""
        with self._reading.session() as connection:
            return [name for (name,) in connection.execute(queries.NEAREST)]

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
        ids = self._ids(lambda name: person_key(name) in wanted)
        with self._reading.session() as connection:
            subjects = connection.execute("SELECT DISTINCT subject FROM actions WHERE subject IS NOT NULL").fetchall()
        names = [name for (name,) in subjects if person_key(name) in wanted]
        return self._decisions(queries.decisions_about(ids)), self._actions(queries.actions_about(names))

    def forget(self, persons: Collection[str], number: str) -> int:
        """Put `number` in the place of the people's names, in any spelling; returns how many rows named them.

        The rows stay. The names are gone from the file and its log when this returns. All of it or nothing; but where
        JournalError says that the log could not be emptied, the names are replaced and doing it again empties it.
        """
        return forget(self._writing, persons, number)

    def check(self, *, whole: bool = True) -> None:
        """Raise JournalError unless a row can be written; leaves none behind. `whole` reads the file through first."""
        with self._writing.session() as connection:
            if whole:
                require_sound(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(queries.INSERT_NAME, ("",))
            empty = ["", "", "", *[None] * 6, "", 0, 0]
            connection.execute(queries.INSERT, (None, *empty, *[None] * (len(queries.COLUMNS) - len(empty) - 1)))
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        # Whoever closes last empties the log into the file, and may write.
        self._reading.close()
        self._writing.close()

    def _ids(self, wanted: Callable[[str], bool]) -> list[int]:
        """The numbers of names: mostly one a person, more where other names were forgotten."""
        with self._reading.session() as connection:
            return [number for number, name in connection.execute("SELECT id, name FROM names") if wanted(name)]

    def _decisions(self, question: queries.Question) -> list[JournalEntry]:
        with self._reading.session() as connection:
            return [JournalEntry(*row) for row in connection.execute(*question)]

    def _actions(self, question: queries.Question) -> list[ActionEntry]:
        with self._reading.session() as connection:
            return [ActionEntry(*row) for row in connection.execute(*question)]
