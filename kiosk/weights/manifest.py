"""weights/manifest.yaml: size and hash of every file that the product ships; reading files that are exactly so."""

import enum
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

from kiosk.errors import WeightsError
from kiosk.files import is_file, read_yaml, shipped_weights
from kiosk.i18n import Message, Text
from kiosk.weights.specs import FileFacts, faults_told

_CHUNK_BYTES: Final = 1 << 20


class FileState(enum.Enum):
    """The state of the file under a name."""

    MISSING = "missing"
    INTACT = "intact"
    ALTERED = "altered"


def find_file(file: str, folders: Sequence[Path]) -> Path:
    """Return the path of a file in the first folder that has it, else in the first folder."""
    paths = [folder / file for folder in folders]
    return next(filter(is_file, paths), paths[0])


def file_state(path: Path, size: int, sha256: str) -> FileState:
    """Return whether `path` is the file of that size and hash; raises WeightsError where it cannot be read."""
    try:
        if not path.is_file():
            return FileState.ALTERED if path.exists() else FileState.MISSING
        with path.open("rb") as opened:
            return FileState.INTACT if holds(opened, size, sha256) else FileState.ALTERED
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> WeightsError:
    """Return the fault of a file that cannot be read."""
    return WeightsError(path, Message("cannot be read: {cause}", cause=error.strerror), "check its permissions")


def holds(opened: BinaryIO, size: int, sha256: str) -> bool:
    """Return whether an open file has that size in bytes and that hash; one of another size is not read."""
    if opened.seek(0, 2) != size:
        return False
    opened.seek(0)
    digest = hashlib.sha256()
    while piece := opened.read(_CHUNK_BYTES):
        digest.update(piece)
    return digest.hexdigest() == sha256


def verified_file(
    path: Path, size: int, sha256: str, remedy: Callable[[], Text] = lambda: "put the right file there"
) -> bytes:
    """Return the content of a file; raises WeightsError unless it has that size in bytes and that hash.

    `remedy` is called only for a fault, since it may read other files.
    """
    try:
        if path.exists() and not path.is_file():
            raise WeightsError(path, "is no file", remedy())  # opening a pipe would wait for ever
        with path.open("rb") as opened:
            # At most one byte more than it should have: a huge file is not read whole.
            content = opened.read(size + 1)
    except FileNotFoundError as error:
        raise WeightsError(path, "is not there", remedy()) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if len(content) != size:
        reason = (
            Message("has more than {size} bytes", size=size)
            if len(content) > size
            else Message("has {content} bytes instead of {size}", content=len(content), size=size)
        )
        raise WeightsError(path, reason, remedy())
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(path, "was altered or is another file: its SHA-256 is not the one expected", remedy())
    return content


MANIFEST: Final = "manifest.yaml"
_REMEDY = Message("run `make weights` in a checkout, or install kiosk again")


class WeightsFile(FileFacts):
    """One entry of the manifest."""

    source: str
    rebuild: str  # the command that makes the file


def manifest_entry(file: str) -> WeightsFile:
    """Return the entry of a file in the manifest; raises WeightsError."""
    entries = read_manifest()
    if file not in entries:
        raise WeightsError(shipped_weights(MANIFEST), Message("does not name {file}", file=file), _REMEDY)
    return entries[file]


def read_manifest() -> dict[str, WeightsFile]:
    """Return every entry by its file name; raises WeightsError where the manifest is missing or damaged."""
    path = shipped_weights(MANIFEST)
    entries: dict[str, WeightsFile] = {}
    for file, values in read_yaml(path, WeightsError, _REMEDY).values.items():
        entry = {**(values if isinstance(values, dict) else {}), "file": file}
        try:
            entries[file] = WeightsFile.model_validate(entry)
        except ValidationError as error:
            reason = Message("is no manifest: {file}: {error}", file=file, error=faults_told(error, entry))
            raise WeightsError(path, reason, _REMEDY) from None
    return entries


def shipped_content(file: str) -> bytes:
    """Return the content of a shipped file; raises WeightsError unless it is the one that the manifest describes."""
    entry = manifest_entry(file)
    return verified_file(shipped_weights(file), entry.size, entry.sha256, lambda: _REMEDY)
