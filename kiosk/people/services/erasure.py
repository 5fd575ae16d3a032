"""A person is erased: pictures, templates, what the cache and the visitors' store hold, what is known, every name."""

import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.domain import Embedding, display_name
from kiosk.errors import KioskError, UnknownPersonError
from kiosk.i18n import translate
from kiosk.names import person_key
from kiosk.paths import cache_folder
from kiosk.people.gallery import GallerySnapshot
from kiosk.people.gallery.bins import InBins, delete_from_bins, digest_of, find_in_bins
from kiosk.people.gallery.changes import erase_person
from kiosk.people.gallery.folder import list_folder
from kiosk.people.gallery.forgetting import forget_cached, forget_names, source_belongs_to
from kiosk.people.register import PersonRecord
from kiosk.people.stores import PeopleStores
from kiosk.store.journal import Action

_MEMORY_SECONDS = 5.0  # in which the running kiosk has looked at the folder again
_BESIDE_SECONDS = 1.5  # the same, where it is another process and cannot be asked
_FRAME_SECONDS = 0.3  # in which the frame in hand is done with
# Of the threshold: who was refused at the door was too far away, but for whom else is a face like that?
_ALIKE = 1.3
_STEP_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was removed."""

    number: str  # stands in the journal in the place of every name
    pictures: int  # files of the image folder
    cached: int  # embeddings of any encoder, of these pictures or of ones removed earlier
    visitors: int  # kept faces of refused visitors who look like the person
    journal_rows: int  # that named the person
    records: int  # of what was known beside the pictures, such as a consent
    left: tuple[str, ...] = ()  # what could not be removed, and why: erase again
    in_bins: int = 0  # files in recycle bins and other skipped folders of the image folder
    unsearched: tuple[str, ...] = ()  # folders that cannot be searched, such as snapshots


@dataclass(frozen=True, slots=True)
class _Traces:
    """What leads to everything that is kept of a person."""

    person: str
    names: tuple[str, ...]  # every one the person had, and has
    digests: frozenset[str]  # of the pictures
    likenesses: tuple[Embedding, ...]
    records: tuple[PersonRecord, ...]
    in_bins: InBins


def erase(
    stores: PeopleStores,
    person: str,
    staff: str,
    *,
    known: GallerySnapshot,
    threshold: float,
    in_force: Callable[[], GallerySnapshot] | None = None,
) -> ErasureReport:
    """Removes a person, on the disk and in memory; the decisions about them stay, under a number.

    `known` is the gallery and `threshold` the distance in force. `in_force` returns the gallery of the station that
    runs in this process; None means that none does. The pictures go first: whatever breaks off later, the door does
    not know the person any more, and erasing once more removes the rest.
    Raises UnknownPersonError where nothing is known of anybody of that name, GalleryError where the pictures cannot be
    deleted; then all is as before.
    """
    traces = _traces(stores, person, known)
    alike = _ALIKE * threshold
    pictures = len(erase_person(stores.folder, person))
    # First, so that nothing of what is removed below is written anew.
    _leave_memory(in_force, person)
    number = f"#{secrets.randbelow(10**8):08d}"
    left: list[str] = []

    def done(step: Callable[[], int]) -> int:
        try:
            return step()
        except (KioskError, OSError) as fault:
            left.append(str(fault))
            return 0

    in_bins, kept = delete_from_bins(stores.folder, traces.in_bins)
    left += kept
    cached = done(lambda: _forget_cached(traces))
    visitors = done(lambda: stores.visitors.remove_alike(traces.likenesses, alike))
    rows = done(lambda: _forget_in_journal(stores, traces, number, staff, pictures))
    if not left:  # the names it holds are needed to try again
        done(lambda: _forget_records(stores, traces))
    forget_names()
    unsearched = traces.in_bins.unsearched
    return ErasureReport(
        number, pictures, cached, visitors, rows, len(traces.records), tuple(left), in_bins, unsearched
    )


def digests_of(folder: Path, belongs: Callable[[str], bool]) -> frozenset[str]:
    """The hashes of the pictures whose source, relative to the image folder, `belongs`."""
    found = (digest_of(picture.path) for picture in list_folder(folder).pictures if belongs(picture.source))
    return frozenset(digest for digest in found if digest is not None)


def _traces(stores: PeopleStores, person: str, known: GallerySnapshot) -> _Traces:
    key = person_key(person)
    listed = {person_key(picture.person) for picture in list_folder(stores.folder).pictures}
    everybody = stores.people.records()
    records = _records_of(everybody, key, listed)
    names = [person, display_name(person), *(name for record in records for name in (record.person, *record.former))]
    of_others = {*listed, *everybody} - {key, *(person_key(record.person) for record in records)}
    in_bins = find_in_bins(stores.folder, [name for name in names if person_key(name) not in of_others])
    if not records and key not in listed and not in_bins.paths and not any(stores.journal.about([person])):
        reason = translate("faults", "nothing is known of anybody of that name")
        raise UnknownPersonError(display_name(person), reason, translate("faults", "see `kiosk people` for the names"))
    in_gallery = known.person(person)
    templates = known.templates_of(in_gallery) if in_gallery is not None else ()
    return _Traces(
        person,
        tuple(dict.fromkeys(names)),
        digests_of(stores.folder, source_belongs_to(key)),
        tuple(template.embedding for template in templates),
        tuple(records),
        in_bins,
    )


def _records_of(records: Mapping[str, PersonRecord], key: str, listed: Collection[str]) -> list[PersonRecord]:
    """The person's own, and those without pictures that a rename left behind which broke off."""
    own = records.get(key)
    former = {person_key(name) for name in own.former} if own is not None else set()
    left = [
        record
        for other, record in records.items()
        if other not in {key, *listed} and (other in former or key in map(person_key, record.former))
    ]
    return left if own is None else [own, *left]


def _forget_cached(traces: _Traces) -> int:
    return forget_cached(cache_folder(), source_belongs_to(person_key(traces.person)), traces.digests)


def _forget_in_journal(stores: PeopleStores, traces: _Traces, number: str, staff: str, pictures: int) -> int:
    rows = stores.journal.forget(traces.names, number)
    stores.journal.note(Action.ERASED, staff, number, f"{pictures} pictures", datetime.now(UTC))
    return rows


def _forget_records(stores: PeopleStores, traces: _Traces) -> int:
    return sum(stores.people.forget(record.person) for record in traces.records)


def _leave_memory(in_force: Callable[[], GallerySnapshot] | None, person: str) -> None:
    """Waits until the gallery in force is one without the person, here or in a kiosk that runs beside."""
    waiting = threading.Event()
    give_up_at = time.monotonic() + _MEMORY_SECONDS
    while in_force is not None and in_force().person(person) is not None and time.monotonic() < give_up_at:
        waiting.wait(_STEP_SECONDS)
    waiting.wait(_BESIDE_SECONDS if in_force is None else _FRAME_SECONDS)
