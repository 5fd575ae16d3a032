"""What the kiosk knows of files of weights, and which of them lie where it looks for them."""

import os
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.i18n import Message
from kiosk.weights.catalogue import Catalogue, CatalogueEntry, Known
from kiosk.weights.fetch import held_part, part_of
from kiosk.weights.manifest import FileState, file_state, find_file, read_manifest


@dataclass(frozen=True, slots=True)
class Installed:
    """One file, known from the catalogue or the manifest, and what lies under its name."""

    known: Known
    shipped: bool
    path: Path  # where it lies, or where it would
    size: int  # bytes
    sha256: str
    licence: str
    state: FileState
    fetched_bytes: int = 0  # of a download that was not finished


def installed(catalogue: Catalogue, folder: Path) -> list[Installed]:
    """Every file that is shipped or can be fetched, hashed; raises WeightsError where one cannot be read.

    Args:
        catalogue: what can be fetched.
        folder: the kiosk's own, looked into before the one that is shipped.
    """
    return [*_shipped(catalogue), *(_fetched(entry, folder) for entry in catalogue.fetch)]


def remove(entry: CatalogueEntry, folder: Path) -> Path:
    """Delete the file of an entry from `folder`, and what an unfinished download left; its path.

    Raises WeightsError where there is neither, or while it is being fetched.
    """
    path = folder / entry.file
    try:
        if not path.exists() and not part_of(path).exists():
            raise WeightsError(
                entry.name,
                Message("is not installed in {folder}", folder=folder),
                "see `kiosk weights list`",
            )
        with held_part(path) as part:
            part.truncate(0)
            path.unlink(missing_ok=True)
    except OSError as error:
        raise WeightsError(
            path,
            Message("cannot be removed: {cause}", cause=error.strerror),
            "check the permissions of its folder",
        ) from error
    return path


def _shipped(catalogue: Catalogue) -> list[Installed]:
    told = {known.file: known for known in catalogue.shipped}
    found = []
    for entry in read_manifest().values():
        if entry.file not in told:
            raise WeightsError(
                entry.file,
                "stands in the manifest, not in the catalogue",
                "install kiosk again",
            )
        path = shipped_weights(entry.file)
        state = file_state(path, entry.size, entry.sha256)
        found.append(Installed(told[entry.file], True, path, entry.size, entry.sha256, entry.licence, state))
    return found


def _fetched(entry: CatalogueEntry, folder: Path) -> Installed:
    path = find_file(entry.file, [folder, shipped_weights()])
    state = file_state(path, entry.size, entry.sha256)
    part = part_of(folder / entry.file)
    return Installed(entry, False, path, entry.size, entry.sha256, entry.licence, state, _bytes_in(part))


def _bytes_in(part: Path) -> int:
    try:
        # Path.is_file raises where a folder may not be entered.
        return part.stat().st_size if os.path.isfile(part) else 0  # noqa: PTH113
    except FileNotFoundError:
        return 0  # its download has just come to its end
