"""The journal: the door's decisions and the staff's actions, in one SQLite file; first its tables, then their use."""

import enum
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kiosk.domain import Conditions, Decision, Outcome, Reason, display_name
from kiosk.errors import JournalError
from kiosk.names import person_key
from kiosk.store.sqlite_file import Schema, SqliteFile, require_sound


def _decisions_table(person: str, conditions: str = "") -> str:
    """Return the table of decisions; `person` = the column that names a person."""
    return f"""
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    {person},
    distance REAL,
    second_{person},
    second_distance REAL,
    threshold REAL,
    margin REAL,
    encoder TEXT NOT NULL,
    frame INTEGER NOT NULL,
    track INTEGER NOT NULL,
    gallery_size INTEGER,
    detail TEXT{conditions}
) STRICT
"""


# Names are in a table of their own and may change, for a person who leaves has the right to be forgotten; decisions may
# not. Among a million decisions, SQLite would leave copies of a name in many pages.
_NAMES_TABLE = "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"

_CONDITIONS = ", face_px INTEGER, light REAL, sharpness REAL, turn REAL"

_ACTIONS_TABLE = """
CREATE TABLE actions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    staff TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT
) STRICT
"""

# Columns that never change; names in other columns may, for the same reason.
_FIRST_FIXED = (
    "id, time, outcome, reason, distance, second_distance, threshold, margin, encoder, frame, track, gallery_size, "
    "detail"
)
_FIXED_OF_ACTIONS = "id, time, staff, action"


def _changed(columns: str) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns.split(", ")) for row in ("OLD", "NEW"))
    return f" WHEN ({old}) IS NOT ({new})"


