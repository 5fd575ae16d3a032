"""Kept faces of refused visitors: they come back as they were, leave no byte behind, and are grouped to people."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import kiosk
from kiosk.domain import Embedding, Template
from kiosk.errors import VisitorsError
from kiosk.people import visitors
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.visitors import VisitorStore, groups, unknown_visitors

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def embedding(seed: int, encoder: str = "pixels") -> Embedding:
    vector = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return Embedding(vector / np.linalg.norm(vector), encoder)


def picture(seed: int, size: int = 50_000) -> bytes:
    """Stands for a PNG of usual size, which takes many pages of the file."""
    return np.random.default_rng([7, seed]).bytes(size)


def is_left(folder: Path, seed: int) -> bool:
    """Return whether first, middle or last bytes of a face are in any file below the folder."""
    whole, vector = picture(seed), embedding(seed).vector.tobytes()
    parts = (whole[:32], whole[25_000:25_032], whole[-32:], vector[:32], vector[-32:])
    return any(part in path.read_bytes() for path in folder.rglob("*") if path.is_file() for part in parts)


@pytest.fixture
def store(tmp_path):
    store = VisitorStore(tmp_path / "kept" / "visitors.sqlite3")
    yield store
    store.close()


def test_faces_come_back_as_they_were_newest_first_and_the_oldest_go(store, monkeypatch):
    assert (store.visitors(), store.pictures([1])) == ([], {})
    assert (store.count(), store.remove([1]), store.clear(), store.purge(NOON, NOON)) == (0, 0, 0, 0)
    assert not store.path.parent.exists(), "looking makes no file"
    ids = [store.keep(picture(seed), embedding(seed), NOON + seed * HOUR) for seed in range(3)]
    newest, _, oldest = store.visitors()
    assert (newest.time, oldest.time) == (NOON + 2 * HOUR, NOON)
    assert newest.embedding.encoder == "pixels"
    assert np.array_equal(oldest.embedding.vector, embedding(0).vector)
    assert store.pictures([ids[2], ids[0], 999]) == {ids[0]: picture(0), ids[2]: picture(2)}
    monkeypatch.setattr(visitors, "MOST_FACES", 3)
    ids.append(store.keep(picture(3), embedding(3), NOON))
    assert sorted(visitor.id for visitor in store.visitors()) == ids[1:]
    store.remove(ids)
    assert store.keep(picture(4), embedding(4), NOON) > max(ids), "an id is never used twice"


def test_what_is_removed_is_in_no_file_any_more(store, tmp_path):
    ids = [store.keep(picture(seed), embedding(seed), NOON) for seed in range(4)]
    stranger = store.keep(picture(4), embedding(1, "another"), NOON)
    assert is_left(tmp_path, 2)
    assert store.remove([ids[2], 999]) == 1
    assert store.remove_alike([embedding(1), embedding(9)], within=0.4) == 1
    assert {visitor.id for visitor in store.visitors()} == {ids[0], ids[3], stranger}
    assert store.remove([stranger]) == 1
    assert [is_left(tmp_path, seed) for seed in range(4)] == [True, False, False, True]
    assert store.clear() == 2
    assert not any(is_left(tmp_path, seed) for seed in range(5))
    assert store.path.stat().st_size < 50_000


def test_what_is_older_or_was_dated_by_a_clock_ahead_is_purged(store, tmp_path):
    for seed, hours in enumerate((0, 1, 2, 10_000)):
        store.keep(picture(seed), embedding(seed), NOON + hours * HOUR)
    assert store.purge(NOON + HOUR, NOON + 2 * HOUR) == 2
    assert [is_left(tmp_path, seed) for seed in range(4)] == [False, True, True, False]
    store.close()
    store.path.unlink()
    side = store.path.with_name("visitors.sqlite3-journal")
    side.write_bytes(picture(1))
    store.purge(NOON, NOON)
    assert not side.exists(), "whose file is gone"


# Keeps a face, begins to remove it, and waits in the middle of the change to be killed.
KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import numpy as np
from kiosk.people.visitors import VisitorStore
from kiosk.domain import Embedding
store = VisitorStore(Path(sys.argv[1]))
with store._session() as connection:
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM visitors")
    print("deleted", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_a_crash_while_removing_is_made_good_by_the_next_purge(store, tmp_path):
    store.keep(picture(1), embedding(1), NOON)
    store.close()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(store.path)],
        env={**os.environ, "PYTHONPATH": str(Path(kiosk.__file__).parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "deleted\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert store.path.with_name("visitors.sqlite3-journal").exists()
    assert store.purge(NOON + HOUR, NOON + HOUR) == 1
    assert not is_left(tmp_path, 1)


# A disk that takes no byte more: removing a row needs a journal for a moment.
FULL = """
import resource, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from kiosk.people.visitors import VisitorStore
store = VisitorStore(Path(sys.argv[1]))
store.count()
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
for moment in sys.argv[2:]:
    now = datetime.fromisoformat(moment)
    print(store.purge(now, now + timedelta(days=1)), store.count())
