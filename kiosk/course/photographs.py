"""The whole way of the kiosk for one photograph: find the face, align it, encode it."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Rejection
from kiosk.encoders import Encoder
from kiosk.errors import PictureError
from kiosk.people.reasons import in_words
from kiosk.recognition.face_path import FacePath
from kiosk.recognition.pipeline import PhotographReader
from kiosk.vision.checked_landmarks import CheckedLandmarks
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.pictures import printable, read_picture
from kiosk.vision.quality import PHOTOGRAPH

_own: Any = threading.local()


def photograph_encoding(path: Path, encoder: Encoder) -> NDArray[np.float32]:
    """The embedding (1, D) of the one person of a photograph; from any thread.

    Raises PictureError where it cannot be read, or shows no face, several, or one that is too small or unclear.
    """
    detector, landmarks = _parts()
    reader = PhotographReader(detector, FacePath(landmarks, encoder, PHOTOGRAPH))
    outcome = reader.one(read_picture(path))
    if isinstance(outcome, Rejection):
        raise PictureError(printable(path), in_words(outcome), "give a clear picture of one face, from the front")
    return outcome.vector[np.newaxis]


def _parts() -> tuple[HaarDetector, CheckedLandmarks]:
    """The thread's own, kept: loading them takes longer than encoding a picture."""
    if not hasattr(_own, "parts"):
        _own.parts = HaarDetector(), CheckedLandmarks(shipped_landmarks())
    parts: tuple[HaarDetector, CheckedLandmarks] = _own.parts
    return parts
