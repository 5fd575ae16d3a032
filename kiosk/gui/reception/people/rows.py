"""What the table of people shows, gathered in the background. No Qt."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from PyQt6.QtGui import QImage

from kiosk.domain import Rejection, Template, display_name
from kiosk.door.services import StaffServices
from kiosk.errors import EncoderError, PictureError
from kiosk.gui.feed import to_qimage
from kiosk.i18n import shown
from kiosk.names import person_key
from kiosk.people.enrolment import spread
from kiosk.people.folder import list_folder
from kiosk.people.register import AccessStatus, PersonRecord, today
from kiosk.people.snapshot import GallerySnapshot
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import USUAL

# What Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def folded(text: str) -> str:
    """Two texts that look alike but for accents and case are the same afterwards."""
    plain = text.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain.translate(_PLAIN))
        plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.replace("_", " ")


def index(texts: Iterable[str]) -> str:
    """What `matches` searches: each text plain, and with umlauts spelt out."""
    text = "\n".join(texts)
    if text.isascii():
        return folded(text)
    composed = unicodedata.normalize("NFC", text.casefold())
    return f"{folded(text)}\n{folded(composed.translate(_SPELT_OUT))}"


def words_of(query: str) -> tuple[str, ...]:
    """The words that are all to be found."""
    return tuple(folded(query).split())


def matches(words: Iterable[str], indexed: str) -> bool:
    """Whether every word stands somewhere in the text that `index` made."""
    return all(word in indexed for word in words)


ENOUGH_PICTURES = 3


class Quality(enum.Enum):
    """How well the pictures serve the recognition, best first."""

    GOOD = "good"
    FEW = "few"  # fewer than three
    DIFFER = "differ"  # one is farther from all others than the threshold
    NONE = "none"  # no picture that can be used


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the table."""

    key: str  # person_key
    person: str  # the name in the gallery
    record: PersonRecord
    sources: tuple[str, ...]  # pictures that can be used, relative to the image folder
    quality: Quality
    standing: AccessStatus
    last_seen: datetime | None  # when the door opened last
    indexed: str  # what is searched

    @property
    def shown(self) -> str:
        """The name as people read it."""
        return self.record.shown_name


class Gathered(NamedTuple):
    """Everybody, and what that was made of."""

    rows: tuple[PersonRow, ...]
    snapshot: GallerySnapshot
    records: Mapping[str, PersonRecord]
    seen: Mapping[str, datetime]
    day: date


def gather(services: StaffServices, before: Gathered | None = None, day: Callable[[], date] = today) -> Gathered:
    """Everybody in the gallery, and those of whom only data are left; `before` where nothing has changed since."""
    snapshot, records, seen, on = services.snapshot, services.people.records(), services.journal.last_granted(), day()
    if before is not None and snapshot is before.snapshot and (records, seen, on) == before[2:]:
        return before
    try:
        threshold = services.threshold
    except EncoderError:
        threshold = 0.0
    last_seen: dict[str, datetime] = {}
    for name, moment in seen.items():
        key = person_key(name)
        last_seen[key] = max(moment, last_seen.get(key, moment))
    templates: dict[str, list[Template]] = {person: [] for person in snapshot.people}
    for template in snapshot.templates:
        templates[template.person].append(template)
    people = {person_key(person): person for person in snapshot.people}
    people = {**{key: record.person for key, record in records.items()}, **people}
    context = _Context(records, templates, last_seen, threshold, on)
    rows = [_row(person, context) for person in people.values()]
    return Gathered(tuple(rows), snapshot, records, seen, on)


def quality_of(templates: list[Template], threshold: float) -> Quality:
    """A judgement from number and likeness of somebody's pictures."""
    if not templates:
        return Quality.NONE
    if len(templates) > 1 and threshold > 0:
        vectors = np.array([template.embedding.vector for template in templates], np.float32)
        apart = np.sqrt(np.maximum(2 - 2 * vectors @ vectors.T, 0))
        np.fill_diagonal(apart, np.inf)
        if apart.min(axis=1).max() > threshold:
            return Quality.DIFFER
    return Quality.GOOD if len(templates) >= ENOUGH_PICTURES else Quality.FEW


