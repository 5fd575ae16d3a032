"""Enrolment: the check of offered pictures, and saving them together with the consent."""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.config import ConfigFile
from kiosk.domain import Candidate, Embedding, Rejection, Template
from kiosk.door.build import Choices
from kiosk.door.services import open_services
from kiosk.errors import EnrolmentError, GalleryError, JournalError, PeopleError
from kiosk.files import asset
from kiosk.people.changes import add_pictures
from kiosk.people.consent import ConsentText
from kiosk.people.enrolment import (
    Check,
    Duplicates,
    Enrolment,
    Examined,
    Offered,
    agreed,
    check,
    examine,
    find_duplicates,
    find_outliers,
    nearest_distances,
    require_all_good,
    save,
)
from kiosk.people.gallery import Gallery
from kiosk.people.register import PeopleRegister, PersonRecord, people_file
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staging import recover
from tests.people.conftest import DONE, files, kill, run_apart, told

THRESHOLD = 0.39
TEXT = ConsentText("en", "7", "I agree.", "ab" * 32)


@pytest.fixture
def in_force(images, tmp_path, encode_pixels) -> Callable[[], GallerySnapshot]:
    """The gallery of the image folder as it is now."""

    def load() -> GallerySnapshot:
        gallery = Gallery(images, lambda: encode_pixels, "pixels", "1", tmp_path / "cache")
        gallery.load()
        return gallery.snapshot

    return load


def enrol(images: Path, name: str, pictures: list[Path], encode, gallery: GallerySnapshot) -> tuple[str, ...]:
    """Enrol as the command line does; return the new files."""
    offered = [Offered.file(path) for path in pictures]
    checked = check(images, name, offered, encode, gallery, threshold=THRESHOLD, margin=0.05)
    require_all_good(checked, name, gallery)
    return add_pictures(images, name, [one.as_file for one in checked.pictures])


@pytest.fixture
def add(images, in_force, encode_pixels) -> Callable[..., tuple[str, ...]]:
    def run(name: str, *pictures: Path) -> tuple[str, ...]:
        return enrol(images, name, list(pictures), encode_pixels, in_force())

    return run


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def at(angle: float, encoder: str = "angles") -> Embedding:
    return Embedding(np.array([np.cos(angle), np.sin(angle)], np.float32), encoder)


def test_pictures_are_stored_as_they_were_and_join_the_person_s_folder(images, tmp_path, add, in_force, save_portrait):
    images.rmdir()
    pictures = [save_portrait(tmp_path / f"IMG {shot}.JPG", person=1, shot=shot) for shot in range(3)]
    sources = add("Zoë O'Néill", *pictures)
    assert [(images / source).read_bytes() for source in sources] == [path.read_bytes() for path in pictures]
    save_portrait(images / "Ada_Lovelace.png", person=4)
    add(" ada lovelace", save_portrait(tmp_path / "a.png", person=4, shot=1))
    assert in_force().people == ("Ada_Lovelace", "Zoë O'Néill")
    assert len(in_force().templates) == 5


def test_one_bad_picture_stops_all_and_each_bad_one_is_named(images, tmp_path, add, save_portrait):
    good = save_portrait(tmp_path / "good.png", person=1)
    os.mkfifo(tmp_path / "pipe.jpg")
    Image.new("RGB", (64, 64)).save(tmp_path / "blank.png")
    bad = {"pipe.jpg": "is not a regular file", "blank.png": "no face found", "gone.png": "cannot be read"}
    with pytest.raises(EnrolmentError, match="3 of 4") as caught:
        add("Ada", good, *(tmp_path / name for name in bad))
    for name, reason in bad.items():
        assert f"{tmp_path / name}: {reason}" in str(caught.value)
    assert "good.png" not in str(caught.value)
    with pytest.raises(EnrolmentError, match="no picture"):
        add("Ada")
    assert everything(images) == {}


