import os
from pathlib import Path

import pytest

from kiosk.people import erasure as bins
from kiosk.people.erasure import delete_from_bins, digest_of, find_in_bins


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


def keep(images: Path, *names: str, content: str = "") -> None:
    for name in names:
        path = images / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content or f"content of {name}")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def deleted(images: Path, *names: str) -> set[str]:
    """What is gone after a search for the names; all of it is counted."""
    before = files(images)
    count, left = delete_from_bins(images, find_in_bins(images, names))
    gone = before - files(images)
    assert (count, left) == (len(gone), [])
    return gone


@pytest.mark.parametrize(
    "path",
    [
        "#recycle/Ada/1.jpg",  # Synology
        "#recycle/Ada (1).jpg",
        "#recycle/deep/down/Ada/notes.txt",
        "@Recycle/Ada.jpg",  # QNAP
        "@eaDir/Ada.jpg/SYNOPHOTO_THUMB_XL.jpg",
        ".recycle/eve/images/Ada/1.jpg",  # Samba
        ".recycle/Copy #2 of Ada.jpg",
        ".Trash-1000/files/Ada/1.jpg",  # Linux desktops
        ".Trash-1000/files/Ada.2.jpg",
        ".Trash-1000/info/Ada.trashinfo",
        ".Trash-1000/info/Ada.jpg.trashinfo",
        "files_trashbin/files/Ada.d1700000000/1.jpg",  # Nextcloud
        "files_trashbin/files/Ada.jpg.d1700000000",
        "RECYCLER/ADA.JPG",
        "Papierkorb/ada.png",
        "_put aside/Ada/1.jpg",
        "_Ada/1.jpg",
        "#Ada/1.jpg",
        "_Ada.jpg",
        "~Ada.jpg",
        "._Ada.jpg",
        "Ben/#recycle/Ada.jpg",
        "lost+found/#123/Ada/1.jpg",
    ],
)
def test_a_person_is_found_by_name_in_what_the_gallery_skips(images: Path, path: str) -> None:
    keep(images, path, "Ada.jpg", "Ben/1.jpg", "#recycle/Ben/1.jpg", "#recycle/Adam.jpg", "_Adam/1.jpg")
    assert deleted(images, "Ada") == {path}


def test_every_name_counts_however_it_is_spelt(images: Path) -> None:
    hers = {"#recycle/Zoe\u0308_Byron.jpg", "#recycle/zoë  byron/2.jpg", "#recycle/ADA KING.png"}
    keep(images, *hers, "#recycle/Ben.jpg")
    assert deleted(images, "Zoë Byron", "Ada_King") == hers


def test_copies_under_other_names_are_found_by_their_content(images: Path) -> None:
    keep(images, "Ada/1.jpg", "$RECYCLE.BIN/S-1-5/$R1.jpg", "_originals/IMG_1.jpg", "Ben.jpg", content="Ada's face")
    keep(images, "#recycle/Ada/2.jpg", "_originals/IMG_2.jpg", content="another of Ada's")
    keep(images, "_originals/IMG_3.jpg", content="Ben's face")
    keep(images, "_originals/empty.jpg", "Ada/empty.jpg")
    gone = {"$RECYCLE.BIN/S-1-5/$R1.jpg", "_originals/IMG_1.jpg", "#recycle/Ada/2.jpg", "_originals/IMG_2.jpg"}
    assert deleted(images, "Ada") == gone


def test_whoever_is_in_the_gallery_keeps_what_a_bin_might_have_numbered(images: Path) -> None:
    keep(images, "Ada (2).jpg", "#recycle/Ada (2).jpg", "#recycle/Ada (3).jpg")
    assert deleted(images, "Ada") == {"#recycle/Ada (3).jpg"}


def test_no_bin_is_deleted_as_a_whole_and_nothing_outside(images: Path, tmp_path: Path) -> None:
    keep(tmp_path, "elsewhere/Ada/1.jpg")
    keep(images, "#recycle/Ben.jpg", "Trash/Ben.jpg", ".git/Ben.jpg", ".enrol-1234/Ada/1.jpg")
    (images / "_link").symlink_to(tmp_path / "elsewhere")
    (images / "#recycle" / "Ada").symlink_to(tmp_path / "elsewhere" / "Ada")
    (images / "#recycle" / "Ada.jpg").symlink_to(tmp_path / "elsewhere" / "Ada" / "1.jpg")
    for name in ("#recycle", "recycle", "Trash", "git", "__", "", "enrol"):
        assert deleted(images, name) == set()
    assert deleted(images, "Ada") == {"#recycle/Ada.jpg"}
    assert (tmp_path / "elsewhere" / "Ada" / "1.jpg").exists()


def test_snapshots_are_not_searched_and_said_not_to_be(images: Path) -> None:
    keep(images, "#snapshot/monday/Ada/1.jpg", "Ben/~snapshot/Ada.jpg", "#recycle/@Recently-Snapshot/Ada.jpg")
    found = find_in_bins(images, ["Ada"])
    assert found.paths == ()
    assert found.unsearched == ("#recycle/@Recently-Snapshot", "#snapshot", "Ben/~snapshot")


def test_a_folder_that_may_not_be_read_is_said_not_to_be_searched(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(images, "lost+found/Ada.jpg", "#recycle/Ada.jpg")
    scandir = os.scandir

    def closed(folder: Path) -> object:
        if Path(folder).name == "lost+found":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(bins.os, "scandir", closed)
    found = find_in_bins(images, ["Ada"])
    assert (found.paths, found.unsearched) == ((images / "#recycle" / "Ada.jpg",), ("lost+found",))


def test_what_cannot_be_deleted_is_named_and_the_rest_goes(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(images, "#recycle/Ada.jpg", "#recycle/Ada/1.jpg", "_Ada.jpg")
    unlink = Path.unlink

    def locked(path: Path, **options: bool) -> None:
        if path.name == "Ada.jpg":
            raise PermissionError(13, "Permission denied")
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", locked)
    count, left = delete_from_bins(images, find_in_bins(images, ["Ada"]))
    assert (count, left) == (2, ["#recycle/Ada.jpg: cannot be deleted (Permission denied); delete it by hand"])
    assert files(images) == {"#recycle/Ada.jpg"}


def test_a_bin_that_was_emptied_meanwhile_is_no_fault(images: Path) -> None:
    keep(images, "#recycle/Ada.jpg", "#recycle/Ada/1.jpg")
    found = find_in_bins(images, ["Ada"])
    (images / "#recycle" / "Ada.jpg").unlink()
    assert delete_from_bins(images, found) == (1, [])


def test_the_digest_of_what_cannot_be_read_is_none(images: Path) -> None:
    keep(images, "a.jpg", "b.jpg", content="same")
    assert digest_of(images / "a.jpg") is not None
    assert digest_of(images / "a.jpg") == digest_of(images / "b.jpg")
    assert digest_of(images / "nowhere.jpg") is None
