"""Photographs become somebody's pictures in the image folder: all of them, or none and the reason for each."""

from kiosk.people.enrolment.duplicates import DuplicateFinding, find_duplicates
from kiosk.people.enrolment.enrolling import EnrolmentReport, check_pictures, enrol, repeated
from kiosk.people.enrolment.examination import Examined, Offered, examine
from kiosk.people.enrolment.likeness import odd_ones_out

__all__ = [
    "DuplicateFinding",
    "EnrolmentReport",
    "Examined",
    "Offered",
    "check_pictures",
    "enrol",
    "examine",
    "find_duplicates",
    "odd_ones_out",
    "repeated",
]
