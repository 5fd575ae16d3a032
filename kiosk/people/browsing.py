"""Lists a folder of a USB stick for the file picker: folders and files of one kind, no links."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.i18n import Message, Text
from kiosk.names import is_system_folder
from kiosk.vision.pictures import printable

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
    """List the folders and the regular files with one of the endings; no hidden ones and no links.

    Raises KioskError if the folder cannot be read or lies outside the place.
    """
    entries: list[Entry] = []
    is_cut = False
    try:
        if not folder.resolve().is_relative_to(place.resolve()):
            raise _unreadable(folder, Message("it is somewhere else"))
        with os.scandir(folder) as files:
            for number, file in enumerate(files):
                is_cut = number >= MOST_FILES
                if is_cut:
                    break
                entry = Entry(folder / file.name, file.is_dir(follow_symlinks=False))
                if _is_shown(file, suffixes, is_folder=entry.is_folder):
                    entries.append(entry)
    except OSError as fault:
        raise _unreadable(folder, fault.strerror or str(fault)) from fault
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    return Listing(tuple(entries), is_cut)


def _is_shown(file: os.DirEntry[str], suffixes: Collection[str], *, is_folder: bool) -> bool:
    if file.name.startswith("."):
        return False
    if is_folder:
        return not is_system_folder(file.name)
    return Path(file.name).suffix.lower() in suffixes and file.is_file(follow_symlinks=False)


def _unreadable(folder: Path, reason: Text) -> KioskError:
    return KioskError(
        printable(folder),
        Message("cannot be read ({reason})", reason=reason),
        "plug the USB stick in again, or choose another folder",
    )