def _trigger(name: str, event: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"


def _triggers(table: str, changed: str) -> tuple[str, ...]:
    """Return the triggers that forbid changes. INSERT OR REPLACE deletes without firing the trigger on DELETE."""
    twice = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - constants
    return (
        stay(table),
        _trigger(f"{table}_fixed", f"UPDATE ON {table}{changed}"),
        _trigger(f"{table}_once", f"INSERT ON {table} WHEN {twice}"),
    )


def stay(table: str) -> str:
    """Return the trigger that forbids deleting rows."""
    return _trigger(f"{table}_stay", f"DELETE ON {table}")


# An index ends with the row's number: the rows of one person come newest first without sorting.
_INDEXES = (
    "CREATE INDEX names_name ON names (name)",
    "CREATE INDEX decisions_time ON decisions (time)",
    "CREATE INDEX decisions_person ON decisions (person_id)",
    "CREATE INDEX decisions_second_person ON decisions (second_person_id)",
    "CREATE INDEX decisions_reason ON decisions (reason)",
    "CREATE INDEX decisions_granted ON decisions (person_id, time) WHERE outcome = 'granted'",
    "CREATE INDEX actions_subject ON actions (subject)",
)

_TAKE_NAMES_OVER = """
INSERT INTO names (name)
    SELECT person FROM first_decisions WHERE person IS NOT NULL
    UNION SELECT second_person FROM first_decisions WHERE second_person IS NOT NULL
"""
_TAKE_DECISIONS_OVER = """
INSERT INTO decisions
    SELECT id, time, outcome, reason, (SELECT id FROM names WHERE name = person), distance,
        (SELECT id FROM names WHERE name = second_person), second_distance, threshold, margin, encoder, frame, track,
        gallery_size, detail, NULL, NULL, NULL, NULL
    FROM first_decisions ORDER BY id
"""

_FIRST = (_decisions_table("person TEXT"), *_triggers("decisions", _changed(_FIRST_FIXED)))
_SECOND = (
    *(f"DROP TRIGGER decisions_{name}" for name in ("stay", "fixed", "once")),
    "ALTER TABLE decisions RENAME TO first_decisions",
    _NAMES_TABLE,
    _INDEXES[0],
    _TAKE_NAMES_OVER,
    _decisions_table("person_id INTEGER", _CONDITIONS),
    _TAKE_DECISIONS_OVER,
    "DROP TABLE first_decisions",
    _ACTIONS_TABLE,
    *_INDEXES[1:],
    *_triggers("decisions", ""),
    *_triggers("actions", _changed(_FIXED_OF_ACTIONS)),
)

MADE_BY = 0x6B4A0002  # "kJ", and the version that made the file: version 0.1 gave none
JOURNAL_SCHEMA = Schema("the journal", JournalError, (_FIRST, _SECOND), application_id=MADE_BY)
SCHEMA_VERSION = JOURNAL_SCHEMA.version


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A decision of the door, with the nearest people of the gallery."""

    id: int
    time: str  # UTC, ISO 8601 with milliseconds
    outcome: str
    reason: str
    person: str | None  # the nearest one, also if it was refused
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
    # Of the picture that settled it, see Conditions; None in rows of the first schema.
    face_px: int | None = None
    light: float | None = None
    sharpness: float | None = None
    turn: float | None = None

    @property
    def moment(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromisoformat(self.time)

    @property
    def conditions(self) -> Conditions | None:
        """The conditions of the picture, if they were written."""
        return None if self.face_px is None else Conditions(self.face_px, self.light, self.sharpness, self.turn)


class Action(enum.Enum):
    """An action of the staff."""

    SIGNED_IN = "signed_in"
    WRONG_PIN = "wrong_pin"
    LOCKED_OUT = "locked_out"
    FULL_SCREEN_LEFT = "full_screen_left"
    KIOSK_ENDED = "kiosk_ended"
    STAFF_ADDED = "staff_added"
    STAFF_REMOVED = "staff_removed"
    STAFF_RESET = "staff_reset"
    ENROLLED = "enrolled"
    PICTURES_ADDED = "pictures_added"
    PICTURES_REMOVED = "pictures_removed"
    RENAMED = "renamed"  # the subject is the name before, the detail the one after
    CHANGED = "changed"  # what is known of a person beside the pictures
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ERASED = "erased"
    EXPORTED = "exported"
    IMPORTED = "imported"
    LOOKALIKE_ACCEPTED = "lookalike_accepted"
    VISITOR_ENROLLED = "visitor_enrolled"
    VISITOR_DISMISSED = "visitor_dismissed"
    SETTING_CHANGED = "setting_changed"
    DOOR_TESTED = "door_tested"
    VOICE_TESTED = "voice_tested"


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """An entry about an action of the staff."""

    id: int
    time: str  # UTC, ISO 8601 with milliseconds
    staff: str  # a name; "command line" without a sign-in, "" if unknown
    action: str
    subject: str | None  # the person, staff member or setting it was done to
    detail: str | None

    @property
    def moment(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromisoformat(self.time)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of decisions; None = any."""

    person: str | None = None  # as the nearest one or the second
    outcome: Outcome | None = None
    reason: Reason | None = None
    day: date | None = None  # in local time


def stamp(moment: datetime) -> str:
    """Return a time as rows hold it: UTC, of equal length, so that it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def bounds(day: date) -> tuple[str, str]:
    """Return the start and the end of a local day as rows hold them; the end is exclusive."""
    first, last = (datetime.combine(each, datetime.min.time()) for each in (day, day + timedelta(days=1)))
    return stamp(first), stamp(last)


def row_of(decision: Decision, encoder: str, now: datetime) -> JournalEntry:
    """Return the row of a decision, with the person that it names or else the nearest, and the nearest other one."""
    found = decision.identification
    candidates = found.candidates if found else ()
    named = [candidate for candidate in candidates if decision.person in (None, candidate.person)][:1]
    others = [candidate for candidate in candidates if candidate not in named][: len(named)]
    return JournalEntry(
        id=0,  # the database gives its number
        time=stamp(now),
        outcome=decision.outcome.value,
        reason=decision.reason.value,
        person=as_text(named[0].person if named else decision.person),
        distance=float(named[0].distance) if named else None,
        second_person=as_text(others[0].person if others else None),
        second_distance=float(others[0].distance) if others else None,
        threshold=float(found.threshold) if found else None,
        margin=float(found.margin) if found else None,
        encoder=encoder,
        frame=decision.sequence,
        track=decision.track,
        gallery_size=found.gallery_size if found else None,
        detail=as_text(decision.fault),
        **(asdict(decision.conditions) if decision.conditions else {}),
    )


def as_text(text: str | None) -> str | None:
    """Return a text that UTF-8 can hold: names come from file names, which may be anything."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")


