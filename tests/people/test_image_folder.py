"""Changes to the image folder: all or nothing, though killed, out of space, in parallel or read-only."""

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
from kiosk.people import changes, staging
from kiosk.people.changes import (
    add_people,
    add_pictures,
    erase_person,
    remove_picture,
    rename_person,
    require_free,
    skipped_name,
)
from kiosk.people.folder import list_folder
from kiosk.people.staging import PictureFile, change_lock, recover
from tests.people.conftest import leftovers


def shot(person: str, number: int) -> PictureFile:
    content = f"{person} {number}".encode() * 500
    return PictureFile(f"{number}.jpg", hashlib.sha256(content).hexdigest(), content)


def everybody() -> dict[str, list[PictureFile]]:
    return {person: [shot(person, 1), shot(person, 2)] for person in ("Ben", "Lin", "Zoë 李")}


def content(folder: Path) -> dict[str, bytes]:
    """The files that a gallery sees."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".")}


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
    """The pictures of each person, as a gallery tells people apart."""
    found: dict[str, set[bytes]] = {}
    for picture in list_folder(images).pictures:
        found.setdefault(picture.person.casefold().replace("_", " "), set()).add(picture.path.read_bytes())
    return found


def test_pictures_are_added_to_new_people_and_join_what_is_there(images):
    assert add_pictures(images, "Zoë", [shot("Zoë", 1), shot("Zoë", 2)]) == ("Zoë/1.jpg", "Zoë/2.jpg")
    ada_in_a_folder(images)
    keep(images / "Ada" / "@eaDir" / "thumb", "of a network drive")
    (images / "Ada" / "link.jpg").symlink_to("../Grace.jpg")
    before = content(images)
    add_pictures(images, "ada", [shot("Ada", 1)])
    assert content(images) == before | {"Ada/1.jpg": shot("Ada", 1).source}
    assert (images / "Ada" / "link.jpg").is_symlink()
    assert leftovers(images) == []


def test_a_picture_may_come_from_a_file_and_is_refused_when_it_has_changed(images, tmp_path):
    known = shot("Ada", 1)
    (tmp_path / "a.jpg").write_bytes(known.source)
    add_pictures(images, "Ada", [PictureFile("1.jpg", known.digest, tmp_path / "a.jpg")])
    (tmp_path / "a.jpg").write_text("another")
    with pytest.raises(EnrolmentError, match="changed while"):
        add_pictures(images, "Ada", [shot("Ada", 2), PictureFile("3.jpg", known.digest, tmp_path / "a.jpg")])
    assert content(images) == {"Ada/1.jpg": known.source}
    assert leftovers(images) == []


def test_a_name_that_cannot_be_a_folder_s_or_is_in_the_way_changes_nothing(images):
    ada_in_a_folder(images)
    before = content(images)
    for name in ("", "../up", "a/b", ".hidden", "A\nB", "x" * 101, "#recycle", "_Ada", "RECYCLER", "Ada\udcff"):
        with pytest.raises(EnrolmentError, match="name"):
            add_pictures(images, name, [shot("x", 1)])
        with pytest.raises(EnrolmentError, match="name"):
            rename_person(images, "Ada", name)
    assert content(images) == before
    (images / "Lin").write_text("no folder")
    (images / "Ben").symlink_to(images / "Ada")
    for name in ("Lin", "Ben"):
        with pytest.raises(EnrolmentError, match="in the way"):
            add_pictures(images, name, [shot(name, 1)])


def test_a_picture_is_removed_and_a_folder_with_the_last_one(images):
    ada_in_a_folder(images)
    assert remove_picture(images, "Ada/old.jpg")
    assert not remove_picture(images, "Ada/old.jpg")
    assert remove_picture(images, "Ada/older.png")
    assert remove_picture(images, "Grace.jpg")
    assert list(images.iterdir()) == []


def test_files_follow_a_new_name(images):
    ada_everywhere(images)
    assert rename_person(images, "Ada L", " Ada King ") == "Ada King"
    assert faces(images)["ada king"] == {b"old", b"other folder", b"loose", b"loose too"}
    rename_person(images, "grace", "Grace B. Hopper")
    assert sorted(path.name for path in images.iterdir()) == ["Ada King", "Grace B. Hopper.jpg"]
    assert rename_person(images, "Ada King", "ADA KING") == "ADA KING"
    with pytest.raises(EnrolmentError, match="already in the gallery"):
        rename_person(images, "ADA KING", "grace b. hopper")
    with pytest.raises(UnknownPersonError):
        rename_person(images, "Nobody", "Somebody")


def test_erasing_takes_everything_under_the_name_and_says_what(images):
    ada_everywhere(images)
    keep(images / "Ada L.jpg~", "an editor's backup")
    keep(images / "ada l" / "notes.txt", "about her")
    sources = erase_person(images, "ada_l")
    expected = ["ADA L.png", "Ada L.jpg~", "Ada_L.jpg", "Ada_L/old.jpg", "ada l/notes.txt", "ada l/old.jpg"]
    assert sorted(sources) == expected
    assert [path.name for path in images.rglob("*")] == ["Grace.jpg"]
    assert erase_person(images, "ada_l") == []


def test_many_people_come_in_and_a_name_that_is_taken_keeps_all_out(tmp_path):
    images = tmp_path / "new" / "images"
    assert add_people(images, everybody()) == 6
    assert sorted(faces(images)) == ["ben", "lin", "zoë 李"]
    before = content(images)
    for there in ("ada.jpg", "ADA/1.jpg", "Ada"):
        keep(images / there, "x")
        with pytest.raises(EnrolmentError, match="already in the gallery"):
            add_people(images, {"Cy": [shot("Cy", 1)], "Ada": [shot("Ada", 1)]})
        (images / there).unlink()
        shutil.rmtree(images / "ADA", ignore_errors=True)
    assert content(images) == before
    add_people(images, {f"P{number}": [shot("x", 1)] for number in range(5)})
    with pytest.raises(EnrolmentError, match="p0, p1, p2 and 2 more"):
        require_free(images, [f"p{number}" for number in range(9)])


def test_a_picture_that_cannot_be_read_keeps_everybody_out(images):
    def damaged() -> Iterator[PictureFile]:
        yield shot("Lin", 1)
        raise EnrolmentError("picture", "is damaged", "take another one")

    with pytest.raises(EnrolmentError):
        add_people(images, {"Ada": [shot("Ada", 1)], "Lin": damaged()})
    assert list(images.iterdir()) == []


def test_an_interrupted_import_leaves_names_made_by_hand_and_folders_elsewhere_alone(images, tmp_path):
    for name in ("Ada", "Lin"):
        keep(images / ".import-00" / name / "1.jpg", "imported")
    keep(images / "Ada" / "1.jpg", "by hand")
    keep(tmp_path / "elsewhere" / "Eve" / "1.jpg", "not of the gallery")
    (images / ".import-01").symlink_to(tmp_path / "elsewhere")
    recover(images)
    (images / ".import-01").unlink()
    assert content(images) == {"Ada/1.jpg": b"by hand", "Lin/1.jpg": b"imported"}
    assert leftovers(images) == []


def add_two(images: Path) -> None:
    add_pictures(images, "Ada", [shot("Ada", 1), shot("Ada", 2)])


def grace(images: Path) -> None:
    keep(images / "Grace.jpg", "Grace")


CASES: dict[str, tuple[Callable[[Path], None], Callable[[Path], object]]] = {
    "add a person": (grace, add_two),
    "add to a folder": (ada_in_a_folder, add_two),
    "add to a loose file": (lambda images: keep(images / "Ada.jpg", "Ada"), add_two),
    "add many people": (grace, lambda images: add_people(images, everybody())),
    "remove one": (ada_in_a_folder, lambda images: remove_picture(images, "Ada/old.jpg")),
    "rename": (ada_in_a_folder, lambda images: rename_person(images, "Ada", "Mary")),
    "rename what is everywhere": (ada_everywhere, lambda images: rename_person(images, "Ada L", "Mary")),
    "erase": (ada_in_a_folder, lambda images: erase_person(images, "Ada")),
    "erase what is everywhere": (ada_everywhere, lambda images: erase_person(images, "Ada L")),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_killed_or_out_of_space_at_any_step_the_gallery_is_as_before_or_as_after(struck_at_every_step, case):
    assert struck_at_every_step(*CASES[case], faces) >= 2


def test_a_file_system_without_links_does_it_with_copies(tmp_path, monkeypatch):
    def link(*names, **options):
        raise OSError(errno.EPERM, "Operation not permitted")

    for case in ("add to a folder", "erase what is everywhere"):
        prepare, change = CASES[case]
        images, expected = tmp_path / case / "images", tmp_path / case / "expected"
        prepare(images)
        prepare(expected)
        change(expected)
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", link)
            change(images)
        assert faces(images) == faces(expected), case
        assert leftovers(images) == []


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder of an ordinary user, who runs the test: root may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            for path in (folder, *folder.rglob("*")):
                if path.is_dir():
                    path.chmod(0o755)
            os.seteuid(os.getuid())


def test_a_folder_that_was_made_read_only_stays_as_it_is(ordinary):
    for case, (prepare, change) in CASES.items():
        images = ordinary / case
        prepare(images)
        before = content(images)
        for folder in [images, *(path for path in images.iterdir() if path.is_dir())]:
            folder.chmod(0o555)
        with pytest.raises(GalleryError, match="cannot be written"):
            change(images)
        assert content(images) == before, case
    ada_in_a_folder(ordinary)
    (ordinary / "Ada").chmod(0o555)
    with pytest.raises(GalleryError, match="cannot be written"):
        add_two(ordinary)
    assert (len(list((ordinary / "Ada").iterdir())), leftovers(ordinary)) == (2, [])


def test_a_folder_deleted_meanwhile_is_a_fault_and_nothing_comes_back(images, monkeypatch):
    ada_in_a_folder(images)
    write = staging.write_picture

    def late(picture, target):
        write(picture, target)
        shutil.rmtree(images)

    monkeypatch.setattr(changes, "write_picture", late)
    with pytest.raises(GalleryError):
        add_pictures(images, "Ada", [shot("Ada", 1)])
    assert not images.exists()
    recover(images)
    for change in (lambda: erase_person(images, "Ada"), lambda: rename_person(images, "Ada", "Mary")):
        with pytest.raises(GalleryError):
            change()


def test_a_fault_at_any_rename_puts_all_back_at_once(tmp_path, monkeypatch):
    rename = os.rename
    for case, renames in (("add to a folder", 2), ("add many people", 4)):
        prepare, change = CASES[case]
        for at in range(renames):
            images = tmp_path / case / str(at)
            prepare(images)
            before = content(images)
            left = [at]

            def broken(source, target, *, left=left, **options):
                left[0] -= 1
                if left[0] == -1:
                    raise OSError(errno.EIO, "Input/output error")
                rename(source, target, **options)

            with monkeypatch.context() as patch:
                patch.setattr(os, "rename", broken)
                with pytest.raises(GalleryError):
                    change(images)
            assert content(images) == before, (case, at)
            assert leftovers(images) == []


def test_a_file_that_is_put_into_a_folder_while_its_successor_is_built_is_kept(images, monkeypatch):
    ada_in_a_folder(images)
    rename = Path.rename

    def late(path, target):
        if path == images / "Ada":
            (path / "late.jpg").write_text("late")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    remove_picture(images, "Ada/old.jpg")
    with monkeypatch.context():
        add_two(images)
    assert sorted(content(images)) == ["Ada/1.jpg", "Ada/2.jpg", "Ada/late.jpg", "Ada/older.png", "Grace.jpg"]


def test_during_a_change_nothing_is_cleared_and_others_wait(images, monkeypatch):
    monkeypatch.setattr(staging, "_LOCK_SECONDS", 0.05)
    with change_lock(images):
        (images / ".enrol-0a").mkdir()
        recover(images)
        with pytest.raises(GalleryError, match="being changed"), change_lock(images):
            pass
        assert leftovers(images) == [".enrol-0a"]
    recover(images)
    assert leftovers(images) == []


def test_without_locks_only_what_is_old_is_cleared(images, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", flock)
    for name in (".enrol-0a", ".erased-0b"):
        (images / name).mkdir()
    os.utime(images / ".erased-0b", (0, 0))
    recover(images)
    assert leftovers(images) == [".enrol-0a"]


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
    erase_person(images, "Ada King")
    add_people(images, {"Ada": [shot("Ada", 2)]})
    erase_person(images, "Ada")
    assert set(content(images)) == {"_Ada/old.jpg", "_Ada.jpg"}


def test_a_person_whose_name_is_skipped_now_can_be_renamed_and_a_bin_cannot(images):
    for old in ("_Ada", "#Ada", "\uff03Ada"):
        keep(images / old / "1.jpg", "one")
        keep(images / f"{old}.jpg", "loose")
        assert skipped_name(images, old) == old
        assert rename_person(images, old, "Ada") == "Ada"
        assert faces(images) == {"ada": {b"one", b"loose"}}
        erase_person(images, "Ada")
    keep(images / "#recycle" / "Ada" / "1.jpg", "one")
    assert skipped_name(images, "#recycle") is None
    with pytest.raises(UnknownPersonError):
        rename_person(images, "#recycle", "Ada")
    assert erase_person(images, "#recycle") == []
    assert set(content(images)) == {"#recycle/Ada/1.jpg"}
