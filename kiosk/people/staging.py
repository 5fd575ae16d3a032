"""Folders that take their place in the image folder as a whole: built hidden, then put there in one step.

Whoever is killed, finds the disk full or loses the folder leaves the gallery as it was or as it was to be. What is left
over is hidden from every gallery, and cleared by whoever changes or loads the folder next.

Where a file system cannot exchange two names (some network shares), it takes two steps: a gallery that looks between
them misses the person until its next look.
"""

import contextlib
import ctypes
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import EnrolmentError, GalleryError
from kiosk.files import folder_lock, sync_folder
from kiosk.i18n import Message
from kiosk.vision.pictures import open_picture, printable

_NEW = ".enrol-"  # a folder that is being built, or that another one has replaced
_GONE = ".erased-"  # pictures that are being deleted
_SWAPPED = ".swap-"  # a person's folder, aside while another one takes its place; the person's name follows the token
_ARRIVING = ".import-"  # folders of people who all become part of the gallery, whatever happens meanwhile
UNFINISHED = (_NEW, _GONE, _SWAPPED, _ARRIVING)  # how the names of folders begin that a change has under way
_TOKEN_BYTES = 4
_TURN_SECONDS = 10.0
# Where a file system has no locks, what is this old belongs to nobody any more.
_ABANDONED_SECONDS = 3600.0
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as it is to be stored."""

    name: str  # in the person's folder
    digest: str  # sha256 of the content
    source: bytes | Path  # the content, or where it lies


@contextlib.contextmanager
def turn(folder: Path) -> Iterator[None]:
    """The time in which nobody else changes the image folder; what others left over is cleared first.

    Raises GalleryError where the folder cannot be changed, or others take too long; turns OSError into it.
    """
    with _in_words(folder), folder_lock(folder, _busy(folder), _TURN_SECONDS) as locked:
        _clear(folder, everything=locked)
        yield


def make_folder(folder: Path) -> None:
    """The image folder, where it is not there yet; raises GalleryError."""
    with _in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        reason = Message("cannot be written ({cause})", cause=fault.strerror or fault)
        remedy = Message("check its permissions and the free space")
        raise GalleryError(printable(folder), reason, remedy) from fault


def recover(folder: Path) -> None:
    """Finishes or undoes what a crash interrupted, unless somebody is at work there; never raises."""
    with contextlib.suppress(OSError, GalleryError), folder_lock(folder, _busy(folder)) as locked:
        _clear(folder, everything=locked)


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder to build in; whatever has its name at the end is deleted."""
    path = folder / f"{_NEW}{secrets.token_hex(_TOKEN_BYTES)}"
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write_picture(picture: PictureFile, target: Path) -> None:
    """Stores a picture, to last; raises EnrolmentError where it is another one than was checked."""
    target.unlink(missing_ok=True)
    with target.open("xb") as copy:
        if isinstance(picture.source, bytes):
            copy.write(picture.source)
        else:
            with open_picture(picture.source) as source:
                shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    with target.open("rb") as copy:
        if hashlib.file_digest(copy, "sha256").hexdigest() != picture.digest:
            raise EnrolmentError(
                printable(target.name),
                "changed while it was enrolled",
                "enrol it again",
            )


def take_along(entry: os.DirEntry[str], target: Path) -> None:
    """Puts what lies at `entry` at `target` too: as a link where the file system can, as a copy where it cannot."""
    if entry.is_dir(follow_symlinks=False):
        shutil.copytree(entry.path, target, symlinks=True, copy_function=link_or_copy)
    else:
        link_or_copy(entry.path, target)


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """The same file under a second name, or a copy that lasts."""
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
    """`new` becomes `home`, which may be there already: then it has the name of `new` afterwards."""
    sync_folder(new)
    if home.exists():
        known = {entry.name for entry in os.scandir(home)}
        with contextlib.suppress(OSError):
            shutil.copymode(home, new)
        _exchange(new, home)
        _bring_latecomers(new, home, known)
    else:
        new.rename(home)
    sync_folder(home)
    sync_folder(home.parent)


