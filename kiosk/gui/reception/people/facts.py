"""What each picture of a person is like, found out in the background. No widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PyQt6.QtGui import QImage

from kiosk.domain import Rejection
from kiosk.door.desk import Desk
from kiosk.errors import EncoderError, PictureError
from kiosk.gui.images import to_qimage
from kiosk.names import person_key
from kiosk.people.enrolment.likeness import spread
from kiosk.people.gallery.folder import list_folder
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import USUAL

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


def pictures_of(desk: Desk, person: str) -> tuple[PictureFacts, ...]:
    """Every file of a person in the image folder, with how near the others are."""
    snapshot = desk.snapshot
    name = snapshot.person(person)
    templates = snapshot.templates_of(name) if name is not None else ()
    apart = spread([template.embedding for template in templates])
    try:
        threshold = desk.threshold
    except EncoderError:
        threshold = float("inf")
    distances = {template.source: float(found) for template, found in zip(templates, apart, strict=True)}
    skipped = {skipped.source: skipped.reason for skipped in snapshot.skipped}
    key = person_key(person)
    sources = [one.source for one in list_folder(desk.folder).pictures if person_key(one.person) == key]
    return tuple(_facts(source, distances, skipped, threshold) for source in sources)


def look_at(desk: Desk, source: str) -> Look:
    """Reads a picture and measures the face on it: about a tenth of a second."""
    try:
        image = read_picture(desk.folder / source)
    except PictureError:
        return Look()
    step = max(max(image.shape[:2]) // _SHOWN_PX, 1)
    shown = to_qimage(np.ascontiguousarray(image[::step, ::step]))
    with desk.reader() as reader:
        found = reader.look(image)
    if found is None:
        return Look(shown, (Rejection.NO_FACE,))
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
