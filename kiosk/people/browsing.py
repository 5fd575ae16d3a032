"""Lists a folder of a USB stick for the file picker: folders and files of one kind, no links."""

import itertools
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.i18n import Message, Text
from kiosk.names import is_system_folder, printable

MOST_FILES = 20_000  # listed of one folder


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder to open or a file to choose."""

    path: Path
    is_folder: bool

    @property
    def name(self) -> str:
        """The name, printable."""
        return printable(self.path.name)


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a folder: folders first, then files, by name."""

    entries: tuple[Entry, ...]
    is_cut: bool = False  # there are more than MOST_FILES


def list_files(place: Path, folder: Path, suffixes: Collection[str]) -> Listing:
    """List the folders, and the files with one of the endings; no hidden ones and no links. Raises KioskError."""
    entries: list[Entry] = []
    try:
        if not folder.resolve().is_relative_to(place.resolve()):
            raise _unreadable(folder, Message("it is somewhere else"))
        with os.scandir(folder) as scanned:
            files = list(itertools.islice(scanned, MOST_FILES + 1))
        for file in files[:MOST_FILES]:
            is_folder = file.is_dir(follow_symlinks=False)
            is_wanted = Path(file.name).suffix.lower() in suffixes and file.is_file(follow_symlinks=False)
            if not file.name.startswith(".") and (not is_system_folder(file.name) if is_folder else is_wanted):
                entries.append(Entry(folder / file.name, is_folder))
    except OSError as fault:
        raise _unreadable(folder, fault.strerror or str(fault)) from fault
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    return Listing(tuple(entries), len(files) > MOST_FILES)


def _unreadable(folder: Path, why: Text) -> KioskError:
    reason = Message("cannot be read ({reason})", reason=why)
    return KioskError(printable(folder), reason, "plug the USB stick in again, or choose another folder")
