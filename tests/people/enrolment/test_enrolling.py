import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.domain import Embedding, Rejection, Template
from kiosk.errors import EncoderError, EnrolmentError, GalleryError
from kiosk.people.enrolment import EnrolmentReport, enrol
from kiosk.people.gallery import Gallery
from kiosk.people.snapshot import GallerySnapshot

THRESHOLD = 0.39


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


@pytest.fixture
def in_force(images, tmp_path, encode_pixels) -> Callable[[], GallerySnapshot]:
    """The gallery of the image folder as it is now."""

    def load() -> GallerySnapshot:
        gallery = Gallery(images, lambda: encode_pixels, "pixels", "1", tmp_path / "cache")
        gallery.load()
        return gallery.snapshot

    return load


@pytest.fixture
def add(images, in_force, encode_pixels) -> Callable[..., EnrolmentReport]:
    def run(name: str, *pictures: Path) -> EnrolmentReport:
        return enrol(images, name, pictures, encode_pixels, in_force(), threshold=THRESHOLD)

    return run


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_somebody_new_is_in_force_with_the_pictures_as_they_were(images, tmp_path, add, in_force, save_portrait):
    pictures = [save_portrait(tmp_path / f"IMG {shot}.JPG", person=1, shot=shot) for shot in range(3)]
    report = add("Zoë O'Néill", *pictures)
    assert (report.person, report.is_new, len(report.sources)) == ("Zoë O'Néill", True, 3)
    assert in_force().people == ("Zoë O'Néill",)
    assert [(images / source).read_bytes() for source in report.sources] == [path.read_bytes() for path in pictures]
    assert {path.name for path in images.iterdir()} == {"Zoë O'Néill"}


def test_the_image_folder_is_made_when_it_is_missing(images, add, save_portrait, tmp_path):
    images.rmdir()
    add("Ada", save_portrait(tmp_path / "a.png", person=1))
    assert [path.name for path in images.iterdir()] == ["Ada"]


def test_more_pictures_join_the_person_s_folder_in_its_spelling(images, tmp_path, add, in_force, save_portrait):
    save_portrait(images / "Ada_Lovelace" / "first.png", person=1)
    report = add(" ada lovelace", save_portrait(tmp_path / "a.png", person=1, shot=1))
    assert (report.person, report.is_new) == ("Ada_Lovelace", False)
    assert in_force().people == ("Ada_Lovelace",)
    assert len(in_force().templates) == 2


def test_a_person_of_one_picture_gets_a_folder_beside_it(images, tmp_path, add, in_force, save_portrait):
    save_portrait(images / "Ada.jpg", person=1)
    add("Ada", save_portrait(tmp_path / "a.png", person=1, shot=1))
    assert in_force().people == ("Ada",)
    assert sorted(path.name for path in images.iterdir()) == ["Ada", "Ada.jpg"]
    assert len(in_force().templates) == 2


def test_one_bad_picture_stops_all_and_each_bad_one_is_named(images, tmp_path, add, save_portrait):
    good = save_portrait(tmp_path / "good.png", person=1)
    (tmp_path / "empty.jpg").touch()
    os.mkfifo(tmp_path / "pipe.jpg")
    Image.new("RGB", (64, 64)).save(tmp_path / "blank.png")
    (tmp_path / "notes.txt").write_text("text")
    bad = [tmp_path / name for name in ("empty.jpg", "pipe.jpg", "blank.png", "notes.txt", "gone.png")]
    with pytest.raises(EnrolmentError) as caught:
        add("Ada", good, *bad)
    message = str(caught.value)
    assert "5 of 6" in message
    for name, reason in {
        "empty.jpg": "is empty",
        "pipe.jpg": "not a regular file",
        "blank.png": "no face found",
        "notes.txt": "ends in none of",
        "gone.png": "cannot be read",
    }.items():
        assert f"{tmp_path / name}: " in message
        assert reason in message
    assert "good.png" not in message
    assert everything(images) == {}


@pytest.mark.parametrize("name", ["", " ", "__", "../up", "a/b", "a\\b", ".hidden", "A\nB", "Ada\udcff", "x" * 101])
def test_a_name_that_cannot_be_a_folder_s_is_refused(images, tmp_path, add, save_portrait, name):
    with pytest.raises(EnrolmentError, match="name"):
        add(name, save_portrait(tmp_path / "a.png", person=1))
    assert everything(images) == {}


