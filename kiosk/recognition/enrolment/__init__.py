"""Photographs become somebody's pictures in the image folder: all of them, or none and the reason for each."""

from kiosk.recognition.enrolment.duplicates import DuplicateFinding, find_duplicates
from kiosk.recognition.enrolment.enrolling import EnrolmentReport, check_pictures, enrol, repeated
from kiosk.recognition.enrolment.examination import Examined, Offered, examine
from kiosk.recognition.enrolment.likeness import odd_ones_out

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
