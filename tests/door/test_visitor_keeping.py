"""Faces of refused visitors: kept only where that is wanted, and never longer than that."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kiosk.domain import Box, Decision, Embedding, Face, Frame, Observation, Outcome, Reason, TrackedFace
from kiosk.door.visitor_keeping import VisitorKeeping
from kiosk.people.visitors import VisitorStore

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
IMAGE = np.random.default_rng(3).integers(0, 256, (480, 640, 3)).astype(np.uint8)


class Door:
    """A keeping with its store and a clock that is set by hand; looks are frames in which a decision falls."""

    def __init__(self, path, hours: int) -> None:
        self.path = path
        self.now = NOON
        self.store = VisitorStore(path)
        self.keeping = VisitorKeeping(self.store, lambda: self.now)
        self.keeping.hours = hours

    def look(self, track=1, reason=Reason.TOO_FAR, outcome=Outcome.REFUSED, px=100) -> None:
        face = Face(Box(200, 100, 200 + px, 100 + px), 1.0)
        observation = Observation(1, 1.0, (TrackedFace(track, face, None, None),))
        decision = Decision(outcome, reason, track, 1, 1.0, 0, 3)
        self.keeping.update(Frame(IMAGE, 1.0, 1), observation, [decision], self.probe)

    def probe(self, track: int) -> Embedding:
        return Embedding(np.eye(128, dtype=np.float32)[track], "pixels")

    def after(self, **passed: float) -> None:
        self.now += timedelta(**passed)
        self.keeping.purge()

    def faces(self) -> int:
        return self.store.count()


@pytest.fixture
def door(tmp_path):
    door = Door(tmp_path / "visitors.sqlite3", hours=2)
    yield door
    door.keeping.close()


@pytest.mark.parametrize("reason", [Reason.TOO_FAR, Reason.AMBIGUOUS, Reason.NOBODY_ENROLLED])
def test_an_unknown_face_is_kept_with_its_embedding_and_time(door, reason):
    door.look(track=5, reason=reason)
    (kept,) = door.store.visitors()
    assert kept.time == NOON
    assert kept.embedding.vector[5] == 1.0
    assert kept.picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("reason", [Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED, Reason.FAULT])
def test_who_is_known_or_met_a_fault_is_not(door, reason):
    door.look(reason=reason)
    assert door.faces() == 0


def test_one_face_a_visitor_the_nearest(door):
    for px in (80, 120, 100):
        door.look(px=px)
    (kept,) = door.store.visitors()
    assert kept.id == 2


def test_who_is_let_in_after_all_was_no_unknown_visitor(door):
    door.look(track=1)
    door.look(track=2)
    door.look(track=1, outcome=Outcome.GRANTED, reason=Reason.RECOGNISED)
    assert [kept.embedding.vector[2] for kept in door.store.visitors()] == [1.0]


class TestPurge:
    def test_a_face_stays_for_its_hours_and_not_a_second_longer(self, door):
        door.look()
        mark = door.store.visitors()[0].picture[100:164]
        door.after(hours=2)
        assert mark in door.path.read_bytes()
        door.after(seconds=1)
        assert mark not in door.path.read_bytes()
        assert door.faces() == 0

    def test_it_goes_at_the_next_start_where_the_kiosk_was_off_meanwhile(self, door, tmp_path):
        door.look()
        door.keeping.close()
        later = Door(door.path, hours=2)
        later.after(hours=30)
        assert later.faces() == 0


class TestFaults:
    def test_a_store_that_cannot_be_used_is_told_and_raises_nothing(self, door):
        door.path.mkdir()
        door.look()
        assert "visitors.sqlite3" in door.keeping.fault
        door.keeping.purge()
        door.path.rmdir()
        door.look()
        door.keeping.purge()
        assert door.keeping.fault is None
        assert door.faces() == 1
