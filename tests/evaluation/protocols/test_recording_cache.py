import os
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Conditions, Rejection
from kiosk.evaluation.cache import RecordingCache
from kiosk.evaluation.replay import SeenFace, SeenFrame

DIGEST = "ab" * 32
RANDOM = np.random.default_rng(1)
FRAMES = (
    SeenFrame(0.0, (SeenFace(1, RANDOM.normal(size=8).astype(np.float32), None, Conditions(90, 120.5, 30.0, 0.1)),)),
    SeenFrame(0.1, ()),
    SeenFrame(
        0.2,
        (
            SeenFace(1, None, Rejection.TOO_SMALL, Conditions(20)),
            SeenFace(2, RANDOM.normal(size=8).astype(np.float32), None, None),
        ),
    ),
)


def as_values(frames):
    return [
        (
            frame.at_seconds,
            [
                (face.track, None if face.vector is None else face.vector.tolist(), face.rejection, face.conditions)
                for face in frame.faces
            ],
        )
        for frame in frames
    ]


@pytest.fixture
def cache(tmp_path: Path) -> RecordingCache:
    return RecordingCache(tmp_path, "haar-net")


@pytest.fixture
def entry(tmp_path: Path, cache: RecordingCache) -> Path:
    cache.put(DIGEST, FRAMES)
    return next(tmp_path.glob("*/*"))


@pytest.mark.parametrize("frames", [FRAMES, (), FRAMES[1:2]], ids=["three", "none", "an empty one"])
def test_what_was_seen_comes_back(cache, frames):
    cache.put(DIGEST, frames)
    assert as_values(cache.get(DIGEST)) == as_values(frames)


def test_another_content_or_another_path_is_not_known(cache, entry, tmp_path):
    assert cache.get("cd" * 32) is None
    assert RecordingCache(tmp_path, "yunet-net").get(DIGEST) is None


@pytest.mark.parametrize(
    "damage",
    [lambda old: b"", lambda old: old[:9], lambda old: old[:-4], lambda old: old[:40] + b"\0" + old[41:], os.urandom],
    ids=["empty", "short", "cut", "changed", "foreign"],
)
def test_damage_is_a_miss(cache, entry, damage):
    entry.write_bytes(damage(entry.read_bytes()) if damage is not os.urandom else os.urandom(400))
    assert cache.get(DIGEST) is None


def test_entries_are_named_by_content_as_in_the_cache_of_the_gallery_which_erases_by_name(entry):
    assert entry.name == DIGEST


def test_a_disk_that_takes_nothing_is_no_fault(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    cache = RecordingCache(blocked, "haar-net")
    cache.put(DIGEST, FRAMES)
    assert cache.get(DIGEST) is None


def test_what_is_used_is_not_cleared_away_as_old(cache, entry):
    old = time.time() - 40 * 86400
    os.utime(entry, (old, old))
    cache.get(DIGEST)
    assert entry.stat().st_mtime > old + 86400
