"""Steps of a change to the image folder: build a hidden folder, swap it in, undo a swap that was interrupted.

A change that is killed or finds the disk full leaves the gallery as before or as after. Its hidden folders are cleared
by the next change, and by a gallery when it loads or sees a change. A swap takes two renames; a gallery that looks
between them misses the person until its next look.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import EnrolmentError, GalleryError, cause_of
from kiosk.files import folder_lock, sync_folder
from kiosk.i18n import Message
from kiosk.names import printable
from kiosk.vision.pictures import open_picture

_NEW = ".enrol-"  # a folder that is being built
_DELETED = ".erased-"  # pictures that are being deleted
_PENDING = ".import-"  # folders of people that belong in the image folder, unless something has their name there
UNFINISHED = (_NEW, _DELETED, _PENDING)  # prefixes of the folders of a change that is under way
_TOKEN_BYTES = 4
_LOCK_SECONDS = 10.0
_ABANDONED_SECONDS = 3600.0  # where a file system has no locks, older folders belong to no running change


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture to store in a person's folder."""

    name: str
    digest: str  # sha256 of the content
    source: bytes | Path  # the content, or the file that holds it


@contextlib.contextmanager
def change_lock(folder: Path, *, make: bool = False) -> Iterator[None]:
    """Lock the image folder for a change, clear what others left over, and turn OSError into GalleryError."""
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        with folder_lock(folder, _busy(folder), _LOCK_SECONDS) as locked:
            _clear(folder, everything=locked)
            yield
    except OSError as fault:
        reason = Message("cannot be written ({cause})", cause=cause_of(fault))
        remedy = Message("check its permissions and the free space")
        raise GalleryError(printable(folder), reason, remedy) from fault


def recover(folder: Path) -> None:
    """Finish or undo what a crash interrupted, unless another change is under way. Never raises."""
    with contextlib.suppress(OSError, GalleryError), folder_lock(folder, _busy(folder)) as locked:
        _clear(folder, everything=locked)


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Create a hidden folder to build in; it is deleted at the end unless it was renamed."""
    path = _hidden_path(folder, _NEW)
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write_picture(picture: PictureFile, target: Path) -> None:
    """Write a picture to the disk. Raises EnrolmentError if its content is not the one that was checked."""
    target.unlink(missing_ok=True)
    with open_picture(picture.source) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    with target.open("rb") as copy:
        if hashlib.file_digest(copy, "sha256").hexdigest() != picture.digest:
            raise EnrolmentError(printable(target.name), "changed while it was enrolled", "enrol it again")


def take_along(path: Path, target: Path) -> None:
    """Link a file or a whole folder to `target`; copy it where the file system has no links."""
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, target, symlinks=True, copy_function=_link_or_copy)
    else:
        _link_or_copy(path, target)


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    """Link a file to a second name; copy it where the file system has no links."""
    try:
        os.link(source, target, follow_symlinks=False)
        return
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT, errno.EEXIST}:
            raise
    shutil.copy2(source, target, follow_symlinks=False)
    if not Path(target).is_symlink():
        with Path(target).open("rb") as copy:
            os.fsync(copy.fileno())


def put_in_place(new: Path, home: Path) -> None:
    """Make `new` the folder `home`; a folder that is there takes the place of `new`. Raises OSError."""
    sync_folder(new)
    if home.exists():
        _swap(new, home)
    else:
        new.rename(home)
    sync_folder(home)
    sync_folder(home.parent)


def put_people_in_place(new: Path) -> None:
    """Move all folders in `new` into the image folder, or none if it raises OSError; recovery ends it after a kill."""
    sync_folder(new)
    pending = _hidden_path(new.parent, _PENDING)
    new.rename(pending)
    moved: list[Path] = []
    try:
        sync_folder(pending.parent)
        for home in sorted(pending.iterdir()):
            home.rename(pending.with_name(home.name))
            moved.append(home)
        pending.rmdir()
    except OSError:
        for home in moved:
            pending.with_name(home.name).rename(home)
        pending.rename(new)
        raise
    with contextlib.suppress(OSError):  # too late to undo it
        sync_folder(pending.parent)


def delete_folder(path: Path) -> None:
    """Take a folder out of the gallery in one step, then delete its files."""
    deleted = _hidden_path(path.parent, _DELETED)
    path.rename(deleted)
    sync_folder(path.parent)
    shutil.rmtree(deleted)
    sync_folder(path.parent)


def _swap(new: Path, home: Path) -> None:
    """Let `new` and `home` change places; after a kill in between, recovery puts the old folder back."""
    known = {path.name for path in home.iterdir()}
    pending = _hidden_path(home.parent, _PENDING)
    pending.mkdir()
    old = pending / home.name
    try:
        home.rename(old)
        try:
            with contextlib.suppress(OSError):
                shutil.copymode(old, new)
            new.rename(home)
        except OSError:
            old.rename(home)
            raise
    except OSError:
        pending.rmdir()
        raise
    for path in list(old.iterdir()):  # files that were put into the old folder while the new one was built
        if path.name not in known and not os.path.lexists(home / path.name):
            path.rename(home / path.name)
    old.rename(new)  # recovery must not find it pending once `home` has another name
    pending.rmdir()


def _hidden_path(folder: Path, prefix: str) -> Path:
    return folder / f"{prefix}{secrets.token_hex(_TOKEN_BYTES)}"


def _busy(folder: Path) -> GalleryError:
    return GalleryError(printable(folder), "is being changed by another program", "try again in a moment")


def _clear(folder: Path, *, everything: bool) -> None:
    """Finish or delete what other changes left over; `everything` = also what is not old yet."""
    for prefix, finish in ((_PENDING, _finish_pending), (_NEW, shutil.rmtree), (_DELETED, shutil.rmtree)):
        for path in sorted(folder.iterdir()):
            if path.name.startswith(prefix) and not path.is_symlink():
                with contextlib.suppress(OSError):
                    if everything or time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS:
                        finish(path)


def _finish_pending(pending: Path) -> None:
    for home in sorted(pending.iterdir()):
        if not os.path.lexists(pending.with_name(home.name)):
            home.rename(pending.with_name(home.name))
    shutil.rmtree(pending)
