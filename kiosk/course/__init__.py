"""Functions of the course's exercise; the package kiosk offers them, too: from kiosk import verify."""

from kiosk.course.exercise import img_to_encoding, load_encoder, pixel_distance, prepare_database, verify, who_is_it
from kiosk.training.triplet import triplet_loss

__all__ = [
    "img_to_encoding",
    "load_encoder",
    "pixel_distance",
    "prepare_database",
    "triplet_loss",
    "verify",
    "who_is_it",
]
