"""Faces a little moved: other chips of the same picture, for embeddings that hang less on where it was cut."""

from __future__ import annotations

import cmath
import math
from dataclasses import replace
from typing import Final

import numpy as np

from kiosk.domain import Box, Face, Landmarks

# The farthest that a copy is moved: as dlib's jitter_image does, with which its network was measured.
_ASIDE: Final = 0.02  # of the box's side, either way
_TURN: Final = math.radians(3)
_GROWTH: Final = math.log(1.03)

# Places of a sequence that fills four dimensions evenly however early it ends (Roberts 2018, "The unreasonable
# effectiveness of quasirandom sequences"): powers of 1 / the root of x^5 = x + 1.
_STEPS: Final = 1.1673039782614187 ** -np.arange(1.0, 5.0)


def moved_copies(face: Face, number: int) -> list[Face]:
    """So many faces, the same each time: shifted, turned and scaled by a little, box and landmarks alike."""
    places = 2 * ((0.5 + np.arange(1, number + 1)[:, np.newaxis] * _STEPS) % 1) - 1
    return [_moved(face, *(float(one) for one in place)) for place in places]


def _moved(face: Face, right: float, down: float, turn: float, growth: float) -> Face:
    """The face moved by parts, -1 to 1, of the farthest."""
    box = face.box
    side = max(box.width, box.height)
    centre = complex(*box.centre)
    shift = _ASIDE * side * complex(right, down)
    scale = math.exp(_GROWTH * growth)
    half = complex(box.width, box.height) / 2 * scale
    first, last = centre + shift - half, centre + shift + half
    grown = Box(round(first.real), round(first.imag), round(last.real), round(last.imag))
    if face.landmarks is None:
        return replace(face, box=grown)
    points = face.landmarks.points @ (1, 1j)
    points = centre + shift + (points - centre) * cmath.rect(scale, _TURN * turn)
    placed = np.column_stack([points.real, points.imag]).astype(np.float32)
    return replace(face, box=grown, landmarks=Landmarks(placed, face.landmarks.scheme))
