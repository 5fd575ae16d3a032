"""The journal keeps every acknowledged row, answers filters by an index, and takes over older files."""

import itertools
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kiosk
from kiosk.domain import Candidate, Conditions, Decision, Identification, Outcome, Reason
from kiosk.errors import JournalError
from kiosk.store import journal as queries
from kiosk.store.journal import JOURNAL_SCHEMA, SCHEMA_VERSION, Action, Filter, Journal, JournalEntry, bounds
from kiosk.store.sqlite_file import Schema, SqliteFile

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
NEAR_ADA = Identification(
    (Candidate("Ada", 0.25), Candidate("Lin", 0.5), Candidate("Bo", 0.75)),
    threshold=0.375,
    margin=0.0625,
    gallery_size=3,
)
GRANTED = Decision(
    Outcome.GRANTED,
    Reason.RECOGNISED,
    track=3,
    sequence=17,
    decided_at=1.5,
    agreeing=3,
    required=3,
    person="Ada",
    identification=NEAR_ADA,
    conditions=Conditions(face_px=140, light=90.5, sharpness=30.0, turn=0.125),
)
REFUSED = replace(GRANTED, outcome=Outcome.REFUSED, reason=Reason.TOO_FAR, person=None)

# A process of its own that writes rows and says how far it came; one word of "fault" ends it.
WRITER = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.store.journal import Journal
from kiosk.domain import Decision, Outcome, Reason
from kiosk.errors import JournalError
path, name, rows, file_bytes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if file_bytes:
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
journal = Journal(path)
print("ready", flush=True)
sys.stdin.readline()
for sequence in range(rows):
    decision = Decision(Outcome.REFUSED, Reason.TOO_FAR, 1, sequence, 0.0, 0, 3, fault=name)
    try:
        journal.record(decision, "dlib", datetime.now(UTC))
    except JournalError as error:
        print("fault", error, flush=True)
        break
    print(sequence, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path)


def start_writer(path: Path, name: str = "writer", rows: int = 10**6, file_bytes: int = 0) -> subprocess.Popen[str]:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(rows), str(file_bytes)],
        cwd=Path(kiosk.__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout
    assert writer.stdout.readline() == "ready\n"
    return writer


def go(writer: subprocess.Popen[str]) -> None:
    assert writer.stdin
    writer.stdin.write("go\n")
    writer.stdin.flush()


def rows_of(path: Path) -> list[JournalEntry]:
    return Journal(path).entries(10**6)


def test_row_says_who_when_how_near_and_why(journal: Journal, path: Path) -> None:
    journal.check()
    assert journal.entries(10) == [], "a check leaves no row and skips no number"
    journal.record(GRANTED, "dlib", NOON)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("journal.sqlite*")} == {0o600}
    assert journal.entries(1) == [
        JournalEntry(
            id=1,
            time="2026-03-01T12:00:00.123+00:00",
            outcome="granted",
            reason="recognised",
            person="Ada",
            distance=0.25,
            second_person="Lin",
            second_distance=0.5,
            threshold=0.375,
            margin=0.0625,
            encoder="dlib",
            frame=17,
            track=3,
            gallery_size=3,
            detail=None,
            face_px=140,
            light=90.5,
            sharpness=30.0,
            turn=0.125,
        )
    ]


def test_row_names_the_granted_person_and_the_nearest_other_one(journal: Journal) -> None:
    none = Identification((), 0.375, 0.0625, 0)
    for decision, expected in (
        (REFUSED, ("refused", "Ada", 0.25, "Lin", 0.5)),
        (replace(GRANTED, person="Lin"), ("granted", "Lin", 0.5, "Ada", 0.25)),
        (replace(REFUSED, identification=none), ("refused", None, None, None, None)),
        (replace(REFUSED, identification=None), ("refused", None, None, None, None)),
        (
            replace(GRANTED, identification=replace(NEAR_ADA, candidates=(Candidate("Ada", np.float32(0.25)),))),
            ("granted", "Ada", 0.25, None, None),
        ),
    ):
        journal.record(decision, "dlib", NOON.astimezone(timezone(timedelta(hours=9))))
        [row] = journal.entries(1)
        assert (row.outcome, row.person, row.distance, row.second_person, row.second_distance) == expected
        assert row.time == "2026-03-01T12:00:00.123+00:00"


@settings(max_examples=30, deadline=None)
@given(person=st.text(st.characters(codec=None)), detail=st.none() | st.text())
def test_any_text_is_stored_as_it_is_or_escaped(
    tmp_path_factory: pytest.TempPathFactory, person: str, detail: str | None
) -> None:
    journal = Journal(tmp_path_factory.getbasetemp() / "texts.sqlite")
    identification = Identification((Candidate(person, 0.25),), 0.4, 0.04, 1)
    journal.record(replace(GRANTED, person=person, identification=identification, fault=detail), "dlib", NOON)
    [row] = journal.entries(1)
    assert row.person == person.encode("utf-8", "backslashreplace").decode()
    assert row.detail == detail
    journal.close()


