"""What the table of people shows, gathered in the background. No Qt."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from kiosk.domain import Template, display_name
from kiosk.door.desk import Desk
from kiosk.errors import EncoderError
from kiosk.gui.reception.people.searching import index
from kiosk.names import person_key
from kiosk.people.gallery import GallerySnapshot
from kiosk.people.register import PersonRecord, Standing, today

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
    standing: Standing
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


def gather(desk: Desk, before: Gathered | None = None, day: Callable[[], date] = today) -> Gathered:
    """Everybody in the gallery, and those of whom only data are left; `before` where nothing has changed since."""
    snapshot, records, seen, on = desk.snapshot, desk.people.records(), desk.journal.last_granted(), day()
    if before is not None and snapshot is before.snapshot and (records, seen, on) == before[2:]:
        return before
    try:
        threshold = desk.threshold
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
        standing=record.standing(context.day),
        last_seen=max(moments, default=None),
        indexed=index(text for text in (*texts, record.email) if text),
    )
