"""Archives: a zip with the pictures and records of people, to export and to import.

An archive is not trusted: no name in it becomes a path, and all of it is checked before anything is written.
"""

import hashlib
import itertools
import json
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter

from kiosk.errors import ArchiveError, KioskError, cause_of
from kiosk.files import atomic_write
from kiosk.i18n import Message, Text
from kiosk.names import name_fault, normal_name, person_key, printable
from kiosk.people.changes import add_people, require_free
from kiosk.people.folder import list_folder, pictures_of
from kiosk.people.records import PeopleStores, known_as
from kiosk.people.register import PersonRecord, cleaned, record_as_json, record_of
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staging import PictureFile
from kiosk.store.journal import Action
from kiosk.vision.pictures import SUFFIXES, open_picture

FORMAT = "kiosk people"
VERSION = 1
_PICTURES = TypeAdapter(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class ArchivedPerson:
    """A person in an archive."""

    record: PersonRecord
    pictures: tuple[str, ...]  # names of entries


def as_json(people: Sequence[ArchivedPerson], now: datetime) -> bytes:
    """Return the list of people of an archive."""
    entries = [{**record_as_json(one.record), "pictures": list(one.pictures)} for one in people]
    made_at = now.astimezone(UTC).isoformat(timespec="seconds")
    return _indented_json({"format": FORMAT, "version": VERSION, "made_at": made_at, "people": entries})


def _indented_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def from_json(content: bytes, archive: str) -> tuple[ArchivedPerson, ...]:
    """Read the list of people of an archive. Raises ArchiveError."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise _refused(archive, "its list of people cannot be read") from fault
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise _refused(archive, "it is no archive of people")
    if whole.get("version") != VERSION:
        raise ArchiveError(archive, "it was made by another version of the kiosk", "update this kiosk")
    entries = whole.get("people")
    if not isinstance(entries, list) or not entries:
        raise _refused(archive, "it holds no people")
    people: dict[str, ArchivedPerson] = {}
    for one in (_person(entry, archive) for entry in entries):
        if people.setdefault(person_key(one.record.person), one) is not one:
            raise _refused(archive, Message("it holds {name!r} twice", name=one.record.person))
    return tuple(people.values())


def _person(entry: object, archive: str) -> ArchivedPerson:
    if not isinstance(entry, dict) or not isinstance(entry.get("person"), str):
        raise _refused(archive, "its list of people cannot be read")
    person = normal_name(entry["person"])
    fault = name_fault(person)
    if fault:
        reason = Message("the name {name!r} {fault}", name=person[:120], fault=fault)
        remedy = Message("nothing was imported: rename the person where it comes from, and export it again")
        raise ArchiveError(archive, reason, remedy)
    try:
        record = cleaned(record_of({**entry, "person": person}))
        return ArchivedPerson(record, _PICTURES.validate_python(entry.get("pictures", [])))
    except (ValueError, KioskError) as error:
        why = error.why if isinstance(error, KioskError) else Message("what is known cannot be read")
        raise _refused(archive, Message("{person}: {reason}", person=person, reason=why)) from error


def _refused(archive: str, reason: Text) -> ArchiveError:
    return ArchiveError(archive, reason, "nothing was imported: export it again where it comes from")


LIST, JOURNAL, TEMPLATES = "people.json", "journal.json", "templates.json"
_MAX_ENTRIES = 100_000
_MAX_BYTES = 64 * 2**20  # of the list of people, and of a picture
_MAX_RATIO = 200  # of a text to its compressed form; pictures hardly get smaller
_MAX_PICTURE_RATIO = 20
_CHUNK_BYTES = 2**20
# What zipfile raises for damage, encryption and compressions that it does not know.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)


def write_archive(
    path: Path, people: Iterable[tuple[PersonRecord, Sequence[Path]]], texts: Mapping[str, bytes], now: datetime
) -> int:
    """Write an archive as a whole, readable by its owner only; return the number of pictures. Raises ArchiveError."""
    listed: list[ArchivedPerson] = []

    def write(partial: Path) -> None:
        with zipfile.ZipFile(partial, "w") as archive:
            for record, paths in people:
                names = []
                for number, picture in enumerate(paths, 1):
                    names.append(f"pictures/{record.person}/{number:03d}{picture.suffix.lower()}")
                    with open_picture(picture) as source, archive.open(_entry(names[-1], now), "w") as target:
                        shutil.copyfileobj(source, target, _CHUNK_BYTES)
                listed.append(ArchivedPerson(record, tuple(names)))
            for name, content in {**texts, LIST: as_json(listed, now)}.items():
                archive.writestr(_entry(name, now), content, zipfile.ZIP_DEFLATED)

    try:
        atomic_write(path, write, mode=0o600)  # durable: a USB stick may be pulled out at once
    except (OSError, ValueError) as fault:
        reason = Message("cannot be written ({reason})", reason=cause_of(fault))
        raise ArchiveError(printable(path), reason, "choose another place, or free space") from fault
    return sum(len(one.pictures) for one in listed)


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.astimezone().timetuple()[:6])
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    return entry


class Archive:
    """An archive whose entries were checked; `people` are in its order."""

    def __init__(self, path: Path, opened: zipfile.ZipFile) -> None:
        self._name, self._zip = printable(path), opened
        entries = opened.infolist()
        _require_harmless(self._name, entries, path.stat().st_size)
        listed = next((entry for entry in entries if entry.filename == LIST), None)
        if listed is None:
            raise _refused(self._name, "it is no archive of people")
        self.people = from_json(self._content(listed), self._name)
        self._pictures = _picture_entries(self._name, self.people, entries)
        self.bytes = sum(entry.file_size for entry in self._pictures.values())

    def picture(self, name: str) -> bytes:
        """Return the content of a picture. Raises ArchiveError if it is damaged."""
        return self._content(self._pictures[name])

    def check(self) -> None:
        """Read all pictures once. Raises ArchiveError if one is damaged."""
        for entry in self._pictures.values():
            self._content(entry)

    def _content(self, entry: zipfile.ZipInfo) -> bytes:
        if entry.file_size > _MAX_BYTES:
            raise _refused(self._name, Message("{name} is too large", name=printable(entry.filename)))
        try:
            with self._zip.open(entry) as file:
                return file.read(entry.file_size + 1)  # without a limit, zlib would unpack more than it says
        except (*_DAMAGED, OSError) as fault:
            raise _refused(self._name, Message("{name} is damaged", name=printable(entry.filename))) from fault


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open and check an archive. Raises ArchiveError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ArchiveError(printable(path), "is not a file", "give a zip that was exported")
        opened = zipfile.ZipFile(path)
    except OSError as fault:
        reason = Message("cannot be read ({cause})", cause=cause_of(fault))
        raise ArchiveError(printable(path), reason, "check that it exists and may be read") from fault
    except _DAMAGED as fault:
        raise _refused(printable(path), "is no zip, or a damaged one") from fault
    with opened:
        yield Archive(path, opened)


def _require_harmless(archive: str, entries: Collection[zipfile.ZipInfo], file_bytes: int) -> None:
    """Raise ArchiveError for entries that could fill the disk or the memory, or lead out of the archive."""
    if len(entries) > _MAX_ENTRIES:
        raise _refused(archive, Message("it holds {count} files", count=len(entries)))
    # Files that share their bytes are how a small zip becomes a huge one.
    if sum(entry.compress_size for entry in entries) > file_bytes:
        raise _refused(archive, "its files overlap")
    for entry in entries:
        if fault := _entry_fault(entry):
            raise _refused(archive, f"{printable(entry.filename)} {fault}")


def _entry_fault(entry: zipfile.ZipInfo) -> Text | None:
    parts = PurePosixPath(entry.orig_filename).parts
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if "\\" in entry.orig_filename or "\0" in entry.orig_filename or ".." in parts or parts[:1] == ("/",) or not parts:
        return Message("leads out of the archive")
    if kind not in {0, stat.S_IFREG} or entry.is_dir():
        return Message("is a link or no file")
    most = _MAX_RATIO if entry.filename.endswith(".json") else _MAX_PICTURE_RATIO
    if entry.file_size > most * max(entry.compress_size, 1) + _CHUNK_BYTES:
        return Message("would become much larger than it is")
    return None


def _picture_entries(
    archive: str, people: Iterable[ArchivedPerson], entries: Iterable[zipfile.ZipInfo]
) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of the pictures. Raises ArchiveError unless each belongs to one person."""
    found = {entry.filename: entry for entry in entries if entry.filename not in {LIST, JOURNAL, TEMPLATES}}
    listed = Counter(name for one in people for name in one.pictures)
    for name in sorted(listed.keys() - found):
        raise _refused(archive, Message("{name} is missing", name=printable(name)))
    for name, entry in found.items():
        if listed[name] != 1:
            raise _refused(archive, Message("{odd} belongs to no person, or to several", odd=printable(name)))
        if PurePosixPath(name).suffix.lower() not in SUFFIXES or not 0 < entry.file_size <= _MAX_BYTES:
            raise _refused(archive, Message("{name} is no picture, or too large", name=printable(name)))
    return found


_SPARE_BYTES = 64 * 2**20  # left free on the disk
_NOT_ON_STICKS = re.compile(r'[<>:"/\\|?*]')  # in names of files, by the rules of FAT
_LONGEST_NAME = 50  # letters, so that a name of a file has at most 255 bytes


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """The people and pictures that were exported or imported."""

    people: tuple[str, ...]
    pictures: int


def free_path(folder: Path, name: str) -> Path:
    """Return a path for an archive that no file has yet, and that any USB stick takes."""
    stem = f"{_NOT_ON_STICKS.sub('_', name)[:_LONGEST_NAME]} {datetime.now().astimezone():%Y-%m-%d %H.%M.%S}"
    endings = itertools.chain([""], map(" ({})".format, itertools.count(2)))
    return next(path for each in endings if not os.path.lexists(path := folder / f"{stem}{each}.zip"))


def export_person(stores: PeopleStores, person: str, path: Path, staff: str, known: GallerySnapshot) -> int:
    """Export everything about a person, with templates of the gallery `known`; return the number of pictures."""
    name = known_as(stores, person)
    record = stores.people.record(name)
    decisions, actions = stores.journal.about([name, *record.former])
    journal = {"decisions": list(map(asdict, decisions)), "actions": list(map(asdict, actions))}
    templates = [
        {
            "picture": template.source,
            "encoder": template.embedding.encoder,
            "numbers": [round(float(number), 6) for number in template.embedding.vector],
        }
        for template in known.templates_of(known.person(name) or "")
    ]
    paths = [picture.path for picture in pictures_of(stores.folder, name)]
    texts = {JOURNAL: _indented_json(journal), TEMPLATES: _indented_json(templates)}
    now = datetime.now(UTC)
    pictures = write_archive(path, [(record, paths)], texts, now)
    stores.journal.note(Action.EXPORTED, staff, name, f"{pictures} pictures")
    return pictures


def export_gallery(stores: PeopleStores, path: Path, staff: str) -> ArchiveReport:
    """Export the pictures and records of all people, for another machine. Raises ArchiveError."""
    pictures: dict[str, list[Path]] = {}
    for picture in list_folder(stores.folder).pictures:
        pictures.setdefault(picture.person, []).append(picture.path)
    records = stores.people.records()
    people = [(records.get(person_key(name), PersonRecord(name)), paths) for name, paths in pictures.items()]
    if not people:
        raise ArchiveError(printable(stores.folder), "the gallery is empty", "enrol a person first")
    now = datetime.now(UTC)
    count = write_archive(path, people, {}, now)
    stores.journal.note(Action.EXPORTED, staff, None, f"{len(people)} people, {count} pictures")
    return ArchiveReport(tuple(pictures), count)


def import_archive(stores: PeopleStores, path: Path, staff: str) -> ArchiveReport:
    """Import the people of an archive with their records, all or none. Raises KioskError."""
    with open_archive(path) as archive:
        people = [one for one in archive.people if one.pictures]
        if not people:
            raise ArchiveError(printable(path), "it holds no pictures", "export it again where it comes from")
        _require_space(stores.folder, archive, path)
        require_free(stores.folder, [one.record.person for one in people])
        archive.check()
        # Records first, so that no suspended person is let in.
        before = stores.people.save_all([one.record for one in people])
        try:
            pictures = {one.record.person: _picture_files(archive, one.pictures) for one in people}
            count = add_people(stores.folder, pictures)
        except BaseException:
            stores.people.put_back(before)
            raise
    names = tuple(one.record.person for one in people)
    stores.journal.note(Action.IMPORTED, staff, None, f"{len(names)} people, {count} pictures")
    return ArchiveReport(names, count)


def _picture_files(archive: Archive, names: Sequence[str]) -> Iterator[PictureFile]:
    """Yield the pictures, named by content, not by the archive."""
    seen: set[str] = set()
    for name in names:
        content = archive.picture(name)
        digest = hashlib.sha256(content).hexdigest()
        if digest not in seen:
            seen.add(digest)
            yield PictureFile(digest[:16] + PurePosixPath(name).suffix.lower(), digest, content)


def _require_space(folder: Path, archive: Archive, path: Path) -> None:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    if archive.bytes + _SPARE_BYTES > free:
        reason = Message("{needed:.0f} MB, and {free:.0f} MB are free", needed=archive.bytes / 2**20, free=free / 2**20)
        problem = Message("there is no room for its pictures ({reason})", reason=reason)
        raise ArchiveError(printable(path), problem, "free space on the disk")
