"""The gallery: what is in force after loading and after each refresh, and what a start reuses."""

import os
import shutil
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from kiosk import i18n
from kiosk.domain import Embedding, Rejection, Template
from kiosk.errors import EncoderError, WeightsError
from kiosk.people.gallery import Gallery, GalleryWatch
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.templates import PictureReader, Reading


@pytest.fixture
def calls() -> list[int]:
    """A list that grows by one with each encoded picture."""
    return []


@pytest.fixture
def open_gallery(tmp_path, images, encode_pixels, calls) -> Callable[..., Gallery]:
    def make(encode=encode_pixels, version="1", folder=images, workers=2) -> Gallery:
        def counted(image):
            calls.append(1)
            return encode(image)

        return Gallery(folder, lambda: counted, "pixels", version, tmp_path / "cache", workers=workers)

    return make


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file counts as young."""
    monkeypatch.setattr("kiosk.people.gallery._YOUNG_SECONDS", 0.0)


def refreshed_until(gallery: Gallery, condition: Callable[[], bool]) -> bool:
    """Refreshes as the kiosk does; whether the condition came true within a generous time."""
    never = threading.Event()
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        gallery.refresh()
        never.wait(0.1)
    return condition()


def reasons(gallery: Gallery) -> dict[str, str]:
    return {one.source: i18n.shown(one.reason) for one in gallery.snapshot.skipped}


def test_everybody_in_the_folder_is_in_force_after_loading(images, open_gallery, save_portrait):
    save_portrait(images / "Ada Lovelace.jpg", person=1)
    save_portrait(images / "Grace" / "1.png", person=2)
    save_portrait(images / "Grace" / "2.png", person=2, shot=1)
    gallery = open_gallery()
    gallery.load()
    assert gallery.snapshot.people == ("Ada Lovelace", "Grace")
    assert gallery.snapshot.matrix.shape == (3, 192)
    assert np.allclose(np.linalg.norm(gallery.snapshot.matrix, axis=1), 1, atol=1e-5)
    assert gallery.snapshot.skipped == ()


def test_added_replaced_and_deleted_pictures_are_in_force_after_one_refresh(images, open_gallery, save_portrait):
    save_portrait(images / "Ada.png", person=1)
    gallery = open_gallery()
    gallery.load()
    assert not gallery.refresh()
    save_portrait(images / "Grace" / "1.png", person=2)
    assert gallery.refresh()
    assert gallery.snapshot.people == ("Ada", "Grace")
    before = gallery.snapshot.matrix.copy()
    save_portrait(images / "Ada.png", person=3)
    assert gallery.refresh()
    assert not np.allclose(gallery.snapshot.matrix[0], before[0])
    assert np.array_equal(gallery.snapshot.matrix[1], before[1])
    (images / "Ada.png").write_text("no picture")
    assert gallery.refresh()
    assert gallery.snapshot.people == ("Grace",)
    assert "holds no" in reasons(gallery)["Ada.png"]
    (images / "Ada.png").unlink()
    assert not gallery.refresh()
    assert gallery.snapshot.skipped == ()


def test_another_picture_of_the_same_size_and_time_is_noticed(images, tmp_path, open_gallery):
    for number, path in enumerate((images / "Ada.bmp", tmp_path / "other.bmp")):
        rows = np.random.default_rng(number).integers(0, 255, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(rows).save(path)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    gallery = open_gallery()
    gallery.load()
    before = gallery.snapshot.matrix.copy()
    (tmp_path / "other.bmp").replace(images / "Ada.bmp")
    assert gallery.refresh()
    assert not np.allclose(gallery.snapshot.matrix, before)
    again = open_gallery()
    again.load()
    assert np.array_equal(again.snapshot.matrix, gallery.snapshot.matrix)


def test_a_half_copied_file_settles_first_and_counts_when_it_is_whole(images, tmp_path, open_gallery, save_portrait):
    content = save_portrait(tmp_path / "a.jpg", person=1).read_bytes()
    gallery = open_gallery()
    gallery.load()
    (images / "Ada.jpg").write_bytes(content[: len(content) // 2])
    assert not gallery.refresh()
    assert "incomplete" in reasons(gallery)["Ada.jpg"]
    assert [one.settling for one in gallery.snapshot.skipped] == [True]
    (images / "Ada.jpg").write_bytes(content)
    assert gallery.refresh()
    assert gallery.snapshot.people == ("Ada",)
    assert gallery.snapshot.skipped == ()


@pytest.mark.usefixtures("aged")
def test_a_second_start_encodes_nothing_and_opens_no_picture(images, open_gallery, save_portrait, calls, monkeypatch):
    for number in range(4):
        save_portrait(images / f"P{number}.png", person=number)
    Image.new("RGB", (64, 64)).save(images / "Nobody.png")
    first = open_gallery()
    first.load()
    assert len(calls) == 5

    def not_opened(path):
        raise AssertionError(path)

    monkeypatch.setattr("kiosk.people.templates.open_picture", not_opened)
    second = open_gallery()
    second.load()
    assert len(calls) == 5
    assert np.array_equal(second.snapshot.matrix, first.snapshot.matrix)
    assert reasons(second) == {"Nobody.png": "no face found"}


@pytest.mark.usefixtures("aged")
def test_a_ruined_cache_is_rebuilt(images, tmp_path, open_gallery, save_portrait, calls):
    save_portrait(images / "Ada.png", person=1)
    open_gallery().load()
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(b"ruined")
    gallery = open_gallery()
    gallery.load()
    assert gallery.snapshot.people == ("Ada",)
    assert len(calls) == 2
    open_gallery().load()
    assert len(calls) == 2
    (images / "Ada.png").rename(images / "Grace.png")
    renamed = open_gallery()
    renamed.load()
    assert (renamed.snapshot.people, len(calls)) == (("Grace",), 2)
    open_gallery(version="2").load()
    assert len(calls) == 3


def test_a_folder_without_people_is_a_state_and_people_may_come_later(tmp_path, open_gallery, save_portrait):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for folder in (tmp_path / "empty", tmp_path / "missing", tmp_path / "file"):
        gallery = open_gallery(folder=folder)
        gallery.load()
        assert gallery.snapshot.people == ()
        assert list(reasons(gallery)) == [str(folder)]
        if folder.is_file():
            folder.unlink()
        save_portrait(folder / "Ada.png", person=1)
        assert gallery.refresh()
        assert gallery.snapshot.people == ("Ada",)
        shutil.rmtree(folder)
        assert gallery.refresh()
        assert gallery.snapshot.people == ()


def test_a_change_that_was_killed_is_undone_by_a_start_and_by_a_refresh(open_gallery, images, save_portrait):
    save_portrait(images / ".import-0a" / "Ada" / "1.png", person=1)
    save_portrait(images / ".enrol-0a" / "2.png", person=2)
    gallery = open_gallery()
    gallery.load()
    assert gallery.snapshot.people == ("Ada",)
    assert [path.name for path in images.iterdir()] == ["Ada"]
    (images / ".import-0b").mkdir()
    (images / "Ada").rename(images / ".import-0b" / "Ada")  # as by a swap that was killed between its two renames
    gallery.refresh()
    assert gallery.snapshot.people == ("Ada",)


def test_a_closed_gallery_stops_after_the_picture_in_hand(images, open_gallery, save_portrait, calls):
    for number in range(5):
        save_portrait(images / f"P{number}.png", person=number)
    (images.parent / "cache").write_text("in the way: it works without a cache")
    gallery = open_gallery(lambda image: gallery.close() or Rejection.NO_FACE, workers=1)
    gallery.load()
    assert len(calls) == 1


def test_an_encoder_that_chokes_on_one_picture_costs_only_that_one(images, open_gallery, save_portrait, encode_pixels):
    for number in range(6):
        save_portrait(images / f"P{number}.png", person=number)
    seen = []

    def encode(image):
        seen.append(1)
        if len(seen) == 3:
            raise MemoryError("no more")
        return encode_pixels(image)

    gallery = open_gallery(encode, workers=1)
    gallery.load()
    assert gallery.snapshot.people == ("P0", "P1", "P3", "P4", "P5")
    assert "no more" in reasons(gallery)["P2.png"]
    assert refreshed_until(gallery, lambda: "P2" in gallery.snapshot.people)


def test_a_missing_encoder_is_a_fault_of_the_whole_gallery(images, tmp_path, save_portrait):
    def make():
        raise WeightsError("weights", "are missing", "install again")

    save_portrait(images / "Ada.png", person=1)
    with pytest.raises(WeightsError):
        Gallery(images, make, "pixels", "1", tmp_path / "cache").load()


def test_a_deletion_counts_while_other_pictures_are_still_being_read(images, open_gallery, save_portrait):
    save_portrait(images / "Ada.png", person=1)
    go_on, inside = threading.Event(), threading.Event()

    def encode(image):
        inside.set()
        go_on.wait(30)
        return Rejection.NO_FACE

    go_on.set()
    gallery = open_gallery(encode, workers=1)
    gallery.load()
    go_on.clear()
    inside.clear()
    (images / "Ada.png").unlink()
    save_portrait(images / "Grace.png", person=2)
    thread = threading.Thread(target=gallery.refresh)
    thread.start()
    assert inside.wait(30)
    assert "Ada.png" not in reasons(gallery)
    go_on.set()
    thread.join(30)
    assert list(reasons(gallery)) == ["Grace.png"]


def test_a_refresh_leaves_what_it_has_no_time_for_to_the_next(images, open_gallery, save_portrait, monkeypatch):
    gallery = open_gallery(workers=1)
    gallery.load()
    for number in range(3):
        save_portrait(images / f"P{number}.png", person=number)
    read = PictureReader.read

    def slowly(*arguments):
        time.sleep(0.3)
        return read(*arguments)

    monkeypatch.setattr(PictureReader, "read", slowly)
    monkeypatch.setattr("kiosk.people.gallery._REFRESH_SECONDS", 0.2)
    counts = []
    for _ in range(3):
        assert gallery.refresh()
        counts.append(len(gallery.snapshot.people))
    assert counts == [1, 2, 3]


def test_a_young_picture_is_hashed_once_more_and_not_encoded_again(
    images, open_gallery, save_portrait, calls, monkeypatch
):
    monkeypatch.setattr("kiosk.people.gallery._YOUNG_SECONDS", 0.2)
    save_portrait(images / "Ada.png", person=1)
    gallery = open_gallery()
    gallery.load()
    assert not list((images.parent / "cache").rglob("index-*"))
    assert refreshed_until(gallery, lambda: bool(list((images.parent / "cache").rglob("index-*"))))
    assert len(calls) == 1


@pytest.mark.usefixtures("aged")
def test_who_is_gone_from_the_folder_is_gone_from_the_index_at_the_next_look(
    tmp_path, images, open_gallery, save_portrait
):
    for name in ("Ada", "Lin"):
        save_portrait(images / f"{name}.png", person=len(name))
    gallery = open_gallery()
    gallery.load()
    (index,) = (tmp_path / "cache").glob("*/index-*")
    assert "Ada.png" in index.read_text()
    (images / "Ada.png").unlink()
    gallery.refresh()
    assert "Ada.png" not in index.read_text()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


def test_a_watch_follows_changes_tells_a_fault_until_it_is_over_and_stops_when_closed(
    images, open_gallery, save_portrait, monkeypatch
):
    looks, faults = [], []

    def refresh(self) -> bool:
        looks.append(1)
        if faults:
            raise EncoderError("encoder", "has a cold", "wait")
        return refresh_plain(self)

    refresh_plain = Gallery.refresh
    monkeypatch.setattr(Gallery, "refresh", refresh)
    save_portrait(images / "Ada.png", person=1)
    gallery = open_gallery()
    gallery.load()
    watch = GalleryWatch(gallery, every_seconds=0.02)
    assert watch.snapshot.people == ("Ada",)
    save_portrait(images / "Grace.png", 2)
    wait_for(lambda: watch.snapshot.people == ("Ada", "Grace"))
    (images / "Ada.png").unlink()
    wait_for(lambda: watch.snapshot.people == ("Grace",))
    faults.append(1)
    wait_for(lambda: watch.fault == "encoder: has a cold; wait")
    faults.clear()
    wait_for(lambda: watch.fault is None)
    watch.close()
    seen = len(looks)
    (images / "Grace.png").unlink()
    assert (watch.snapshot.people, len(looks)) == (("Grace",), seen)


def template(person: str, *vector: float) -> Template:
    return Template(person, Embedding(np.array(vector, np.float32), "pixels"), f"{person}/{vector}.jpg")


def test_rows_belong_to_the_people_of_their_templates():
    templates = template("Grace_H", 1, 0), template("Ada", 0, 1), template("Grace_H", 0.6, 0.8)
    snapshot = GallerySnapshot("pixels", templates)
    assert snapshot.people == ("Ada", "Grace_H")
    assert [snapshot.people[owner] for owner in snapshot.owners] == ["Grace_H", "Ada", "Grace_H"]
    assert np.array_equal(snapshot.matrix, np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32))
    assert [one.person for one in snapshot.templates_of("Grace_H")] == ["Grace_H", "Grace_H"]
    assert (snapshot.person("grace h"), snapshot.person("Grace")) == ("Grace_H", None)
    assert len(GallerySnapshot("pixels").matrix) == 0
    with pytest.raises(ValueError, match="read-only"):
        snapshot.matrix[0] = 0


def test_reasons_follow_the_language_of_the_screen_without_reading_a_picture_again(
    images, open_gallery, calls, monkeypatch
):
    monkeypatch.setattr("kiosk.people.gallery._YOUNG_SECONDS", 0.2)
    Image.new("RGB", (64, 64), "grey").save(images / "Grace.png")
    (images / "empty.jpg").write_bytes(b"")
    (images / "notes.txt").write_text("no picture")
    gallery = open_gallery()
    gallery.load()
    refreshed_until(gallery, lambda: not any(one.settling for one in gallery.snapshot.skipped))
    encoded = len(calls)
    i18n.install(lambda context, text, *_: f"⟦{text}⟧", "xx")
    try:
        assert {reason[0] for reason in reasons(gallery).values()} == {"⟦"}
        assert not gallery.refresh()
    finally:
        i18n.install(None)
    assert len(calls) == encoded


def test_a_young_picture_that_cannot_be_read_is_read_again_at_the_next_look(images, open_gallery, monkeypatch):
    read = []

    def fail(self, picture, known):
        read.append(picture.source)
        return Reading(None, i18n.Message("cannot be read ({cause})", cause="busy"), passing=True)

    monkeypatch.setattr("kiosk.people.gallery._YOUNG_SECONDS", 60.0)
    monkeypatch.setattr(PictureReader, "read", fail)
    (images / "Ada.png").write_bytes(b"half a picture")
    gallery = open_gallery()
    gallery.load()
    gallery.refresh()
    assert read == ["Ada.png"] * 2
