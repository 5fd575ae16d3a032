import errno
import sqlite3
from pathlib import Path

import pytest

from kiosk.people.register import unusable

PATH = Path("images.people.sqlite3")


def numbered(kind: type[sqlite3.Error], code: int) -> sqlite3.Error:
    error = kind("it failed")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (sqlite3.DatabaseError("file is not a database"), "move the file away"),
        (ValueError("no date"), "move the file away"),
        (numbered(sqlite3.OperationalError, sqlite3.SQLITE_BUSY), "end the other program"),
        (numbered(sqlite3.OperationalError, sqlite3.SQLITE_FULL), "free space"),
        (OSError(errno.EACCES, "Permission denied"), "check that its folder exists"),
    ],
)
def test_each_fault_has_its_remedy(error: sqlite3.Error | OSError | ValueError, remedy: str):
    assert unusable(PATH, error).remedy.startswith(remedy)


def test_the_system_s_own_words_say_why():
    assert "Permission denied" in unusable(PATH, OSError(errno.EACCES, "Permission denied")).reason
