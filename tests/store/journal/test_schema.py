"""A journal of the first schema becomes one of the second, in place and with every row."""

import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kiosk
from kiosk.errors import JournalError
from kiosk.store.journal import Action, Journal
from kiosk.store.schema import JOURNAL_SCHEMA, SCHEMA_VERSION
from kiosk.store.sqlite_file import Schema, SqliteFile

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_SCHEMA = Schema("the journal", JournalError, JOURNAL_SCHEMA.steps[:1])
ROW = (None, "2026-02-28T12:00:00.000+00:00", "granted", "recognised", "Ada", 0.25, "Lin", 0.5, 0.375, 0.0625, "dlib")
OPEN = """
import sys
from pathlib import Path
from kiosk.store.journal import Journal
Journal(Path(sys.argv[1])).entries(1)
"""


def old_journal(path: Path, rows: int) -> None:
    file = SqliteFile(path, FIRST_SCHEMA)
    with file.change() as connection:
        marks = ", ".join("?" * 15)
        connection.executemany(
            f"INSERT INTO decisions VALUES ({marks})",  # noqa: S608
            [(*ROW, number, 3, 3, None) for number in range(rows)],
        )
    file.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def test_rows_of_the_first_schema_are_kept_and_new_ones_follow(path: Path) -> None:
    old_journal(path, 3)
    journal = Journal(path)
    assert [(row.id, row.frame, row.person, row.light) for row in journal.entries(9)] == [
        (3, 2, "Ada", None),
        (2, 1, "Ada", None),
        (1, 0, "Ada", None),
    ]
    journal.note(Action.ENROLLED, "Bo", "Ada", None, NOON)
    assert [entry.subject for entry in journal.actions(9)] == ["Ada"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,) == (2,)


@pytest.mark.parametrize("after", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_kill_on_the_way_leaves_one_or_the_other(path: Path, after: float) -> None:
    old_journal(path, 20_000)
    process = subprocess.Popen(
        [sys.executable, "-c", OPEN, str(path)], cwd=Path(kiosk.__file__).parents[1], stdout=subprocess.DEVNULL
    )
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    journal = Journal(path)
    assert journal.entries(1)[0].id == 20_000
    journal.check()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET light = 1",
        "UPDATE decisions SET face_px = 1",
        "UPDATE decisions SET distance = 1",
        "UPDATE decisions SET person_id = 7",
        "UPDATE actions SET staff = 'x'",
        "DELETE FROM decisions",
        "DELETE FROM actions",
        "UPDATE actions SET time = '2020-01-01'",
        "UPDATE actions SET action = 'x'",
        "UPDATE actions SET id = 7",
        "REPLACE INTO actions SELECT * FROM actions",
        "INSERT INTO actions SELECT * FROM actions WHERE 1 ON CONFLICT(id) DO UPDATE SET action = 'x'",
    ],
)
def test_what_was_done_can_neither_be_changed_nor_removed(path: Path, statement: str) -> None:
    old_journal(path, 1)
    journal = Journal(path)
    journal.note(Action.ENROLLED, "Bo", "Ada", "why", NOON)
    before = journal.entries(9), journal.actions(9)
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute(statement)
    assert (journal.entries(9), journal.actions(9)) == before


@pytest.mark.parametrize("column", ["subject", "detail"])
def test_names_alone_can_be_replaced_in_actions(path: Path, column: str) -> None:
    journal = Journal(path)
    journal.note(Action.ENROLLED, "Bo", "Ada", "why", NOON)
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE actions SET {column} = 'number 7'")  # noqa: S608
    assert getattr(journal.actions(1)[0], column) == "number 7"
