"""From a face that was found to its chips and its embedding."""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from kiosk.domain import Box, ByteImage, Conditions, Embedding, Face, Landmarks, Rejection, Scheme
from kiosk.encoders.encoder import Chips, Encoder
from kiosk.recognition.pooling import mean_embedding
from kiosk.vision.alignment import cut, needs, quality_chip
from kiosk.vision.landmarks import LandmarkFinder, between
from kiosk.vision.quality import Gates, conditions_of
from kiosk.vision.yunet import shipped_yunet

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


# The way from a picture to chips, as part of the key under which embeddings are cached: raise it when that changes.
PATH_VERSION = 3

Points: TypeAlias = Mapping[Scheme, Landmarks]  # of one face


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A face, and whether it is good enough to be compared."""

    face: Face  # with landmarks
    conditions: Conditions
    points: Points
    rejection: Rejection | None  # None: it is


class FaceEncoder:
    """Landmarks, chips and embedding of a face that was found, with the gates on the way; used by one thread.

    An encoder with ArcFace's crop gets points from two models, YuNet and dlib's trees, and its chip is cut in the
    middle between what both say. Measured with SFace on LFW's development view (1,000 people, one picture each; FNIR at
    FPIR 1 and 0.3 %): dlib's points 3.3 and 5.7 %, dlib's checked by a second look and YuNet's 3.0 and 4.5 %, dlib's
    and YuNet's 3.2 and 4.7 %, YuNet's alone 3.9 and 5.8 %, those that the detector YuNet brings along 4.3 and 7.0 %.

    Args:
        landmarks: dlib's trees, used wherever an encoder takes dlib's points.
        encoder: what the chips are for.
        gates: what a face must be like.
        template_copies: how many copies of a stored picture, each cut a little aside, are averaged with it.
    """

    def __init__(self, landmarks: LandmarkFinder, encoder: Encoder, gates: Gates, *, template_copies: int = 0) -> None:
        self.encoder = encoder
        self.gates = gates
        self._landmarks = landmarks
        self.template_copies = template_copies
        takes_arcface = any(Scheme.ARCFACE in needs(crop) for crop in encoder.spec.crops)
        self._yunet = shipped_yunet() if takes_arcface else None

    @property
    def key(self) -> str:
        """The cache key; it changes when a picture's embedding could."""
        second = f"-{self._yunet.key}" if self._yunet else ""
        copies = f"-{self.template_copies}" if self.template_copies else ""
        return f"{PATH_VERSION}-{self._landmarks.key}{second}-{self.encoder.spec.key}{copies}"

    def examine(self, image: ByteImage, face: Face) -> Examined:
        """Return where the points of a face are, what its picture is like, and why it is not good enough, if so."""
        points = self._points(image, face)
        own = face.landmarks or points.get(Scheme.DLIB) or points.get(Scheme.ARCFACE)
        shown = replace(face, landmarks=own)
        # The gate judges the pose by the points that the detector brings: dlib's model sees a frontal face in a
        # profile, which only such a detector finds.
        rejection = self.gates.check_face(shown)
        if rejection is not None:
            return Examined(shown, conditions_of(shown), points, rejection)
        # Light and sharpness by dlib's points wherever they are there: on these the gates were measured.
        quality = quality_chip(image, replace(face, landmarks=points.get(Scheme.DLIB, own)))
        return Examined(shown, conditions_of(shown, quality), points, self.gates.check_chip(quality))

    def chips(self, image: ByteImage, examined: Examined) -> Chips:
        """Return the chips that the encoder takes, for a live frame."""
        middle = self._middle(examined.points)
        # Where both models disagree, YuNet is right more often: its points stay.
        points = examined.points if middle is None else {**examined.points, Scheme.ARCFACE: middle}
        return self._cut(image, examined.face, points)

    def embed_photograph(self, image: ByteImage, face: Face, copies: int = 0) -> tuple[Face, Embedding | Rejection]:
        """Return the face of a photograph with landmarks, and its embedding or why there is none.

        The embedding is averaged over all views, since a photograph has no further frames.
        """
        examined = self.examine(image, face)
        if examined.rejection is not None:
            return examined.face, examined.rejection
        return examined.face, self.embed_views(self.views(image, examined, copies))

    def views(self, image: ByteImage, examined: Examined, copies: int = 0) -> list[Chips]:
        """Return the chips of a photograph by the points of each model, then `copies` that are moved a little."""
        points = examined.points
        ways = [points]
        if self._middle(points) is not None:
            ways.append({**points, Scheme.ARCFACE: points[Scheme.DLIB]})
        views = [self._cut(image, examined.face, way) for way in ways]
        moved = {crop: moved_copies(chip.face, copies) for crop, chip in views[0].items()}
        copied = [{crop: cut(image, faces[number], crop) for crop, faces in moved.items()} for number in range(copies)]
        return [*views, *copied]

    def embed_views(self, views: Sequence[Chips]) -> Embedding:
        """Return the embedding of one photograph, given its views."""
        found = self.encoder.embed_all(views, stored=True)
        # One picture, however often it is looked at: nothing is said of how the person's pictures scatter.
        return found[0] if len(found) == 1 else replace(mean_embedding(found), count=1, scatter=0.0)

    def _points(self, image: ByteImage, face: Face) -> Points:
        """Return the landmarks that the encoder's crops take, or those of dlib where they take none."""
        points: dict[Scheme, Landmarks] = {} if face.landmarks is None else {face.landmarks.scheme: face.landmarks}
        if self._yunet is not None and Scheme.ARCFACE not in points:
            found = self._yunet.find_near(image, face.box)
            if found is not None and found.landmarks is not None:
                points[Scheme.ARCFACE] = found.landmarks
        if not points or any(Scheme.DLIB in needs(crop) for crop in self.encoder.spec.crops):
            points[Scheme.DLIB] = self._landmarks.locate(image, face.box)
        return points

    def _middle(self, points: Points) -> Landmarks | None:
        """Return ArcFace's points between both models'; None where there is one model only, or they disagree."""
        if self._yunet is None or len(points) < len(Scheme):
            return None
        return between(points[Scheme.ARCFACE], points[Scheme.DLIB])

    def _cut(self, image: ByteImage, face: Face, points: Points) -> Chips:
        """Return a chip for each crop, by the points that suit it best."""
        chips = {}
        for crop in self.encoder.spec.crops:
            suited = next((points[scheme] for scheme in needs(crop) if scheme in points), face.landmarks)
            chips[crop] = cut(image, replace(face, landmarks=suited), crop)
        return chips
