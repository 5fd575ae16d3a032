"""A PIN lets its owner in, is nowhere to be read, and cannot be found by trying."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

import kiosk
from kiosk.errors import StaffError
from kiosk.people import staff
from kiosk.people.staff import LOCK_SECONDS, Refused, Role, StaffMember, StaffRegister, pin_fault

ADA_PIN, BO_PIN, WRONG = "402913", "77120984", "550918"
ADA, BO = StaffMember("Ada", Role.INSTALLER), StaffMember("Bo", Role.RECEPTION)


class Clock:
    """The time of day, as far as the register knows."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function at less cost."""
    if "full_cost" not in request.fixturenames:
        monkeypatch.setattr(staff, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def full_cost() -> None:
    """Use hashes of the full cost."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "staff.sqlite3"


@pytest.fixture
def register(path: Path, clock: Clock) -> StaffRegister:
    register = StaffRegister(path, now=clock)
    register.add("Ada", Role.INSTALLER, ADA_PIN)
    register.add("Bo", Role.RECEPTION, BO_PIN)
    return register


def fail(register: StaffRegister, clock: Clock, times: int) -> Refused:
    """Enter wrong PINs, each as soon as it is checked; return the last answer."""
    for _ in range(times):
        clock.now += register.wait_seconds
        answer = register.enter(WRONG)
        assert isinstance(answer, Refused)
        assert answer.tried
    return answer


# Who comes in ------------------------------------------------------------------------------------------------------


def test_pin_says_who_it_is_and_a_new_one_replaces_it(register: StaffRegister, clock: Clock, path: Path) -> None:
    assert register.enter(ADA_PIN) == ADA
    assert register.enter(BO_PIN) == BO
    assert register.members() == [ADA, BO]
    assert register.reset("ADA", "648201") == ADA
    assert isinstance(register.enter(ADA_PIN), Refused)
    clock.now += 1
    assert register.enter("648201") == ADA
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE staff SET hash = 'x' WHERE name = 'Ada'")
    connection.close()
    assert isinstance(register.enter("x"), Refused), "a damaged hash is nobody's"


def test_other_pin_is_nobodys(path: Path, clock: Clock) -> None:
    for number, pin in enumerate(
        (WRONG, "", "4029130", "40291", "x" * 1000, "\udcff", "402913\0", "\uff14\uff10\uff12\uff19\uff11\uff13")
    ):
        register = StaffRegister(path.with_name(str(number)), now=clock)
        register.add("Ada", Role.INSTALLER, ADA_PIN)
        assert register.enter(pin) == Refused(1.0, locked=False, tries_left=9), pin


def test_removed_member_comes_in_no_more_and_is_forgotten(register: StaffRegister, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(StaffError, match="last installer; add another"):
        register.remove("Ada")
    register.add("Zaphod", Role.INSTALLER, "648201")
    assert (register.remove("ada"), register.remove("bo")) == (ADA, BO)
    assert [member.name for member in register.members()] == ["Zaphod"]
    assert isinstance(register.enter(BO_PIN), Refused)
    for use in (lambda: register.remove("Zafod"), lambda: register.reset("Zafod", "730415")):
        with pytest.raises(StaffError, match="Zafod: is no member of the staff; did you mean 'Zaphod'"):
            use()
    register.add("Cy", Role.INSTALLER, "918273645")
    register.remove("Zaphod")
    register.close()
    assert [file for file in path.parent.iterdir() if b"Zaphod" in file.read_bytes()] == []


# PINs --------------------------------------------------------------------------------------------------------------


def test_pin_has_6_to_12_digits_and_is_not_easy_to_guess(register: StaffRegister) -> None:
    for pin in ("12345", "1234567890123", "12a456", "", "\uff11\uff12\uff13\uff14\uff15\uff16", " 402913", "402913\n"):
        with pytest.raises(StaffError, match="6 to 12 digits"):
            register.add("Cy", Role.RECEPTION, pin)
    for pin in ("000000", "123456", "654321", "890123", "135791", "121212", "112211", "123123", "470470470", "999998"):
        with pytest.raises(StaffError, match="easy to guess"):
            register.reset("Bo", pin)
    for pin in (ADA_PIN, BO_PIN, "100201", "123457", "470471470470"):
        assert pin_fault(pin) is None
    assert register.members() == [ADA, BO]
    assert register.enter(BO_PIN) == BO


def test_pin_of_another_member_is_refused_without_saying_whose(register: StaffRegister) -> None:
    with pytest.raises(StaffError, match="cannot be used") as caught:
        register.add("Cy", Role.RECEPTION, ADA_PIN)
    assert "Ada" not in str(caught.value)
    with pytest.raises(StaffError, match="cannot be used"):
        register.reset("Bo", ADA_PIN)


def test_pins_are_stored_as_argon2id_hashes_alone(path: Path, full_cost: None) -> None:
    StaffRegister(path).add("Ada", Role.INSTALLER, ADA_PIN)
    with sqlite3.connect(path) as connection:
        [(made,)] = connection.execute("SELECT hash FROM staff")
    connection.close()
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert ADA_PIN.encode() not in path.read_bytes()


def test_every_hash_is_tried_whatever_matched_before(register: StaffRegister, monkeypatch) -> None:
    tried = []

    class Counting(PasswordHasher):
        def verify(self, made, pin):
            tried.append(made)
            return super().verify(made, pin)

    monkeypatch.setattr(staff, "_HASHER", Counting())
    for pin in (ADA_PIN, BO_PIN, WRONG):
        tried.clear()
        register.enter(pin)
        assert len(set(tried)) == 2


# Names -------------------------------------------------------------------------------------------------------------


def test_name_that_cannot_be_one_is_refused(register: StaffRegister) -> None:
    for name in ("", "  ", "a/b", "a\\b", "x" * 101, "a\nb", "\x1b[2J", "\udcff", "Command Line"):
        with pytest.raises(StaffError, match="choose another name"):
            register.add(name, Role.RECEPTION, "648201")
    assert len(register.members()) == 2


def test_name_is_compared_without_case_and_composition(register: StaffRegister) -> None:
    assert register.add("Zoe\u0308", Role.RECEPTION, "648201").name == "Zo\u00eb"
    with pytest.raises(StaffError, match="already a member"):
        register.add("ZO\u00cb", Role.INSTALLER, "730415")
    assert register.remove("zoe\u0308").name == "Zo\u00eb"


# Wrong PINs --------------------------------------------------------------------------------------------------------


def test_wrong_pins_slow_down_and_lock_at_the_tenth(register: StaffRegister, path: Path, clock: Clock) -> None:
    fail(register, clock, 3)
    clock.now += 3.5
    assert register.enter(ADA_PIN) == Refused(0.5, locked=False, tried=False), "too early: it is not checked"
    assert register.wait_seconds == 0.5
    clock.now += 0.5
    assert register.enter(ADA_PIN) == ADA
    assert register.wait_seconds == 0, "the count starts again"
    refused = [fail(register, clock, 1) for _ in range(11)]
    assert [each.wait_seconds for each in refused] == [1, 2, 4, 8, 16, 32, 60, 60, 60, LOCK_SECONDS, LOCK_SECONDS]
    assert [each.tries_left for each in refused] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    register.close()
    assert StaffRegister(path, now=clock).enter(ADA_PIN) == Refused(LOCK_SECONDS, locked=True, tried=False)
    register.reset("Bo", "648201")
    assert register.enter("648201").name == "Bo", "a new PIN ends the lock"


def test_clock_set_back_starts_the_wait_again_and_no_more(register: StaffRegister, clock: Clock) -> None:
    fail(register, clock, 10)
    for back in (1.0, 3600.0, 10.0**9):
        clock.now -= back
        assert register.wait_seconds == LOCK_SECONDS
    clock.now += LOCK_SECONDS - 1
    assert register.enter(ADA_PIN) == Refused(1.0, locked=True, tried=False)
    clock.now += 1
    assert register.enter(ADA_PIN) == ADA


def test_try_is_counted_before_it_is_looked_at(register: StaffRegister, path: Path, clock: Clock, monkeypatch) -> None:
    def kill(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(staff, "_matches", kill)
    with pytest.raises(KeyboardInterrupt):
        register.enter(WRONG)
    monkeypatch.undo()
    assert StaffRegister(path, now=clock).wait_seconds == 1


ENTER = """
import sys
from pathlib import Path
from kiosk.people.staff import StaffRegister
register = StaffRegister(Path(sys.argv[1]), now=lambda: 1_700_000_000.0)
print("ready", flush=True)
sys.stdin.readline()
print(register.enter(sys.argv[2]).tried, flush=True)
"""


@pytest.mark.slow
def test_processes_that_try_at_once_get_one_try(register: StaffRegister, path: Path) -> None:
    register.close()
    tries = [
        subprocess.Popen(
            [sys.executable, "-c", ENTER, str(path), WRONG],
            cwd=Path(kiosk.__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for each in tries:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in tries:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    assert sorted(each.communicate(timeout=60)[0] for each in tries) == ["False\n", "False\n", "True\n"]


# Faults ------------------------------------------------------------------------------------------------------------


def test_same_pin_added_twice_at_once_is_added_once(path: Path, clock: Clock, monkeypatch) -> None:
    """The second member appears after the PIN was compared and before it is stored."""
    first, second = StaffRegister(path, now=clock), StaffRegister(path, now=clock)
    hashing = staff._HASHER.hash

    class Late:
        verify = staff._HASHER.verify

        @staticmethod
        def hash(pin: str) -> str:
            monkeypatch.undo()
            second.add("Bo", Role.RECEPTION, pin)
            return hashing(pin)

    monkeypatch.setattr(staff, "_HASHER", Late)
    with pytest.raises(StaffError, match="cannot be used"):
        first.add("Ada", Role.INSTALLER, "648201")
    assert first.members() == [BO]


def test_file_that_is_no_register_lets_nobody_in(path: Path, clock: Clock) -> None:
    path.write_bytes(b"no database\n" * 100)
    register = StaffRegister(path, now=clock)
    for use in (register.members, lambda: register.enter(ADA_PIN), lambda: register.add("A", Role.INSTALLER, ADA_PIN)):
        with pytest.raises(StaffError, match=r"staff register cannot be used.*move the file away"):
            use()
    assert register.wait_seconds == 0
    assert path.read_bytes() == b"no database\n" * 100
