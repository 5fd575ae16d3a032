"""The wizard with which somebody is enrolled: name, consent, pictures, check, test."""

from kiosk.gui.reception.enrolment.page import EnrolmentPage

__all__ = ["EnrolmentPage"]
