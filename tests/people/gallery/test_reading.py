import hashlib
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Embedding, Rejection
from kiosk.errors import EncoderError, WeightsError
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


def test_a_rejection_is_told_in_words_and_cached(tmp_path, cache, save_portrait):
    picture = listed(save_portrait(tmp_path / "a.png", person=1))
    calls = []
    reader = PictureReader(lambda: lambda image: calls.append(1) or Rejection.SEVERAL_FACES, "pixels", cache)
    assert [reader.read(picture).outcome for _ in range(2)] == ["more than one face"] * 2
    assert len(calls) == 1
    assert not reader.read(picture).passing


def test_a_known_reading_is_kept_for_the_same_content_only(tmp_path, cache, save_portrait, encode_pixels):
    path = save_portrait(tmp_path / "a.png", person=1)
    reader = PictureReader(lambda: encode_pixels, "pixels", cache)
    known = reader.read(listed(path))
    assert reader.read(listed(path), known) is known
    save_portrait(path, person=2)
    assert reader.read(listed(path), known).digest != known.digest


def test_a_bad_file_gives_a_lasting_reason(tmp_path, cache, encode_pixels):
    (tmp_path / "a.png").write_text("text")
    reading = PictureReader(lambda: encode_pixels, "pixels", cache).read(listed(tmp_path / "a.png"))
    assert "holds no" in reading.outcome
    assert not reading.passing


def test_a_vanished_file_gives_a_passing_reason(tmp_path, cache, save_portrait, encode_pixels):
    picture = listed(save_portrait(tmp_path / "a.png", person=1))
    picture.path.unlink()
    reading = PictureReader(lambda: encode_pixels, "pixels", cache).read(picture)
    assert "cannot be read" in reading.outcome
    assert reading.passing


@pytest.mark.parametrize("fault", [EncoderError("encoder", "is out of order", "restart"), ZeroDivisionError("oh")])
def test_an_encoder_that_fails_on_a_picture_is_a_reason_that_may_pass(tmp_path, cache, save_portrait, fault):
    def encode(image):
        raise fault

    reading = PictureReader(lambda: encode, "pixels", cache).read(listed(save_portrait(tmp_path / "a.png", person=1)))
    assert "could not be encoded" in reading.outcome
    assert reading.passing


@pytest.mark.parametrize("vector", [[np.nan, 1], [0, 0], [3, 4], [[1, 0]]])
def test_an_embedding_that_is_none_is_refused_and_not_cached(tmp_path, cache, save_portrait, vector):
    embedding = Embedding(np.array(vector, np.float32), "pixels")
    reader = PictureReader(lambda: lambda image: embedding, "pixels", cache)
    reading = reader.read(listed(save_portrait(tmp_path / "a.png", person=1)))
    assert reading.outcome == "gave no usable embedding"
    assert reading.passing
    assert not list((tmp_path / "cache").rglob("*"))


@pytest.mark.parametrize("vector", [[np.nan, 1], [np.inf, 0], [0, 0], [3, 4]])
def test_an_unusable_embedding_in_the_cache_is_made_anew(tmp_path, cache, save_portrait, encode_pixels, vector):
    picture = listed(save_portrait(tmp_path / "a.png", person=1))
    digest = hashlib.sha256(picture.path.read_bytes()).hexdigest()
    cache.put(digest, Embedding(np.array(vector, np.float32), "pixels"))
    reader = PictureReader(lambda: encode_pixels, "pixels", cache)
    assert reader.recall(digest) is None
    assert reader.read(picture).outcome.vector.size == 192
    assert reader.recall(digest).outcome.vector.size == 192


def test_the_embeddings_of_the_cache_have_one_dimension(cache, encode_pixels):
    for digest, size in (("ab" * 32, 2), ("cd" * 32, 3), ("ef" * 32, 2)):
        cache.put(digest, Embedding(np.eye(size, dtype=np.float32)[0], "pixels"))
    reader = PictureReader(lambda: encode_pixels, "pixels", cache)
    assert [reader.recall(digest * 32) is None for digest in ("ab", "cd", "ef")] == [False, True, False]


def test_the_encoder_decides_about_the_dimension_and_not_the_cache(tmp_path, cache, save_portrait, encode_pixels):
    cache.put("ab" * 32, Embedding(np.eye(2, dtype=np.float32)[0], "pixels"))
    reader = PictureReader(lambda: encode_pixels, "pixels", cache)
    recalled = reader.recall("ab" * 32)
    assert not reader.is_outdated(recalled)
    made = reader.read(listed(save_portrait(tmp_path / "a.png", person=1)))
    assert reader.is_outdated(recalled)
    assert not reader.is_outdated(made)
    assert reader.recall("ab" * 32) is None


def test_an_encoder_whose_embeddings_change_their_dimension_is_not_believed(tmp_path, cache, save_portrait):
    sizes = iter((2, 3))

    def encode(image):
        return Embedding(np.eye(next(sizes), dtype=np.float32)[0], "pixels")

    reader = PictureReader(lambda: encode, "pixels", cache)
    first, second = (reader.read(listed(save_portrait(tmp_path / f"{n}.png", person=n))) for n in range(2))
    assert first.outcome.vector.size == 2
    assert second.outcome == "gave no usable embedding"


def test_an_encoder_that_cannot_be_made_stops_the_reading(tmp_path, cache, save_portrait):
    def make():
        raise WeightsError("weights", "are missing", "install again")

    with pytest.raises(WeightsError):
        PictureReader(make, "pixels", cache).read(listed(save_portrait(tmp_path / "a.png", person=1)))


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
    assert reading.outcome == "is still being written"
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
