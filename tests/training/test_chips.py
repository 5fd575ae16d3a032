"""Chips for training: cut from a folder, cached, checked, split and drawn into batches."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Crop, CropKind
from kiosk.errors import EncoderError, PictureError
from kiosk.files import asset
from kiosk.training.chips import PeopleChips, folder_chips, split, usable
from kiosk.training.loop import PeopleBatches, learning_rate

CROP = Crop(CropKind.DLIB_CHIP, 96)
OWNERS = np.repeat(np.arange(10), [2, 3, 4, 5, 6, 2, 3, 4, 5, 6])


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
            with Image.open(asset("demo", *picture.split("/"))) as opened:
                opened.resize((opened.width // 2, opened.height // 2)).save(folder / f"{number}.jpg")
    return tmp_path / "people"


@pytest.fixture
def read(people, tmp_path):
    """read(): the chips of `people`, and the calls of the progress bar."""

    def run(folder=people, crop=CROP):
        shown = []
        found = folder_chips(folder, crop, tmp_path / "chips.npz", lambda done, total: shown.append((done, total)))
        return found, shown

    return run


def test_every_picture_becomes_a_chip_and_unusable_ones_are_named(people, read):
    grace = people / "Grace"
    (grace / "broken.jpg").write_bytes((grace / "0.jpg").read_bytes()[:2000])
    (grace / "empty.png").touch()
    Image.fromarray(np.full((150, 150, 3), 128, np.uint8)).save(grace / "wall.png")
    (grace / "folder.jpg").mkdir()
    (grace / "gone.jpg").symlink_to(people / "nowhere.jpg")
    os.mkfifo(grace / "pipe.jpg")
    (grace / "notes.txt").write_text("no picture")
    (grace / ".hidden.jpg").write_bytes(b"")
    for name in ("lost+found", "#recycle", "_Ada", "Nobody"):
        (people / name).mkdir()
    shutil.copy(grace / "0.jpg", people / "_Ada" / "0.jpg")
    odd = os.fsencode(people) + b"/\xff\xfe"
    Path(os.fsdecode(odd)).symlink_to(people / "Eileen")
    found, shown = read()
    assert found.chips.people == ("Eileen", "Grace", r"\xff\xfe")
    assert found.chips.owners.tolist() == [0, 0, 1, 1, 2, 2]
    assert (found.chips.images.shape, found.chips.images.dtype) == ((6, 96, 96, 3), np.uint8)
    assert shown[-1] == (12, 12)
    reasons = {one.picture: one.reason for one in found.unused}
    names = ("broken.jpg", "empty.png", "folder.jpg", "gone.jpg", "pipe.jpg", "wall.png")
    assert sorted(reasons) == [*(f"Grace/{name}" for name in names), "_Ada"]
    assert reasons["Grace/wall.png"] == "shows no face"
    for chip in found.chips.images:
        red, _, blue = chip[24:72, 24:72].reshape(-1, 3).mean(axis=0)
        assert red > blue, "skin in BGR"


def test_unchanged_folders_come_from_the_cache(people, read, tmp_path):
    first, _ = read()
    again, shown = read()
    assert (shown, again.key, again.chips.people) == ([], first.key, first.chips.people)
    np.testing.assert_array_equal(again.chips.images, first.chips.images)
    assert read(crop=Crop(CropKind.BOX, 96, 0.1))[0].key != first.key
    (people / "Grace" / "1.jpg").unlink()
    assert (len(read()[1]), read()[0].key != first.key) == (3, True)
    (tmp_path / "chips.npz").write_bytes((tmp_path / "chips.npz").read_bytes()[:-100])
    assert len(read()[1]) == 3
    with pytest.raises(EncoderError, match=r"chips\.npz: cannot be written"):
        folder_chips(people, CROP, tmp_path / "missing" / "chips.npz", lambda done, total: None)


def test_a_folder_without_usable_pictures_is_named(read, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    for name in ("gone", "file", "empty"):
        with pytest.raises(PictureError, match=f"{name}: .*; give a folder with a folder of pictures for each person"):
            read(tmp_path / name)
    (tmp_path / "walls" / "a").mkdir(parents=True)
    for number in range(3):
        Image.fromarray(np.full((150, 150, 3), 60 * number, np.uint8)).save(tmp_path / "walls" / "a" / f"{number}.png")
    with pytest.raises(PictureError, match=r"none of its 3 pictures shows a face \(a/0\.png shows no face\)"):
        read(tmp_path / "walls")


# Splitting ---------------------------------------------------------------------------------------------------------


def people_with(*pictures):
    """Return people with these numbers of chips; every chip shows the number of its owner."""
    owners = np.repeat(np.arange(len(pictures)), pictures)
    images = np.broadcast_to(owners[:, None, None, None], (len(owners), 4, 4, 3)).astype(np.uint8)
    return PeopleChips(images, owners, tuple(f"p{number}" for number in range(len(pictures))))


def names(chips):
    assert [chips.people[owner] for owner in chips.owners] == [f"p{shown}" for shown in chips.images[:, 0, 0, 0]]
    return chips.people


def test_people_with_one_chip_are_left_out():
    kept, single = usable(people_with(2, 1, 3, 1))
    assert (names(kept), single, len(kept.images)) == (("p0", "p2"), ("p1", "p3"), 5)
    with pytest.raises(EncoderError, match="pictures of p0 alone"):
        usable(people_with(9))
    with pytest.raises(EncoderError, match=r"7 people \(p0, p1, p2, p3, p4, \.\.\.\): each has one usable picture"):
        usable(people_with(*[1] * 7))


def test_people_held_out_are_not_trained_on():
    training, held_out = split(people_with(*[3] * 50), 0.2, 8, 1)
    assert (len(names(training)), len(names(held_out))) == (40, 10)
    assert set(training.people).isdisjoint(held_out.people)
    one, again, other = (split(people_with(*[2] * 50), 0.1, 8, seed)[1].people for seed in (1, 1, 2))
    assert one == again != other
    assert len(split(people_with(*[2] * 12), 0.01, 8, 1)[1].people) == 4
    training, held_out = split(people_with(*[12] * 1500), 0.5, 8, 1)
    assert (len(training.people), len(held_out.people)) == (1000, 500)
    assert set(np.bincount(held_out.owners)) == {10}
    for people, batch, remedy in ((12, 9, "set --people to 8 or less"), (5, 2, "6 are the fewest")):
        with pytest.raises(EncoderError, match=rf"{people} people .* fewer than the {batch} of a batch; .*{remedy}"):
            split(people_with(*[2] * people), 0.1, batch, 1)


def test_all_people_come_and_batches_depend_only_on_seed_and_step():
    batches = PeopleBatches(OWNERS, people=3, pictures=2, seed=3)
    for epoch in range(4):
        people = [person for step in range(3) for person in OWNERS[batches.batch(3 * epoch + step)][::2]]
        assert len(set(people)) == len(people) == 9
    assert set(OWNERS[np.concatenate([batches.batch(step) for step in range(30)])]) == set(range(10))
    np.testing.assert_array_equal(batches.batch(17), PeopleBatches(OWNERS, 3, 2, 3).batch(17))
    assert not np.array_equal(batches.batch(17), PeopleBatches(OWNERS, 3, 2, 4).batch(17))


def test_the_learning_rate_rises_to_the_peak_and_falls_to_almost_0():
    rates = [learning_rate(step, 100, 10, 0.5) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert (max(rates), 0 < rates[-1] < 0.001) == (0.5, True)
    assert learning_rate(55, 100, 10, 1.0) == pytest.approx(0.5)
    for steps, warm_up in ((1, 0), (1, 1), (5, 5), (3, 10)):
        assert all(0 < learning_rate(step, steps, warm_up, 0.1) <= 0.1 for step in range(steps))
