"""How the kiosk is."""

from kiosk.gui.reception.health.page import HealthPage

__all__ = ["HealthPage"]
