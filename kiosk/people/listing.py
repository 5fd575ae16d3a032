"""The list of people: pictures, access, last visit and search index of each person. No Qt."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from kiosk.domain import Template
from kiosk.i18n import shown
from kiosk.names import person_key
from kiosk.people.enrolment import nearest_distances
from kiosk.people.folder import pictures_of
from kiosk.people.register import AccessStatus, PersonRecord
from kiosk.people.snapshot import GallerySnapshot

# Letters that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def folded(text: str) -> str:
    """Return a text without accents and case, for a search."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).replace("_", " ")


def index(texts: Iterable[str]) -> str:
    """Return the text in which a search looks for words: each text folded, and folded with umlauts spelt out."""
    composed = unicodedata.normalize("NFC", "\n".join(texts).casefold())
    return f"{folded(composed)}\n{folded(composed.translate(_SPELT_OUT))}"


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a search, folded; a person matches if all are in their index."""
    return tuple(folded(query).split())


ENOUGH_PICTURES = 3


class Quality(enum.Enum):
    """Quality of a person's pictures for the recognition, best first."""

    GOOD = "good"
    FEW = "few"  # fewer than three
    DIFFER = "differ"  # one is farther from all others than the threshold
    NONE = "none"  # no picture that can be used


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the list."""

    key: str  # person_key
    person: str  # the name in the gallery
    record: PersonRecord
    sources: tuple[str, ...]  # pictures that can be used, relative to the image folder
    quality: Quality
    standing: AccessStatus
    last_seen: datetime | None  # when the door opened last
    indexed: str  # see index

    @property
    def shown(self) -> str:
        """Return the name as people read it."""
        return self.record.shown_name


def list_people(
    snapshot: GallerySnapshot,
    records: Mapping[str, PersonRecord],
    granted: Mapping[str, datetime],
    threshold: float,
    day: date,
) -> tuple[PersonRow, ...]:
    """Return a row for everybody; `records` by person_key, `granted` by name, `threshold` 0 = not known yet."""
    last_seen: dict[str, datetime] = {}
    for name, moment in granted.items():
        key = person_key(name)
        last_seen[key] = max(moment, last_seen.get(key, moment))
    templates: dict[str, list[Template]] = {person: [] for person in snapshot.people}
    for template in snapshot.templates:
        templates[template.person].append(template)
    people = {key: record.person for key, record in records.items()}
    people |= {person_key(person): person for person in snapshot.people}
    rows = []
    for key, person in people.items():
        record = replace(records.get(key, PersonRecord(person)), person=person)
        moments = [last_seen.get(person_key(name)) for name in (person, *record.former)]
        own = templates.get(person, [])
        texts = (record.shown_name, person, record.group, record.staff_number, record.card_id, record.email)
        rows.append(
            PersonRow(
                key=key,
                person=person,
                record=record,
                sources=tuple(template.source for template in own),
                quality=quality_of(own, threshold),
                standing=record.access_status(day),
                last_seen=max(filter(None, moments), default=None),
                indexed=index(filter(None, texts)),
            )
        )
    return tuple(rows)


def quality_of(templates: list[Template], threshold: float) -> Quality:
    """Return how good the pictures of one person are, by their number and how alike they are."""
    if not templates:
        return Quality.NONE
    apart = nearest_distances([template.embedding for template in templates])
    if len(templates) > 1 and apart.max() > threshold > 0:
        return Quality.DIFFER
    return Quality.GOOD if len(templates) >= ENOUGH_PICTURES else Quality.FEW


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """One file under a person's name, and whether it fits the others."""

    source: str  # relative to the image folder
    used: bool  # a template was made of it
    reason: str = ""  # why it is not used, as the gallery says it
    distance: float | None = None  # to the nearest other picture of the person; None = there is no other
    fits: bool = True  # the distance is within the threshold


def picture_facts(snapshot: GallerySnapshot, folder: Path, person: str, threshold: float) -> tuple[PictureFacts, ...]:
    """Return every file of a person in the image folder, with its distance to the others."""
    templates = snapshot.templates_of(snapshot.person(person) or "")
    apart = nearest_distances([template.embedding for template in templates])
    distances = {template.source: float(found) for template, found in zip(templates, apart, strict=True)}
    skipped = {skipped.source: shown(skipped.reason) for skipped in snapshot.skipped}
    facts = []
    for source in (picture.source for picture in pictures_of(folder, person)):
        distance = distances.get(source)
        if distance is None:
            facts.append(PictureFacts(source, used=False, reason=skipped.get(source, "")))
        else:
            near = distance if np.isfinite(distance) else None
            facts.append(PictureFacts(source, used=True, distance=near, fits=near is None or near <= threshold))
    return tuple(facts)
