"""What the staff changes about people who are in the gallery; every change stands in the journal."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from kiosk.access.journal import Action
from kiosk.access.people import Consent, PersonRecord
from kiosk.domain import display_name
from kiosk.errors import EnrolmentError, KioskError, UnknownPersonError
from kiosk.recognition.gallery.changes import checked_name, remove_pictures, rename_person, skipped_name
from kiosk.recognition.gallery.folder import list_folder
from kiosk.recognition.gallery.forgetting import forget_cached
from kiosk.recognition.gallery.names import person_key
from kiosk.station.desk import Desk
from kiosk.station.erasure import digests_of
from kiosk.station.places import cache_folder
from kiosk.words import translate


def rename(desk: Desk, old: str, new: str, staff: str) -> str:
    """Gives a person another name: pictures, and what is known; the name as it is kept.

    Raises EnrolmentError or PeopleError where the name cannot be used or is somebody else's, UnknownPersonError where
    nobody has the old one, GalleryError where the files cannot be renamed; then all is as before.
    """
    new = checked_name(new)
    same = person_key(old) == person_key(new)
    # Before version 0.2 a person could have a name that is skipped now.
    before = in_gallery(desk, old) or skipped_name(desk.folder, old)
    old = before or known_as(desk, old)
    if not same and in_gallery(desk, new) is not None:
        raise EnrolmentError(
            display_name(new),
            translate("faults", "is already in the gallery"),
            translate("faults", "choose another name"),
        )
    # Known under both names meanwhile: a suspension holds whatever happens now.
    desk.people.copy_for_rename(old, new)
    try:
        if before is not None:
            new = rename_person(desk.folder, before, new)
    except KioskError:
        if same:
            desk.people.copy_for_rename(new, old)
        else:
            desk.people.forget(new)
        raise
    if not same:
        desk.people.forget(old)
    _note(desk, Action.RENAMED, staff, old, new)
    return new


def suspend(desk: Desk, person: str, staff: str, *, off: bool = False) -> PersonRecord:
    """Keeps a person out until it is taken back with `off`."""
    known = known_as(desk, person)
    record = desk.people.change(known, lambda before: replace(before, suspended=not off))
    _note(desk, Action.RESUMED if off else Action.SUSPENDED, staff, known, None)
    return record


def change(desk: Desk, person: str, how: Callable[[PersonRecord], PersonRecord], staff: str) -> PersonRecord:
    """Changes what is known of a person; the journal says which fields, not what stands in them."""
    known = known_as(desk, person)
    before = desk.people.record(known)
    after = desk.people.change(known, how)
    fields = [name for name in PersonRecord.__slots__ if getattr(before, name) != getattr(after, name)]
    if fields:
        _note(desk, Action.CHANGED, staff, known, ", ".join(sorted(fields)))
    return after


def record_consent(desk: Desk, person: str, consent: Consent, staff: str) -> PersonRecord:
    """Writes down that a person agreed."""
    return change(desk, person, lambda before: replace(before, consent=consent), staff)


def remove(desk: Desk, person: str, sources: Collection[str], staff: str) -> list[str]:
    """Deletes pictures of a person, and what the cache holds of them; those that were there."""
    digests = digests_of(desk.folder, lambda source: source in sources)
    removed = remove_pictures(desk.folder, sources)
    forget_cached(cache_folder(), lambda source: source in sources, digests)
    _note(desk, Action.PICTURES_REMOVED, staff, person, f"{len(removed)} pictures")
    return removed


def known_as(desk: Desk, person: str) -> str:
    """The name that is meant, as the gallery spells it, or else the register; raises UnknownPersonError."""
    found = in_gallery(desk, person)
    record = None if found is not None else desk.people.records().get(person_key(person))
    if found is None and record is None:
        raise UnknownPersonError(
            person,
            translate("faults", "nobody of that name is known"),
            translate("faults", "see `kiosk people` for the names"),
        )
    return found if found is not None else str(record and record.person)


def in_gallery(desk: Desk, person: str) -> str | None:
    """The person's name as the image folder spells it; None where it has no pictures of anybody of that name."""
    key = person_key(person)
    found = (picture.person for picture in list_folder(desk.folder).pictures if person_key(picture.person) == key)
    return next(found, None)


def _note(desk: Desk, action: Action, staff: str, subject: str, detail: str | None) -> None:
    desk.journal.note(action, staff, subject, detail, datetime.now(UTC))
