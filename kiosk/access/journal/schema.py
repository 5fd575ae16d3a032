"""The tables of the journal, and how a file of an older schema becomes one of the newest."""

from dataclasses import fields

from kiosk.access.journal.entries import JournalEntry
from kiosk.access.sqlite_file import Schema
from kiosk.errors import JournalError
from kiosk.words import QT_TRANSLATE_NOOP

_DECISIONS = """
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

# The columns that the second schema added.
_CONDITIONS = {"face_px": "INTEGER", "light": "REAL", "sharpness": "REAL", "turn": "REAL"}

_ACTIONS = """
CREATE TABLE actions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    staff TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT
) STRICT
"""

# Names alone may change: a person who leaves has the right to be forgotten, what the door did stays. What an action
# says in its detail may be a name too.
_NAMES = {"person", "second_person"}
_FIXED = [field.name for field in fields(JournalEntry) if field.name not in _NAMES]
_FIXED_AT_FIRST = [name for name in _FIXED if name not in _CONDITIONS]
_FIXED_OF_ACTIONS = ["id", "time", "action"]


def _changed(columns: list[str]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS NOT ({new})"


def _trigger(name: str, event: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"


def _triggers(table: str, fixed: list[str]) -> tuple[str, ...]:
    """The events that are forbidden. INSERT OR REPLACE deletes without asking the trigger on DELETE."""
    twice = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - constants
    return (
        _trigger(f"{table}_stay", f"DELETE ON {table}"),
        _trigger(f"{table}_fixed", f"UPDATE ON {table} WHEN {_changed(fixed)}"),
        _trigger(f"{table}_once", f"INSERT ON {table} WHEN {twice}"),
    )


# An index ends with the row's number, so that the rows of one name come newest first without being sorted.
_INDEXES = (
    "CREATE INDEX decisions_time ON decisions (time)",
    "CREATE INDEX decisions_person ON decisions (person)",
    "CREATE INDEX decisions_second_person ON decisions (second_person)",
    "CREATE INDEX decisions_reason ON decisions (reason)",
    "CREATE INDEX decisions_granted ON decisions (person, time) WHERE outcome = 'granted'",
    "CREATE INDEX actions_subject ON actions (subject)",
)

_FIRST = (_DECISIONS, *_triggers("decisions", _FIXED_AT_FIRST))
_SECOND = (
    *(f"ALTER TABLE decisions ADD COLUMN {name} {kind}" for name, kind in _CONDITIONS.items()),
    "DROP TRIGGER decisions_fixed",
    _trigger("decisions_fixed", f"UPDATE ON decisions WHEN {_changed(_FIXED)}"),
    _ACTIONS,
    *_triggers("actions", _FIXED_OF_ACTIONS),
    *_INDEXES,
)

JOURNAL_SCHEMA = Schema(QT_TRANSLATE_NOOP("faults", "the journal"), JournalError, (_FIRST, _SECOND))
SCHEMA_VERSION = JOURNAL_SCHEMA.version
