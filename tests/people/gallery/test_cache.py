import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kiosk.domain import Embedding, Rejection
from kiosk.people.folder import Stamp
from kiosk.people.templates import TemplateCache

DIGEST = "ab" * 32
VECTOR = np.array([0.6, 0.8], np.float32)


@pytest.fixture
def cache(tmp_path):
    return TemplateCache(tmp_path / "cache", "pixels", "1")


def only_entry(tmp_path):
    (path,) = tmp_path.glob("cache/*/*")
    return path


def test_embeddings_and_rejections_come_back(cache, tmp_path):
    cache.put(DIGEST, Embedding(VECTOR, "pixels"))
    cache.put("cd" * 32, Rejection.SEVERAL_FACES)
    again = TemplateCache(tmp_path / "cache", "pixels", "1")
    found = again.get(DIGEST)
    assert isinstance(found, Embedding)
    assert np.array_equal(found.vector, VECTOR)
    assert found.encoder == "pixels"
    assert again.get("cd" * 32) is Rejection.SEVERAL_FACES
    assert again.get("ef" * 32) is None


@pytest.mark.parametrize(("encoder", "version"), [("other", "1"), ("pixels", "2"), ("pixels\n1", "")])
def test_another_encoder_or_path_version_shares_nothing(cache, tmp_path, encoder, version):
    cache.put(DIGEST, Embedding(VECTOR, "pixels"))
    assert TemplateCache(tmp_path / "cache", encoder, version).get(DIGEST) is None


def test_the_folder_that_is_named_is_the_one_that_is_used(cache, tmp_path):
    cache.put(DIGEST, Rejection.NO_FACE)
    assert only_entry(tmp_path).relative_to(tmp_path / "cache").parts[1:] == (DIGEST,)


@pytest.mark.parametrize("damage", [b"", b"\0" * 13, b"half", b"\x80\x04N.", os.urandom(5000)])
def test_a_damaged_entry_is_a_miss_and_is_written_anew(cache, tmp_path, damage):
    cache.put(DIGEST, Embedding(VECTOR, "pixels"))
    only_entry(tmp_path).write_bytes(damage)
    assert cache.get(DIGEST) is None
    cache.put(DIGEST, Rejection.NO_FACE)
    assert cache.get(DIGEST) is Rejection.NO_FACE


def test_one_changed_bit_is_a_miss(cache, tmp_path):
    cache.put(DIGEST, Embedding(VECTOR, "pixels"))
    content = bytearray(only_entry(tmp_path).read_bytes())
    for place in range(len(content)):
        changed = content.copy()
        changed[place] ^= 1
        only_entry(tmp_path).write_bytes(changed)
        assert cache.get(DIGEST) is None


def test_a_cache_that_cannot_be_written_is_only_empty(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    cache = TemplateCache(tmp_path / "cache", "pixels", "1")
    cache.put(DIGEST, Rejection.NO_FACE)
    cache.remember_digests(tmp_path, {})
    cache.drop_unused()
    assert cache.get(DIGEST) is None
    assert cache.known_digests(tmp_path) == {}


def test_stamps_and_digests_come_back_for_their_own_folder(cache, tmp_path):
    known = {"Zoë/1.jpg": (Stamp(1, 2**62, 3, 4), DIGEST)}
    cache.remember_digests(tmp_path / "images", known)
    assert cache.known_digests(tmp_path / "images") == known
    assert cache.known_digests(tmp_path / "others") == {}


@pytest.mark.parametrize(
    "damage", ["", "[]", "{", '{"a": 1}', '{"a": [1, 2, "x"]}', '{"a": ["x", 1, 1, 1, "d"]}', "null"]
)
def test_a_damaged_index_knows_nothing(cache, tmp_path, damage):
    cache.remember_digests(tmp_path / "images", {"a": (Stamp(1, 2, 3, 4), DIGEST)})
    only_entry(tmp_path).write_text(damage)
    assert cache.known_digests(tmp_path / "images") == {}


def test_what_nobody_uses_is_dropped_and_what_is_used_stays(cache, tmp_path):
    TemplateCache(tmp_path / "cache", "retired", "1").put(DIGEST, Rejection.NO_FACE)
    old = time.time() - 100 * 86400
    os.utime(only_entry(tmp_path), (old, old))
    cache.put(DIGEST, Rejection.NO_FACE)
    cache.put("cd" * 32, Rejection.NO_FACE)
    for path in tmp_path.glob("cache/*/*"):
        os.utime(path, (old, old))
    assert cache.get("cd" * 32) is Rejection.NO_FACE
    cache.drop_unused()
    assert only_entry(tmp_path).name == "cd" * 32


def test_many_writers_leave_whole_entries_and_nothing_else(tmp_path):
    caches = [TemplateCache(tmp_path / "cache", "pixels", "1") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda cache: [cache.put(DIGEST, Embedding(VECTOR, "pixels")) for _ in range(50)], caches))
    assert isinstance(caches[0].get(DIGEST), Embedding)
    assert only_entry(tmp_path).name == DIGEST
