"""Erasure of a person: pictures, cached embeddings, kept visitors' faces, record, and names in the journal."""

import contextlib
import os
import re
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain import display_name
from kiosk.errors import GalleryError, KioskError, UnknownPersonError, cause_of
from kiosk.i18n import Message
from kiosk.names import is_skipped, is_snapshot, is_system_folder, normal_name, person_key, printable
from kiosk.paths import cache_folder
from kiosk.people.changes import erase_person
from kiosk.people.folder import list_folder, name_fault_of
from kiosk.people.records import PeopleStores
from kiosk.people.register import PersonRecord
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staging import UNFINISHED
from kiosk.people.templates import digest_of, digests_of, forget_cached
from kiosk.store.journal import Action
from kiosk.vision.pictures import SUFFIXES

_TRASHINFO = ".trashinfo"  # where Linux desktops note the origin of a file in their bin
_SIGNS = "#@$~_ "
# What is added to a name that is in the bin already: by Samba, by others, and by Nextcloud.
_VERSION = re.compile(r"^copy #\d+ of ")
_NUMBER = re.compile(r"( ?\(\d+\)|\.\d+)$")
_DELETED_AT = re.compile(r"\.d\d{9,}$")


@dataclass(frozen=True, slots=True)
class InBins:
    """A person's files in recycle bins and other skipped folders."""

    paths: tuple[Path, ...] = ()  # files and whole folders
    unsearched: tuple[str, ...] = ()  # unreadable folders and snapshots, relative to the image folder


def find_in_bins(folder: Path, names: Collection[str]) -> InBins:
    """Find a person's files in skipped folders, by name and content; snapshots are not searched, links not followed."""
    listed = [(person_key(picture.person), picture.path) for picture in list_folder(folder).pictures]
    keys = {person_key(name) for name in names} - {""}
    of_others = {key for key, _ in listed} - keys
    named, unsearched = list[Path](), list[str]()
    others: defaultdict[int, list[Path]] = defaultdict(list)  # all other files of skipped folders, by bytes

    def search(place: Path, *, skipped: bool) -> None:
        try:
            with os.scandir(place) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError:
            unsearched.append(printable(place.relative_to(folder)))
            return
        for entry in entries:
            path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
            out = skipped or (is_skipped(path.name) if is_folder else place == folder and is_skipped(path.stem))
            if entry.name.startswith(UNFINISHED) or not (is_folder or out):
                continue
            if is_folder and is_snapshot(entry.name):
                unsearched.append(printable(path.relative_to(folder)))
            elif out and _is_named(entry.name, keys, of_others, is_folder=is_folder):
                named.append(path)
            elif is_folder:
                search(path, skipped=out)
            elif entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    others[entry.stat(follow_symlinks=False).st_size].append(path)

    search(folder, skipped=False)
    pictures = [path for key, path in listed if key in keys]
    files = [file for path in named for file in _files_in(path)]
    pictures += [file for file in files if _is_picture(file.name) and not file.is_symlink()]
    return InBins((*named, *_copies(pictures, others)), tuple(sorted(unsearched)))


def _copies(pictures: Iterable[Path], others: Mapping[int, Sequence[Path]]) -> list[Path]:
    """Return those of the other files, by size, that hold the same content as one of the pictures."""
    wanted: defaultdict[int, set[str | None]] = defaultdict(set)
    for picture in pictures:
        with contextlib.suppress(OSError):
            wanted[picture.stat().st_size].add(digest_of(picture))
    return [path for size in wanted for path in others.get(size, ()) if digest_of(path) in wanted[size] - {None}]


def delete_from_bins(folder: Path, found: InBins) -> tuple[int, list[str]]:
    """Delete what was found; return the number of files, and what cannot be deleted and why."""
    count, left = 0, []
    for path in found.paths:
        files = _files_in(path)
        try:
            path.unlink() if files == [path] else shutil.rmtree(path)
            count += len(files)
        except FileNotFoundError:
            continue  # the bin has been emptied
        except OSError as fault:
            reason = Message("cannot be deleted ({cause})", cause=cause_of(fault))
            thing = printable(path.relative_to(folder))
            left.append(str(GalleryError(thing, reason, "delete it by hand")))
    return count, left


def _is_named(name: str, keys: Collection[str], of_others: Collection[str], *, is_folder: bool) -> bool:
    """Return whether a file or folder in a bin has the name of the person with these keys."""
    if is_system_folder(name) if is_folder else not _is_picture(name):
        return False
    # Without what a bin adds, and without the suffix of a picture.
    name = _VERSION.sub("", normal_name(name).casefold()).removesuffix(_TRASHINFO)
    name = _DELETED_AT.sub("", name).rstrip("~")
    suffix = Path(name).suffix
    name = name.removesuffix(suffix) if suffix in SUFFIXES else name
    bare = name.removeprefix("._").lstrip(_SIGNS)  # as macOS writes what belongs to a file, or as put aside by hand
    exactly = {person_key(name), person_key(bare)}
    if exactly.intersection(of_others):
        return bool(exactly.intersection(keys))
    return bool((exactly | {person_key(_NUMBER.sub("", bare))}).intersection(keys))


