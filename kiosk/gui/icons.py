"""The drawn icons in any colour and size."""

from typing import cast

from PyQt6.QtCore import QByteArray, Qt
from PyQt6.QtGui import QPainter, QPixmap, QPixmapCache
from PyQt6.QtSvg import QSvgRenderer

from kiosk.gui.state import Kind
from kiosk.resources import asset

ICONS = {
    Kind.STARTING: "hourglass",
    Kind.LOCKED: "lock_closed",
    Kind.LOOKING: "face_search",
    Kind.UNLOCKED: "lock_open",
    Kind.REFUSED: "person_unknown",
    Kind.CAMERA_LOST: "camera_lost",
    Kind.NOBODY_ENROLLED: "person_plus",
    Kind.FAULT: "alert",
}


def icon(name: str, colour: str, side_px: int) -> QPixmap:
    """A square picture of assets/icons/NAME.svg, whose lines are drawn in currentColor."""
    # A page of buttons asks for the same icons with every change of state and style.
    key = f"kiosk/{name}/{colour}/{side_px}"
    known = cast("QPixmap | None", QPixmapCache.find(key))  # the stubs do not know that it may be missing
    if known is not None:
        return known
    drawing = asset("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    picture = QPixmap(side_px, side_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    QPixmapCache.insert(key, picture)
    return picture
