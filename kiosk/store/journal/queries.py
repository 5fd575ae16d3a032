"""The questions that the journal is asked, as SQL that stays fast with a million rows."""

from collections.abc import Sequence
from dataclasses import fields

from kiosk.store.journal.entries import ActionEntry, Filter, JournalEntry, bounds

COLUMNS = [field.name for field in fields(JournalEntry)]
ACTION_COLUMNS = [field.name for field in fields(ActionEntry)]
NAMED = ("person", "second_person")  # whose names stand in a table of their own


def _read(column: str) -> str:
    return f"(SELECT name FROM names WHERE names.id = {column}_id)" if column in NAMED else column  # noqa: S608 - constants


def _written(column: str) -> str:
    return "(SELECT min(id) FROM names WHERE name = ?)" if column in NAMED else "?"


_STORED = ", ".join(f"{column}_id" if column in NAMED else column for column in COLUMNS)
_DECISIONS = f"SELECT {', '.join(map(_read, COLUMNS))} FROM decisions"  # noqa: S608 - constants
_ACTIONS = f"SELECT {', '.join(ACTION_COLUMNS)} FROM actions"  # noqa: S608 - constants

INSERT = f"INSERT INTO decisions ({_STORED}) VALUES ({', '.join(map(_written, COLUMNS))})"  # noqa: S608 - constants
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
    """The newest decisions that a filter lets through, of those older than the row `before`.

    `ids` are those of the filter's person: most have one, somebody unknown has none.
    """
    if wanted.person is None:
        return _page("", [], wanted, before, limit)
    # Each part follows an index from its newest row on and stops at the limit; OR would read all and sort them.
    parts = [_page(f"{name}_id = ?", [each], wanted, before, limit) for each in ids or [0] for name in NAMED]
    union = " UNION ".join(f"SELECT * FROM ({sql})" for sql, _ in parts)  # noqa: S608 - constants
    return f"{union} ORDER BY id DESC LIMIT ?", [*(value for _, values in parts for value in values), limit]


def _page(named: str, ids: list[object], wanted: Filter, before: int | None, limit: int) -> Question:
    """What follows a plus is looked up in no index: the narrowest question chooses it, a day before a name."""
    conditions, values = [], list[object]()
    if named:
        conditions.append(f"+{named}" if wanted.day is not None else named)
        values += ids
    if wanted.day is not None:
        conditions.append("time >= ? AND time < ?")
        values += bounds(wanted.day)
    if wanted.reason is not None:
        conditions.append("+reason = ?" if conditions else "reason = ?")
        values.append(wanted.reason.value)
    if wanted.outcome is not None:
        conditions.append("+outcome = ?")
        values.append(wanted.outcome.value)
    if before is not None:
        conditions.append("+id < ?" if wanted.day is not None else "id < ?")
        values.append(before)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    index = " INDEXED BY decisions_time" if wanted.day is not None else ""
    return f"{_DECISIONS}{index}{where} ORDER BY id DESC LIMIT ?", [*values, limit]


def actions(before: int | None, limit: int) -> Question:
    """The newest actions, of those older than the row `before`."""
    if before is None:
        return f"{_ACTIONS} ORDER BY id DESC LIMIT ?", [limit]
    return f"{_ACTIONS} WHERE id < ? ORDER BY id DESC LIMIT ?", [before, limit]


def decisions_about(ids: Sequence[int]) -> Question:
    """The decisions that name one of them, oldest first."""
    marks = ", ".join("?" * len(ids))
    return f"{_DECISIONS} WHERE person_id IN ({marks}) OR second_person_id IN ({marks}) ORDER BY id", [*ids, *ids]


def actions_about(names: Sequence[str]) -> Question:
    """What was done to them, oldest first."""
    return f"{_ACTIONS} WHERE subject IN ({', '.join('?' * len(names))}) ORDER BY id", [*names]
