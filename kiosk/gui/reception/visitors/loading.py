"""What the visitors page shows, gathered in the background."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage

from kiosk.domain import display_name
from kiosk.door.desk import Desk
from kiosk.errors import PeopleError
from kiosk.people.services.unknown_visitors import UnknownVisitor, unknown_visitors

MOST_SHOWN = 8  # faces of one visitor
_SIDE_PX = 256  # of a face on the largest screen


@dataclass(frozen=True, slots=True, eq=False)
class ShownVisitor:
    """A visitor with the pictures as Qt paints them, and how the nearest person is called here."""

    visitor: UnknownVisitor
    pictures: tuple[bytes, ...]  # PNG, of the newest faces; empty where one was purged meanwhile
    images: tuple[QImage, ...]  # the same
    nearest_name: str  # "" where nobody is enrolled, or the faces are of another encoder


def load(desk: Desk, most: int) -> tuple[list[ShownVisitor], int]:
    """The newest `most` visitors, and how many there are. Raises VisitorsError, EncoderError."""
    found = unknown_visitors(desk.visitors, desk.snapshot, desk.threshold)
    return [_shown(desk, visitor) for visitor in found[:most]], len(found)


def _shown(desk: Desk, visitor: UnknownVisitor) -> ShownVisitor:
    ids = [face.id for face in visitor.faces[:MOST_SHOWN]]
    found = desk.visitors.pictures(ids)
    pictures = tuple(found.get(number, b"") for number in ids)
    return ShownVisitor(
        visitor, pictures, tuple(map(_image, pictures)), _name(desk, visitor.nearest.person) if visitor.nearest else ""
    )


def _image(picture: bytes) -> QImage:
    image = QImage.fromData(picture)
    if image.isNull():
        return image
    return image.scaled(
        _SIDE_PX, _SIDE_PX, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _name(desk: Desk, person: str) -> str:
    try:
        return desk.people.record(person).shown_name
    except PeopleError:  # the door's own line tells that
        return display_name(person)
