"""The register: records of people, kept in a file that others change, damage, lock or kill."""

import multiprocessing
import os
import signal
import sqlite3
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.domain import Reason
from kiosk.errors import PeopleError
from kiosk.people.register import (
    AccessStatus,
    PeopleRegister,
    PersonRecord,
    cleaned,
    field_fault,
    people_file,
)
from tests.people.conftest import FULL

DAY = date(2026, 3, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return people_file(tmp_path / "images")


@pytest.fixture
def register(path: Path) -> PeopleRegister:
    return PeopleRegister(path)


def test_suspension_and_validity_decide_about_access() -> None:
    next_day, day_before = DAY + timedelta(days=1), DAY - timedelta(days=1)
    for fields, status, reason in (
        ({}, AccessStatus.IN_FORCE, None),
        ({"valid_from": DAY, "valid_until": DAY}, AccessStatus.IN_FORCE, None),
        ({"valid_from": next_day}, AccessStatus.NOT_YET_VALID, Reason.NOT_YET_VALID),
        ({"valid_until": day_before}, AccessStatus.EXPIRED, Reason.EXPIRED),
        ({"suspended": True, "valid_until": next_day}, AccessStatus.SUSPENDED, Reason.SUSPENDED),
    ):
        assert PersonRecord("Ada", **fields).access_status(DAY) is status
        assert status.reason is reason
    with pytest.raises(PeopleError, match="ends before it begins"):
        cleaned(PersonRecord("Ada", valid_from=next_day, valid_until=DAY))


def test_texts_are_cleaned_and_checked_and_names_fall_back() -> None:
    for name, text, fault in (
        ("shown", "x" * 101, "is longer than 100 characters"),
        ("group", "a\u202eb", "holds characters that cannot be shown"),
        ("card_id", "a\0b", "holds characters that cannot be shown"),
        ("email", "ada at home", "is no e-mail address"),
    ):
        assert str(field_fault(name, text)) == fault
        with pytest.raises(PeopleError, match=name):
            cleaned(PersonRecord("Ada", **{name: text}))
    for name, text in (("email", "ada@example.org"), ("email", ""), ("shown", "عائشة"), ("spoken", "李小龍")):
        assert field_fault(name, text) is None
    assert cleaned(PersonRecord("Zoe", shown="  Zoe\u0308 \t\n Q. ")).shown == "Zoë Q."
    assert PersonRecord("Ada_L").shown_name == PersonRecord("Ada_L").spoken_name == "Ada L"
    assert PersonRecord("Ada_L", shown="Ada").spoken_name == "Ada"
    assert PersonRecord("Siobhan", spoken="Shi-vawn").spoken_name == "Shi-vawn"


def test_a_record_is_found_under_every_spelling_of_the_name(register: PeopleRegister, path: Path) -> None:
    assert register.record("Ada") == PersonRecord("Ada")
    assert (register.records(), register.forget("Ada"), path.exists()) == ({}, False, False), "asking writes nothing"
    register.save_all([replace(FULL, person="Zoe\u0308_李")])
    assert register.record("zoë 李") == replace(FULL, person="zoë 李")
    assert PeopleRegister(path).records() == {"zoë 李": FULL}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_suspension_of_another_process_is_in_force_after_the_next_look(register: PeopleRegister, path: Path) -> None:
    register.save_all([PersonRecord("Ada")])
    PeopleRegister(path).change("Ada", lambda known: replace(known, suspended=True))
    assert register.refresh()
    assert register.known("Ada").access_status(DAY) is AccessStatus.SUSPENDED
    assert not register.refresh()


def test_two_changes_at_once_are_both_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.people.register.BUSY_SECONDS", 30.0)
    registers = [PeopleRegister(path) for _ in range(4)]

    def count(register: PeopleRegister) -> None:
        for _ in range(10):
            register.change("Ada", lambda known: replace(known, group=str(int(known.group or 0) + 1)))

    threads = [threading.Thread(target=count, args=(register,)) for register in registers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PeopleRegister(path).record("Ada").group == "40"


def test_a_rename_keeps_the_suspension_whenever_it_is_killed_and_takes_no_other_name(register: PeopleRegister) -> None:
    register.save_all([PersonRecord("Ada", suspended=True)])
    register.save_all([PersonRecord("Lin")])
    for _ in range(2):  # the second time after a kill
        assert register.copy_for_rename("Ada", "Augusta").former == ("Ada",)
        for name in ("Ada", "Augusta"):
            assert register.known(name).access_status(DAY) is AccessStatus.SUSPENDED
    register.forget("Ada")
    assert register.copy_for_rename("augusta", "Augusta").former == ("Ada", "augusta")
    with pytest.raises(PeopleError, match="already known"):
        register.copy_for_rename("Augusta", "lin")


def test_what_is_forgotten_is_gone_from_the_disk(register: PeopleRegister, path: Path) -> None:
    people = [PersonRecord(f"Person {n}", email=f"secret{n}@example.org", staff_number="n" * 60) for n in range(200)]
    register.save_all(people)
    register.change("Person 7", lambda known: replace(known, email="other7@example.org"))
    gone = range(0, 200, 20)
    for number in gone:
        assert register.forget(f"person_{number}")
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secret7@" not in content, "replaced"
    assert not [number for number in gone if b"secret%d@" % number in content]
    assert b"secret9@" in content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_lost_file_loses_nothing_but_what_was_known(register: PeopleRegister, path: Path) -> None:
    register.save_all([PersonRecord("Ada", suspended=True)])
    path.unlink()
    assert register.refresh()
    assert register.known("Ada").access_status(DAY) is AccessStatus.IN_FORCE
    register.save_all([PersonRecord("Ada", group="again")])
    assert PeopleRegister(path).record("Ada").group == "again"


def test_a_file_that_cannot_be_read_at_the_start_lets_nobody_in_until_it_is_moved_away(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    for content in (b"", b"no database at all", b"SQLite format 3\0" + b"x" * 500):
        path.write_bytes(content)
        register = PeopleRegister(path)
        assert "move the file away" in (register.fault or "")
        for ask in (
            lambda register=register: register.known("Ada").access_status(DAY),
            register.records,
            lambda register=register: register.save_all([PersonRecord("Ada")]),
        ):
            with pytest.raises(PeopleError):
                ask()
        path.rename(path.with_suffix(".old"))
        register.refresh()
        assert register.fault is None
        assert register.known("Ada").access_status(DAY) is AccessStatus.IN_FORCE


def test_a_foreign_file_is_left_alone_and_not_waited_for(tmp_path: Path) -> None:
    folder, pipe, other, newer, nonsense = (
        tmp_path / name for name in ("folder", "pipe", "other", "newer", "nonsense")
    )
    folder.mkdir()
    os.mkfifo(pipe)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE people (name)")
    connection.close()
    for path, statement in ((newer, "PRAGMA user_version = 9"), (nonsense, "UPDATE people SET former = '5'")):
        PeopleRegister(path).save_all([PersonRecord("Ada")])
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()
    before = other.read_bytes()
    for path, reason in (
        (folder, "cannot be used"),
        (pipe, "cannot be used"),
        (other, "no register of people"),
        (newer, "update this kiosk"),
        (nonsense, "valid tuple"),
    ):
        with pytest.raises(PeopleError, match=reason):
            PeopleRegister(path).known("Ada").access_status(DAY)
    assert other.read_bytes() == before
    with pytest.raises(PeopleError, match="check that its folder exists"):
        PeopleRegister(tmp_path / "missing" / "file").save_all([PersonRecord("Ada")])


def test_a_change_that_raises_changes_nothing(register: PeopleRegister, path: Path) -> None:
    register.save_all([PersonRecord("Ada", group="Lab")])
    with pytest.raises(PeopleError, match="e-mail"):
        register.change("Ada", lambda known: replace(known, email="nonsense"))
    assert PeopleRegister(path).record("Ada") == PersonRecord("Ada", group="Lab")


def _write_for_ever(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    register = PeopleRegister(path)
    for number in range(10**9):
        register.save_all([PersonRecord("Ada", group=f"{number}", email=f"a{number}@example.org")])
        ready.set()


@pytest.mark.slow
def test_killed_while_writing_it_is_as_before_or_after(path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        ready = context.Event()
        child = context.Process(target=_write_for_ever, args=(path, ready))
        child.start()
        assert ready.wait(30)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        record = PeopleRegister(path).record("Ada")
        assert record.email == f"a{record.group}@example.org"


def test_damage_while_running_leaves_the_last_known_standing_in_force(register: PeopleRegister, path: Path) -> None:
    register.save_all([PersonRecord("Ada", suspended=True)])
    content = path.read_bytes()
    path.write_bytes(content[:100] + os.urandom(len(content) - 100))
    register.refresh()
    assert register.fault is not None
    assert register.known("Ada").access_status(DAY) is AccessStatus.SUSPENDED


def test_a_locked_file_is_waited_for_and_told(
    register: PeopleRegister, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.people.register.BUSY_SECONDS", 0.05)
    register.save_all([PersonRecord("Ada")])
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PeopleError, match="end the other program"):
            register.save_all([PersonRecord("Lin")])
        other.execute("ROLLBACK")
    other.close()
    register.save_all([PersonRecord("Lin")])
