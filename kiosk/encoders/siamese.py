"""Alias of kiosk.training.siamese, for code that imports it from here."""

from kiosk.training.siamese import SiameseHead

__all__ = ["SiameseHead"]
