"""The wizard that enrols a person: name, consent, pictures, check, test."""

from kiosk.gui.reception.enrolment.page import EnrolmentPage

__all__ = ["EnrolmentPage"]
