"""A keyboard on the screen, for who has no other."""

from kiosk.gui.keyboard.dock import KeyboardDock

__all__ = ["KeyboardDock"]
