"""Granted opens the door after its row is written; whatever goes wrong is a refusal with the door shut."""

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kiosk
from kiosk.domain import Candidate, Decision, Identification, Outcome, Reason
from kiosk.door.controller import AccessController
from kiosk.door.doors import ScreenDoor
from kiosk.errors import DoorError, JournalError
from kiosk.store.journal import Journal

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Identification((Candidate("Ada", 0.21), Candidate("Lin", 0.44)), threshold=0.39, margin=0.04, gallery_size=2)
GRANTED = Decision(
    Outcome.GRANTED,
    Reason.RECOGNISED,
    track=3,
    sequence=17,
    decided_at=1.5,
    agreeing=3,
    required=3,
    person="Ada",
    identification=ADA,
    greet=True,
)
REFUSED = replace(GRANTED, outcome=Outcome.REFUSED, reason=Reason.TOO_FAR, person=None, greet=False)
PENDING = replace(GRANTED, outcome=Outcome.PENDING, reason=Reason.GATHERING, greet=False)


class BrokenDoor:
    """A lock that takes the command and then fails: it may stand open."""

    def __init__(self, error: Exception | None, lock_error: Exception | None = None) -> None:
        self.error, self.lock_error = error, lock_error
        self.open = False

    def unlock(self, seconds: float) -> None:
        self.open = True
        if self.error:
            raise self.error

    def lock(self) -> None:
        self.open = False
        if self.lock_error:
            raise self.lock_error

    def close(self) -> None:
        self.open = False


@pytest.fixture
def door() -> ScreenDoor:
    return ScreenDoor(lambda: 0.0)


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


def test_granted_opens_for_the_set_seconds_and_is_written_down(door: ScreenDoor, journal: Journal) -> None:
    assert controller(door, journal).act(GRANTED) is GRANTED
    assert door.seconds_left == 5
    [row] = journal.entries(10)
    assert (row.outcome, row.person, row.encoder, row.time) == (
        "granted",
        "Ada",
        "dlib",
        NOON.isoformat("T", "milliseconds"),
    )


def test_row_stands_before_the_door_opens(journal: Journal) -> None:
    rows_seen: list[int] = []

    class WatchingDoor(ScreenDoor):
        def unlock(self, seconds: float) -> None:
            rows_seen.append(len(journal.entries(10)))
            super().unlock(seconds)

    controller(WatchingDoor(), journal).act(GRANTED)
    assert rows_seen == [1]


@pytest.mark.parametrize("decision", [GRANTED, REFUSED])
def test_journal_that_cannot_be_written_leaves_the_door_shut_and_says_why(
    door: ScreenDoor, unwritable: Journal, decision: Decision
) -> None:
    shown = controller(door, unwritable).act(decision)
    assert not door.unlocked
    assert (shown.outcome, shown.reason, shown.person, shown.greet) == (Outcome.REFUSED, Reason.FAULT, None, False)
    assert "folder.sqlite: the journal is not a file" in (shown.fault or "")
    assert (shown.track, shown.sequence, shown.decided_at) == (3, 17, 1.5)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DoorError("relay 2", "no answer", "check its cable"), "relay 2: no answer; check its cable"),
        (JournalError("x", "y", "z"), "x: y; z"),
        (ZeroDivisionError("division\nby zero"), "ZeroDivisionError: division by zero"),
        (MemoryError(), "MemoryError:"),
    ],
)
@pytest.mark.parametrize("lock_error", [None, OSError("stuck")])
def test_any_fault_of_the_door_is_a_refusal_with_a_row_of_its_own(
    journal: Journal, error: Exception, message: str, lock_error: Exception | None
) -> None:
    door = BrokenDoor(error, lock_error)
    shown = controller(door, journal).act(GRANTED)
    assert not door.open
    assert (shown.outcome, shown.reason, shown.person, shown.fault) == (Outcome.REFUSED, Reason.FAULT, None, message)
    newest, first = journal.entries(10)
    assert (first.outcome, first.reason, first.detail) == ("granted", "recognised", None)
    assert (newest.outcome, newest.reason, newest.detail) == ("refused", "fault", message)


def test_clock_that_fails_is_a_refusal(door: ScreenDoor, journal: Journal) -> None:
    def now() -> datetime:
        raise OSError("no clock")

    assert controller(door, journal, now=now).act(GRANTED).fault == "OSError: no clock"
    assert not door.unlocked


def unlock_calls(source: str) -> list[tuple[str, int]]:
    """The functions that call `.unlock(`, or hand the method on, with the line."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "unlock":
            owner = node
            while not isinstance(owner, ast.FunctionDef | ast.Module):
                owner = parents[owner]
            found.append((getattr(owner, "name", "module"), node.lineno))
    return found


def test_package_unlocks_in_one_place_and_that_is_behind_granted() -> None:
    package = Path(kiosk.__file__).parent
    found = {
        (str(path.relative_to(package)), *call)
        for path in package.rglob("*.py")
        for call in unlock_calls(path.read_text(encoding="utf-8"))
    }
    assert [(path, function) for path, function, _ in found] == [("door/controller.py", "act")]
    [(path, _, line)] = found
    tree = ast.parse((package / path).read_text(encoding="utf-8"))
    guards = [
        ast.unparse(node.test)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and line in [step.lineno for step in node.body]
    ]
    assert guards == ["decision.outcome is Outcome.GRANTED"]


@pytest.mark.parametrize("source", ["door.unlock(5)", "f = door.unlock\nf(5)", "def g(d):\n    (d or e).unlock(1)"])
def test_search_for_unlock_finds_each_way_to_write_it(source: str) -> None:
    assert len(unlock_calls(source)) == 1


@pytest.mark.parametrize("late_seconds", [2.1, 3600.0, -1.0, float("nan")])
def test_a_grant_that_comes_too_late_does_not_open(door: ScreenDoor, journal: Journal, late_seconds: float) -> None:
    # Whatever hung on the way: whoever earned the grant may have left.
    done = controller(door, journal, clock=lambda: GRANTED.decided_at + late_seconds).act(GRANTED)
    assert (done.outcome, done.reason, done.person) == (Outcome.REFUSED, Reason.FAULT, None)
    assert not door.unlocked
    assert [row.outcome for row in journal.entries(10)] == ["refused", "granted"]


def test_test_opens_the_door_and_stands_in_the_journal_under_a_name(door: ScreenDoor, journal: Journal) -> None:
    done = controller(door, journal).test("Noor")
    assert (done.outcome, done.reason, done.person, done.greet) == (Outcome.GRANTED, Reason.TESTED, None, False)
    assert door.seconds_left == 5
    [row], [action] = journal.entries(10), journal.actions(10)
    assert (row.outcome, row.reason, row.person) == ("granted", "tested", None)
    assert (action.action, action.staff, action.time) == ("door_tested", "Noor", row.time)


def test_test_of_a_lock_that_fails_is_refused_and_written_down(journal: Journal) -> None:
    door = BrokenDoor(DoorError("lock", "is stuck", "oil it"))
    done = controller(door, journal).test("Noor")
    assert (done.outcome, done.fault, door.open) == (Outcome.REFUSED, "lock: is stuck; oil it", False)
    assert [row.outcome for row in journal.entries(10)] == ["refused", "granted"]


def test_test_without_a_journal_leaves_the_door_shut(door: ScreenDoor, unwritable: Journal) -> None:
    done = controller(door, unwritable).test("Noor")
    assert (done.outcome, done.reason) == (Outcome.REFUSED, Reason.FAULT)
    assert not door.unlocked