def test_pictures_of_another_person_and_the_same_one_twice_are_refused_by_name(images, tmp_path, add, save_portrait):
    save_portrait(images / "Grace_Hopper.png", person=2)
    before = everything(images)
    first, second = (save_portrait(tmp_path / f"{shot}.png", person=1, shot=shot) for shot in range(2))
    odd, copy = save_portrait(tmp_path / "odd.png", person=3), tmp_path / "copy.png"
    copy.write_bytes(first.read_bytes())
    for pictures, reason in (
        ([save_portrait(tmp_path / "g.png", person=2, shot=1)], "shows Grace Hopper, who is already enrolled"),
        ([first, second, odd], r"1 of 3.*odd\.png: shows a different person than the other pictures"),
        ([first, odd], "2 of 2"),
        ([first, copy], r"copy\.png: the same picture as .*0\.png"),
    ):
        with pytest.raises(EnrolmentError, match=reason):
            add("Ada", *pictures)
        assert everything(images) == before
    (source,) = add("Ada", first)
    with pytest.raises(EnrolmentError, match=rf"copy\.png: the same picture as {source}"):
        add("Ada", copy)
    with pytest.raises(EnrolmentError, match="a different person than the pictures already enrolled"):
        add("Ada", odd)


def test_a_check_continues_from_an_earlier_one_without_encoding_again(images, tmp_path, encode_pixels, save_portrait):
    offered = [Offered.file(save_portrait(tmp_path / f"{n}.png", person=1, shot=n)) for n in range(2)]
    offered.append(Offered.file(save_portrait(tmp_path / "other.png", person=2)))
    gallery = GallerySnapshot("pixels")
    first = check(images, "Ada", offered, encode_pixels, gallery, threshold=THRESHOLD, margin=0.0)
    assert (first.outliers, first.may_be_saved, len(first.good)) == ({2}, False, 2)

    def never(image):
        raise AssertionError

    again = check(images, "Ada", [], never, gallery, threshold=THRESHOLD, margin=0.0, examined=first.good)
    assert again.may_be_saved
    assert again.duplicates == Duplicates()
    assert not Check().may_be_saved


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


def test_a_picture_is_examined_from_a_file_or_from_memory(tmp_path, save_portrait, encode_pixels):
    path = save_portrait(tmp_path / "IMG 1.JPG", person=1)
    from_file = examine(Offered.file(path), encode_pixels)
    from_memory = examine(Offered("shot.jpg", path.read_bytes()), encode_pixels)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert from_file.as_file.name == from_memory.as_file.name == f"{digest[:16]}.jpg"
    assert (from_file.embedding.vector == from_memory.embedding.vector).all()
    for name, content, reason in (
        ("notes.txt", b"text", "ends in none of"),
        ("text.jpg", b"no picture", "holds no JPEG"),
    ):
        (tmp_path / name).write_bytes(content)
        for offered in (Offered(name, content), Offered.file(tmp_path / name)):
            found = examine(offered, encode_pixels)
            assert reason in str(found.fault)
            assert found.embedding is None
    assert str(examine(Offered.file(path), lambda image: Rejection.TOO_DARK).fault) == "the face is too dark"
    assert Offered.file(Path("a\nb.JPG")).name == "a\\nb.JPG"


def test_two_signs_are_the_same_person_and_one_a_look_alike():
    gallery = GallerySnapshot("angles", (Template("Ada", at(0.0), "a"), Template("Grace_H", at(1.0), "g")))
    for person, angles, same, alike in (
        ("Mary", (0.1,), ["Ada"], []),
        ("Mary", (0.38,), [], ["Ada"]),  # half of the pictures, none of them nearer by the margin
        ("Mary", (0.1, 0.5, 0.5), [], ["Ada"]),  # near, and fewer than half
        ("Mary", (0.1, 0.2, 0.5), ["Ada"], []),
        ("Mary", (0.2, 0.8), ["Ada", "Grace_H"], []),
        ("Mary", (0.38, 0.8, 0.8), ["Grace_H"], []),
        ("Mary", (0.45, 0.5), [], []),
        ("Mary", (), [], []),
        ("grace h", (1.0,), [], []),
    ):
        found = find_duplicates([at(angle) for angle in angles], person, gallery, threshold=0.4, margin=0.1)
        names = [one.person for one in found.same], [one.person for one in found.alike]
        assert names == (same, alike), angles