def test_written_rows_cannot_be_changed_or_removed_but_names_can(journal: Journal, path: Path) -> None:
    journal.record(GRANTED, "dlib", NOON)
    journal.note(Action.ENROLLED, "Bo", "Ada", "why", NOON)
    before = journal.entries(10), journal.actions(10)
    for statement in (
        "DELETE FROM decisions",
        "UPDATE decisions SET outcome = 'refused'",
        "UPDATE decisions SET person_id = 7, distance = NULL",
        "UPDATE decisions SET rowid = 7",
        "REPLACE INTO decisions SELECT * FROM decisions",
        "INSERT INTO decisions SELECT * FROM decisions WHERE 1 ON CONFLICT(id) DO UPDATE SET reason = 'x'",
        "UPDATE actions SET staff = 'x'",
        "UPDATE actions SET id = 7",
        "DELETE FROM actions",
        "REPLACE INTO actions SELECT * FROM actions",
    ):
        with sqlite3.connect(path) as connection, pytest.raises(sqlite3.DatabaseError, match="append-only"):
            connection.execute(statement)
        assert (journal.entries(10), journal.actions(10)) == before, statement
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE names SET name = '#1' WHERE name = 'Ada'")
        connection.execute("UPDATE actions SET subject = '#1', detail = '#1'")
    assert journal.entries(1) == [replace(before[0][0], person="#1")]
    assert journal.actions(1) == [replace(before[1][0], subject="#1", detail="#1")]


def refuse(path: Path, reason: str) -> None:
    """Every use says what is wrong, and the file keeps its bytes."""
    before = path.read_bytes() if path.is_file() else None
    journal = Journal(path)
    for use in (lambda: journal.record(GRANTED, "dlib", NOON), lambda: journal.entries(1), journal.check):
        with pytest.raises(JournalError, match=reason) as caught:
            use()
        assert str(path) in str(caught.value)
        assert caught.value.remedy
    journal.close()
    assert before is None or path.read_bytes() == before


