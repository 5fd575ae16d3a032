"""Files chosen from a USB stick or the exchange folder, without any dialog of Qt's."""

from kiosk.gui.reception.picker.picker import Picker
from kiosk.gui.reception.picker.wanted import Wanted, wanted_archive, wanted_pictures

__all__ = ["Picker", "Wanted", "wanted_archive", "wanted_pictures"]
