"""A forgotten person is named nowhere in the journal's files, and the door's decisions stay."""

import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kiosk
from kiosk.domain import Candidate, Decision, Identification, Outcome, Reason
from kiosk.errors import JournalError
from kiosk.store import journal as forgetting
from kiosk.store.journal import JOURNAL_SCHEMA, Action, Filter, Journal
from kiosk.store.sqlite_file import Schema, SqliteFile

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBER = "person 4711"


def decision(person: str, second: str = "Lin", outcome: Outcome = Outcome.GRANTED) -> Decision:
    found = Identification((Candidate(person, 0.25), Candidate(second, 0.5)), 0.375, 0.0625, 2)
    named = person if outcome is Outcome.GRANTED else None
    return Decision(outcome, Reason.RECOGNISED, 1, 2, 0.5, 3, 3, named, found)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path)


def fill(path: Path, rows: int, names: list[str]) -> None:
    """Many rows in one go, those of the first schema."""
    file = SqliteFile(path, Schema("the journal", JournalError, JOURNAL_SCHEMA.steps[:1]))
    with file.change() as connection:
        for number in range(rows):
            person, second = names[number % len(names)], names[(number + 1) % len(names)]
            connection.execute(
                "INSERT INTO decisions VALUES (NULL, ?, 'granted', 'recognised', ?, 0.1, ?, 0.5, 0.4, 0.1, 'd', ?, 1, "
                "2, NULL)",
                (f"2026-01-01T00:00:{number:06}", person, second, number),
            )
    file.close()


