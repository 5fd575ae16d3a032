import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Crop, CropKind
from kiosk.errors import EncoderError, PictureError
from kiosk.files import asset
from kiosk.training.chips import folder_chips

CROP = Crop(CropKind.DLIB_CHIP, 96)


@pytest.fixture
def people(tmp_path):
    """Two people with two pictures each."""
    for name, pictures in (
        ("Grace", ("grace_hopper.jpg", "gallery/Grace_Hopper.jpg")),
        ("Eileen", ("eileen_collins.jpg",) * 2),
    ):
        folder = tmp_path / "people" / name
        folder.mkdir(parents=True)
        for number, picture in enumerate(pictures):
            shutil.copy(asset("demo", *picture.split("/")), folder / f"{number}.jpg")
    return tmp_path / "people"


@pytest.fixture
def read(people, tmp_path):
    """read(): the chips of `people`, how far each call of the bar was."""

    def run(folder=people, crop=CROP):
        shown = []
        found = folder_chips(folder, crop, tmp_path / "chips.npz", lambda done, total: shown.append((done, total)))
        return found, shown

    return run


def spoil(people):
    """What lies in real folders beside good pictures."""
    grace = people / "Grace"
    (grace / "broken.jpg").write_bytes((grace / "0.jpg").read_bytes()[:2000])
    (grace / "empty.png").touch()
    Image.fromarray(np.full((150, 150, 3), 128, np.uint8)).save(grace / "wall.png")
    (grace / "folder.jpg").mkdir()
    (grace / "gone.jpg").symlink_to(people / "nowhere.jpg")
    os.mkfifo(grace / "pipe.jpg")
    (grace / "notes.txt").write_text("no picture")
    (grace / ".hidden.jpg").write_bytes(b"")
    (people / "lost+found").mkdir()
    (people / "#recycle").mkdir()
    (people / "_Ada").mkdir()
    for bin_ in ("#recycle", "_Ada"):
        (people / bin_ / "0.jpg").write_bytes((grace / "0.jpg").read_bytes())
    (people / "Nobody").mkdir()


def test_every_picture_of_every_person_becomes_a_chip(read):
    found, shown = read()
    assert found.chips.people == ("Eileen", "Grace")
    assert found.chips.owners.tolist() == [0, 0, 1, 1]
    assert (found.chips.images.shape, found.chips.images.dtype) == ((4, 96, 96, 3), np.uint8)
    assert found.unused == ()
    assert shown == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_chips_show_the_face_in_colour_order_rgb(read):
    found, _ = read()
    for chip in found.chips.images:
        red, _, blue = chip[24:72, 24:72].reshape(-1, 3).mean(axis=0)
        assert red > blue  # skin


def test_what_cannot_be_used_is_named_with_its_reason(people, read):
    spoil(people)
    found, _ = read()
    assert len(found.chips.images) == 4
    reasons = {one.picture: one.reason for one in found.unused}
    assert sorted(reasons) == [
        *(f"Grace/{name}" for name in ("broken.jpg", "empty.png", "folder.jpg", "gone.jpg", "pipe.jpg", "wall.png")),
        "_Ada",
    ]
    assert found.chips.people == ("Eileen", "Grace")
    assert reasons["Grace/wall.png"] == "shows no face"
    assert "empty" in reasons["Grace/empty.png"]


def test_the_second_time_nothing_is_cut_again(people, read):
    spoil(people)
    first, _ = read()
    again, shown = read()
    assert shown == []
    assert (again.key, again.unused, again.chips.people) == (first.key, first.unused, first.chips.people)
    np.testing.assert_array_equal(again.chips.images, first.chips.images)
    np.testing.assert_array_equal(again.chips.owners, first.chips.owners)


def test_a_changed_folder_another_crop_and_a_damaged_cache_are_cut_anew(people, read, tmp_path):
    first, _ = read()
    (people / "Grace" / "1.jpg").unlink()
    fewer, shown = read()
    assert (len(shown), fewer.key != first.key) == (3, True)
    assert read(crop=Crop(CropKind.BOX, 96, 0.1))[0].key != fewer.key
    for content in (b"", b"no archive", (tmp_path / "chips.npz").read_bytes()[:-100]):
        (tmp_path / "chips.npz").write_bytes(content)
        assert len(read()[1]) == 3


def test_links_to_pictures_and_people_are_followed(people, read, tmp_path):
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "Grace").symlink_to(people / "Grace")
    (linked / "Eileen").mkdir()
    (linked / "Eileen" / "0.jpg").symlink_to(people / "Eileen" / "0.jpg")
    assert read(linked)[0].chips.owners.tolist() == [0, 1, 1]


def test_names_that_are_no_text_do_not_stop_it(people, read):
    odd = os.fsencode(people) + b"/\xff\xfe"
    Path(os.fsdecode(odd)).mkdir()
    shutil.copy(people / "Grace" / "0.jpg", odd + b"/0.jpg")
    assert r"\xff\xfe" in read()[0].chips.people


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_bytes(b"x"), lambda path: path.mkdir()])
def test_a_folder_that_is_missing_none_or_empty_is_named(read, tmp_path, make):
    make(tmp_path / "odd")
    with pytest.raises(PictureError, match=r"odd: .*; give a folder with a folder of pictures for each person"):
        read(tmp_path / "odd")


def test_pictures_without_any_face_are_named(read, tmp_path):
    (tmp_path / "walls" / "a").mkdir(parents=True)
    for number in range(3):
        Image.fromarray(np.full((150, 150, 3), 60 * number, np.uint8)).save(tmp_path / "walls" / "a" / f"{number}.png")
    with pytest.raises(PictureError, match=r"none of its 3 pictures shows a face \(a/0\.png shows no face\)"):
        read(tmp_path / "walls")


def test_a_cache_that_cannot_be_written_is_named(people, tmp_path):
    with pytest.raises(EncoderError, match=r"chips\.npz: cannot be written"):
        folder_chips(people, CROP, tmp_path / "missing" / "chips.npz", lambda done, total: None)
