"""The door opens after a grant is written down, for a bounded pulse; whatever goes wrong, it is locked."""

import ast
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kiosk
from kiosk.domain import Candidate, Decision, Identification, Outcome, Reason
from kiosk.door.controller import AccessController
from kiosk.door.doors import MAX_PULSE_SECONDS, ScreenDoor
from kiosk.errors import DoorError
from kiosk.store.journal import Journal

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Identification((Candidate("Ada", 0.21), Candidate("Lin", 0.44)), threshold=0.39, margin=0.04, gallery_size=2)
GRANTED = Decision(Outcome.GRANTED, Reason.RECOGNISED, 3, 17, 1.5, 3, 3, person="Ada", identification=ADA, greet=True)
REFUSED = replace(GRANTED, outcome=Outcome.REFUSED, reason=Reason.TOO_FAR, person=None, greet=False)


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class BrokenDoor:
    """A lock that takes the command and then fails: it may stand open."""

    def __init__(self, error: Exception, lock_error: Exception | None = None) -> None:
        self.error, self.lock_error = error, lock_error
        self.open = False

    def unlock(self, seconds: float) -> None:
        self.open = True
        raise self.error

    def lock(self) -> None:
        self.open = False
        if self.lock_error:
            raise self.lock_error


@pytest.fixture
def clock() -> Clock:
    return Clock(GRANTED.decided_at)


@pytest.fixture
def door(clock: Clock) -> ScreenDoor:
    return ScreenDoor(clock)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


@pytest.fixture
def unwritable(tmp_path: Path) -> Journal:
    (tmp_path / "folder.sqlite").mkdir()
    return Journal(tmp_path / "folder.sqlite")


def controller(door: object, journal: Journal, **changes: object) -> AccessController:
    usual = {"open_seconds": 5.0, "encoder": "dlib", "clock": lambda: GRANTED.decided_at, "now": lambda: NOON}
    return AccessController(door, journal, **(usual | changes))


def test_a_grant_is_written_down_before_the_door_opens_for_the_set_seconds(journal: Journal) -> None:
    rows_seen: list[int] = []

    class WatchingDoor(ScreenDoor):
        def unlock(self, seconds: float) -> None:
            rows_seen.append(len(journal.entries(10)))
            super().unlock(seconds)

    door = WatchingDoor(lambda: 0.0)
    assert controller(door, journal).act(GRANTED) is GRANTED
    assert (door.seconds_left, rows_seen) == (5, [1])
    [row] = journal.entries(10)
    written = (row.outcome, row.person, row.encoder, row.time)
    assert written == ("granted", "Ada", "dlib", NOON.isoformat("T", "milliseconds"))


def test_what_is_not_granted_opens_nothing(door: ScreenDoor, journal: Journal) -> None:
    pending = replace(GRANTED, outcome=Outcome.PENDING, reason=Reason.GATHERING)
    for decision in (pending, REFUSED):
        assert controller(door, journal).act(decision) is decision
        assert not door.unlocked
    assert [row.outcome for row in journal.entries(10)] == ["refused"]


def test_a_journal_that_cannot_be_written_leaves_the_door_shut_and_says_why(
    door: ScreenDoor, unwritable: Journal
) -> None:
    for done in (controller(door, unwritable).act(GRANTED), controller(door, unwritable).test("Noor")):
        assert not door.unlocked
        assert (done.outcome, done.reason, done.person, done.greet) == (Outcome.REFUSED, Reason.FAULT, None, False)
        assert "folder.sqlite: the journal is not a file" in (done.fault or "")


def test_any_fault_of_the_door_is_a_refusal_with_a_row_of_its_own(journal: Journal) -> None:
    for error, message in (
        (DoorError("relay 2", "no answer", "check its cable"), "relay 2: no answer; check its cable"),
        (ZeroDivisionError("division\nby zero"), "ZeroDivisionError: division by zero"),
        (MemoryError(), "MemoryError:"),
    ):
        for lock_error in (None, OSError("stuck")):
            door = BrokenDoor(error, lock_error)
            for done in (controller(door, journal).act(GRANTED), controller(door, journal).test("Noor")):
                assert not door.open
                assert (done.outcome, done.reason, done.person) == (Outcome.REFUSED, Reason.FAULT, None)
                assert done.fault == message
                newest, first = journal.entries(2)
                assert (first.outcome, first.detail) == ("granted", None)
                assert (newest.outcome, newest.reason, newest.detail) == ("refused", "fault", message)