def _is_picture(name: str) -> bool:
    """Return whether a file is a picture, or a note of a bin about one."""
    return _DELETED_AT.sub("", name.casefold()).rstrip("~").endswith((*SUFFIXES, _TRASHINFO))


def _files_in(path: Path) -> list[Path]:
    """Return the file itself, or every file of a folder."""
    if path.is_symlink() or not path.is_dir():
        return [path]
    return [file for file in sorted(path.rglob("*")) if file.is_symlink() or not file.is_dir()]


_MEMORY_SECONDS = 5.0  # in which the running kiosk refreshes its gallery
_BESIDE_SECONDS = 1.5  # the same for a kiosk in another process
_FRAME_SECONDS = 0.3  # for the frame in hand
# Times the threshold: a refused face of the person was farther away than the threshold.
_ALIKE = 1.3
_STEP_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """The result of an erasure."""

    number: str  # replaces the names in the journal
    pictures: int  # files of the image folder
    cached: int  # embeddings of any encoder
    visitors: int  # kept faces of refused visitors who look like the person
    journal_rows: int  # that had a name of the person
    records: int  # of the register
    left: tuple[str, ...] = ()  # what could not be removed, and why; erase again
    in_bins: int = 0  # files in recycle bins and other skipped folders of the image folder
    unsearched: tuple[str, ...] = ()  # folders that cannot be searched, such as snapshots


def erase(
    stores: PeopleStores,
    person: str,
    staff: str,
    *,
    known: GallerySnapshot,
    threshold: float,
    in_force: Callable[[], GallerySnapshot] | None = None,
) -> ErasureReport:
    """Erase a person, on the disk and in memory; the door's decisions stay, under a number.

    `in_force` returns the gallery of the station that runs in this process. The pictures are deleted first: if a later
    step fails, the door does not know the person any more, and erasing again removes the rest. Raises
    UnknownPersonError, or GalleryError if the pictures cannot be deleted; then all is as before.
    """
    belongs = source_belongs_to(person_key(person))
    names, records, in_bins = _traces(stores, person)
    digests = digests_of(stores.folder, belongs)
    embeddings = [template.embedding for template in known.templates_of(known.person(person) or "")]
    pictures = len(erase_person(stores.folder, person))
    # Before the rest, so that the kiosk does not write it again.
    _leave_memory(in_force, person)
    number = f"#{secrets.randbelow(10**8):08d}"
    binned, left = delete_from_bins(stores.folder, in_bins)

    def forget_in_journal() -> int:
        rows = stores.journal.forget(names, number)
        stores.journal.note(Action.ERASED, staff, number, f"{pictures} pictures")
        return rows

    cached = _tried(lambda: forget_cached(cache_folder(), belongs, digests), left)
    visitors = _tried(lambda: stores.visitors.remove_alike(embeddings, _ALIKE * threshold), left)
    rows = _tried(forget_in_journal, left)
    if not left:  # its names are needed to try again
        _tried(lambda: sum(stores.people.forget(record.person) for record in records), left)
    for remembering in (person_key, normal_name, name_fault_of):
        remembering.cache_clear()
    counts = pictures, cached, visitors, rows, len(records)
    return ErasureReport(number, *counts, tuple(left), binned, in_bins.unsearched)


def _tried(step: Callable[[], int], left: list[str]) -> int:
    """Return the count of a step; if it fails, 0, with its fault added to `left`."""
    try:
        return step()
    except (KioskError, OSError) as fault:
        left.append(str(fault))
        return 0


def source_belongs_to(key: str) -> Callable[[str], bool]:
    """Return a function that tells whether a source is of the person with this person_key."""

    def belongs(source: str) -> bool:
        person, slash, _ = source.partition("/")
        return person_key(person if slash else Path(person).stem) == key

    return belongs


def _traces(stores: PeopleStores, person: str) -> tuple[list[str], list[PersonRecord], InBins]:
    """Return the person's names, records and files in bins. Raises UnknownPersonError.

    The records are the person's and those that an interrupted rename left behind.
    """
    key = person_key(person)
    listed = {person_key(picture.person) for picture in list_folder(stores.folder).pictures}
    known = stores.people.records()
    records = [known[key]] if key in known else []
    former = {person_key(name) for record in records for name in record.former}
    for other, record in known.items():
        if other not in {key, *listed} and (other in former or key in map(person_key, record.former)):
            records.append(record)
    names = [person, display_name(person), *(name for record in records for name in (record.person, *record.former))]
    of_others = {*listed, *known} - {key, *(person_key(record.person) for record in records)}
    in_bins = find_in_bins(stores.folder, [name for name in names if person_key(name) not in of_others])
    if not records and key not in listed and not in_bins.paths and not any(stores.journal.about([person])):
        reason = Message("nothing is known of anybody of that name")
        raise UnknownPersonError(display_name(person), reason, "see `kiosk people` for the names")
    return names, records, in_bins


def _leave_memory(in_force: Callable[[], GallerySnapshot] | None, person: str) -> None:
    """Wait until the person is out of the gallery in force, here or in another process."""
    give_up_at = time.monotonic() + _MEMORY_SECONDS
    while in_force is not None and in_force().person(person) is not None and time.monotonic() < give_up_at:
        time.sleep(_STEP_SECONDS)
    time.sleep(_BESIDE_SECONDS if in_force is None else _FRAME_SECONDS)
