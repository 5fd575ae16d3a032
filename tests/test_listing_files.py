"""The file picker's listing: folders first, and nothing that leads out of the stick."""

import os
from pathlib import Path

import pytest

from kiosk import files
from kiosk.errors import KioskError
from kiosk.files import list_files
from kiosk.vision.pictures import SUFFIXES


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def names(place: Path, folder: Path | None = None) -> list[str]:
    return [entry.name for entry in list_files(place, folder or place, SUFFIXES).entries]


def test_folders_come_first_and_files_of_the_kind_by_name(place):
    for name in ("b.jpg", "A.PNG", "notes.txt", "c.jpg.exe", "jpg"):
        (place / name).write_bytes(b"x")
    for name in ("zoo", "Album.jpg"):
        (place / name).mkdir()
    entries = list_files(place, place, SUFFIXES).entries
    assert [(entry.name, entry.is_folder) for entry in entries] == [
        ("Album.jpg", True),
        ("zoo", True),
        ("A.PNG", False),
        ("b.jpg", False),
    ]
    assert [entry.name for entry in list_files(place, place, {".txt"}).entries] == ["Album.jpg", "zoo", "notes.txt"]


def test_links_pipes_and_what_is_hidden_are_left_out(place, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"x")
    (place / "link.jpg").symlink_to(outside / "secret.jpg")
    (place / "device.jpg").symlink_to("/dev/zero")
    (place / "dangling.jpg").symlink_to(place / "none.jpg")
    (place / "folder").symlink_to(outside)
    (place / ".hidden.jpg").write_bytes(b"x")
    (place / ".Trash-1000").mkdir()
    (place / "System Volume Information").mkdir()
    os.mkfifo(place / "pipe.jpg")
    assert names(place) == []


def test_nothing_outside_the_place_is_listed(place, tmp_path):
    (place / "link").symlink_to(tmp_path)
    for folder in (place / "link", place / "..", tmp_path):
        with pytest.raises(KioskError, match="somewhere else"):
            list_files(place, folder, SUFFIXES)
    (place / "a.jpg").write_bytes(b"x")
    (tmp_path / "mount").symlink_to(place)
    assert [entry.name for entry in list_files(tmp_path / "mount", tmp_path / "mount", SUFFIXES).entries] == ["a.jpg"]


def test_names_are_safe_to_show_and_paths_stay_what_they_are(place):
    for name in (b"\xff.jpg", b"a\nb.jpg", "gpj.\u202exe.jpg".encode()):
        Path(os.fsdecode(bytes(place) + b"/" + name)).write_bytes(b"x")
    entries = list_files(place, place, SUFFIXES).entries
    assert {entry.name for entry in entries} == {"\\xff.jpg", "a\\nb.jpg", "gpj.\\u202exe.jpg"}
    assert all(entry.path.read_bytes() == b"x" for entry in entries)


def test_of_a_folder_without_end_only_a_part_is_shown(place, monkeypatch):
    monkeypatch.setattr(files, "MOST_FILES", 10)
    for number in range(10):
        (place / f"{number}.jpg").write_bytes(b"x")
    listing = list_files(place, place, SUFFIXES)
    assert (len(listing.entries), listing.is_cut) == (10, False)
    (place / "more.jpg").write_bytes(b"x")
    listing = list_files(place, place, SUFFIXES)
    assert (len(listing.entries), listing.is_cut) == (10, True)


def test_a_folder_that_cannot_be_read_is_named_with_reason_and_remedy(place, monkeypatch):
    with pytest.raises(KioskError, match=r"none: cannot be read \(No such file.*plug the USB stick in again"):
        list_files(place, place / "none", SUFFIXES)

    def pulled_out(folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files.os, "scandir", pulled_out)
    with pytest.raises(KioskError, match="Input/output error"):
        list_files(place, place, SUFFIXES)
