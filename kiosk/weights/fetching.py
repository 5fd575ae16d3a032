"""Bringing a file of the catalogue into the weights folder, whole and verified or not at all."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from kiosk.errors import WeightsError
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.download import Download, Timeouts, download, what_it_is
from kiosk.weights.files import FileState, file_state, holds
from kiosk.weights.partial import held_part, part_of

Progress = Callable[[int, int], None]  # bytes there, bytes in all

_HEAD_BYTES: Final = 256
_NEWER: Final = "look for a newer kiosk"
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def fetch(entry: CatalogueEntry, folder: Path, progress: Progress, timeouts: Timeouts | None = None) -> bool:
    """Download the file of an entry into `folder`; False where it is there already.

    What has come lies in <file>.part. A broken connection, a stalled server and Ctrl-C leave that part, and the next
    fetch goes on behind it; after wrong content and on a full disk it is deleted. It needs no validator of the server:
    the hash of the whole decides, and where a continued part does not have it, the download starts over once.

    Raises WeightsError.
    """
    path = folder / entry.file
    try:
        if path.is_dir():
            raise WeightsError(path, "is a folder", "move it away")
        if _is_there(entry, path):
            return False
        with _made(folder), held_part(path) as part:
            # Another process may have brought it since the first look.
            if _is_there(entry, path):
                return False
            _fill(entry, part, progress, timeouts or Timeouts())
            _install(part, path)
    except OSError as error:
        raise _disk_fault(path, entry.size, error) from error
    return True


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder and those above it are made, and taken away again where nothing has come into them."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for each in made:
            with suppress(OSError):
                each.rmdir()


def _is_there(entry: CatalogueEntry, path: Path) -> bool:
    return file_state(path, entry.size, entry.sha256) is FileState.INTACT


def _fill(entry: CatalogueEntry, part: BinaryIO, progress: Progress, timeouts: Timeouts) -> None:
    """Complete the part; it is emptied where it turns out to hold anything else than the file's beginning."""
    try:
        while True:
            kept = part.seek(0, os.SEEK_END)
            if kept < entry.size:
                with download(entry.url, kept, entry.size, timeouts) as coming:
                    _append(entry, part, coming, progress)
            if holds(part, entry.size, entry.sha256):
                return
            part.truncate(0)
            if not kept:
                raise WeightsError(entry.url, "is another file: its SHA-256 is not the one expected", _NEWER)
    except OSError:
        part.truncate(0)
        raise


def _append(entry: CatalogueEntry, part: BinaryIO, coming: Download, progress: Progress) -> None:
    part.truncate(coming.start)
    there = part.seek(coming.start)
    progress(there, entry.size)
    for piece in coming.pieces:
        there += len(piece)
        if there > entry.size:
            part.truncate(0)
            raise WeightsError(entry.url, f"has more than {entry.size} bytes", _NEWER)
        _write(part, piece)
        progress(there, entry.size)
    if there < entry.size:
        raise _too_short(entry, part, there, coming)


def _write(part: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:  # an unbuffered file takes less than all of it where the disk is about to be full
        rest = rest[part.write(rest) :]


def _too_short(entry: CatalogueEntry, part: BinaryIO, there: int, coming: Download) -> WeightsError:
    part.seek(0)
    shown = what_it_is(part.read(_HEAD_BYTES))
    if shown or coming.ended_by_server:
        reason = f"is {shown}" if shown else f"has {there} bytes instead of {entry.size}"
        part.truncate(0)
        return WeightsError(entry.url, reason, _NEWER)
    reason = f"broke off after {there} of {entry.size} bytes"
    return WeightsError(entry.url, reason, "run the command again: it goes on where it stopped")


def _install(part: BinaryIO, path: Path) -> None:
    """Give the part its name, in an order that a power cut cannot turn round."""
    os.fsync(part.fileno())
    part_of(path).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _disk_fault(path: Path, size: int, error: OSError) -> WeightsError:
    if error.errno in _NO_ROOM:
        return WeightsError(path, f"finds no room for its {size} bytes: {error.strerror}", "make room on the disk")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return WeightsError(path.parent, "is no folder", "move it away, or name another as `weights` in config.yaml")
    remedy = "check its folder, or name another as `weights` in config.yaml"
    return WeightsError(path, f"cannot be written: {error.strerror}", remedy)