COLUMNS = [field.name for field in fields(JournalEntry)]
ACTION_COLUMNS = [field.name for field in fields(ActionEntry)]
NAMED = ("person", "second_person")  # columns whose names are in the table `names`


def _columns(plain: str, named: str) -> str:
    return ", ".join((named if column in NAMED else plain).format(column) for column in COLUMNS)


_DECISIONS = f"SELECT {_columns('{}', '(SELECT name FROM names WHERE names.id = {}_id)')} FROM decisions"  # noqa: S608 - constants
_ACTIONS = f"SELECT {', '.join(ACTION_COLUMNS)} FROM actions"  # noqa: S608 - constants

INSERT = (
    f"INSERT INTO decisions ({_columns('{}', '{}_id')}) "  # noqa: S608 - constants
    f"VALUES ({_columns('?', '(SELECT min(id) FROM names WHERE name = ?)')})"
)
INSERT_NAME = "INSERT INTO names (name) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM names WHERE name = ?1)"
INSERT_ACTION = f"INSERT INTO actions ({', '.join(ACTION_COLUMNS)}) VALUES ({', '.join('?' * len(ACTION_COLUMNS))})"  # noqa: S608 - constants
SINCE = f"{_DECISIONS} WHERE time >= ? ORDER BY time, id"
LAST_DAY_BEFORE = "SELECT max(time) FROM decisions WHERE time < ?"
LAST_GRANTED = """
    SELECT name, (SELECT max(time) FROM decisions WHERE outcome = 'granted' AND person_id = names.id) FROM names
"""
NEAREST = """
    SELECT DISTINCT name FROM names WHERE EXISTS (SELECT 1 FROM decisions WHERE person_id = names.id) ORDER BY name
"""

Question = tuple[str, list[object]]  # the SQL and what fills its question marks


def page(wanted: Filter, ids: Sequence[int], before: int | None, limit: int) -> Question:
    """Select the newest decisions that pass a filter, older than the row `before`; `ids` = the person's in `names`."""
    if wanted.person is None:
        return _page("", [], wanted, before, limit)
    # Each part follows an index from its newest row on and stops at the limit; OR would read all and sort them.
    parts = [_page(f"{name}_id = ?", [each], wanted, before, limit) for each in ids or [0] for name in NAMED]
    union = " UNION ".join(f"SELECT * FROM ({sql})" for sql, _ in parts)  # noqa: S608 - constants
    return f"{union} ORDER BY id DESC LIMIT ?", [*(value for _, values in parts for value in values), limit]


def _page(named: str, ids: list[object], wanted: Filter, before: int | None, limit: int) -> Question:
    """Select from one index: the narrowest, a day before a name; a plus keeps a column from choosing another."""
    by_day = wanted.day is not None
    given: list[tuple[str, list[object]]] = []
    if named:
        given.append((f"+{named}" if by_day else named, ids))
    if wanted.day is not None:
        given.append(("time >= ? AND time < ?", [*bounds(wanted.day)]))
    if wanted.reason is not None:
        given.append(("+reason = ?" if given else "reason = ?", [wanted.reason.value]))
    if wanted.outcome is not None:
        given.append(("+outcome = ?", [wanted.outcome.value]))
    if before is not None:
        given.append(("+id < ?" if by_day else "id < ?", [before]))
    where = f" WHERE {' AND '.join(condition for condition, _ in given)}" if given else ""
    index = " INDEXED BY decisions_time" if by_day else ""
    values = [value for _, values in given for value in values]
    return f"{_DECISIONS}{index}{where} ORDER BY id DESC LIMIT ?", [*values, limit]


def actions(before: int | None, limit: int) -> Question:
    """Select the newest actions, of those older than the row `before`."""
    older = "" if before is None else " WHERE id < ?"
    return f"{_ACTIONS}{older} ORDER BY id DESC LIMIT ?", [limit] if before is None else [before, limit]


