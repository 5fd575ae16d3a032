"""Pictures become templates, and the cache on the disk keeps them."""

import hashlib
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Embedding, Rejection
from kiosk.people.folder import ListedPicture, Stamp
from kiosk.people.templates import PictureReader, TemplateCache


@pytest.fixture
def cache(tmp_path):
    return TemplateCache(tmp_path / "cache", "pixels", "1")


def listed(path: Path) -> ListedPicture:
    return ListedPicture("Ada", path, path.name, Stamp.of(path.stat()))


def test_a_picture_becomes_an_embedding_that_the_cache_knows_afterwards(tmp_path, cache, save_portrait, encode_pixels):
    picture = listed(save_portrait(tmp_path / "a.png", person=1))
    made = []
    reader = PictureReader(lambda: made.append(1) or encode_pixels, "pixels", cache)
    first = reader.read(picture)
    again = reader.read(picture)
    assert isinstance(first.outcome, Embedding)
    assert np.array_equal(first.outcome.vector, again.outcome.vector)
    assert np.array_equal(reader.recall(first.digest).outcome.vector, first.outcome.vector)
    assert len(made) == 1
    assert reader.read(picture, first) is first
    save_portrait(picture.path, person=2)
    assert reader.read(listed(picture.path), first).digest != first.digest, "another content"


def test_a_picture_without_an_embedding_has_a_reason_which_may_pass(tmp_path, cache, save_portrait):
    def fails(image):
        raise ZeroDivisionError("oh")

    def gives(*vector):
        return lambda image: Embedding(np.array(vector, np.float32), "pixels")

    (tmp_path / "text.png").write_text("text")
    gone = listed(save_portrait(tmp_path / "gone.png", person=3))
    gone.path.unlink()
    picture = listed(save_portrait(tmp_path / "a.png", person=1))
    for read, encode, reason, passing in (
        (listed(tmp_path / "text.png"), fails, "holds no", False),
        (gone, fails, "cannot be read", True),
        (picture, fails, "could not be encoded", True),
        (picture, gives(np.nan, 1), "gave no usable embedding", True),
        (picture, gives(3, 4), "gave no usable embedding", True),
        (picture, gives([1, 0]), "gave no usable embedding", True),
        (picture, lambda image: Rejection.SEVERAL_FACES, "more than one face", False),
        (picture, fails, "more than one face", False),  # from the cache
    ):
        reading = PictureReader(lambda encode=encode: encode, "pixels", cache).read(read)
        assert reason in str(reading.outcome)
        assert reading.passing == passing, reason


def test_an_unusable_embedding_in_the_cache_is_made_again(tmp_path, cache, save_portrait, encode_pixels):
    picture = listed(save_portrait(tmp_path / "a.png", person=1))
    digest = hashlib.sha256(picture.path.read_bytes()).hexdigest()
    for vector in ([np.nan, 1], [np.inf, 0], [0, 0], [3, 4]):
        cache.put(digest, Embedding(np.array(vector, np.float32), "pixels"))
        reader = PictureReader(lambda: encode_pixels, "pixels", cache)
        assert reader.recall(digest) is None
        assert reader.read(picture).outcome.vector.size == 192


def test_no_encode_function_is_used_by_two_threads_at_once(tmp_path, cache, save_portrait):
    pictures = [listed(save_portrait(tmp_path / f"{number}.png", person=number)) for number in range(12)]
    both = threading.Barrier(2, timeout=30)
    collisions = []

    def make():
        busy = threading.Lock()

        def encode(image):
            if not busy.acquire(blocking=False):
                collisions.append(1)
            both.wait()  # both threads are inside an encode function now
            busy.release()
            return Rejection.NO_FACE

        return encode

    reader = PictureReader(make, "pixels", cache)
    threads = [
        threading.Thread(target=lambda part=part: [reader.read(one) for one in part])
        for part in (pictures[::2], pictures[1::2])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert not collisions


def test_a_file_that_grows_while_it_is_read_is_still_being_written(
    tmp_path, cache, save_portrait, encode_pixels, monkeypatch
):
    path = save_portrait(tmp_path / "a.png", person=1)
    picture = listed(path)
    plain = cache.get

    def get_while_somebody_writes(digest):
        os.truncate(path, path.stat().st_size + 1)
        return plain(digest)

    monkeypatch.setattr(cache, "get", get_while_somebody_writes)
    reading = PictureReader(lambda: encode_pixels, "pixels", cache).read(picture)
    assert str(reading.outcome) == "is still being written"
    assert reading.passing


def test_a_picture_that_is_erased_while_it_is_read_leaves_nothing_in_the_cache(
    tmp_path, cache, save_portrait, encode_pixels
):
    path = save_portrait(tmp_path / "a.png", person=1)

    def erased_meanwhile(image):
        path.unlink()
        return encode_pixels(image)

    reading = PictureReader(lambda: erased_meanwhile, "pixels", cache).read(listed(path))
    assert cache.get(reading.digest) is None


DIGEST = "ab" * 32
VECTOR = np.array([0.6, 0.8], np.float32)


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
    for encoder, version in (("other", "1"), ("pixels", "2"), ("pixels\n1", "")):
        assert TemplateCache(tmp_path / "cache", encoder, version).get(DIGEST) is None


def test_a_damaged_entry_is_a_miss_and_is_written_again(cache, tmp_path):
    cache.put(DIGEST, Embedding(VECTOR, "pixels"))
    whole = only_entry(tmp_path).read_bytes()
    flipped = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in range(len(whole))]
    for damage in (b"", b"half", b"\x80\x04N.", os.urandom(5000), *flipped):
        only_entry(tmp_path).write_bytes(damage)
        assert cache.get(DIGEST) is None
    cache.put(DIGEST, Rejection.NO_FACE)
    assert cache.get(DIGEST) is Rejection.NO_FACE


def test_a_damaged_index_knows_nothing(cache, tmp_path):
    known = {"Zoë/1.jpg": (Stamp(1, 2**62, 3, 4), DIGEST)}
    cache.remember_digests(tmp_path / "images", known)
    assert cache.known_digests(tmp_path / "images") == known
    assert cache.known_digests(tmp_path / "others") == {}
    for damage in ("", "[]", "{", '{"a": 1}', '{"a": [1, 2, "x"]}', '{"a": ["x", 1, 1, 1, "d"]}', "null"):
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