def test_no_picture_is_no_enrolment(add):
    with pytest.raises(EnrolmentError, match="no picture"):
        add("Ada")


def test_somebody_enrolled_under_another_name_is_refused_by_that_name(images, tmp_path, add, save_portrait):
    save_portrait(images / "Grace_Hopper.png", person=2)
    before = everything(images)
    with pytest.raises(EnrolmentError, match="shows Grace Hopper, who is already enrolled"):
        add("Ada", save_portrait(tmp_path / "a.png", person=2, shot=1))
    assert everything(images) == before


def test_pictures_of_two_people_are_refused_naming_the_odd_one(images, tmp_path, add, save_portrait):
    pictures = [save_portrait(tmp_path / f"{shot}.png", person=1, shot=shot) for shot in range(2)]
    with pytest.raises(EnrolmentError, match=r"odd\.png: shows somebody else") as caught:
        add("Ada", *pictures, save_portrait(tmp_path / "odd.png", person=2))
    assert "1 of 3" in str(caught.value)
    assert everything(images) == {}


def test_where_no_side_has_more_pictures_all_are_named(tmp_path, add, save_portrait):
    with pytest.raises(EnrolmentError, match="2 of 2"):
        add("Ada", save_portrait(tmp_path / "a.png", person=1), save_portrait(tmp_path / "b.png", person=2))


def test_a_picture_unlike_the_stored_ones_is_refused(images, tmp_path, add, save_portrait):
    save_portrait(images / "Ada.png", person=1)
    with pytest.raises(EnrolmentError, match="somebody else than the pictures already enrolled"):
        add("Ada", save_portrait(tmp_path / "a.png", person=2))


def test_pictures_are_of_one_person_when_a_chain_connects_them(images, tmp_path, save_portrait):
    angles = {"0.png": 0.0, "1.png": 0.3, "2.png": 0.6}
    names = iter(angles)

    def encode(image):
        angle = angles[next(names)]
        return Embedding(np.array([np.cos(angle), np.sin(angle)], np.float32), "angles")

    pictures = [save_portrait(tmp_path / name, person=1, shot=shot) for shot, name in enumerate(angles)]
    report = enrol(images, "Ada", pictures, encode, GallerySnapshot("angles"), threshold=THRESHOLD)
    assert len(report.sources) == 3


def test_the_same_picture_twice_is_noticed(images, tmp_path, add, save_portrait):
    first = save_portrait(tmp_path / "a.png", person=1)
    second = tmp_path / "b.png"
    second.write_bytes(first.read_bytes())
    with pytest.raises(EnrolmentError, match=r"b\.png: the same picture as .*a\.png"):
        add("Ada", first, second)
    report = add("Ada", first)
    with pytest.raises(EnrolmentError, match=rf"b\.png: the same picture as {report.sources[0]}"):
        add("Ada", second)
    assert len(everything(images)) == 2


def test_an_embedding_that_is_no_number_is_refused(images, tmp_path, save_portrait):
    def encode(image):
        return Embedding(np.array([np.nan, 1], np.float32), "pixels")

    with pytest.raises(EnrolmentError, match="no usable embedding"):
        enrol(
            images,
            "Ada",
            [save_portrait(tmp_path / "a.png", person=1)],
            encode,
            GallerySnapshot("pixels"),
            threshold=THRESHOLD,
        )
    assert everything(images) == {}


def test_embeddings_of_two_encoders_are_never_compared(images, tmp_path, save_portrait, encode_pixels):
    other = GallerySnapshot("other", (Template("Ada", Embedding(np.ones(1, np.float32), "other"), "Ada.png"),))
    with pytest.raises(EncoderError):
        enrol(
            images,
            "Grace",
            [save_portrait(tmp_path / "a.png", person=1)],
            encode_pixels,
            other,
            threshold=THRESHOLD,
        )
    assert everything(images) == {}


def test_something_in_the_way_of_the_folder_is_named(images, tmp_path, add, save_portrait):
    (images / "Ada").write_text("no folder")
    with pytest.raises(EnrolmentError, match="in the way"):
        add("Ada", save_portrait(tmp_path / "a.png", person=1))
    (images / "Ada").unlink()
    (images / "Ada").symlink_to(tmp_path)
    with pytest.raises(EnrolmentError, match="in the way"):
        add("Ada", save_portrait(tmp_path / "a.png", person=1))


