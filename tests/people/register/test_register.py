import multiprocessing
import os
import signal
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kiosk.errors import PeopleError
from kiosk.people.register import Consent, PeopleRegister, PersonRecord, Standing, people_file

DAY = date(2026, 3, 2)
CONSENT = Consent(datetime(2026, 1, 1, 9, 0, tzinfo=UTC), "1", "ab" * 32, "en", "Eve")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return people_file(tmp_path / "images")


@pytest.fixture
def register(path: Path) -> PeopleRegister:
    return PeopleRegister(path)


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + os.urandom(len(content) - 100))


def test_the_file_lies_beside_the_image_folder() -> None:
    assert people_file(Path("/srv/images")) == Path("/srv/images.people.sqlite3")
    assert people_file(Path("images/")) == Path.cwd() / "images.people.sqlite3"
    assert people_file(Path("/")).name == "gallery.people.sqlite3"


def test_of_whom_nothing_is_known_may_enter(register: PeopleRegister, path: Path) -> None:
    assert register.record("Ada") == PersonRecord("Ada")
    assert register.standing("Ada", DAY) is Standing.IN_FORCE
    assert register.records() == {}
    assert not register.forget("Ada")
    assert not path.exists(), "asking writes nothing"


def test_a_record_is_found_under_every_spelling_of_the_name(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Zoe\u0308_Q", group="Lab", consent=CONSENT))
    assert register.record("zoë q") == PersonRecord("zoë q", group="Lab", consent=CONSENT)
    assert PeopleRegister(path).records() == {"zoë q": PersonRecord("Zoë_Q", group="Lab", consent=CONSENT)}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_suspension_of_another_process_is_in_force_after_the_next_look(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada"))
    PeopleRegister(path).change("Ada", lambda known: replace(known, suspended=True))
    assert register.refresh()
    assert register.standing("Ada", DAY) is Standing.SUSPENDED
    assert not register.refresh()


def test_two_changes_at_once_are_both_kept(path: Path) -> None:
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


def test_a_rename_remembers_every_name(register: PeopleRegister) -> None:
    register.save(PersonRecord("Ada", suspended=True))
    register.rename("Ada", "Augusta")
    assert register.rename("augusta", "Countess") == PersonRecord(
        "Countess", suspended=True, former=("Ada", "Augusta", "augusta")
    )
    assert list(register.records()) == ["countess"]


def test_another_spelling_of_the_same_name_is_a_rename(register: PeopleRegister) -> None:
    register.save(PersonRecord("ada", group="Lab"))
    assert register.rename("ada", "Ada") == PersonRecord("Ada", group="Lab", former=("ada",))
    assert list(register.records()) == ["ada"]


def test_a_rename_never_takes_somebody_elses_name(register: PeopleRegister) -> None:
    register.save(PersonRecord("Ada", group="a"))
    register.save(PersonRecord("Lin", group="b"))
    with pytest.raises(PeopleError, match="already known"):
        register.rename("Ada", "lin")
    with pytest.raises(PeopleError, match="slash"):
        register.rename("Ada", "a/b")
    assert {record.group for record in register.records().values()} == {"a", "b"}


def test_a_rename_that_broke_off_keeps_the_suspension_and_can_be_made_again(register: PeopleRegister) -> None:
    register.save(PersonRecord("Ada", suspended=True))
    register.copy_for_rename("Ada", "Lin")
    assert {register.standing(name, DAY) for name in ("Ada", "Lin")} == {Standing.SUSPENDED}
    assert register.rename("Ada", "Lin").former == ("Ada",)
    assert list(register.records()) == ["lin"]


def test_what_is_forgotten_is_gone_from_the_disk(register: PeopleRegister, path: Path) -> None:
    for number in range(200):
        register.save(PersonRecord(f"Person {number}", email=f"secret{number}@example.org", staff_number="n" * 60))
    register.change("Person 7", lambda known: replace(known, email="other7@example.org"))
    for number in range(0, 200, 2):
        assert register.forget(f"person_{number}")
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secret7@" not in content, "replaced"
    assert not [number for number in range(0, 200, 2) if b"secret%d@" % number in content]
    assert b"secret9@" in content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_lost_file_loses_nothing_but_what_was_known(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada", suspended=True))
    path.unlink()
    assert register.refresh()
    assert register.standing("Ada", DAY) is Standing.IN_FORCE
    register.save(PersonRecord("Ada", group="again"))
    assert PeopleRegister(path).record("Ada").group == "again"


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"x" * 500])
def test_a_file_that_cannot_be_read_at_the_start_lets_nobody_in_until_it_is_moved_away(
    path: Path, content: bytes
) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    register = PeopleRegister(path)
    assert register.fault is not None
    assert "move the file away" in register.fault
    for ask in (lambda: register.standing("Ada", DAY), register.records, lambda: register.save(PersonRecord("Ada"))):
        with pytest.raises(PeopleError):
            ask()
    path.rename(path.with_suffix(".old"))
    register.refresh()
    assert register.fault is None
    assert register.standing("Ada", DAY) is Standing.IN_FORCE


def test_another_programs_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE people (name)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(PeopleError, match="no register of people"):
        PeopleRegister(path).save(PersonRecord("Ada"))
    assert path.read_bytes() == before


def test_a_newer_register_is_told(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada"))
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 9")
    newer.close()
    assert "update this kiosk" in (PeopleRegister(path).fault or "")


def test_damage_while_running_leaves_the_last_known_standing_in_force(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada", suspended=True))
    damage(path)
    register.refresh()
    assert register.fault is not None
    assert register.standing("Ada", DAY) is Standing.SUSPENDED


def test_a_locked_file_is_waited_for_and_told(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada"))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PeopleError, match="end the other program"):
            register.save(PersonRecord("Lin"))
        other.execute("ROLLBACK")
    other.close()
    register.save(PersonRecord("Lin"))


def test_a_folder_that_cannot_be_written_is_told(path: Path) -> None:
    with pytest.raises(PeopleError, match="check that its folder exists"):
        PeopleRegister(path.parent / "missing" / "file").save(PersonRecord("Ada"))


def test_a_change_that_raises_changes_nothing(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada", group="Lab"))
    with pytest.raises(PeopleError, match="e-mail"):
        register.change("Ada", lambda known: replace(known, email="nonsense"))
    assert PeopleRegister(path).record("Ada") == PersonRecord("Ada", group="Lab")


def _write_for_ever(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    register = PeopleRegister(path)
    for number in range(10**9):
        register.save(PersonRecord("Ada", group=f"{number}", email=f"a{number}@example.org"))
        ready.set()


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


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_something_else_than_a_file_is_told_and_not_waited_for(path: Path, make) -> None:
    make(path)
    with pytest.raises(PeopleError, match="cannot be used"):
        PeopleRegister(path).records()


def test_a_row_of_nonsense_lets_nobody_in(register: PeopleRegister, path: Path) -> None:
    register.save(PersonRecord("Ada"))
    with sqlite3.connect(path) as other:
        other.execute("UPDATE people SET former = '5'")
    other.close()
    with pytest.raises(PeopleError, match="no list of names"):
        PeopleRegister(path).standing("Ada", DAY)
