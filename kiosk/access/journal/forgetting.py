"""Names out of the journal, down to the last byte."""

import re
import subprocess
import threading
import time
from collections.abc import Collection, Iterable

from kiosk.access.journal import queries
from kiosk.access.journal.entries import as_text
from kiosk.access.sqlite_file import SqliteFile
from kiosk.domain import display_name
from kiosk.errors import JournalError
from kiosk.recognition.gallery.names import person_key
from kiosk.words import translate

_AT_ONCE = 500  # rows between which the door may write
_LOG_SECONDS = 5.0  # for which a reader may keep the log from being emptied
_STEP_SECONDS = 0.02
_CHUNK_BYTES = 2**22
_PATIENCE = threading.Event()  # never set

# How often the file holds the text of a column: in the table, and in each index of it.
_COPIES = {
    "decisions": {
        "time": "2 + (outcome = 'granted')",
        "outcome": "1",
        "reason": "2",
        "person": "2 + (outcome = 'granted')",
        "second_person": "2",
        "encoder": "1",
        "detail": "1",
    },
    "actions": {"time": "1", "staff": "1", "action": "1", "subject": "2", "detail": "1"},
    "sqlite_master": {"type": "1", "name": "1", "tbl_name": "1", "sql": "1"},
}


def forget(file: SqliteFile, persons: Collection[str], number: str) -> int:
    """Put `number` in the place of the people's names; returns how many rows named them."""
    keys = {person_key(name) for name in persons if person_key(name)}
    rows: set[tuple[str, int]] = set()
    written: set[str] = {text for name in persons if (text := as_text(name))}
    for table, column in (("decisions", "person"), ("decisions", "second_person"), ("actions", "subject")):
        with file.session() as connection:
            values = connection.execute(queries.distinct(table, column)).fetchall()
        for (name,) in values:
            if person_key(name) in keys:
                written.add(name)
                rows |= _replace(file, table, column, name, number)
    rows |= _replace_in_details(file, written, number)
    _empty_log(file)
    if _left_over(file, written):
        _rewrite(file)
    return len(rows)


def _replace(file: SqliteFile, table: str, column: str, name: str, number: str) -> set[tuple[str, int]]:
    """A part of the rows at a time."""
    changed: set[tuple[str, int]] = set()
    while True:
        began = time.monotonic()
        with file.change() as connection:
            found = connection.execute(
                f"SELECT id FROM {table} WHERE {column} = ? LIMIT ?",  # noqa: S608 - constants
                (name, _AT_ONCE),
            ).fetchall()
            connection.executemany(
                f"UPDATE {table} SET {column} = ? WHERE id = ?",  # noqa: S608 - constants
                [(number, row) for (row,) in found],
            )
        changed |= {(table, row) for (row,) in found}
        if len(found) < _AT_ONCE or name == number:
            return changed
        # As long a pause: whoever waits for the file asks for it at intervals only.
        _PATIENCE.wait(time.monotonic() - began)


def _replace_in_details(file: SqliteFile, names: Iterable[str], number: str) -> set[tuple[str, int]]:
    """What an action says of it may name people too: the new name of somebody renamed, a look-alike."""
    pattern = _names_pattern(names)
    changed: set[tuple[str, int]] = set()
    if pattern is None:
        return changed
    with file.change() as connection:
        for row, detail in connection.execute("SELECT id, detail FROM actions WHERE detail IS NOT NULL").fetchall():
            if pattern.search(detail):
                text = pattern.sub(lambda _: number, detail)
                connection.execute("UPDATE actions SET detail = ? WHERE id = ?", (text, row))
                changed.add(("actions", row))
    return changed


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
            remedy = translate("faults", "end the other program that reads the journal and erase once more")
            raise JournalError(
                file.path, translate("faults", "the names are replaced but still stand in its log"), remedy
            )
        _PATIENCE.wait(_STEP_SECONDS)


def _left_over(file: SqliteFile, names: Iterable[str]) -> bool:
    """Whether a name's bytes stand where no row does: SQLite leaves copies of what it has moved or let go."""
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
        raise JournalError(
            file.path,
            translate("faults", "cannot be searched for the names"),
            translate("faults", "check that the file may be read"),
        )
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
    """Build the file anew from its rows alone."""
    with file.session() as connection:
        # The copy holds no name any more, so that it may lie in a temporary file: memory has no room for a large one.
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("VACUUM")
        connection.execute("PRAGMA temp_store = MEMORY")
    _empty_log(file)
