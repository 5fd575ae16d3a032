"""Visitors whom the door did not know."""

from kiosk.gui.reception.visitors.page import VisitorsPage

__all__ = ["VisitorsPage"]