def put_people_in_place(new: Path) -> None:
    """Every folder in `new` becomes a person's in the image folder: all, or none where this raises OSError.

    Whoever is killed in the middle leaves them to the next one who changes or loads the image folder.
    """
    arriving = new.with_name(f"{_ARRIVING}{secrets.token_hex(_TOKEN_BYTES)}")
    sync_folder(new)
    new.rename(arriving)
    sync_folder(arriving.parent)
    moved: list[Path] = []
    try:
        for home in _homes_of(arriving):
            home.rename(arriving.with_name(home.name))
            moved.append(home)
    except OSError:
        for home in moved:
            arriving.with_name(home.name).rename(home)
        arriving.rename(new)
        raise
    arriving.rmdir()
    sync_folder(arriving.parent)


def delete_folder(path: Path) -> None:
    """The folder is gone from the gallery at once, and its files right after."""
    gone = path.parent / f"{_GONE}{secrets.token_hex(_TOKEN_BYTES)}"
    path.rename(gone)
    sync_folder(path.parent)
    shutil.rmtree(gone)
    sync_folder(path.parent)


def _exchange(new: Path, home: Path) -> None:
    """Both folders change names at one moment; where the file system cannot, in two steps that `_clear` can undo."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        names = os.fsencode(new), os.fsencode(home)
        if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
            return
        number = ctypes.get_errno()
        if number not in _NO_EXCHANGE:
            raise OSError(number, os.strerror(number), str(home))
    _swap_in_two_steps(new, home)


def _swap_in_two_steps(new: Path, home: Path) -> None:
    aside = home.with_name(f"{_SWAPPED}{new.name.removeprefix(_NEW)}-{home.name}")
    home.rename(aside)
    try:
        new.rename(home)
    except OSError:
        aside.rename(home)
        raise
    aside.rename(new)


def _bring_latecomers(old: Path, home: Path, known: set[str]) -> None:
    """What somebody put into the folder while its successor was built is not lost with it."""
    for entry in list(os.scandir(old)):
        target = home / entry.name
        if entry.name not in known and not os.path.lexists(target):
            Path(entry.path).rename(target)


def _busy(folder: Path) -> GalleryError:
    return GalleryError(printable(folder), "is being changed by another program", "try again in a moment")


def _clear(folder: Path, *, everything: bool) -> None:
    """Finishes imports, undoes unfinished swaps, deletes leftovers; only old ones where others may be at work."""
    steps: tuple[tuple[str, Callable[[Path], None]], ...] = (
        (_ARRIVING, _finish_arrival),
        (_SWAPPED, _undo_swap),
        (_NEW, shutil.rmtree),
        (_GONE, shutil.rmtree),
    )
    for prefix, finish in steps:
        for path in sorted(folder.iterdir()):
            if path.name.startswith(prefix):
                with contextlib.suppress(OSError):
                    if everything or _is_abandoned(path):
                        finish(path)


def _finish_arrival(arriving: Path) -> None:
    for home in _homes_of(arriving):
        # Who was given that name by hand meanwhile is left alone.
        if not os.path.lexists(arriving.with_name(home.name)):
            home.rename(arriving.with_name(home.name))
    shutil.rmtree(arriving)


def _homes_of(arriving: Path) -> list[Path]:
    return sorted(path for path in arriving.iterdir() if path.is_dir())


def _is_abandoned(path: Path) -> bool:
    return time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS


def _undo_swap(aside: Path) -> None:
    token, _, name = aside.name.removeprefix(_SWAPPED).partition("-")
    home, new = aside.with_name(name), aside.with_name(f"{_NEW}{token}")
    if not os.path.lexists(home):
        aside.rename(home)
    elif os.path.lexists(new):
        # The folder that was to come is still waiting, so another one of the same name was made by hand meanwhile.
        _bring_latecomers(aside, home, set())
        shutil.rmtree(aside)
    else:
        shutil.rmtree(aside)
