import errno
import fcntl
import hashlib
import os
from pathlib import Path

import pytest

from kiosk import files
from kiosk.errors import GalleryError
from kiosk.people import staging
from kiosk.people.staging import (
    PictureFile,
    delete_folder,
    new_folder,
    put_in_place,
    recover,
    take_along,
    turn,
    write_picture,
)


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    (folder / "Ada").mkdir(parents=True)
    (folder / "Ada" / "old.jpg").write_text("old")
    return folder


@pytest.fixture
def no_exchange(monkeypatch):
    """A file system that does not know how two names change places."""

    class Library:
        def renameat2(self, *arguments):
            staging.ctypes.set_errno(errno.EINVAL)
            return -1

    monkeypatch.setattr(staging.ctypes, "CDLL", lambda name, use_errno: Library())


def shot(person: str, number: int) -> PictureFile:
    content = f"{person} {number}".encode() * 500
    return PictureFile(f"{number}.jpg", hashlib.sha256(content).hexdigest(), content)


def content(folder: Path) -> dict[str, bytes]:
    """What every gallery sees: whatever is not hidden."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".")}


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def replace(folder):
    with turn(folder), new_folder(folder) as new:
        write_picture(shot("Ada", 1), new / "1.jpg")
        write_picture(shot("Ada", 2), new / "2.jpg")
        put_in_place(new, folder / "Ada")


def prepare(folder):
    (folder / "Ada").mkdir()
    (folder / "Ada" / "old.jpg").write_text("old")


def test_one_folder_takes_another_s_place(images):
    replace(images)
    assert sorted(content(images)) == ["Ada/1.jpg", "Ada/2.jpg"]
    assert leftovers(images) == []


def test_where_names_cannot_be_exchanged_two_steps_do(images, no_exchange):
    replace(images)
    assert sorted(content(images)) == ["Ada/1.jpg", "Ada/2.jpg"]
    assert leftovers(images) == []


def test_killed_between_the_two_steps_the_next_start_puts_the_folder_back(tmp_path, no_exchange, struck_at_every_step):
    def recovered(folder):
        recover(folder)
        return content(folder)

    assert struck_at_every_step(prepare, replace, recovered) > 5


def test_a_fault_between_the_two_steps_puts_the_folder_back_at_once(images, no_exchange, monkeypatch):
    rename = os.rename
    calls = []

    def broken(source, target, **options):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target, **options)

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(GalleryError):
        replace(images)
    assert content(images) == {"Ada/old.jpg": b"old"}


def test_what_is_put_into_a_folder_while_its_successor_is_built_is_kept(images, monkeypatch):
    exchange = staging._exchange

    def late(new, home):
        (home / "late.jpg").write_text("late")
        exchange(new, home)

    monkeypatch.setattr(staging, "_exchange", late)
    replace(images)
    assert sorted(content(images)) == ["Ada/1.jpg", "Ada/2.jpg", "Ada/late.jpg"]


def test_a_folder_made_by_hand_under_the_name_of_one_that_is_aside_loses_nothing(images):
    (images / ".swap-0a-Grace").mkdir()
    (images / ".swap-0a-Grace" / "first.jpg").write_text("first")
    (images / ".enrol-0a").mkdir()
    (images / "Grace").mkdir()
    (images / "Grace" / "second.jpg").write_text("second")
    recover(images)
    assert sorted(content(images)) == ["Ada/old.jpg", "Grace/first.jpg", "Grace/second.jpg"]
    assert leftovers(images) == []


def test_while_somebody_is_at_work_nothing_is_cleared_and_others_wait(images, monkeypatch):
    monkeypatch.setattr(staging, "_TURN_SECONDS", 0.05)
    descriptor = os.open(images, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    (images / ".enrol-0a").mkdir()
    recover(images)
    with pytest.raises(GalleryError, match="being changed"), turn(images):
        pass
    assert leftovers(images) == [".enrol-0a"]
    os.close(descriptor)
    recover(images)
    assert leftovers(images) == []


def test_without_locks_only_what_is_old_is_cleared(images, monkeypatch):
    def without(descriptor, *, blocking):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(files, "lock_descriptor", without)
    for name in (".enrol-0a", ".erased-0b"):
        (images / name).mkdir()
    os.utime(images / ".erased-0b", (0, 0))
    recover(images)
    assert leftovers(images) == [".enrol-0a"]


@pytest.mark.parametrize("there", ["nothing", "file"])
def test_recovering_a_folder_that_is_none_is_silent(tmp_path, there):
    if there == "file":
        (tmp_path / "images").write_text("a file")
    recover(tmp_path / "images")


def test_links_and_folders_are_taken_along(images):
    (images / "Ada" / "link.jpg").symlink_to("old.jpg")
    (images / "Ada" / "sub").mkdir()
    (images / "Ada" / "sub" / "deep.jpg").write_text("deep")
    (images / "new").mkdir()
    for entry in os.scandir(images / "Ada"):
        take_along(entry, images / "new" / entry.name)
    assert str((images / "new" / "link.jpg").readlink()) == "old.jpg"
    assert (images / "new" / "sub" / "deep.jpg").read_text() == "deep"
    assert (images / "new" / "old.jpg").samefile(images / "Ada" / "old.jpg")


def test_a_deleted_folder_leaves_nothing(images):
    delete_folder(images / "Ada")
    assert list(images.iterdir()) == []
