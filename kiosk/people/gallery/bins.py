"""Pictures of a person in the image folder where the gallery does not look: in recycle bins and other skipped folders.

Nobody is let in by what lies there, but it could be put back.
"""

import contextlib
import hashlib
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import GalleryError, KioskError
from kiosk.i18n import translate
from kiosk.names import is_skipped, is_snapshot, is_system_folder, normal_name, person_key
from kiosk.people.gallery.folder import list_folder
from kiosk.people.gallery.staging import UNFINISHED
from kiosk.vision.pictures import SUFFIXES, open_picture, printable

_TRASHINFO = ".trashinfo"  # where Linux desktops write down from where something came into their bin
_SIGNS = "#@$~_ "
# What is added to a name that is in the bin already: by Samba, by others, and the time by Nextcloud.
_VERSION = re.compile(r"^copy #\d+ of ")
_NUMBER = re.compile(r"( ?\(\d+\)|\.\d+)$")
_DELETED_AT = re.compile(r"\.d\d{9,}$")


@dataclass(frozen=True, slots=True)
class InBins:
    """What was found of a person."""

    paths: tuple[Path, ...] = ()  # files and whole folders
    unsearched: tuple[str, ...] = ()  # folders that cannot be read, and snapshots; relative to the image folder


def find_in_bins(folder: Path, names: Collection[str]) -> InBins:
    """Return what lies in skipped folders under a person's names, and further copies of the person's pictures.

    Snapshots are not looked through: nobody can change them. Links are not followed.
    """
    listed = [(person_key(picture.person), picture.path) for picture in list_folder(folder).pictures]
    keys = {person_key(name) for name in names} - {""}
    search = _Search(folder, keys, {key for key, _ in listed} - keys)
    search.look_into(folder, skipped=False)
    pictures = [path for key, path in listed if key in keys]
    pictures += [file for path in search.named for file in _pictures_in(path)]
    copies = _copies(pictures, search.others)
    return InBins((*search.named, *copies), tuple(sorted(search.unsearched)))


def delete_from_bins(folder: Path, found: InBins) -> tuple[int, list[str]]:
    """Delete what was found; return the number of files, and what cannot be deleted and why."""
    count, left = 0, []
    for path in found.paths:
        files = list(_files_in(path))
        try:
            path.unlink() if files == [path] else shutil.rmtree(path)
            count += len(files)
        except FileNotFoundError:
            continue  # the bin was emptied meanwhile
        except OSError as fault:
            reason = translate("faults", "cannot be deleted ({cause})").format(cause=fault.strerror or fault)
            thing = printable(path.relative_to(folder))
            left.append(str(GalleryError(thing, reason, translate("faults", "delete it by hand"))))
    return count, left


def digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a picture, by which the cache knows it; None where it cannot be read."""
    try:
        with open_picture(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (KioskError, OSError):
        return None


class _Search:
    """One walk through the image folder.

    Attributes:
        named: files and folders under the person's name.
        others: all other files of skipped folders, by size in bytes.
        unsearched: see InBins.
    """

    def __init__(self, folder: Path, keys: Collection[str], of_others: Collection[str]) -> None:
        self.named: list[Path] = []
        self.others: defaultdict[int, list[Path]] = defaultdict(list)
        self.unsearched: list[str] = []
        self._folder, self._keys, self._of_others = folder, set(keys), set(of_others)

    def look_into(self, folder: Path, *, skipped: bool) -> None:
        """Look through a folder and those inside; `skipped`: the gallery does not read it."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            self.unsearched.append(printable(folder.relative_to(self._folder)))
            return
        for entry in entries:
            if entry.name.startswith(UNFINISHED):
                continue
            if entry.is_dir(follow_symlinks=False):
                self._look_at_folder(Path(entry.path), skipped=skipped or is_skipped(entry.name))
            elif skipped or (folder == self._folder and is_skipped(Path(entry.name).stem)):
                self._look_at_file(entry)

    def _look_at_folder(self, folder: Path, *, skipped: bool) -> None:
        if is_snapshot(folder.name):
            self.unsearched.append(printable(folder.relative_to(self._folder)))
        elif skipped and not is_system_folder(folder.name) and self._is_the_person_s(folder.name):
            self.named.append(folder)
        else:
            self.look_into(folder, skipped=skipped)

    def _look_at_file(self, entry: os.DirEntry[str]) -> None:
        if _is_picture(entry.name) and self._is_the_person_s(entry.name):
            self.named.append(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            with contextlib.suppress(FileNotFoundError):
                self.others[entry.stat(follow_symlinks=False).st_size].append(Path(entry.path))

    def _is_the_person_s(self, name: str) -> bool:
        name = _before_the_bin(name)
        bare = name.removeprefix("._").lstrip(_SIGNS)  # as macOS writes what belongs to a file, or as put aside by hand
        exactly = {person_key(name), person_key(bare)}
        numbered = person_key(_NUMBER.sub("", bare))
        return bool(exactly & self._keys) or (numbered in self._keys and not exactly & self._of_others)


def _before_the_bin(name: str) -> str:
    """Return the name without what a bin adds and without the suffix of a picture."""
    name = _VERSION.sub("", normal_name(name).casefold()).removesuffix(_TRASHINFO)
    name = _DELETED_AT.sub("", name).rstrip("~")
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix in SUFFIXES else name


def _is_picture(name: str) -> bool:
    """Return whether a file is a picture, or a note of a bin about one."""
    name = _DELETED_AT.sub("", name.casefold()).rstrip("~")
    return name.endswith((*SUFFIXES, _TRASHINFO))


def _files_in(path: Path) -> Iterator[Path]:
    """Yield the file itself, or every file of a folder."""
    if path.is_symlink() or not path.is_dir():
        yield path
    else:
        yield from (file for file in sorted(path.rglob("*")) if file.is_symlink() or not file.is_dir())


def _pictures_in(path: Path) -> Iterator[Path]:
    return (file for file in _files_in(path) if _is_picture(file.name) and not file.is_symlink())


def _copies(pictures: Iterable[Path], others: Mapping[int, Sequence[Path]]) -> list[Path]:
    """Return those of the other files that hold the same content as one of the pictures."""
    wanted: defaultdict[int, set[str | None]] = defaultdict(set)
    for picture in pictures:
        with contextlib.suppress(OSError):
            wanted[picture.stat().st_size].add(digest_of(picture))
    return [
        path for size, digests in wanted.items() for path in others.get(size, ()) if digest_of(path) in digests - {None}
    ]
