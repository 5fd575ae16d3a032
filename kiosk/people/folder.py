"""Lists the image folder without opening a file: the pictures of each person, and what is skipped.

The folder is polled: a listing of 1,000 pictures costs 15 to 20 ms of CPU time on a local disk, works on network
shares, where inotify stays silent, and needs none of the system's limited number of watches.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from kiosk.errors import cause_of
from kiosk.i18n import Message, Text
from kiosk.names import folder_fault, is_litter, is_system_folder, name_fault, normal_name, person_key, printable
from kiosk.people.snapshot import Skipped
from kiosk.people.staging import UNFINISHED
from kiosk.vision.pictures import SUFFIXES

EMPTY = "holds no pictures"  # the reason when the folder itself is skipped


@dataclass(frozen=True, slots=True)
class Stamp:
    """The status of a file, which tells whether it changed.

    Programs cannot set the change time, and a rename over the file changes the inode: a replaced picture is noticed
    even if it has the same size and modification time.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    @property
    def changed_at(self) -> float:
        """Seconds, wall clock of the file server."""
        return max(self.mtime_ns, self.ctime_ns) / 1e9


@dataclass(frozen=True, slots=True)
class ListedPicture:
    """A file that may be a picture of a person."""

    person: str
    path: Path
    source: str  # relative to the image folder
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Listing:
    """The image folder at one moment."""

    pictures: tuple[ListedPicture, ...]
    skipped: tuple[Skipped, ...]


def list_folder(folder: Path) -> Listing:
    """List the pictures of each person. Never raises: a missing or unreadable folder is listed as skipped."""
    found: list[ListedPicture] = []
    skipped: list[Skipped] = []
    try:
        for one in _walk(folder.resolve(strict=True)):
            skipped.append(one) if isinstance(one, Skipped) else found.append(one)
    except (OSError, RuntimeError, ValueError) as fault:
        reason = Message("the image folder cannot be read ({cause})", cause=cause_of(fault))
        return Listing((), (Skipped(printable(folder), reason),))
    if not found and all(one.harmless for one in skipped):
        skipped.append(Skipped(printable(folder), EMPTY))
    return Listing(_in_one_spelling(found), tuple(skipped))


def pictures_of(folder: Path, person: str) -> list[ListedPicture]:
    """Return the pictures of a person, in any spelling of the name."""
    key = person_key(person)
    return [picture for picture in list_folder(folder).pictures if person_key(picture.person) == key]


def _walk(root: Path) -> Iterator[ListedPicture | Skipped]:
    for entry in _entries(root):
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(UNFINISHED):
                yield from _walk_person(root, entry)
        elif not is_litter(entry.name):
            yield _examined(root, entry, entry.name, person=Path(entry.name).stem)


def _walk_person(root: Path, folder: os.DirEntry[str]) -> Iterator[ListedPicture | Skipped]:
    reason, entries = name_fault_of(folder.name, folder.name), []
    if reason is None:
        try:
            entries = [entry for entry in _entries(Path(folder.path)) if not is_litter(entry.name)]
        except OSError as fault:
            reason = Message("the folder cannot be read ({cause})", cause=cause_of(fault))
    if reason or not entries:
        harmless = is_litter(folder.name) or is_system_folder(folder.name)
        yield Skipped(printable(folder.name), reason or Message("an empty folder"), harmless=harmless)
        return
    for entry in entries:
        yield _examined(root, entry, f"{folder.name}/{entry.name}", person=folder.name)


def _examined(root: Path, entry: os.DirEntry[str], source: str, person: str) -> ListedPicture | Skipped:
    path = Path(entry.path)
    try:
        reason = name_fault_of(source, person) or (_link_fault(root, path) if entry.is_symlink() else None)
        status = entry.stat(follow_symlinks=not reason)
    except (OSError, RuntimeError) as fault:
        return Skipped(printable(source), Message("cannot be read ({cause})", cause=cause_of(fault)))
    reason = reason or _kind_fault(path, status)
    if reason:
        return Skipped(printable(source), reason, harmless=is_system_folder(entry.name))
    return ListedPicture(normal_name(person), path, source, Stamp.of(status))


@lru_cache(2**14)  # a running kiosk asks for the same names twice a second
def name_fault_of(source: str, person: str) -> Text | None:
    """Return what is wrong with the name of a file or of its person."""
    if printable(source) != source:
        return Message("the name is not UTF-8 or holds characters that cannot be shown")
    fault = name_fault(normal_name(person))
    return fault and Message("the name {fault}; rename it if it is a person's", fault=fault)


def _link_fault(root: Path, path: Path) -> Text | None:
    """Return what is wrong with a link: it may lead to a picture in the image folder, not to a folder."""
    target = path.resolve(strict=True)
    if not target.is_relative_to(root):
        return Message("a link that leads out of the image folder")
    if any(folder_fault(part) and not part.startswith("_") for part in target.relative_to(root).parts[:-1]):
        return Message("a link into a recycle bin or another system folder")
    return Message("a link to a folder") if target.is_dir() else None


def _kind_fault(path: Path, status: os.stat_result) -> Text | None:
    if stat.S_ISDIR(status.st_mode):
        return Message("a folder inside a person's folder")
    if not stat.S_ISREG(status.st_mode):
        return Message("is not a regular file")
    if path.suffix.lower() not in SUFFIXES:
        kinds = ", ".join(sorted(SUFFIXES))
        return Message("no picture of a known kind ({kinds})", kinds=kinds)
    return None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _in_one_spelling(pictures: list[ListedPicture]) -> tuple[ListedPicture, ...]:
    """Give all pictures of a person the same spelling: that of the folder, or else of the first picture."""
    spelling: dict[str, str] = {}
    for picture in sorted(pictures, key=lambda one: ("/" not in one.source, one.person)):
        spelling.setdefault(person_key(picture.person), picture.person)
    spelt = ((picture, spelling[person_key(picture.person)]) for picture in pictures)
    return tuple(one if one.person == person else replace(one, person=person) for one, person in spelt)
