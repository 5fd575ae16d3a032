"""The file class on its own; the tests of the journal kill it, fill the disk and let other programs in."""

import threading
from pathlib import Path

import pytest

from kiosk.errors import StaffError
from kiosk.store.sqlite_file import Schema, SqliteFile

FIRST = ("CREATE TABLE names (name TEXT) STRICT",)
SECOND = ("ALTER TABLE names ADD COLUMN age INTEGER", "INSERT INTO names VALUES ('made', 2)")
OLD = Schema("the list", StaffError, (FIRST,))
NEW = Schema("the list", StaffError, (FIRST, SECOND), remedy="make a new list")
QUIET = Schema("the list", StaffError, (FIRST,), wal=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "list.sqlite3"


def add(file: SqliteFile, name: str) -> None:
    with file.change() as connection:
        connection.execute("INSERT INTO names (name) VALUES (?)", (name,))


def names(file: SqliteFile) -> list[str]:
    with file.session() as connection:
        return [name for (name,) in connection.execute("SELECT name FROM names")]


def test_old_file_is_brought_to_the_new_schema_with_its_rows(path: Path) -> None:
    old = SqliteFile(path, OLD)
    add(old, "Ada")
    old.close()
    assert names(SqliteFile(path, NEW)) == ["Ada", "made"]
    with pytest.raises(StaffError, match=r"newer kiosk .schema 2.; update"):
        names(SqliteFile(path, OLD))


def test_step_that_fails_leaves_the_old_file(path: Path) -> None:
    add(SqliteFile(path, OLD), "Ada")
    broken = Schema("the list", StaffError, (FIRST, (*SECOND, "no SQL")))
    with pytest.raises(StaffError, match="the list cannot be used: near"):
        names(SqliteFile(path, broken))
    assert names(SqliteFile(path, OLD)) == ["Ada"]


def test_two_that_bring_it_up_at_once_do_so_once(path: Path) -> None:
    add(SqliteFile(path, OLD), "Ada")
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(names(SqliteFile(path, NEW)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [["Ada", "made"]] * 4


def test_change_that_is_broken_off_changes_nothing(path: Path) -> None:
    file = SqliteFile(path, OLD)

    def half() -> None:
        with file.change() as connection:
            connection.execute("INSERT INTO names (name) VALUES ('Ada')")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert names(file) == []


def test_reader_of_its_own_sees_what_is_written_and_writes_nothing(path: Path) -> None:
    for schema, mode in ((QUIET, "delete"), (OLD, "wal")):
        file = SqliteFile(path.with_name(mode), schema)
        with file.session() as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
    writer, reader = SqliteFile(path, OLD), SqliteFile(path, OLD, read_only=True)
    assert names(reader) == []
    add(writer, "Ada")
    assert names(reader) == ["Ada"]
    with pytest.raises(StaffError, match="readonly"):
        add(reader, "Bo")