def test_an_image_folder_that_cannot_be_written_is_a_fault_of_the_gallery(images, tmp_path, add, save_portrait):
    images.rmdir()
    images.write_text("a file")
    with pytest.raises(GalleryError, match="cannot be written"):
        add("Ada", save_portrait(tmp_path / "a.png", person=1))


def test_a_disk_that_fills_up_half_way_leaves_nothing(images, tmp_path, add, save_portrait, monkeypatch):
    pictures = [save_portrait(tmp_path / f"{shot}.png", person=1, shot=shot) for shot in range(2)]
    synced = []

    def full(descriptor):
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(GalleryError, match="No space left"):
        add("Ada", *pictures)
    assert everything(images) == {}


def test_a_picture_that_changes_after_its_check_is_not_enrolled(images, tmp_path, save_portrait, encode_pixels):
    path = save_portrait(tmp_path / "a.png", person=1)

    def encode(image):
        save_portrait(path, person=2)
        return encode_pixels(image)

    with pytest.raises(EnrolmentError, match="changed while"):
        enrol(images, "Ada", [path], encode, GallerySnapshot("pixels"), threshold=THRESHOLD)
    assert everything(images) == {}


def test_the_gallery_never_sees_an_unfinished_enrolment(tmp_path, add, in_force, save_portrait, monkeypatch):
    pictures = [save_portrait(tmp_path / f"{shot}.png", person=1, shot=shot) for shot in range(2)]
    seen = []
    fsync = os.fsync

    def look(descriptor):
        fsync(descriptor)
        seen.append(len(in_force().templates))

    monkeypatch.setattr("os.fsync", look)
    add("Ada", *pictures)
    assert set(seen) == {0, 2}
    assert len(in_force().templates) == 2


def test_what_a_crash_left_behind_is_removed(images, tmp_path, add, save_portrait):
    save_portrait(images / ".enrol-0a" / "1.png", person=5)
    add("Ada", save_portrait(tmp_path / "a.png", person=1))
    assert [path.name for path in images.iterdir()] == ["Ada"]


def test_somebody_who_looks_much_like_another_is_enrolled_and_that_is_told(images, tmp_path, save_portrait):
    def encode(image):
        angle = 0.0 if image[0, 0, 0] > 128 else 0.38
        return Embedding(np.array([np.cos(angle), np.sin(angle)], np.float32), "angles")

    known = GallerySnapshot("angles", (Template("Grace", Embedding(np.array([1, 0], np.float32), "angles"), "g"),))
    Image.new("RGB", (64, 64), "black").save(tmp_path / "a.png")
    report = enrol(images, "Ada", [tmp_path / "a.png"], encode, known, threshold=0.4, margin=0.1)
    assert [(one.person, round(one.distance, 2)) for one in report.alike] == [("Grace", 0.38)]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=[]), max_size=30))
def test_every_name_is_refused_or_comes_back_as_it_was(tmp_path_factory, tmp_path, save_portrait, name):
    images = tmp_path_factory.mktemp("images")
    picture = save_portrait(tmp_path / "a.png", person=1)

    def encode(image):
        return Embedding(np.ones(1, np.float32), "one")

    try:
        report = enrol(images, name, [picture], encode, GallerySnapshot("one"), threshold=THRESHOLD)
    except EnrolmentError as fault:
        str(fault).encode("utf-8")
        assert everything(images) == {}
        return
    assert report.person == unicodedata.normalize("NFC", name).strip()
    gallery = Gallery(images, lambda: encode, "one", "1", tmp_path / "cache")
    gallery.load()
    assert gallery.snapshot.people == (report.person,)


def test_the_reason_of_a_rejection_is_told(images, tmp_path, save_portrait):
    with pytest.raises(EnrolmentError, match="the face is too small"):
        enrol(
            images,
            "Ada",
            [save_portrait(tmp_path / "a.png", person=1)],
            lambda image: Rejection.TOO_SMALL,
            GallerySnapshot("pixels"),
            threshold=THRESHOLD,
        )