@dataclass(frozen=True, slots=True)
class _Context:
    """What every row is made of."""

    records: Mapping[str, PersonRecord]  # by person_key
    templates: Mapping[str, list[Template]]  # by name
    last_seen: Mapping[str, datetime]  # by person_key
    threshold: float
    day: date


def _row(person: str, context: _Context) -> PersonRow:
    key = person_key(person)
    record = context.records.get(key, PersonRecord(person))
    templates = context.templates.get(person, [])
    names = (person_key(name) for name in (person, *record.former))
    moments = [context.last_seen[name] for name in names if name in context.last_seen]
    texts = (record.shown or display_name(person), person, record.group, record.staff_number, record.card_id)
    return PersonRow(
        key=key,
        person=person,
        record=record if record.person == person else replace(record, person=person),
        sources=tuple(template.source for template in templates),
        quality=quality_of(templates, context.threshold),
        standing=record.access_status(context.day),
        last_seen=max(moments, default=None),
        indexed=index(text for text in (*texts, record.email) if text),
    )


_SHOWN_PX = 480


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """One file under a person's name."""

    source: str  # relative to the image folder
    used: bool  # a template was made of it
    reason: str = ""  # why it is not used, as the gallery says it
    distance: float | None = None  # to the nearest other picture of the person; None = there is no other
    fits: bool = True  # the distance is within the threshold


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as it is shown, and what is to be said of it."""

    image: QImage = field(default_factory=QImage)
    remarks: tuple[Rejection, ...] = ()  # beyond what pictures usually are like
    face_px: int | None = None  # None = no face found, or not looked for


def pictures_of(services: StaffServices, person: str) -> tuple[PictureFacts, ...]:
    """Every file of a person in the image folder, with how near the others are."""
    snapshot = services.snapshot
    name = snapshot.person(person)
    templates = snapshot.templates_of(name) if name is not None else ()
    apart = spread([template.embedding for template in templates])
    try:
        threshold = services.threshold
    except EncoderError:
        threshold = float("inf")
    distances = {template.source: float(found) for template, found in zip(templates, apart, strict=True)}
    skipped = {skipped.source: shown(skipped.reason) for skipped in snapshot.skipped}
    key = person_key(person)
    sources = [one.source for one in list_folder(services.folder).pictures if person_key(one.person) == key]
    return tuple(_facts(source, distances, skipped, threshold) for source in sources)


def look_at(services: StaffServices, source: str) -> Look:
    """Reads a picture and measures the face on it: about a tenth of a second."""
    try:
        image = read_picture(services.folder / source)
    except PictureError:
        return Look()
    step = max(max(image.shape[:2]) // _SHOWN_PX, 1)
    small = to_qimage(np.ascontiguousarray(image[::step, ::step]))
    with services.reader() as reader:
        found = reader.look(image)
    if found is None:
        return Look(small, (Rejection.NO_FACE,))
    face, conditions = found
    box = face.box.grown(0.5, image.shape[1], image.shape[0])
    cut = to_qimage(np.ascontiguousarray(image[box.top : box.bottom, box.left : box.right]))
    return Look(cut, USUAL.remarks(conditions), conditions.face_px)


def _facts(source: str, distances: Mapping[str, float], skipped: Mapping[str, str], threshold: float) -> PictureFacts:
    distance = distances.get(source)
    if distance is None:
        return PictureFacts(source, used=False, reason=skipped.get(source, ""))
    if not np.isfinite(distance):
        return PictureFacts(source, used=True)
    return PictureFacts(source, used=True, distance=distance, fits=distance <= threshold)