def decisions_about(ids: Sequence[int]) -> Question:
    """Select the decisions with one of these names, oldest first."""
    marks = ", ".join("?" * len(ids))
    return f"{_DECISIONS} WHERE person_id IN ({marks}) OR second_person_id IN ({marks}) ORDER BY id", [*ids, *ids]


def actions_about(names: Sequence[str]) -> Question:
    """Select the actions on people, oldest first."""
    return f"{_ACTIONS} WHERE subject IN ({', '.join('?' * len(names))}) ORDER BY id", [*names]


_LOG_SECONDS = 5.0  # for which a reader may keep the log from being emptied
_STEP_SECONDS = 0.02


def _forget_in_decisions(connection: sqlite3.Connection, keys: set[str], number: str) -> int:
    """Replace the names of decisions; return the number of decisions that had one."""
    names = connection.execute("SELECT id, name FROM names ORDER BY id").fetchall()
    found = {row for row, name in names if person_key(name) in keys}
    sql, values = decisions_about(list(found))
    count: int = connection.execute(f"SELECT count(*) FROM ({sql})", values).fetchone()[0]  # noqa: S608 - constants
    # All rows are deleted and written again: pages that SQLite rearranges keep copies of names until they are freed.
    connection.execute("DELETE FROM names")
    connection.executemany(
        "INSERT INTO names VALUES (?, ?)", [(row, number if row in found else name) for row, name in names]
    )
    return count


def _forget_in_actions(connection: sqlite3.Connection, keys: set[str], written: set[str], number: str) -> int:
    """Replace the names of actions, also in their details; return the number of actions that changed."""
    before = connection.execute(f"SELECT {', '.join(ACTION_COLUMNS)} FROM actions ORDER BY id").fetchall()  # noqa: S608 - constants
    written |= {subject for *_, subject, _ in before if subject is not None and person_key(subject) in keys}
    pattern = _names_pattern(written)
    after = [
        (
            *fixed,
            number if subject is not None and person_key(subject) in keys else subject,
            pattern.sub(lambda _: number, detail) if detail is not None and pattern is not None else detail,
        )
        for *fixed, subject, detail in before
    ]
    connection.execute("DROP TRIGGER actions_stay")
    connection.execute("DELETE FROM actions")
    connection.executemany(INSERT_ACTION, after)
    connection.execute(stay("actions"))
    return sum(old != new for old, new in zip(before, after, strict=True))


