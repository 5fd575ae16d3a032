"""Pictures of somebody, and what is known of them, saved together: consent, then pictures, then the journal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kiosk.domain import Candidate, display_name
from kiosk.errors import KioskError
from kiosk.names import normal_name, person_key
from kiosk.people.enrolment import Examined
from kiosk.people.gallery.changes import add_pictures, home_of
from kiosk.people.register import Consent, ConsentText, PersonRecord
from kiosk.people.services.people_changes import in_gallery
from kiosk.people.stores import PeopleStores
from kiosk.store.journal import Action

Change = Callable[[PersonRecord], PersonRecord]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is to be saved."""

    person: str
    pictures: Sequence[Examined]  # all of them good
    change: Change = lambda record: record  # what is known of the person from now on
    consent: Consent | None = None  # None = what is recorded stays
    alike: Sequence[Candidate] = ()  # look-alikes that the staff was warned of


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What was saved."""

    person: str  # as the image folder spells the name
    sources: tuple[str, ...]  # the new files, relative to the image folder
    is_new: bool  # nobody of that name had pictures before
    fault: str = ""  # why the journal does not hold it


def agreed(text: ConsentText, staff: str) -> Consent:
    """That a person agrees to a text now, in front of a member of the staff."""
    return Consent(datetime.now(UTC), text.version, text.sha256, text.language, staff)


def save(stores: PeopleStores, enrolment: Enrolment, staff: str) -> Enrolled:
    """All or nothing: killed half-way, the gallery is as it was, or it has the pictures and the consent.

    Raises EnrolmentError, GalleryError or PeopleError; then all is as before.
    """
    person = normal_name(home_of(stores.folder, enrolment.person).name)
    before = in_gallery(stores, person)
    known = stores.people.records().get(person_key(person))
    # Consent comes first: pictures without it must not be there, not even for a moment.
    stores.people.change(person, lambda record: _with_consent(enrolment.change(record), enrolment.consent))
    try:
        sources = add_pictures(stores.folder, person, [picture.as_file for picture in enrolment.pictures])
    except KioskError:
        if known is None:
            stores.people.forget(person)
        else:
            stores.people.save(known)
        raise
    done = Enrolled(person, sources, before is None)
    return replace(done, fault=_write_down(stores, done, enrolment.alike, staff))


def _with_consent(record: PersonRecord, consent: Consent | None) -> PersonRecord:
    return record if consent is None else replace(record, consent=consent)


def _write_down(stores: PeopleStores, done: Enrolled, alike: Sequence[Candidate], staff: str) -> str:
    """The fault of a journal that does not take it: what is saved stays saved."""
    now = datetime.now(UTC)
    try:
        action = Action.ENROLLED if done.is_new else Action.PICTURES_ADDED
        stores.journal.note(action, staff, done.person, f"{len(done.sources)} pictures", now)
        for other in alike:
            detail = f"{display_name(other.person)} at {other.distance:.2f}"
            stores.journal.note(Action.LOOKALIKE_ACCEPTED, staff, done.person, detail, now)
    except KioskError as fault:
        return str(fault)
    return ""
