"""Which files of weights are shipped or can be fetched, and which of them are installed."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import WeightsError
from kiosk.files import folder_lock, shipped_weights
from kiosk.i18n import Message
from kiosk.weights.catalogue import Catalogue, CatalogueEntry, Known
from kiosk.weights.fetch import busy
from kiosk.weights.manifest import FileState, file_state, find_file, read_manifest


@dataclass(frozen=True, slots=True)
class Installed:
    """A file that the catalogue or the manifest knows, and what lies under its name."""

    known: Known
    shipped: bool
    path: Path  # where it lies, or where it would
    size: int  # bytes
    sha256: str
    licence: str
    state: FileState


def installed(catalogue: Catalogue, folder: Path) -> list[Installed]:
    """Return every file that is shipped or can be fetched, hashed; raises WeightsError where one cannot be read.

    Args:
        catalogue: what can be fetched.
        folder: the kiosk's own, which comes before the one that is shipped.
    """
    return [*_shipped(catalogue), *(_fetched(entry, folder) for entry in catalogue.fetch)]


def remove(entry: CatalogueEntry, folder: Path) -> Path:
    """Delete the file of an entry from `folder` and return its path; raises WeightsError where it cannot."""
    path = folder / entry.file
    try:
        with folder_lock(folder, busy(folder)):
            path.unlink()
    except FileNotFoundError:
        reason = Message("is not installed in {folder}", folder=folder)
        raise WeightsError(entry.name, reason, "see `kiosk weights list`") from None
    except OSError as error:
        reason = Message("cannot be removed: {cause}", cause=error.strerror)
        raise WeightsError(path, reason, "check the permissions of its folder") from error
    return path


def _shipped(catalogue: Catalogue) -> list[Installed]:
    known = {one.file: one for one in catalogue.shipped}
    found = []
    for entry in read_manifest().values():
        if entry.file not in known:
            raise WeightsError(entry.file, "stands in the manifest, not in the catalogue", "install kiosk again")
        path = shipped_weights(entry.file)
        state = file_state(path, entry.size, entry.sha256)
        found.append(Installed(known[entry.file], True, path, entry.size, entry.sha256, entry.licence, state))
    return found


def _fetched(entry: CatalogueEntry, folder: Path) -> Installed:
    path = find_file(entry.file, [folder, shipped_weights()])
    state = file_state(path, entry.size, entry.sha256)
    return Installed(entry, False, path, entry.size, entry.sha256, entry.licence, state)