def test_a_grant_that_comes_too_late_or_whose_time_is_not_known_does_not_open(
    door: ScreenDoor, journal: Journal
) -> None:
    def now() -> datetime:
        raise OSError("no clock")

    for late_seconds in (2.1, 3600.0, -1.0, math.nan):
        done = controller(door, journal, clock=lambda late=late_seconds: GRANTED.decided_at + late).act(GRANTED)
        assert (done.outcome, done.reason, done.person) == (Outcome.REFUSED, Reason.FAULT, None)
        assert not door.unlocked
        assert [row.outcome for row in journal.entries(2)] == ["refused", "granted"]
    assert controller(door, journal, now=now).act(GRANTED).fault == "OSError: no clock"
    assert not door.unlocked


def test_a_test_opens_the_door_and_stands_in_the_journal_under_a_name(door: ScreenDoor, journal: Journal) -> None:
    done = controller(door, journal).test("Noor")
    assert (done.outcome, done.reason, done.person, done.greet) == (Outcome.GRANTED, Reason.TESTED, None, False)
    assert door.seconds_left == 5
    [row], [action] = journal.entries(10), journal.actions(10)
    assert (row.outcome, row.reason, row.person) == ("granted", "tested", None)
    assert (action.action, action.staff, action.time) == ("door_tested", "Noor", row.time)


# The only call of unlock.


def unlock_calls(tree: ast.Module) -> list[tuple[str, int]]:
    """Return the functions that call `.unlock(`, or hand the method on, with the line."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "unlock":
            owner = node
            while not isinstance(owner, ast.FunctionDef | ast.Module):
                owner = parents[owner]
            found.append((getattr(owner, "name", "module"), node.lineno))
    return found


def test_the_package_unlocks_in_one_place_and_that_is_behind_granted() -> None:
    for source in ("door.unlock(5)", "f = door.unlock\nf(5)", "def g(d):\n    (d or e).unlock(1)"):
        assert len(unlock_calls(ast.parse(source))) == 1
    package = Path(kiosk.__file__).parent
    texts = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    trees = {path: ast.parse(text) for path, text in texts.items() if "unlock" in text}
    found = [(str(path.relative_to(package)), *call) for path, tree in trees.items() for call in unlock_calls(tree)]
    [(path, function, line)] = found
    assert (path, function) == ("door/controller.py", "act")
    guards = [
        ast.unparse(node.test)
        for node in ast.walk(trees[package / path])
        if isinstance(node, ast.If) and line in [step.lineno for step in node.body]
    ]
    assert guards == ["decision.outcome is Outcome.GRANTED"]


# The door on the screen.


def test_the_door_is_locked_from_the_start_and_opens_for_the_pulse(door: ScreenDoor, clock: Clock) -> None:
    assert not ScreenDoor(Clock(0.0)).unlocked
    assert (door.unlocked, door.seconds_left) == (False, 0)
    door.unlock(5)
    assert door.unlocked
    clock.now += 4
    assert door.seconds_left == pytest.approx(1)
    clock.now += 1
    assert (door.unlocked, door.seconds_left) == (False, 0)


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0.01, MAX_PULSE_SECONDS)), min_size=1))
def test_the_door_is_never_open_longer_than_the_last_pulse_says(steps: list[tuple[float, float]]) -> None:
    clock = Clock(1000.0)
    door = ScreenDoor(clock)
    for pause, seconds in steps:
        clock.now += pause
        door.unlock(seconds)
        assert 0 < door.seconds_left <= seconds
    clock.now += steps[-1][1] + 1e-6
    assert not door.unlocked


def test_a_wrong_pulse_or_clock_and_closing_lock_the_door(door: ScreenDoor, clock: Clock) -> None:
    for seconds in (0, -1, 60.001, 1e300, math.inf, -math.inf, math.nan):
        with pytest.raises(DoorError, match="at most 60 s"):
            door.unlock(seconds)
        assert not door.unlocked
    now = clock.now
    for later in (now - 1, -1e9, math.nan, math.inf, -math.inf):
        clock.now = now
        door.unlock(5)
        clock.now = later
        assert not door.unlocked
    clock.now = now
    door.unlock(5)
    door.close()
    assert not door.unlocked
    with pytest.raises(DoorError, match="closed"):
        door.unlock(5)
    assert not door.unlocked


def test_threads_that_command_and_look_at_once_never_see_more_than_a_pulse(door: ScreenDoor) -> None:
    seen: list[float] = []
    faults: list[Exception] = []

    def repeat(action: Callable[[], object]) -> None:
        try:
            for _ in range(500):
                action()
        except Exception as error:
            faults.append(error)

    actions = [lambda: door.unlock(5), door.lock, lambda: seen.append(door.seconds_left)]
    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert set(seen) <= {0.0, 5.0}
