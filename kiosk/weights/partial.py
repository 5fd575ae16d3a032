"""<file>.part: what a download has brought so far, held by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kiosk.errors import WeightsError

SUFFIX = ".part"


@contextmanager
def held_part(path: Path) -> Iterator[BinaryIO]:
    """The part of the file `path`, made where there is none, open for reading and writing, locked, unbuffered.

    A part that is empty in the end is taken away. The lock lies on the part itself and ends with the process, so that
    a crash leaves no stale one behind.

    Raises WeightsError where another process holds it, OSError where it cannot be opened.
    """
    part = part_of(path)
    while True:
        # A link in its place could lead the download over another file.
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "r+b", buffering=0) as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WeightsError(path, "is being fetched by another process", "wait until it is done") from error
            if not _still_there(descriptor, part):
                continue
            try:
                yield opened
            finally:
                if _still_there(descriptor, part) and not os.fstat(descriptor).st_size:
                    part.unlink()
            return


def part_of(path: Path) -> Path:
    """Where the part of the file `path` lies."""
    return path.with_name(path.name + SUFFIX)


def _still_there(descriptor: int, part: Path) -> bool:
    """Whether the part that was opened still has its name: its last holder may have finished meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(part, follow_symlinks=False))  # noqa: PTH116  (no Path)
    except FileNotFoundError:
        return False
