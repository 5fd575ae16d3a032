"""People taken along as a zip, one of them or the whole gallery, and brought in on another machine."""

import hashlib
import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from kiosk.errors import ArchiveError, KioskError
from kiosk.i18n import translate
from kiosk.names import person_key
from kiosk.people.gallery import GallerySnapshot
from kiosk.people.gallery.folder import list_folder
from kiosk.people.gallery.importing import add_people, require_free
from kiosk.people.gallery.staging import PictureFile
from kiosk.people.register import PersonRecord
from kiosk.people.register.archive import JOURNAL, TEMPLATES, Archive, Exported, open_archive, write_archive
from kiosk.people.services.people_changes import known_as
from kiosk.people.stores import PeopleStores
from kiosk.store.journal import Action
from kiosk.vision.pictures import printable

_SPARE_BYTES = 64 * 2**20  # left free on the disk
_NOT_ON_STICKS = re.compile(r'[<>:"/\\|?*]')  # in names of files, by the rules of FAT
_LONGEST_NAME = 50  # letters, so that a name of a file has at most 255 bytes


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What was taken along or brought in."""

    people: tuple[str, ...]
    pictures: int


def free_path(folder: Path, name: str) -> Path:
    """Return a path for an archive that no file has yet, and that any USB stick takes."""
    stem = f"{_NOT_ON_STICKS.sub('_', name)[:_LONGEST_NAME]} {datetime.now().astimezone():%Y-%m-%d %H.%M.%S}"
    numbered = (f"{stem} ({number})" for number in itertools.count(2))
    paths = (folder / f"{each}.zip" for each in itertools.chain([stem], numbered))
    return next(path for path in paths if not os.path.lexists(path))


def export_person(stores: PeopleStores, person: str, path: Path, staff: str, known: GallerySnapshot) -> int:
    """Writes everything that is known of a person: pictures, data, templates, journal lines; how many pictures.

    `known` is the gallery that holds the templates. Raises UnknownPersonError, ArchiveError.
    """
    name = known_as(stores, person)
    record = stores.people.record(name)
    decisions, actions = stores.journal.about([name, *record.former])
    journal = {"decisions": [asdict(row) for row in decisions], "actions": [asdict(row) for row in actions]}
    templates = _templates(known, name)
    texts = {JOURNAL: _text(journal), TEMPLATES: _text(templates)}
    now = datetime.now(UTC)
    pictures = write_archive(path, [Exported(record, _pictures(stores, name))], texts, now)
    stores.journal.note(Action.EXPORTED, staff, name, f"{pictures} pictures", now)
    return pictures


def export_gallery(stores: PeopleStores, path: Path, staff: str) -> ArchiveReport:
    """Writes everybody, with pictures and data, for another machine; the journal stays. Raises ArchiveError."""
    pictures: dict[str, list[Path]] = {}
    for picture in list_folder(stores.folder).pictures:
        pictures.setdefault(picture.person, []).append(picture.path)
    records = stores.people.records()
    people = [
        Exported(records.get(person_key(person), PersonRecord(person)), tuple(paths))
        for person, paths in pictures.items()
    ]
    if not people:
        raise ArchiveError(
            printable(stores.folder),
            translate("faults", "nobody is in the gallery"),
            translate("faults", "enrol somebody first"),
        )
    now = datetime.now(UTC)
    count = write_archive(path, people, {}, now)
    stores.journal.note(Action.EXPORTED, staff, None, f"{len(people)} people, {count} pictures", now)
    return ArchiveReport(tuple(pictures), count)


def import_archive(stores: PeopleStores, path: Path, staff: str) -> ArchiveReport:
    """Brings in everybody of an archive, with what is known of them: all, or nobody.

    All of the archive is judged before anything is written. Raises ArchiveError; EnrolmentError where somebody of that
    name is in the gallery already; PeopleError, GalleryError where it cannot be written.
    """
    with open_archive(path) as archive:
        people = [one for one in archive.people if one.pictures]
        if not people:
            raise ArchiveError(
                printable(path),
                translate("faults", "it holds no pictures"),
                translate("faults", "export it again where it comes from"),
            )
        _require_space(stores.folder, archive, path)
        require_free(stores.folder, [one.record.person for one in people])
        archive.check()
        records = [one.record for one in people]
        # First, so that nobody who is suspended is let in meanwhile.
        before = stores.people.save_all(records)
        try:
            count = add_people(
                stores.folder, {one.record.person: _picture_files(archive, one.pictures) for one in people}
            )
        except BaseException:
            stores.people.put_back(before)
            raise
    names = tuple(one.record.person for one in people)
    stores.journal.note(Action.IMPORTED, staff, None, f"{len(names)} people, {count} pictures", datetime.now(UTC))
    return ArchiveReport(names, count)


def _picture_files(archive: Archive, names: Sequence[str]) -> Iterator[PictureFile]:
    """Named by content: what the archive calls a file never becomes a path."""
    seen: set[str] = set()
    for name in names:
        content = archive.picture(name)
        digest = hashlib.sha256(content).hexdigest()
        if digest not in seen:
            seen.add(digest)
            yield PictureFile(digest[:16] + PurePosixPath(name).suffix.lower(), digest, content)


def _pictures(stores: PeopleStores, person: str) -> tuple[Path, ...]:
    key = person_key(person)
    return tuple(one.path for one in list_folder(stores.folder).pictures if person_key(one.person) == key)


def _templates(known: GallerySnapshot, person: str) -> list[dict[str, Any]]:
    name = known.person(person)
    return [
        {
            "picture": template.source,
            "encoder": template.embedding.encoder,
            "numbers": [round(float(number), 6) for number in template.embedding.vector],
        }
        for template in (known.templates_of(name) if name is not None else ())
    ]


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _require_space(folder: Path, archive: Archive, path: Path) -> None:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as fault:
        raise _no_space(path, str(fault.strerror)) from fault
    if archive.bytes + _SPARE_BYTES > free:
        reason = translate("faults", "{needed:.0f} MB, and {free:.0f} MB are free")
        raise _no_space(path, reason.format(needed=archive.bytes / 2**20, free=free / 2**20))


def _no_space(path: Path, reason: str) -> KioskError:
    return ArchiveError(
        printable(path),
        translate("faults", "there is no room for its pictures ({reason})").format(reason=reason),
        translate("faults", "free space on the disk"),
    )