def test_file_that_is_no_journal_a_newer_one_or_cut_off_is_refused_untouched(
    tmp_path: Path, journal: Journal, path: Path
) -> None:
    (tmp_path / "file").touch()
    refuse(tmp_path / "file" / "journal.sqlite", "Not a directory|File exists")
    (tmp_path / "folder").mkdir()
    refuse(tmp_path / "folder", "not a file")
    os.mkfifo(tmp_path / "pipe")
    refuse(tmp_path / "pipe", "not a file")
    for content in (b"no database\n" * 100, b"x", bytes(5000), b"SQLite format 3\x00" + b"\xff" * 500):
        (tmp_path / "content").write_bytes(content)
        refuse(tmp_path / "content", "the journal cannot be used")
    for version in (0, -1):
        other = tmp_path / f"other {version}"
        with sqlite3.connect(other) as connection:
            connection.execute("CREATE TABLE moz_places (id)")
            connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        refuse(other, "another program")
    for _ in range(100):
        journal.record(GRANTED, "dlib", NOON)
    journal.close()
    whole = path.read_bytes()
    for share in (0.02, 0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        refuse(path, "move the file away")
    path.write_bytes(whole)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    refuse(path, f"newer kiosk .schema {SCHEMA_VERSION + 1}.")


def test_check_finds_damage_inside(journal: Journal, path: Path) -> None:
    for _ in range(300):
        journal.record(GRANTED, "dlib", NOON)
    journal.close()
    page = bytearray(path.read_bytes())
    page[-2 * 4096 :] = b"\x55" * 2 * 4096
    path.write_bytes(page)
    with pytest.raises(JournalError, match="move the file away"):
        Journal(path).check()
    assert path.read_bytes() == page


def test_journal_works_again_once_its_place_is_free_and_starts_a_new_file_when_moved(
    journal: Journal, path: Path
) -> None:
    path.mkdir()
    with pytest.raises(JournalError):
        journal.record(GRANTED, "dlib", NOON)
    path.rmdir()
    journal.record(GRANTED, "dlib", NOON)
    path.rename(path.with_name("moved"))
    journal.record(REFUSED, "dlib", NOON)
    assert [row.outcome for row in rows_of(path)] == ["refused"]


def test_lock_held_by_another_program_is_a_fault_that_passes(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.store.sqlite_file.BUSY_SECONDS", 0.05)
    journal.record(GRANTED, "dlib", NOON)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="locked; end the other program"):
        journal.record(REFUSED, "dlib", NOON)
    assert len(journal.entries(10)) == 1
    other.execute("ROLLBACK")
    other.close()
    journal.record(REFUSED, "dlib", NOON)
    assert len(journal.entries(10)) == 2


@pytest.mark.slow
def test_processes_that_open_and_write_at_once_lose_no_row(path: Path) -> None:
    writers = {name: start_writer(path, name, rows=30) for name in ("left", "middle", "right")}
    for writer in writers.values():
        go(writer)
    for writer in writers.values():
        assert [line.split()[0] for line in writer.communicate(timeout=120)[0].splitlines()] == [
            str(n) for n in range(30)
        ]
    rows = rows_of(path)
    for name in writers:
        assert sorted(row.frame for row in rows if row.detail == name) == list(range(30))


@pytest.mark.slow
def test_rows_acknowledged_before_a_kill_are_there_afterwards(path: Path) -> None:
    for round_number in range(3):
        writer = start_writer(path, f"round {round_number}")
        go(writer)
        assert writer.stdout
        for _ in range(10):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        acknowledged = 10 + len([line for line in writer.communicate()[0].split("\n")[:-1] if line.isdecimal()])
        kept = [row.frame for row in rows_of(path) if row.detail == f"round {round_number}"]
        assert len(kept) >= acknowledged
        assert sorted(kept) == list(range(len(kept)))
        Journal(path).check()


@pytest.mark.slow
def test_full_disk_is_a_fault_and_keeps_the_rows_so_far(path: Path) -> None:
    writer = start_writer(path, file_bytes=150_000)
    lines = writer.communicate("go\n", timeout=120)[0].splitlines()
    assert lines[-1].startswith(f"fault {path}: the journal cannot be used: ")
    assert "space" in lines[-1]
    rows = rows_of(path)
    assert len(rows) >= len(lines) - 1 > 0
    Journal(path).check()


# What it is asked --------------------------------------------------------------------------------------------------


def decided(person: str, second: str | None = None, reason: Reason = Reason.RECOGNISED) -> Decision:
    """Granted where recognised, else refused."""
    candidates = (Candidate(person, 0.25), *([Candidate(second, 0.5)] if second else []))
    recognised = reason is Reason.RECOGNISED
    return replace(
        GRANTED,
        outcome=Outcome.GRANTED if recognised else Outcome.REFUSED,
        reason=reason,
        person=person if recognised else None,
        identification=replace(NEAR_ADA, candidates=candidates),
    )


@pytest.fixture
def week(journal: Journal) -> Journal:
    """Six rows over three days, at noon in UTC."""
    for day, decision in (
        (0, decided("Ada", "Bo")),
        (0, decided("Bo", "Cy", Reason.TOO_FAR)),
        (1, decided("Cy", "Ada", Reason.AMBIGUOUS)),
        (1, decided("Cy")),
        (2, decided("Ada", "Cy", Reason.TOO_FAR)),
        (2, decided("Bo")),
    ):
        journal.record(decision, "dlib", NOON + timedelta(days=day))
    return journal


def test_page_holds_what_the_filter_lets_through_and_names_and_days_can_be_chosen(week: Journal) -> None:
    for wanted, rows in (
        (Filter(), [6, 5, 4, 3, 2, 1]),
        (Filter(person="Ada"), [5, 3, 1]),
        (Filter(person="Nobody"), []),
        (Filter(outcome=Outcome.REFUSED), [5, 3, 2]),
        (Filter(reason=Reason.TOO_FAR), [5, 2]),
        (Filter(day=date(2026, 3, 2)), [4, 3]),
        (Filter(day=date(2026, 3, 9)), []),
        (Filter("Ada", Outcome.REFUSED), [5, 3]),
        (Filter("Cy", Outcome.REFUSED, Reason.TOO_FAR, date(2026, 3, 3)), [5]),
        (Filter("Cy", Outcome.GRANTED, Reason.TOO_FAR), []),
        (Filter("'; DROP TABLE decisions --"), []),
    ):
        assert [row.id for row in week.page(wanted)] == rows, wanted
        assert [row.id for row in week.page(wanted, limit=2)] == rows[:2]
        if rows:
            assert [row.id for row in week.page(wanted, before=rows[0])] == rows[1:]
    assert [row.id for row in week.entries(2)] == [6, 5]
    assert week.entries(-1) == []
    assert [row.id for row in week.since(NOON.replace(microsecond=0) + timedelta(days=1))] == [3, 4, 5, 6]
    noon = NOON.replace(microsecond=123000)
    assert week.last_granted() == {"Ada": noon, "Bo": noon + timedelta(days=2), "Cy": noon + timedelta(days=1)}
    assert week.named() == ["Ada", "Bo", "Cy"]
    assert week.days() == [date(2026, 3, 3), date(2026, 3, 2), date(2026, 3, 1)]


def test_what_the_staff_did_comes_newest_first(journal: Journal) -> None:
    journal.note(Action.SIGNED_IN, "Grace", None, None, NOON)
    journal.note(Action.RENAMED, "Grace", "Ada", "Ada Lovelace\udcff", NOON)
    journal.note(Action.ERASED, "Grace", "Bo", None, NOON)
    entries = journal.actions(9)
    assert [(entry.action, entry.subject, entry.detail) for entry in entries] == [
        ("erased", "Bo", None),
        ("renamed", "Ada", "Ada Lovelace\\udcff"),
        ("signed_in", None, None),
    ]
    assert {(entry.staff, entry.time) for entry in entries} == {("Grace", "2026-03-01T12:00:00.123+00:00")}
    assert journal.actions(1, before=3) == entries[1:2]
    assert journal.actions(-1) == []


def test_all_about_a_person_in_any_spelling(week: Journal) -> None:
    week.record(decided("ada_l"), "dlib", NOON)
    week.note(Action.ENROLLED, "Grace", "ADA", None, NOON)
    week.note(Action.ENROLLED, "Grace", "Bo", None, NOON)
    decisions, actions = week.about(["ada", "Ada L"])
    assert [row.id for row in decisions] == [1, 3, 5, 7]
    assert [entry.subject for entry in actions] == ["ADA"]


def test_a_day_is_local_and_has_23_or_25_hours_when_the_clock_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        for day, first, last in (
            (date(2026, 3, 1), "2026-02-28T23:00:00.000+00:00", "2026-03-01T23:00:00.000+00:00"),
            (date(2026, 3, 29), "2026-03-28T23:00:00.000+00:00", "2026-03-29T22:00:00.000+00:00"),
            (date(2026, 10, 25), "2026-10-24T22:00:00.000+00:00", "2026-10-25T23:00:00.000+00:00"),
        ):
            assert bounds(day) == (first, last)
    finally:
        monkeypatch.undo()
        time.tzset()


def plan(connection: sqlite3.Connection, question: queries.Question) -> list[str]:
    sql, values = question
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def test_every_question_is_answered_by_an_index(path: Path) -> None:
    Journal(path).check()
    connection = sqlite3.connect(path)
    everything = itertools.product((None, "Ada"), (None, Outcome.REFUSED), (None, Reason.TOO_FAR), (None, NOON.date()))
    for wanted, before in itertools.product(itertools.starmap(Filter, everything), (None, 500)):
        steps = plan(connection, queries.page(wanted, [1], before, 200))
        reached = [step for step in steps if "decisions" in step]
        assert not any("SCAN names" in step for step in steps)
        if wanted.day is not None:
            assert all("decisions_time (time>? AND time<?)" in step for step in reached)
        elif wanted.person is not None:
            assert all("decisions_person (person_id=?" in step or "second_person" in step for step in reached)
        else:
            assert wanted.reason is None or "decisions_reason (reason=?" in reached[0]
            assert "USE TEMP B-TREE FOR ORDER BY" not in steps
    for sql, values, index in (
        (queries.LAST_GRANTED, [], "decisions_granted (person_id=?)"),
        (queries.NEAREST, [], "decisions_person (person_id=?)"),
        (queries.LAST_DAY_BEFORE, ["~"], "decisions_time (time<?)"),
        (queries.SINCE, ["2026"], "decisions_time (time>?)"),
    ):
        steps = [step for step in plan(connection, (sql, values)) if "decisions" in step]
        assert steps
        assert all(index in step for step in steps)
    for question in (queries.decisions_about([1, 2]), queries.actions_about(["Ada"]), queries.actions(None, 5)):
        assert not any("SCAN decisions" in step for step in plan(connection, question))
    connection.close()


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


def test_rows_of_the_first_schema_are_kept_and_new_ones_follow(path: Path) -> None:
    old_journal(path, 2)
    journal = Journal(path)
    found = [(row.id, row.frame, row.person, row.light) for row in journal.entries(9)]
    assert found == [(2, 1, "Ada", None), (1, 0, "Ada", None)]
    journal.note(Action.ENROLLED, "Bo", "Ada", None, NOON)
    assert [entry.subject for entry in journal.actions(9)] == ["Ada"]


@pytest.mark.slow
def test_a_kill_on_the_way_to_the_new_schema_leaves_one_or_the_other(tmp_path: Path) -> None:
    for after in (0.0, 0.1, 0.2, 0.3, 0.4):
        path = tmp_path / str(after)
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
