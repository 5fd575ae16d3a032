"""Names out of the journal, down to the last byte."""

import re
import sqlite3
import subprocess
import threading
import time
from collections.abc import Collection, Iterable

from kiosk.domain import display_name
from kiosk.errors import JournalError
from kiosk.names import person_key
from kiosk.store.journal import queries
from kiosk.store.journal.entries import as_text
from kiosk.store.journal.schema import stay
from kiosk.store.sqlite_file import SqliteFile

_LOG_SECONDS = 5.0  # for which a reader may keep the log from being emptied
_STEP_SECONDS = 0.02
_CHUNK_BYTES = 2**22
_PATIENCE = threading.Event()  # never set

# How often the file holds the text of a column: in the table, and in each index of it.
_COPIES = {
    "names": {"name": "2"},
    "decisions": {
        "time": "2 + (outcome = 'granted')",
        "outcome": "1",
        "reason": "2",
        "encoder": "1",
        "detail": "1",
    },
    "actions": {"time": "1", "staff": "1", "action": "1", "subject": "2", "detail": "1"},
    "sqlite_master": {"type": "1", "name": "1", "tbl_name": "1", "sql": "1"},
}


def forget(file: SqliteFile, persons: Collection[str], number: str) -> int:
    """Put `number` in the place of the people's names; returns how many rows named them."""
    keys = {person_key(name) for name in persons if person_key(name)}
    written = {text for name in persons if (text := as_text(name))}
    with file.change() as connection:
        rows = _forget_in_decisions(connection, keys, written, number)
        rows += _forget_in_actions(connection, keys, written, number)
    _empty_log(file)
    if _left_over(file, written):
        _rewrite(file)
    return rows


def _forget_in_decisions(connection: sqlite3.Connection, keys: set[str], written: set[str], number: str) -> int:
    """Adds to `written` how the names are spelt here."""
    names = connection.execute("SELECT id, name FROM names ORDER BY id").fetchall()
    found = {row: name for row, name in names if person_key(name) in keys}
    if not found:
        return 0
    written |= set(found.values())
    sql, values = queries.decisions_about(list(found))
    named: int = connection.execute(f"SELECT count(*) FROM ({sql})", values).fetchone()[0]  # noqa: S608 - constants
    # All are written anew: among others that stay, a name that was sorted in has been copied about.
    connection.execute("DELETE FROM names")
    connection.executemany(
        "INSERT INTO names VALUES (?, ?)", [(row, number if row in found else name) for row, name in names]
    )
    return named


def _forget_in_actions(connection: sqlite3.Connection, keys: set[str], written: set[str], number: str) -> int:
    """What was done to them, and what an action says beside: the new name of somebody renamed, a look-alike."""
    before = connection.execute(f"SELECT {', '.join(queries.ACTION_COLUMNS)} FROM actions ORDER BY id").fetchall()  # noqa: S608 - constants
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
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    if changed:
        connection.execute("DROP TRIGGER actions_stay")
        connection.execute("DELETE FROM actions")
        connection.executemany(queries.INSERT_ACTION, after)
        connection.execute(stay("actions"))
    return len(changed)


def _names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the names as whole words, also as they are shown; the longest first, so that none hides in another."""
    spelt = {spelling for name in names for spelling in (name, display_name(name)) if spelling}
    if not spelt:
        return None
    longest_first = sorted(spelt, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _empty_log(file: SqliteFile) -> None:
    """The log still holds the pages as they were; raises JournalError where a reader keeps it from being emptied."""
    give_up_at = time.monotonic() + _LOG_SECONDS
    while True:
        with file.session() as connection:
            kept = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not kept:
            return
        if time.monotonic() > give_up_at:
            remedy = "end the other program that reads the journal and erase once more"
            raise JournalError(file.path, "the names are replaced but still stand in its log", remedy)
        _PATIENCE.wait(_STEP_SECONDS)


def _left_over(file: SqliteFile, names: Iterable[str]) -> bool:
    """Whether a name's bytes stand where no row does: in what another program has moved or let go."""
    for name in names:
        found = _count_in_file(file, name.encode())
        if found > 0 and found > _count_in_rows(file, name):
            return True
    return False


def _count_in_file(file: SqliteFile, name: bytes) -> int:
    # Read in a process of its own: where one closes a file, it loses the locks that SQLite holds on it.
    with subprocess.Popen(["cat", "--", file.path], stdout=subprocess.PIPE) as reading:  # noqa: S603, S607
        found, kept = 0, b""
        while reading.stdout and (chunk := reading.stdout.read(_CHUNK_BYTES)):
            content = kept + chunk
            found += content.count(name)
            kept = content[len(content) - len(name) + 1 :]
    if reading.returncode != 0:
        raise JournalError(file.path, "cannot be searched for the names", "check that the file may be read")
    return found


def _count_in_rows(file: SqliteFile, name: str) -> int:
    """How often a name's bytes stand there with good reason: in the name of somebody else, for example."""
    found = 0
    with file.session() as connection:
        for table, columns in _COPIES.items():
            often = " + ".join(
                f"({copies}) * ifnull((length({column}) - length(replace({column}, ?1, ''))) / length(?1), 0)"
                for column, copies in columns.items()
            )
            found += connection.execute(f"SELECT ifnull(sum({often}), 0) FROM {table}", (name,)).fetchone()[0]  # noqa: S608 - constants
    return found


def _rewrite(file: SqliteFile) -> None:
    """Build the file anew from its rows alone; what is written meanwhile waits, 7 s for a million rows."""
    with file.session() as connection:
        # The copy holds no name any more, so that it may lie in a temporary file: memory has no room for a large one.
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("VACUUM")
        connection.execute("PRAGMA temp_store = MEMORY")
    _empty_log(file)