"""


def test_on_a_full_disk_no_face_stays_longer_than_its_time(store, tmp_path):
    store.keep(picture(1), embedding(1), NOON)
    store.keep(picture(2), embedding(2), NOON + 2 * HOUR)
    store.close()
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(store.path), *((NOON + hours * HOUR).isoformat() for hours in (-1, 1))],
        env={**os.environ, "PYTHONPATH": str(Path(kiosk.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines() == ["0 2", "1 0"], told.stderr
    assert not is_left(tmp_path, 1)


def test_a_damaged_file_is_deleted_and_said_and_a_damaged_row_hides_no_other(store, tmp_path):
    store.keep(picture(1), embedding(1), NOON)
    store.close()
    store.path.write_bytes(b"no database at all" + store.path.read_bytes()[18:])
    with pytest.raises(VisitorsError, match="was deleted"):
        store.visitors()
    assert not is_left(tmp_path, 1)
    store.keep(picture(1), embedding(1), NOON)
    with store._session() as connection:
        connection.execute("UPDATE visitors SET vector = x'0102030405'")
    store.keep(picture(2), embedding(2), NOON + HOUR)
    assert [visitor.embedding.vector.size for visitor in store.visitors()] == [128, 1]


def looks(angle: float, encoder: str = "pixels") -> Embedding:
    return Embedding(np.array([np.cos(angle), np.sin(angle)], np.float32), encoder)


ADA = GallerySnapshot("pixels", (Template("Ada", looks(0.0), "Ada.jpg"), Template("Bo", looks(3.0), "Bo.jpg")))


def keep(store, minutes: int, embedding: Embedding) -> int:
    return store.keep(b"\x89PNG", embedding, NOON + timedelta(minutes=minutes))


def test_faces_that_look_alike_are_one_visitor_newest_first_with_the_nearest_person(store):
    assert unknown_visitors(store, ADA, 0.3) == []
    first, other, second = (keep(store, m, looks(a)) for m, a in ((0, 0.5), (1, 2.0), (2, 0.6)))
    one, two = unknown_visitors(store, ADA, 0.3)
    assert ([face.id for face in one.faces], two.ids) == ([second, first], {other})
    assert (one.first_seen, one.last_seen) == (NOON, NOON + timedelta(minutes=2))
    assert one.nearest.person == "Ada"
    assert one.nearest.distance == pytest.approx(2 * np.sin(0.25), abs=1e-4)
    keep(store, 3, Embedding(np.ones(3, np.float32), "pixels"))
    found = unknown_visitors(store, GallerySnapshot("pixels"), 0.3)
    assert [(len(visitor.faces), visitor.nearest) for visitor in found] == [(1, None), (2, None), (1, None)]


def test_an_embedding_that_cannot_be_compared_is_a_visitor_of_its_own(store):
    others = [looks(0.6, "another")] * 2
    others += [Embedding(np.array(v, np.float32), "pixels") for v in ([1.0, 0.0, 0.0], [np.nan, 0.0], [])]
    for minutes, one in enumerate([*others, looks(0.6)]):
        keep(store, minutes, one)
    found = unknown_visitors(store, ADA, 0.3)
    assert [len(visitor.faces) for visitor in found] == [1] * 6
    assert [visitor.nearest for visitor in found[1:]] == [None] * 5


def rows(*places: float) -> np.ndarray:
    return np.array([[place, 0.0] for place in places], np.float32)


def as_sorted(found: list[set[int]]) -> list[list[int]]:
    return sorted(sorted(group) for group in found)


def test_rows_that_a_chain_of_near_ones_connects_are_one_group():
    assert groups(np.zeros((0, 2), np.float32), 0.5) == []
    assert as_sorted(groups(rows(0.0, 0.5, 1.25), 0.5)) == [[0, 1], [2]]
    assert as_sorted(groups(rows(0.0, 5.0, 1.0, 0.5), 0.5)) == [[0, 2, 3], [1]]
    assert as_sorted(groups(rows(0.0, float("nan"), 0.1), 0.5)) == [[0, 2], [1]]
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(40, 2)).astype(np.float32)
    order = generator.permutation(40)
    shuffled = [sorted(int(order[row]) for row in group) for group in groups(vectors[order], 0.3)]
    assert sorted(shuffled) == as_sorted(groups(vectors, 0.3))
