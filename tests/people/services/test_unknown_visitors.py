"""Kept faces become visitors: who looks alike is one, whoever came last is first."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kiosk.domain import Embedding, Template
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.visitors import VisitorStore, unknown_visitors

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def looks(angle: float, encoder: str = "pixels") -> Embedding:
    return Embedding(np.array([np.cos(angle), np.sin(angle)], np.float32), encoder)


ADA = GallerySnapshot("pixels", (Template("Ada", looks(0.0), "Ada.jpg"), Template("Bo", looks(3.0), "Bo.jpg")))


@pytest.fixture
def store(tmp_path):
    store = VisitorStore(tmp_path / "visitors.sqlite3")
    yield store
    store.close()


def keep(store, minutes: int, embedding: Embedding) -> int:
    return store.keep(b"\x89PNG", embedding, NOON + timedelta(minutes=minutes))


def test_faces_that_look_alike_are_one_visitor_newest_first(store):
    first, other, second = (keep(store, m, looks(a)) for m, a in ((0, 0.6), (1, 2.0), (2, 0.7)))
    one, two = unknown_visitors(store, ADA, 0.3)
    assert ([face.id for face in one.faces], two.ids) == ([second, first], {other})
    assert (one.first_seen, one.last_seen) == (NOON, NOON + timedelta(minutes=2))


def test_who_is_most_alike_of_the_people_enrolled_is_told_with_the_distance(store):
    keep(store, 0, looks(0.6))
    keep(store, 1, looks(0.5))
    (visitor,) = unknown_visitors(store, ADA, 0.3)
    assert visitor.nearest.person == "Ada"
    assert visitor.nearest.distance == pytest.approx(2 * np.sin(0.25), abs=1e-4)


def test_faces_of_another_encoder_are_compared_with_nobody(store):
    keep(store, 0, looks(0.6, "another"))
    keep(store, 1, looks(0.6, "another"))
    found = unknown_visitors(store, ADA, 0.3)
    assert [(len(visitor.faces), visitor.nearest) for visitor in found] == [(1, None), (1, None)]


@pytest.mark.parametrize("vector", [[1.0, 0.0, 0.0], [float("nan"), 0.0], []])
def test_an_embedding_that_fits_nothing_is_a_visitor_of_its_own(store, vector):
    keep(store, 0, Embedding(np.array(vector, np.float32), "pixels"))
    keep(store, 1, looks(0.6))
    assert [len(visitor.faces) for visitor in unknown_visitors(store, ADA, 0.3)] == [1, 1]


def test_where_nobody_is_enrolled_nobody_is_most_alike(store):
    keep(store, 0, looks(0.6))
    keep(store, 1, looks(0.6))
    keep(store, 2, Embedding(np.ones(3, np.float32), "pixels"))
    found = unknown_visitors(store, GallerySnapshot("pixels"), 0.3)
    assert [(len(visitor.faces), visitor.nearest) for visitor in found] == [(1, None), (2, None)]


def test_nobody_kept_is_nobody(store):
    assert unknown_visitors(store, ADA, 0.3) == []
