"""Writing files below weights/, whole or not at all."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk.errors import WeightsError


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Put each file into `out`, in order, so that what names another comes after it; raises WeightsError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            replace_whole(out / file, _writer(content))
    except OSError as error:
        raise WeightsError(out, f"cannot be written: {error.strerror}", "name another folder with --out") from error


def replace_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`, which then takes its name, in an order that a power cut cannot turn round.

    Raises what `write` raises, and OSError; nothing is left behind then.
    """
    partial = path.with_name(f"partial-{path.name}")  # the end of a name tells some writers the format
    try:
        write(partial)
        sync(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync(path.parent)


def _writer(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def sync(path: Path) -> None:
    """Makes a file, or the names in a folder, last through a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
