import errno
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.errors import EnrolmentError, GalleryError, UnknownPersonError
from kiosk.people import staging
from kiosk.people.changes import (
    add_pictures,
    erase_person,
    remove_pictures,
    rename_person,
    skipped_name,
)
from kiosk.people.folder import list_folder
from kiosk.people.staging import PictureFile


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


def shot(person: str, number: int) -> PictureFile:
    content = f"{person} {number}".encode() * 500
    return PictureFile(f"{number}.jpg", hashlib.sha256(content).hexdigest(), content)


def content(folder: Path) -> dict[str, bytes]:
    """What every gallery sees: whatever is not hidden."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".")}


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def ada_in_a_folder(images: Path) -> None:
    keep(images / "Ada" / "old.jpg", "Ada old")
    keep(images / "Ada" / "older.png", "Ada older")
    keep(images / "Grace.jpg", "Grace")


def ada_everywhere(images: Path) -> None:
    keep(images / "Ada_L" / "old.jpg", "old")
    keep(images / "ada l" / "old.jpg", "other folder")
    keep(images / "ADA L.png", "loose")
    keep(images / "Ada_L.jpg", "loose too")
    keep(images / "Grace.jpg", "Grace")


def faces(images: Path) -> dict[str, set[bytes]]:
    """Who has which pictures, as a gallery tells people apart."""
    found: dict[str, set[bytes]] = {}
    for picture in list_folder(images).pictures:
        found.setdefault(picture.person.casefold().replace("_", " "), set()).add(picture.path.read_bytes())
    return found


def test_somebody_new_gets_a_folder(images):
    assert add_pictures(images, "Zoë", [shot("Zoë", 1), shot("Zoë", 2)]) == ("Zoë/1.jpg", "Zoë/2.jpg")
    assert sorted(content(images)) == ["Zoë/1.jpg", "Zoë/2.jpg"]
    assert leftovers(images) == []


def test_pictures_join_what_is_there_with_folders_links_and_all(images):
    ada_in_a_folder(images)
    keep(images / "Ada" / "@eaDir" / "thumb", "of a network drive")
    (images / "Ada" / "link.jpg").symlink_to("../Grace.jpg")
    before = content(images)
    add_pictures(images, "ada", [shot("Ada", 1)])
    assert content(images) == before | {"Ada/1.jpg": shot("Ada", 1).source}
    assert (images / "Ada" / "link.jpg").is_symlink()


def test_a_picture_may_come_from_a_file_and_is_refused_when_it_has_changed(images, tmp_path):
    known = shot("Ada", 1)
    (tmp_path / "a.jpg").write_bytes(known.source)
    add_pictures(images, "Ada", [PictureFile("1.jpg", known.digest, tmp_path / "a.jpg")])
    (tmp_path / "a.jpg").write_text("another")
    with pytest.raises(EnrolmentError, match="changed while"):
        add_pictures(images, "Ada", [shot("Ada", 2), PictureFile("3.jpg", known.digest, tmp_path / "a.jpg")])
    assert content(images) == {"Ada/1.jpg": known.source}
    assert leftovers(images) == []


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "A\nB", "x" * 101, "#recycle", "_Ada", "RECYCLER"])
def test_a_name_that_cannot_be_a_folder_s_changes_nothing(images, name):
    ada_in_a_folder(images)
    before = content(images)
    with pytest.raises(EnrolmentError, match="name"):
        add_pictures(images, name, [shot("x", 1)])
    with pytest.raises(EnrolmentError, match="name"):
        rename_person(images, "Ada", name)
    assert content(images) == before


def test_one_picture_or_some_or_all_are_removed(images):
    ada_in_a_folder(images)
    keep(images / "Ada" / "oldest.jpg", "Ada oldest")
    assert remove_pictures(images, ["Ada/old.jpg", "Ada/never.jpg"]) == ["Ada/old.jpg"]
    assert remove_pictures(images, ["Ada/older.png", "Ada/oldest.jpg"]) == ["Ada/older.png", "Ada/oldest.jpg"]
    assert remove_pictures(images, ["Grace.jpg"]) == ["Grace.jpg"]
    assert list(images.iterdir()) == []


def test_pictures_of_one_person_in_several_places_are_removed_together(images):
    ada_everywhere(images)
    remove_pictures(images, ["ADA L.png", "ada l/old.jpg"])
    assert faces(images) == {"ada l": {b"old", b"loose too"}, "grace": {b"Grace"}}


def test_pictures_of_two_people_are_not_removed_together_nor_what_lies_elsewhere(images, tmp_path):
    ada_in_a_folder(images)
    keep(tmp_path / "mine.jpg", "mine")
    with pytest.raises(UnknownPersonError):
        remove_pictures(images, ["Ada/old.jpg", "Grace.jpg"])
    assert remove_pictures(images, ["../mine.jpg", str(tmp_path / "mine.jpg"), "Ada/../../mine.jpg"]) == []
    assert (tmp_path / "mine.jpg").exists()


def test_files_follow_a_new_name(images):
    ada_everywhere(images)
    assert rename_person(images, "Ada L", " Ada King ") == "Ada King"
    assert faces(images)["ada king"] == {b"old", b"other folder", b"loose", b"loose too"}
    rename_person(images, "grace", "Grace B. Hopper")
    assert sorted(path.name for path in images.iterdir()) == ["Ada King", "Grace B. Hopper.jpg"]


def test_a_name_may_be_spelt_anew_but_not_be_taken_from_somebody(images):
    ada_in_a_folder(images)
    assert rename_person(images, "Ada", "ADA") == "ADA"
    with pytest.raises(EnrolmentError, match="already in the gallery"):
        rename_person(images, "ADA", "grace")
    with pytest.raises(UnknownPersonError):
        rename_person(images, "Nobody", "Somebody")


def test_erasing_takes_everything_under_the_name_and_says_what(images):
    ada_everywhere(images)
    keep(images / "Ada L.jpg~", "an editor's backup")
    keep(images / "ada l" / "notes.txt", "about her")
    sources = erase_person(images, "ada_l")
    assert sorted(sources) == [
        "ADA L.png",
        "Ada L.jpg~",
        "Ada_L.jpg",
        "Ada_L/old.jpg",
        "ada l/notes.txt",
        "ada l/old.jpg",
    ]
    assert [path.name for path in images.rglob("*")] == ["Grace.jpg"]
    assert erase_person(images, "ada_l") == []


def add_two(images: Path) -> None:
    add_pictures(images, "Ada", [shot("Ada", 1), shot("Ada", 2)])


CASES: dict[str, tuple[Callable[[Path], None], Callable[[Path], object]]] = {
    "add somebody": (lambda images: keep(images / "Grace.jpg", "Grace"), add_two),
    "add to a folder": (ada_in_a_folder, add_two),
    "add to a loose file": (lambda images: keep(images / "Ada.jpg", "Ada"), add_two),
    "remove one": (ada_in_a_folder, lambda images: remove_pictures(images, ["Ada/old.jpg"])),
    "remove some": (ada_everywhere, lambda images: remove_pictures(images, ["Ada_L/old.jpg", "ADA L.png"])),
    "remove all": (ada_in_a_folder, lambda images: remove_pictures(images, ["Ada/old.jpg", "Ada/older.png"])),
    "rename": (ada_in_a_folder, lambda images: rename_person(images, "Ada", "Mary")),
    "rename what is everywhere": (ada_everywhere, lambda images: rename_person(images, "Ada L", "Mary")),
    "erase": (ada_in_a_folder, lambda images: erase_person(images, "Ada")),
    "erase what is everywhere": (ada_everywhere, lambda images: erase_person(images, "Ada L")),
}


@pytest.mark.parametrize("case", CASES)
def test_killed_or_out_of_space_at_any_step_the_gallery_is_as_before_or_as_after(struck_at_every_step, case):
    steps = struck_at_every_step(*CASES[case], faces)
    assert steps >= 2


@pytest.mark.parametrize("case", ["add to a folder", "remove some", "erase what is everywhere"])
def test_a_file_system_without_links_does_it_with_copies(images, monkeypatch, case):
    def link(*names, **options):
        raise OSError(errno.EPERM, "Operation not permitted")

    prepare, change = CASES[case]
    prepare(images)
    expected = images.with_name("expected")
    prepare(expected)
    change(expected)
    monkeypatch.setattr(os, "link", link)
    change(images)
    assert faces(images) == faces(expected)
    assert leftovers(images) == []


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("case", CASES)
def test_a_folder_that_cannot_be_written_is_a_fault_and_stays_as_it_is(images, monkeypatch, case, number):
    def refuse(*names, **options):
        raise OSError(number, os.strerror(number))

    prepare, change = CASES[case]
    prepare(images)
    before = content(images)
    for name in ("mkdir", "rename", "unlink", "link", "rmdir"):
        monkeypatch.setattr(os, name, refuse)
    with pytest.raises(GalleryError, match="cannot be written"):
        change(images)
    assert content(images) == before


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder of an ordinary user, who is the one that runs the test: root may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "images"
        folder.mkdir()
        if os.geteuid() == 0:
            for path in (folder, folder.parent):
                os.chown(path, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            folder.chmod(0o755)
            os.seteuid(os.getuid())


@pytest.mark.parametrize("case", CASES)
def test_a_folder_that_was_made_read_only_stays_as_it_is(ordinary, case):
    prepare, change = CASES[case]
    prepare(ordinary)
    before = content(ordinary)
    folders = [ordinary, *(path for path in ordinary.iterdir() if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    with pytest.raises(GalleryError, match="cannot be written"):
        change(ordinary)
    assert content(ordinary) == before
    for folder in folders:
        folder.chmod(0o755)


def test_a_person_s_folder_that_was_made_read_only_takes_no_pictures(ordinary):
    ada_in_a_folder(ordinary)
    (ordinary / "Ada").chmod(0o555)
    before = content(ordinary)
    with pytest.raises(GalleryError, match="cannot be written"):
        add_two(ordinary)
    assert content(ordinary) == before
    assert leftovers(ordinary) == []
    (ordinary / "Ada").chmod(0o755)


def test_a_folder_deleted_meanwhile_is_a_fault_and_nothing_comes_back(images, monkeypatch):
    ada_in_a_folder(images)
    write = staging.write_picture

    def late(picture, target):
        write(picture, target)
        shutil.rmtree(images)

    monkeypatch.setattr("kiosk.people.changes.write_picture", late)
    with pytest.raises(GalleryError):
        add_pictures(images, "Ada", [shot("Ada", 1)])
    assert not images.exists()
    for change in (lambda: erase_person(images, "Ada"), lambda: rename_person(images, "Ada", "Mary")):
        with pytest.raises(GalleryError):
            change()


def test_many_at_once_lose_nobody_s_picture(images):
    threads = [
        threading.Thread(target=add_pictures, args=(images, "Ada", [shot("Ada", number)])) for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(content(images)) == 12


def test_a_folder_that_is_nobody_s_gets_no_pictures_and_gives_none(images):
    keep(images / "_Ada" / "old.jpg", "put aside")
    keep(images / "_Ada.jpg", "put aside too")
    add_pictures(images, "Ada", [shot("Ada", 1)])
    assert faces(images) == {"ada": {shot("Ada", 1).source}}
    rename_person(images, "Ada", "Ada King")
    assert faces(images) == {"ada king": {shot("Ada", 1).source}}
    erase_person(images, "Ada King")
    assert set(content(images)) == {"_Ada/old.jpg", "_Ada.jpg"}


@pytest.mark.parametrize("old", ["_Ada", "#Ada", "\uff03Ada"])
def test_who_had_a_name_that_is_skipped_now_can_be_given_another(images, old):
    keep(images / old / "1.jpg", "one")
    keep(images / f"{old}.jpg", "loose")
    assert skipped_name(images, old) == old
    assert rename_person(images, old, "Ada") == "Ada"
    assert faces(images) == {"ada": {b"one", b"loose"}}


def test_a_bin_is_nobody_who_could_be_renamed_or_erased(images):
    keep(images / "#recycle" / "Ada" / "1.jpg", "one")
    assert skipped_name(images, "#recycle") is None
    with pytest.raises(UnknownPersonError):
        rename_person(images, "#recycle", "Ada")
    assert erase_person(images, "#recycle") == []
    assert set(content(images)) == {"#recycle/Ada/1.jpg"}