def test_pictures_that_no_chain_connects_with_the_person_are_outliers():
    for offered, stored, outliers in (
        ((), (), set()),
        ((0.0,), (), set()),
        ((0.0, 0.1, 2.0, 0.2), (), {2}),
        ((0.0, 0.3, 0.6), (), set()),
        ((0.0, 2.0), (), {0, 1}),
        ((0.0, 0.1, 2.0), (2.1,), {0, 1}),
        ((0.3, 0.6), (0.0,), set()),
    ):
        assert find_outliers([at(a) for a in offered], [at(a) for a in stored], 0.39) == outliers, offered
    assert np.isinf(nearest_distances([at(0.0)])).all()
    assert nearest_distances([at(0.0), at(0.1), at(1.0)]) == pytest.approx([0.1, 0.1, 0.87], abs=0.01)


@pytest.fixture(scope="module")
def picture() -> Examined:
    content = asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes()
    return examine(Offered("a.jpg", content), lambda image: Embedding(np.ones(1, np.float32), "one"))


def test_pictures_data_consent_and_a_line_in_the_journal_are_saved(services, picture, monkeypatch):
    changed = Enrolment(
        "Zoë O'Néill",
        [picture],
        lambda record: replace(record, spoken="Zo-ay", staff_number="7"),
        agreed(TEXT, "Eve"),
        [Candidate("Grace_Hopper", 0.41)],
    )
    done = save(services, changed, "Eve")
    assert (done.person, done.is_new, done.fault) == ("Zoë O'Néill", True, "")
    assert files(services.folder) == ["Grace_Hopper.jpg", done.sources[0]]
    record = services.people.record("zoë o'néill")
    assert (record.spoken, record.staff_number) == ("Zo-ay", "7")
    assert (record.consent.version, record.consent.sha256, record.consent.recorded_by) == ("7", "ab" * 32, "Eve")
    assert told(services) == [
        ("lookalike_accepted", "Eve", "Zoë O'Néill", "Grace Hopper at 0.41"),
        ("enrolled", "Eve", "Zoë O'Néill", "1 pictures"),
    ]
    services.people.save_all([PersonRecord("Grace_Hopper", staff_number="1", consent=agreed(TEXT, "Ann"))])
    more = save(services, Enrolment("grace hopper", [picture]), "Eve")
    assert (more.person, more.is_new) == ("Grace_Hopper", False)
    assert services.people.record("Grace_Hopper").consent.recorded_by == "Ann", "what is known stays"
    assert told(services)[0][0] == "pictures_added"

    def broken(*arguments):
        raise JournalError("journal", "is full", "make room")

    monkeypatch.setattr(services.journal, "note", broken)
    done = save(services, Enrolment("Ada", [picture]), "Eve")
    assert "is full" in done.fault
    assert done.sources[0] in files(services.folder), "the person is enrolled"


def test_what_cannot_be_saved_leaves_all_as_before(services, picture, monkeypatch):
    def full(picture, target):
        raise OSError(28, "No space left on device")

    changed = Enrolment("Ada", [picture], lambda record: replace(record, email="a@b.c"), agreed(TEXT, "Eve"))
    with pytest.raises(PeopleError):
        save(services, replace(changed, change=lambda record: replace(record, email="no address")), "Eve")
    monkeypatch.setattr("kiosk.people.changes.write_picture", full)
    for known in ([], [PersonRecord("Ada", staff_number="1")]):
        services.people.save_all(known)
        with pytest.raises(GalleryError, match="No space left"):
            save(services, changed, "Eve")
        assert list(services.people.records().values()) == known
        assert (files(services.folder), told(services)) == (["Grace_Hopper.jpg"], [])


@pytest.mark.slow
def test_killed_at_any_step_there_are_all_pictures_with_the_consent_or_none(home, picture, tmp_path):
    again = replace(picture, offered=Offered("b.png", picture.offered.content))
    enrolment = Enrolment("Ada", [picture, again], consent=agreed(TEXT, "Eve"))
    seen = set()
    for step in range(100):
        copy = tmp_path / str(step)
        shutil.copytree(home, copy)
        config, images = ConfigFile(copy / "config.yaml"), copy / "images"
        code = run_apart(lambda: save(open_services(Choices(config, images, "demo")), enrolment, "Eve"), step, kill)  # noqa: B023
        recover(images)
        pictures = [path for path in files(images) if path.startswith("Ada/")]
        consent = PeopleRegister(people_file(images)).record("Ada").consent
        assert len(pictures) in {0, 2}
        assert consent is not None or not pictures
        seen.add(len(pictures))
        if code == DONE:
            break
        assert code is None
    assert seen == {0, 2}
    assert step > 10
