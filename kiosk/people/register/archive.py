"""Archives of people: a zip of pictures and of what is known, to take along or to move to another machine.

Nothing of an archive that is read is trusted: no name in it becomes a path, and all of it is judged before anything is
written.
"""

import os
import stat
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from kiosk.errors import ArchiveError
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.people.gallery.staging import sync_folder
from kiosk.people.register.archive_text import ArchivedPerson, as_json, from_json
from kiosk.people.register.record import PersonRecord
from kiosk.vision.pictures import SUFFIXES, open_picture, printable

LIST, JOURNAL, TEMPLATES = "people.json", "journal.json", "templates.json"
_MAX_ENTRIES = 100_000
_MAX_LIST_BYTES = 64 * 2**20
_MAX_PICTURE_BYTES = 64 * 2**20
_MAX_RATIO = 200  # of a text to its compressed form; pictures hardly get smaller
_MAX_PICTURE_RATIO = 20
_CHUNK_BYTES = 2**20
_REFUSED = QT_TRANSLATE_NOOP("faults", "nothing was imported: export it again where it comes from")


@dataclass(frozen=True, slots=True)
class Exported:
    """One person as they are to be exported."""

    record: PersonRecord
    pictures: tuple[Path, ...]


def write_archive(path: Path, people: Iterable[Exported], texts: Mapping[str, bytes], now: datetime) -> int:
    """Writes an archive, whole or not at all, for the owner's eyes only; the pictures in it. Raises ArchiveError."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=".zip")
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                pictures = _fill(archive, people, texts, now)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)  # a USB stick may be pulled out at once
    except (OSError, ValueError) as fault:
        raise _unwritable(path, fault) from fault
    finally:
        temporary.unlink(missing_ok=True)
    return pictures


class Archive:
    """An archive that was judged: everything in it may be read.

    Attributes:
        people: in the order of the archive.
    """

    def __init__(self, path: Path, opened: zipfile.ZipFile) -> None:
        """Raises ArchiveError where anything in it is not as it should be."""
        self._name, self._zip = printable(path), opened
        entries = opened.infolist()
        _require_harmless(self._name, entries, path.stat().st_size)
        texts = [entry for entry in entries if entry.filename == LIST]
        if not texts:
            raise ArchiveError(
                self._name, translate("faults", "it is no archive of people"), translate("faults", _REFUSED)
            )
        self.people = from_json(self._content(texts[0], _MAX_LIST_BYTES), self._name)
        self._pictures = _pictures_of(self._name, self.people, entries)
        self.bytes = sum(entry.file_size for entry in self._pictures.values())

    def picture(self, name: str) -> bytes:
        """The content of a picture; raises ArchiveError where it is damaged."""
        return self._content(self._pictures[name], _MAX_PICTURE_BYTES)

    def check(self) -> None:
        """Reads everything once; raises ArchiveError where a part is damaged."""
        for name in self._pictures:
            self.picture(name)

    def _content(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        if entry.file_size > most:
            raise ArchiveError(
                self._name,
                translate("faults", "{name} is too large").format(name=printable(entry.filename)),
                translate("faults", _REFUSED),
            )
        try:
            with self._zip.open(entry) as file:
                content = file.read(entry.file_size + 1)
                # The rest is read too: only at its end is the checksum compared.
                while len(content) <= most and (more := file.read(_CHUNK_BYTES)):
                    content += more
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as fault:
            raise ArchiveError(
                self._name,
                translate("faults", "{name} is damaged").format(name=printable(entry.filename)),
                translate("faults", _REFUSED),
            ) from fault
        if len(content) != entry.file_size:
            raise ArchiveError(
                self._name,
                translate("faults", "{name} has another size than it says").format(name=printable(entry.filename)),
                translate("faults", _REFUSED),
            )
        return content


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Opens and judges an archive; raises ArchiveError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ArchiveError(
                printable(path),
                translate("faults", "is not a file"),
                translate("faults", "give a zip that was exported"),
            )
        opened = zipfile.ZipFile(path)
    except OSError as fault:
        reason = translate("faults", "cannot be read ({cause})").format(cause=fault.strerror or fault)
        raise ArchiveError(
            printable(path), reason, translate("faults", "check that it exists and may be read")
        ) from fault
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as fault:
        raise ArchiveError(
            printable(path), translate("faults", "is no zip, or a damaged one"), translate("faults", _REFUSED)
        ) from fault
    with opened:
        yield Archive(path, opened)


def _fill(archive: zipfile.ZipFile, people: Iterable[Exported], texts: Mapping[str, bytes], now: datetime) -> int:
    listed: list[ArchivedPerson] = []
    pictures = 0
    for one in people:
        names = []
        for number, picture in enumerate(one.pictures, 1):
            names.append(f"pictures/{one.record.person}/{number:03d}{picture.suffix.lower()}")
            with open_picture(picture) as source, archive.open(_entry(names[-1], now), "w") as target:
                while content := source.read(_CHUNK_BYTES):
                    target.write(content)
        listed.append(ArchivedPerson(one.record, tuple(names)))
        pictures += len(names)
    for name, content in {**texts, LIST: as_json(listed, now)}.items():
        archive.writestr(_entry(name, now), content, zipfile.ZIP_DEFLATED)
    return pictures


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.astimezone().timetuple()[:6])
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    return entry


def _require_harmless(archive: str, entries: Collection[zipfile.ZipInfo], file_bytes: int) -> None:
    """What would fill the disk or the memory, lead elsewhere, or be read differently by others."""
    if len(entries) > _MAX_ENTRIES:
        raise ArchiveError(
            archive,
            translate("faults", "it holds {count} files").format(count=len(entries)),
            translate("faults", _REFUSED),
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise ArchiveError(
            archive, translate("faults", "it holds two files of one name"), translate("faults", _REFUSED)
        )
    # Files that share their bytes are how a small zip becomes a huge one.
    if sum(entry.compress_size for entry in entries) > file_bytes:
        raise ArchiveError(archive, translate("faults", "its files overlap"), translate("faults", _REFUSED))
    for entry in entries:
        fault = _entry_fault(entry)
        if fault:
            raise ArchiveError(archive, f"{printable(entry.filename)} {fault}", translate("faults", _REFUSED))


def _entry_fault(entry: zipfile.ZipInfo) -> str | None:
    parts = PurePosixPath(entry.orig_filename).parts
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if "\\" in entry.orig_filename or "\0" in entry.orig_filename or ".." in parts or parts[:1] == ("/",) or not parts:
        return translate("faults", "leads out of the archive")
    if kind not in {0, stat.S_IFREG} or entry.is_dir():
        return translate("faults", "is a link or no file")
    if entry.flag_bits & 0x1:
        return translate("faults", "is encrypted")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return translate("faults", "is compressed in an unknown way")
    most = _MAX_RATIO if entry.filename.endswith(".json") else _MAX_PICTURE_RATIO
    if entry.file_size > most * max(entry.compress_size, 1) + _CHUNK_BYTES:
        return translate("faults", "would become much larger than it is")
    return None


def _pictures_of(
    archive: str, people: Iterable[ArchivedPerson], entries: Iterable[zipfile.ZipInfo]
) -> dict[str, zipfile.ZipInfo]:
    """The entries of the pictures; each belongs to one person, and nothing else is in the archive."""
    found = {entry.filename: entry for entry in entries if entry.filename not in {LIST, JOURNAL, TEMPLATES}}
    listed = [name for one in people for name in one.pictures]
    missing, unlisted = set(listed) - set(found), set(found) - set(listed)
    if missing:
        raise ArchiveError(
            archive,
            translate("faults", "{name} is missing").format(name=printable(min(missing))),
            translate("faults", _REFUSED),
        )
    if unlisted or len(set(listed)) != len(listed):
        odd = min(unlisted) if unlisted else max(listed, key=listed.count)
        raise ArchiveError(
            archive,
            translate("faults", "{odd} belongs to nobody, or to several").format(odd=printable(odd)),
            translate("faults", _REFUSED),
        )
    for name, entry in found.items():
        if PurePosixPath(name).suffix.lower() not in SUFFIXES or not 0 < entry.file_size <= _MAX_PICTURE_BYTES:
            raise ArchiveError(
                archive,
                translate("faults", "{name} is no picture, or too large").format(name=printable(name)),
                translate("faults", _REFUSED),
            )
    return found


def _unwritable(path: Path, fault: OSError | ValueError) -> ArchiveError:
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return ArchiveError(
        printable(path),
        translate("faults", "cannot be written ({reason})").format(reason=reason),
        translate("faults", "choose another place, or free space"),
    )
