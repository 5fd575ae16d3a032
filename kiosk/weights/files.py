"""One file of weights: where it lies, whether it is the one expected, and its content only if it is."""

import enum
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from kiosk.errors import WeightsError
from kiosk.i18n import translate

_CHUNK_BYTES: Final = 1 << 20


class FileState(enum.Enum):
    """What lies under a file's name."""

    MISSING = "missing"
    INTACT = "intact"
    ALTERED = "altered"


def find_file(file: str, folders: Sequence[Path]) -> Path:
    """Where the file of that name lies: in the first folder that has it, else where it belongs, in the first."""
    paths = [folder / file for folder in folders]
    # Path.is_file raises where a folder may not be entered.
    return next((path for path in paths if os.path.isfile(path)), paths[0])  # noqa: PTH113


def file_state(path: Path, size: int, sha256: str) -> FileState:
    """Whether `path` is the file of that size in bytes and that hash; raises WeightsError where it cannot be read."""
    try:
        if not path.is_file():
            return FileState.ALTERED if path.exists() else FileState.MISSING
        with path.open("rb") as opened:
            return FileState.INTACT if holds(opened, size, sha256) else FileState.ALTERED
    except OSError as error:
        raise WeightsError(
            path,
            translate("faults", "cannot be read: {cause}").format(cause=error.strerror),
            translate("faults", "check its permissions"),
        ) from error


def holds(opened: BinaryIO, size: int, sha256: str) -> bool:
    """Whether an open file has that size in bytes and that hash; it is read in pieces, and not at all if too large."""
    if opened.seek(0, 2) != size:
        return False
    opened.seek(0)
    digest = hashlib.sha256()
    while piece := opened.read(_CHUNK_BYTES):
        digest.update(piece)
    return digest.hexdigest() == sha256


def verified_file(
    path: Path, size: int, sha256: str, remedy: Callable[[], str] = lambda: "put the right file there"
) -> bytes:
    """The content of a file; raises WeightsError unless it has exactly that size in bytes and that hash.

    The remedy is asked for only where it is needed: to know it may take the reading of other files.
    """
    try:
        if path.exists() and not path.is_file():
            raise WeightsError(
                path, translate("faults", "is no file"), remedy()
            )  # a pipe would be waited for without end
        with path.open("rb") as opened:
            # One byte more than it should have, so that a huge file in its place is not read whole.
            content = opened.read(size + 1)
    except FileNotFoundError as error:
        raise WeightsError(path, translate("faults", "is not there"), remedy()) from error
    except OSError as error:
        raise WeightsError(
            path,
            translate("faults", "cannot be read: {cause}").format(cause=error.strerror),
            translate("faults", "check its permissions"),
        ) from error
    if len(content) != size:
        reason = (
            translate("faults", "has more than {size} bytes").format(size=size)
            if len(content) > size
            else translate("faults", "has {content} bytes instead of {size}").format(content=len(content), size=size)
        )
        raise WeightsError(path, reason, remedy())
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(
            path, translate("faults", "was altered or is another file: its SHA-256 is not the one expected"), remedy()
        )
    return content
