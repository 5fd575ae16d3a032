"""How many px a unit of the design has on this screen: 1 on 800 x 480 px; small letters."""

from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QApplication

SMALL = 0.82  # of the size of other letters
_PROPERTY = "kiosk_scale"


def set_scale(scale: float) -> None:
    """Takes over the window's scale, for whatever is laid out from now on."""
    application = QApplication.instance()
    if application is not None:
        application.setProperty(_PROPERTY, float(scale))


def px(units: float) -> int:
    """Units of the design as px, at least 1."""
    application = QApplication.instance()
    scale = application.property(_PROPERTY) if application is not None else None
    return max(round(units * (scale if isinstance(scale, float) else 1.0)), 1)


def small(font: QFont) -> QFont:
    """Return the font for the second line of a cell, and for a name below a picture."""
    smaller = QFont(font)
    if font.pixelSize() > 0:
        smaller.setPixelSize(max(round(font.pixelSize() * SMALL), 1))
    return smaller