def bytes_of(path: Path) -> bytes:
    """The file and what lies beside it."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_number_takes_the_place_of_the_name_everywhere(journal: Journal, path: Path) -> None:
    journal.record(decision("Zaphod"), "dlib", NOON)
    journal.record(decision("Lin", "Zaphod", Outcome.REFUSED), "dlib", NOON)
    journal.record(decision("Lin", "Bo"), "dlib", NOON)
    journal.note(Action.ENROLLED, "Grace", "Zaphod", None, NOON)
    journal.note(Action.RENAMED, "Grace", "Zaphod", "Zaphod B", NOON)
    journal.note(Action.LOOKALIKE_ACCEPTED, "Grace", "Bo", "alike: Zaphod 0.41, Lin 0.44", NOON)
    other = Journal(path)  # has the file open
    before = other.entries(9)
    assert journal.forget(["Zaphod", "Zaphod B"], NUMBER) == 5
    assert journal.entries(9) == [
        before[0],
        replace(before[1], second_person=NUMBER),
        replace(before[2], person=NUMBER),
    ]
    assert [(entry.subject, entry.detail) for entry in journal.actions(9)] == [
        ("Bo", f"alike: {NUMBER} 0.41, Lin 0.44"),
        (NUMBER, NUMBER),
        (NUMBER, None),
    ]
    assert b"Zaphod" not in bytes_of(path)
    assert (journal.named(), other.entries(9)) == (["Lin", NUMBER], journal.entries(9))
    assert [entry.id for entry in journal.actions(9)] == [3, 2, 1]
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("DELETE FROM actions")


def test_names_of_one_person_become_one_number_and_others_keep_theirs(journal: Journal) -> None:
    for name in ("Ada", "Ada L", "Bo"):
        journal.record(decision(name), "dlib", NOON)
    journal.note(Action.ENROLLED, "Ada", "Adam", "Adam, not Nevada or Ada Lovelace", NOON)
    journal.forget(["Ada", "Ada L"], NUMBER)
    [entry] = journal.actions(1)
    assert (entry.staff, entry.subject, entry.detail) == ("Ada", "Adam", f"Adam, not Nevada or {NUMBER} Lovelace")
    assert [row.person for row in journal.page(Filter(person=NUMBER))] == [NUMBER, NUMBER]
    assert list(journal.last_granted()) == ["Bo", NUMBER]
    assert journal.named() == ["Bo", NUMBER]
    journal.record(decision(NUMBER), "dlib", NOON)
    assert len(journal.page(Filter(person=NUMBER))) == len(journal.about([NUMBER])[0]) == 3


def test_name_is_gone_from_ten_thousand_rows_and_again_at_the_second_time(path: Path) -> None:
    fill(path, 10_000, ["Zaphod", "Ada", "Bo", "Lin"])
    journal = Journal(path)
    assert journal.forget(["Zaphod"], NUMBER) == 5_000
    assert b"Zaphod" not in bytes_of(path)
    assert journal.forget(["Zaphod"], NUMBER) == 0
    assert journal.forget([NUMBER], "person 1") == 5_000
    assert NUMBER.encode() not in bytes_of(path)
    assert len(journal.entries(20_000)) == 10_000
    journal.check()


def test_copy_that_no_row_holds_is_removed(path: Path) -> None:
    """A program that does not overwrite deleted rows changed the file by hand."""
    Journal(path).record(decision("Ada"), "dlib", NOON)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        for name in ("Zaphod Beeblebrox", "X"):
            connection.execute("UPDATE names SET name = ? WHERE id = 1", (name,))
    connection.close()
    assert b"Zaphod" in bytes_of(path)
    assert Journal(path).forget(["Zaphod Beeblebrox"], NUMBER) == 0
    assert b"Zaphod" not in bytes_of(path)


def test_reader_that_holds_the_log_is_told_and_the_second_time_finishes(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_LOG_SECONDS", 0.1)
    monkeypatch.setattr("kiosk.store.sqlite_file.BUSY_SECONDS", 0.05)
    journal.record(decision("Zaphod"), "dlib", NOON)
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM decisions").fetchall()
    with pytest.raises(JournalError, match="still stand in its log; end the other program"):
        journal.forget(["Zaphod"], NUMBER)
    reader.close()
    journal.forget(["Zaphod"], NUMBER)
    assert b"Zaphod" not in bytes_of(path)


def test_door_goes_on_writing_meanwhile(path: Path) -> None:
    fill(path, 10_000, ["Zaphod", "Ada"])
    faults: list[Exception] = []
    done = threading.Event()

    def write() -> None:
        door = Journal(path)
        try:
            while not done.wait(0.02):
                door.record(decision("Ada"), "dlib", NOON)
        except JournalError as error:
            faults.append(error)

    journal = Journal(path)
    thread = threading.Thread(target=write)
    thread.start()
    journal.forget(["Zaphod"], NUMBER)
    done.set()
    thread.join(30)
    assert faults == []
    assert b"Zaphod" not in bytes_of(path)


FORGET = """
import sys
from pathlib import Path
from kiosk.store.journal import Journal
print("ready", flush=True)
Journal(Path(sys.argv[1])).forget(["Zaphod"], "person 4711")
"""


@pytest.mark.slow
def test_kill_on_the_way_leaves_all_names_or_none(tmp_path: Path) -> None:
    for after in (0.0, 0.02, 0.1, 0.3):
        path = tmp_path / str(after) / "journal.sqlite3"
        fill(path, 5_000, ["Zaphod", "Ada"])
        Journal(path).check()
        process = subprocess.Popen(
            [sys.executable, "-c", FORGET, str(path)], cwd=Path(kiosk.__file__).parents[1], stdout=subprocess.PIPE
        )
        assert process.stdout
        process.stdout.readline()
        threading.Event().wait(after)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        journal = Journal(path)
        named = {row.person for row in journal.entries(9_999)}
        assert named in ({"Zaphod", "Ada"}, {NUMBER, "Ada"})
        journal.forget(["Zaphod"], NUMBER)
        assert {row.person for row in journal.entries(9_999)} == {"Ada", NUMBER}
        assert len(journal.entries(9_999)) == 5_000
        assert b"Zaphod" not in bytes_of(path)
        journal.check()


def test_every_spelling_is_forgotten_and_nobody_by_another_name(tmp_path: Path) -> None:
    for spelling, rows in (
        ("zoe\u0308_b", 3),
        (" Zo\u00eb  b", 3),
        ("", 0),
        ("Nobody", 0),
        ("\udcff", 0),
        ("'; DROP TABLE decisions --", 0),
    ):
        path = tmp_path / str(len(spelling)) / "journal.sqlite3"
        journal = Journal(path)
        for name in ("Zo\u00eb B", "zo\u00eb_b", "Zoe\u0308 B"):
            journal.record(decision(name), "dlib", NOON)
        assert journal.forget([spelling], NUMBER) == rows, spelling
        if rows:
            assert journal.named() == [NUMBER]
            assert not any(name.encode() in bytes_of(path) for name in ("Zo\u00eb", "zo\u00eb", "Zoe\u0308"))
