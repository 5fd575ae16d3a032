"""The register's file: what changes when it does, and how a new one takes its place."""

import os
import time
from pathlib import Path
from typing import TypeAlias

Stamp: TypeAlias = tuple[int, int, int, int]
# A file that changed this recently may change again without another time stamp: FAT counts in steps of 2 s.
_YOUNG_SECONDS = 3.0


def put_in_place(new: Path, path: Path) -> None:
    """Never over a file that is there."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(path) from None
        new.rename(path)


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none. Raises OSError where that cannot be told."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def is_young(stamp: Stamp) -> bool:
    """Whether the next change may leave the stamp as it is."""
    return abs(time.time() - max(stamp[1], stamp[2]) / 1e9) < _YOUNG_SECONDS
