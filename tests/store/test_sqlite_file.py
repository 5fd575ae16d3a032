"""A file of rows that outlasts faults; the journal's tests hold the rest of it: kills, full disks, other programs."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from kiosk.errors import StaffError
from kiosk.store.sqlite_file import Schema, SqliteFile, require_sound

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


@pytest.mark.parametrize(("schema", "mode"), [(OLD, "wal"), (QUIET, "delete")])
def test_new_file_is_laid_out_for_its_owner(path: Path, schema: Schema, mode: str) -> None:
    file = SqliteFile(path, schema)
    add(file, "Ada")
    assert names(file) == ["Ada"]
    with file.session() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


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


def test_fault_names_the_file_its_kind_and_the_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database\n" * 500)
    with pytest.raises(StaffError, match="the list cannot be used: file is not a database; make a new list"):
        names(SqliteFile(path, NEW))


def test_own_fault_passes_as_it_is_and_the_file_works_on(path: Path) -> None:
    file = SqliteFile(path, OLD)
    with pytest.raises(StaffError, match="mine"), file.session():
        raise StaffError("thing", "mine", "remedy")
    add(file, "Ada")
    assert names(file) == ["Ada"]


def test_reader_of_its_own_sees_what_is_written_and_writes_nothing(path: Path) -> None:
    writer, reader = SqliteFile(path, OLD), SqliteFile(path, OLD, read_only=True)
    assert names(reader) == []
    add(writer, "Ada")
    assert names(reader) == ["Ada"]
    with pytest.raises(StaffError, match="readonly"):
        add(reader, "Bo")


def test_writer_does_not_wait_for_a_reader(path: Path) -> None:
    writer, reader = SqliteFile(path, OLD), SqliteFile(path, OLD, read_only=True)
    with reader.session() as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM names").fetchall()
        add(writer, "Ada")
        connection.execute("COMMIT")
    assert names(reader) == ["Ada"]


@pytest.mark.parametrize("schema", [OLD, QUIET])
def test_removed_row_leaves_no_bytes(path: Path, schema: Schema) -> None:
    file = SqliteFile(path, schema)
    add(file, "Zaphod")
    with file.change() as connection:
        connection.execute("DELETE FROM names")
    file.close()
    assert [each for each in path.parent.iterdir() if b"Zaphod" in each.read_bytes()] == []


def test_damage_is_found_by_reading_it_whole(path: Path) -> None:
    file = SqliteFile(path, OLD)
    with file.change() as connection:
        connection.executemany("INSERT INTO names (name) VALUES (?)", [("x" * 1000,)] * 100)
    file.close()
    content = bytearray(path.read_bytes())
    content[-8192:-4096] = b"\x55" * 4096
    path.write_bytes(content)
    with pytest.raises(StaffError, match="damaged"), file.session() as connection:
        require_sound(connection)


def test_moved_file_is_begun_anew(path: Path) -> None:
    file = SqliteFile(path, OLD)
    add(file, "Ada")
    path.rename(path.with_name("moved"))
    assert names(file) == []


def test_no_sqlite_connection_is_left_open(path: Path) -> None:
    file = SqliteFile(path, OLD)
    add(file, "Ada")
    file.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert sqlite3.connect(path).execute("SELECT count(*) FROM names").fetchone() == (1,)
