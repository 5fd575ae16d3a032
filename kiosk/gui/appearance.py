"""How the screen is to look and speak."""

from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication

from kiosk.gui.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Look


@dataclass(frozen=True, slots=True)
class Appearance:
    """As the configuration has it."""

    theme: str = "auto"  # dark, light, or auto, which follows the desktop
    large_type: bool = False
    high_contrast: bool = False
    still: bool = False
    language: str = "en"  # or auto, which follows the system
    keyboard: str = "auto"  # on the screen: on, off, or auto = where fingers are all there is

    def look(self) -> Look:
        """With the colours that are meant."""
        hints = QGuiApplication.styleHints()
        desktop_is_light = hints is not None and hints.colorScheme() is Qt.ColorScheme.Light
        light = self.theme == "light" or (self.theme == "auto" and desktop_is_light)
        if self.high_contrast:
            return Look(LIGHT_CONTRAST if light else DARK_CONTRAST, self.large_type, self.still)
        return Look(LIGHT if light else DARK, self.large_type, self.still)
