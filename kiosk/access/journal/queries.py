"""The questions that the journal is asked, as SQL that stays fast with a million rows."""

from dataclasses import fields

from kiosk.access.journal.entries import ActionEntry, Filter, JournalEntry, as_text, bounds

COLUMNS = [field.name for field in fields(JournalEntry)]
ACTION_COLUMNS = [field.name for field in fields(ActionEntry)]
_DECISIONS = f"SELECT {', '.join(COLUMNS)} FROM decisions"  # noqa: S608 - constants
_ACTIONS = f"SELECT {', '.join(ACTION_COLUMNS)} FROM actions"  # noqa: S608 - constants

INSERT = f"INSERT INTO decisions ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants
INSERT_ACTION = f"INSERT INTO actions ({', '.join(ACTION_COLUMNS)}) VALUES ({', '.join('?' * len(ACTION_COLUMNS))})"  # noqa: S608 - constants
SINCE = f"{_DECISIONS} WHERE time >= ? ORDER BY time, id"
LAST_DAY_BEFORE = "SELECT max(time) FROM decisions WHERE time < ?"
LAST_GRANTED = "SELECT max(time) FROM decisions WHERE outcome = 'granted' AND person = ?"

Question = tuple[str, list[object]]  # the SQL and what fills its question marks


def page(wanted: Filter, before: int | None, limit: int) -> Question:
    """The newest decisions that a filter lets through, of those older than the row `before`."""
    if wanted.person is None:
        return _page("", [], wanted, before, limit)
    # Each half follows an index from its newest row on and stops at the limit; OR would read all and sort them.
    name: list[object] = [as_text(wanted.person)]
    nearest, filled = _page("person = ?", name, wanted, before, limit)
    second, filled_too = _page("second_person = ?", name, wanted, before, limit)
    both = f"SELECT * FROM ({nearest}) UNION SELECT * FROM ({second}) ORDER BY id DESC LIMIT ?"  # noqa: S608 - constants
    return both, [*filled, *filled_too, limit]


def _page(named: str, names: list[object], wanted: Filter, before: int | None, limit: int) -> Question:
    """What follows a plus is looked up in no index: the narrowest question chooses it, a day before a name."""
    conditions, values = [], list[object]()
    if named:
        conditions.append(f"+{named}" if wanted.day is not None else named)
        values += names
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


def decisions_about(names: list[str]) -> Question:
    """The decisions that name one of them, oldest first."""
    marks = ", ".join("?" * len(names))
    return f"{_DECISIONS} WHERE person IN ({marks}) OR second_person IN ({marks}) ORDER BY id", [*names, *names]


def actions_about(names: list[str]) -> Question:
    """What was done to them, oldest first."""
    return f"{_ACTIONS} WHERE subject IN ({', '.join('?' * len(names))}) ORDER BY id", [*names]


def distinct(table: str, column: str, where: str = "1") -> str:
    """Every value of an indexed column, by jumps from one to the next: what it costs grows with the values alone."""
    first = f"SELECT min({column}) FROM {table} WHERE {where}"  # noqa: S608 - constants
    return f"""
        WITH RECURSIVE found(value) AS (
            {first}
            UNION ALL
            SELECT ({first} AND {column} > found.value) FROM found WHERE found.value IS NOT NULL
        )
        SELECT value FROM found WHERE value IS NOT NULL
    """  # noqa: S608 - constants
