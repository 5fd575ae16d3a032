"""Changes to people by the staff: rename, suspend, edit, remove pictures; each is written to the journal.

PeopleStores are the stores that such a change touches.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.domain import display_name
from kiosk.errors import EnrolmentError, KioskError, UnknownPersonError
from kiosk.names import person_key
from kiosk.paths import cache_folder
from kiosk.people.changes import checked_name, remove_picture, rename_person, skipped_name
from kiosk.people.folder import pictures_of
from kiosk.people.register import Consent, PeopleRegister, PersonRecord
from kiosk.people.templates import digests_of, forget_cached
from kiosk.people.visitors import VisitorStore
from kiosk.store.journal import Action, Journal


@dataclass(slots=True, eq=False)
class PeopleStores:
    """The image folder and the records beside it; may be used from any thread."""

    folder: Path  # the image folder
    people: PeopleRegister
    journal: Journal
    visitors: VisitorStore


def rename(stores: PeopleStores, old: str, new: str, staff: str) -> str:
    """Rename a person's pictures and record, or raise KioskError with all as before; return the name as it is kept."""
    new = checked_name(new)
    same = person_key(old) == person_key(new)
    # Before version 0.2 a person could have a name that is skipped now.
    before = in_gallery(stores, old) or skipped_name(stores.folder, old)
    old = before or known_as(stores, old)
    if not same and in_gallery(stores, new) is not None:
        raise EnrolmentError(display_name(new), "is already in the gallery", "choose another name")
    there = stores.people.records().get(person_key(new))
    # The record is under both names until the end, so that a suspension holds.
    stores.people.copy_for_rename(old, new)
    try:
        if before is not None:
            new = rename_person(stores.folder, before, new)
    except KioskError:
        stores.people.put_back([(new, there)])
        raise
    if not same:
        stores.people.forget(old)
    stores.journal.note(Action.RENAMED, staff, old, new)
    return new


def suspend(stores: PeopleStores, person: str, staff: str, *, off: bool = False) -> PersonRecord:
    """Suspend a person, or end the suspension with `off`."""
    known = known_as(stores, person)
    record = stores.people.change(known, lambda before: replace(before, suspended=not off))
    stores.journal.note(Action.RESUMED if off else Action.SUSPENDED, staff, known)
    return record


def change(stores: PeopleStores, person: str, how: Callable[[PersonRecord], PersonRecord], staff: str) -> PersonRecord:
    """Change a person's record; the journal gets the names of the changed fields, not their values."""
    known = known_as(stores, person)
    before = stores.people.record(known)
    after = stores.people.change(known, how)
    fields = [name for name in PersonRecord.__slots__ if getattr(before, name) != getattr(after, name)]
    if fields:
        stores.journal.note(Action.CHANGED, staff, known, ", ".join(sorted(fields)))
    return after


def record_consent(stores: PeopleStores, person: str, consent: Consent, staff: str) -> PersonRecord:
    """Record a person's consent."""
    return change(stores, person, lambda before: replace(before, consent=consent), staff)


def remove(stores: PeopleStores, person: str, source: str, staff: str) -> int:
    """Delete a picture of a person and its cached embedding; return the number of pictures that were there."""
    digests = digests_of(stores.folder, lambda other: other == source)
    count = int(remove_picture(stores.folder, source))
    forget_cached(cache_folder(), lambda other: other == source, digests)
    stores.journal.note(Action.PICTURES_REMOVED, staff, person, f"{count} pictures")
    return count


def known_as(stores: PeopleStores, person: str) -> str:
    """Return the name as the gallery spells it, or else the register. Raises UnknownPersonError."""
    found = in_gallery(stores, person)
    if found is not None:
        return found
    record = stores.people.records().get(person_key(person))
    if record is None:
        raise UnknownPersonError(person, "nobody of that name is known", "see `kiosk people` for the names")
    return record.person


def in_gallery(stores: PeopleStores, person: str) -> str | None:
    """Return the name as the image folder spells it; None if it has no pictures of that person."""
    return next((picture.person for picture in pictures_of(stores.folder, person)), None)
