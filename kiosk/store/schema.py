"""The journal's tables, and the steps from an older schema to the newest."""

from kiosk.errors import JournalError
from kiosk.store.sqlite_file import Schema


def _decisions(person: str, conditions: str = "") -> str:
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
_NAMES = "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"

_CONDITIONS = ", face_px INTEGER, light REAL, sharpness REAL, turn REAL"

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

_FIRST = (_decisions("person TEXT"), *_triggers("decisions", _changed(_FIRST_FIXED)))
_SECOND = (
    *(f"DROP TRIGGER decisions_{name}" for name in ("stay", "fixed", "once")),
    "ALTER TABLE decisions RENAME TO first_decisions",
    _NAMES,
    _INDEXES[0],
    _TAKE_NAMES_OVER,
    _decisions("person_id INTEGER", _CONDITIONS),
    _TAKE_DECISIONS_OVER,
    "DROP TABLE first_decisions",
    _ACTIONS,
    *_INDEXES[1:],
    *_triggers("decisions", ""),
    *_triggers("actions", _changed(_FIXED_OF_ACTIONS)),
)

MADE_BY = 0x6B4A0002  # "kJ", and the version that made the file: version 0.1 gave none
JOURNAL_SCHEMA = Schema("the journal", JournalError, (_FIRST, _SECOND), application_id=MADE_BY)
SCHEMA_VERSION = JOURNAL_SCHEMA.version
