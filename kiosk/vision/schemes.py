"""Five points of a face brought into ArcFace's frame, whichever five they are.

ArcFace's frame is 112 x 112 px. Its own five places stand in the projects that train such networks (insightface,
face_align.py). Where dlib's five points come to lie when ArcFace's are in their places was taken as the median over
120 pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kiosk.domain import Floats, Landmarks, Scheme

FRAME_PX: Final = 112
# Two models whose frames are this far apart have not found the same face: of 4,992 pictures of LFW's development view
# 8 lie beyond it. Of the 37 beyond 7.5 px the middle is still the better choice.
_APART_PX: Final = 15.0
_FARTHEST_PX = 1e8  # nothing beyond is in any image

_PLACES: Final[dict[Scheme, Floats]] = {
    Scheme.ARCFACE: np.array(
        [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
    ),
    Scheme.DLIB: np.array([(78.97, 53.55), (65.27, 53.95), (30.59, 53.94), (44.29, 54.16), (54.99, 80.56)]),
}


@dataclass(frozen=True, slots=True)
class Similarity:
    """Turned, scaled and moved; points are complex, x + iy px."""

    turn: complex
    shift: complex

    def inverse(self) -> Similarity:
        return Similarity(1 / self.turn, -self.shift / self.turn)

    def applied(self, points: Floats) -> Floats:
        """Points (N, 2) px after it."""
        moved = self.turn * (points @ (1, 1j)) + self.shift
        return np.stack([moved.real, moved.imag], axis=1)

    def matrix(self) -> Floats:
        """(2, 3), as OpenCV takes it."""
        real, imaginary = self.turn.real, self.turn.imag
        return np.array([(real, -imaginary, self.shift.real), (imaginary, real, self.shift.imag)])


def finite(points: Floats) -> bool:
    """Whether all points are numbers, and such as an image can have."""
    return bool(np.abs(points).max() < _FARTHEST_PX)


def to_frame(landmarks: Landmarks) -> Similarity | None:
    """The similarity with least squares from the image to ArcFace's frame (Umeyama 1991, without reflection).

    None where the points give no direction: not finite, or all in one place.
    """
    if not finite(landmarks.points):
        return None
    points = np.asarray(landmarks.points, np.float64) @ (1, 1j)
    places = _PLACES[landmarks.scheme] @ (1, 1j)
    spread, middle = points - points.mean(), complex(points.mean())
    square = float(np.vdot(spread, spread).real)
    turn = complex(np.vdot(spread, places - places.mean())) / square if square else 0j
    # A face smaller than a hundredth of a pixel is none, nor is one larger than any image.
    if not 1 / _FARTHEST_PX < abs(turn) < FRAME_PX * 100:
        return None
    return Similarity(turn, complex(places.mean()) - turn * middle)


def as_dlib(landmarks: Landmarks) -> Landmarks | None:
    """Where dlib's points are to be expected; these themselves if they are dlib's, None where `to_frame` is."""
    if landmarks.scheme is Scheme.DLIB:
        return landmarks
    fitted = to_frame(landmarks)
    return None if fitted is None else Landmarks(fitted.inverse().applied(_PLACES[Scheme.DLIB]), Scheme.DLIB)


def between(one: Landmarks, other: Landmarks) -> Landmarks | None:
    """Return ArcFace's points in the middle between what two models found; None where they disagree about the face.

    Each model errs in its own way, so the middle is nearer to the truth than either.
    """
    first, second = to_frame(one), to_frame(other)
    if first is None or second is None:
        return None
    places = _PLACES[Scheme.ARCFACE]
    in_image = [frame.inverse().applied(places) for frame in (first, second)]
    if np.linalg.norm(first.applied(in_image[1]) - places, axis=1).mean() > _APART_PX:
        return None
    return Landmarks(np.mean(in_image, axis=0), Scheme.ARCFACE)
