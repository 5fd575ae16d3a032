"""Where a face looks, from its five points: signed numbers, for whoever asks a person to turn the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kiosk.domain import Landmarks
from kiosk.vision.quality import REACH, eyes_and_nose
from kiosk.vision.schemes import finite


@dataclass(frozen=True, slots=True)
class Pose:
    """In parts of the distance between the eyes; numbers of one scheme are not those of the other."""

    aside: float  # 0 = straight ahead; positive = the person's own left, which is the right of the image
    nose_drop: float  # how far the nose is below the eyes: smaller when the person looks up


def pose_of(landmarks: Landmarks) -> Pose | None:
    """None where the points are no numbers or the eyes lie in one place."""
    if not finite(landmarks.points):
        return None
    right, left, nose = eyes_and_nose(landmarks)
    across = np.asarray(right - left, np.float64)
    distance = float(np.hypot(*across))
    if distance == 0:
        return None
    along = across / distance
    down = np.array([-along[1], along[0]])
    offset = (nose - (left + right) / 2) / distance
    return Pose(float(offset @ along) / REACH[landmarks.scheme], float(offset @ down))