def _names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of the names as whole words, also as they are shown; the longest first."""
    spelt = {spelling for name in names for spelling in (name, display_name(name)) if spelling}
    longest_first = sorted(spelt, key=lambda name: (-len(name), name))
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"
    return re.compile(pattern, re.IGNORECASE) if spelt else None


def _empty_log(file: SqliteFile) -> None:
    """Empty the log, which holds pages as they were. Raises JournalError if a reader keeps it from being emptied."""
    give_up_at = time.monotonic() + _LOG_SECONDS
    while time.monotonic() <= give_up_at:
        with file.session() as connection:
            kept = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not kept:
            return
        time.sleep(_STEP_SECONDS)
    remedy = "end the other program that reads the journal and erase once more"
    raise JournalError(file.path, "the names are replaced but still stand in its log", remedy)


class Journal:
    """The journal's file, from any thread; every method raises JournalError. Nothing is ever deleted or repaired."""

    def __init__(self, path: Path) -> None:
        self._writing = SqliteFile(path, JOURNAL_SCHEMA)
        self._reading = SqliteFile(path, JOURNAL_SCHEMA, read_only=True)

    def record(self, decision: Decision, encoder: str, now: datetime) -> None:
        """Append one decision; it is on the disk when this returns."""
        entry = row_of(decision, encoder, now)
        with self._writing.change() as connection:
            for name in (entry.person, entry.second_person):
                if name is not None:
                    connection.execute(INSERT_NAME, (name,))
            connection.execute(INSERT, (None, *astuple(entry)[1:]))

    def note(
        self,
        action: Action,
        staff: str,
        subject: str | None = None,
        detail: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Append an action of the staff; it is on the disk when this returns."""
        row = (None, stamp(now or datetime.now(UTC)), as_text(staff), action.value, as_text(subject), as_text(detail))
        with self._writing.session() as connection:
            connection.execute(INSERT_ACTION, row)

    def entries(self, limit: int) -> list[JournalEntry]:
        """Return the newest `limit` decisions, newest first."""
        return self.page(Filter(), limit=limit)

    def page(self, wanted: Filter, *, before: int | None = None, limit: int = 200) -> list[JournalEntry]:
        """Return the newest decisions that pass the filter, newest first; `before` = the last row so far."""
        ids = [] if wanted.person is None else self._ids(lambda name: name == as_text(wanted.person))
        return self._decisions(page(wanted, ids, before, max(limit, 0)))

    def since(self, moment: datetime) -> list[JournalEntry]:
        """Return the decisions from that time on, oldest first."""
        return self._decisions((SINCE, [stamp(moment)]))

    def actions(self, limit: int, before: int | None = None) -> list[ActionEntry]:
        """Return the actions, newest first; `before` = the last row so far."""
        return self._actions(actions(before, max(limit, 0)))

    def last_granted(self) -> dict[str, datetime]:
        """Return the last time that each person was let in."""
        with self._reading.session() as connection:
            rows = sorted((name, time) for name, time in connection.execute(LAST_GRANTED) if time is not None)
        return {name: datetime.fromisoformat(time) for name, time in rows}  # a name's latest row comes last

    def named(self) -> list[str]:
        """Return the people whom a decision names as the nearest person, in order."""
        with self._reading.session() as connection:
            return [name for (name,) in connection.execute(NEAREST)]

    def days(self) -> list[date]:
        """Return the local days with decisions, newest first."""
        found: list[date] = []
        before = "~"  # sorts after every time
        with self._reading.session() as connection:
            while newest := connection.execute(LAST_DAY_BEFORE, (before,)).fetchone()[0]:
                found.append(datetime.fromisoformat(newest).astimezone().date())
                before = bounds(found[-1])[0]
        return found

    def about(self, persons: Collection[str]) -> tuple[list[JournalEntry], list[ActionEntry]]:
        """Return the decisions and actions about people, oldest first; names match in any spelling."""
        wanted = {person_key(name) for name in persons}
        ids = self._ids(lambda name: person_key(name) in wanted)
        with self._reading.session() as connection:
            subjects = connection.execute("SELECT DISTINCT subject FROM actions WHERE subject IS NOT NULL").fetchall()
        names = [name for (name,) in subjects if person_key(name) in wanted]
        return self._decisions(decisions_about(ids)), self._actions(actions_about(names))

    def forget(self, persons: Collection[str], number: str) -> int:
        """Replace people's names, in any spelling, by `number`; return the number of rows that named them.

        The names are gone from the file and its log when this returns. If JournalError says that the log could not be
        emptied, the names are replaced, and calling this again empties the log; else it changes all or nothing.
        """
        keys = {person_key(name) for name in persons if person_key(name)}
        written = {text for name in persons if (text := as_text(name))}
        with self._writing.change() as connection:
            rows = _forget_in_decisions(connection, keys, number)
            rows += _forget_in_actions(connection, keys, written, number)
        _empty_log(self._writing)
        return rows

    def check(self, *, whole: bool = True) -> None:
        """Raise JournalError unless a row can be written; write none. `whole` = first read the whole file."""
        with self._writing.session() as connection:
            if whole:
                require_sound(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(INSERT_NAME, ("",))
            empty = ["", "", "", *[None] * 6, "", 0, 0]
            connection.execute(INSERT, (None, *empty, *[None] * (len(COLUMNS) - len(empty) - 1)))
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        # The last to close empties the log, so it must be the one that may write.
        self._reading.close()
        self._writing.close()

    def _ids(self, wanted: Callable[[str], bool]) -> list[int]:
        """Return the rows of `names` that match; a person has several after others were forgotten."""
        with self._reading.session() as connection:
            return [number for number, name in connection.execute("SELECT id, name FROM names") if wanted(name)]

    def _decisions(self, question: Question) -> list[JournalEntry]:
        with self._reading.session() as connection:
            return [JournalEntry(*row) for row in connection.execute(*question)]

    def _actions(self, question: Question) -> list[ActionEntry]:
        with self._reading.session() as connection:
            return [ActionEntry(*row) for row in connection.execute(*question)]
