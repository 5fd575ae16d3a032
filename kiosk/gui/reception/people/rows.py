"""The reading that the people page does in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from PyQt6.QtGui import QImage

from kiosk.domain import Rejection
from kiosk.door.services import StaffServices
from kiosk.errors import EncoderError, PictureError
from kiosk.gui.feed import to_qimage
from kiosk.names import person_key
from kiosk.people.folder import list_folder
from kiosk.people.listing import PersonRow, PictureFacts, list_people, picture_facts
from kiosk.people.register import PersonRecord, today
from kiosk.people.snapshot import GallerySnapshot
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import USUAL

_SHOWN_PX = 480


class Gathered(NamedTuple):
    """The list of people, and the data that it was made from."""

    rows: tuple[PersonRow, ...]
    snapshot: GallerySnapshot
    records: Mapping[str, PersonRecord]
    seen: Mapping[str, datetime]
    day: date


def gather(services: StaffServices, before: Gathered | None = None, day: Callable[[], date] = today) -> Gathered:
    """Return the list of people; `before` where nothing has changed since."""
    snapshot, records, seen, on = services.snapshot, services.people.records(), services.journal.last_granted(), day()
    if before is not None and snapshot is before.snapshot and (records, seen, on) == before[2:]:
        return before
    return Gathered(list_people(snapshot, records, seen, _threshold(services, 0.0), on), snapshot, records, seen, on)


def pictures_of(services: StaffServices, person: str) -> tuple[PictureFacts, ...]:
    """Return every file of a person in the image folder, with how near the others are."""
    key = person_key(person)
    sources = [one.source for one in list_folder(services.folder).pictures if person_key(one.person) == key]
    return picture_facts(services.snapshot, person, sources, _threshold(services, float("inf")))


def _threshold(services: StaffServices, otherwise: float) -> float:
    try:
        return services.threshold
    except EncoderError:  # the station is being built
        return otherwise


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as it is shown, and what is unusual about it."""

    image: QImage = field(default_factory=QImage)
    remarks: tuple[Rejection, ...] = ()  # beyond what pictures usually are like
    face_px: int | None = None  # None = no face found, or not looked for


def look_at(services: StaffServices, source: str) -> Look:
    """Return a picture with what its face is like; takes about a tenth of a second."""
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
