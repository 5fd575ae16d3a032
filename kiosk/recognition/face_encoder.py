"""The steps from a detected face to its embedding: landmarks, gates, chips, encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from kiosk.domain import ByteImage, Conditions, Embedding, Face, Landmarks, Rejection, Scheme
from kiosk.encoders.encoder import Chips, Encoder
from kiosk.recognition.pooling import mean_embedding
from kiosk.vision.alignment import cut, needs, quality_chip
from kiosk.vision.landmarks import LandmarkFinder, between
from kiosk.vision.quality import Gates, conditions_of
from kiosk.vision.yunet import shipped_yunet

# Part of the key under which embeddings are cached: raise it when the same picture gives other chips.
PATH_VERSION = 3

Points: TypeAlias = Mapping[Scheme, Landmarks]  # of one face, by the model that located them


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A face with its landmarks, and the gate that rejected it."""

    face: Face
    conditions: Conditions
    points: Points
    rejection: Rejection | None  # None: good enough to be compared


class FaceEncoder:
    """Landmarks, gates, chips and embedding of a detected face; used by one thread.

    For an encoder with ArcFace's crop two models, YuNet and dlib's trees, locate the points, and the chip is cut by
    the middle of both. Measured with SFace on LFW's development view (1,000 people, one picture each; FNIR at
    FPIR 1 and 0.3 %): dlib's points 3.3 and 5.7 %, dlib's checked by a second look and YuNet's 3.0 and 4.5 %, dlib's
    and YuNet's 3.2 and 4.7 %, YuNet's alone 3.9 and 5.8 %, those that the detector YuNet brings along 4.3 and 7.0 %.

    Args:
        landmarks: dlib's trees, used for every encoder that takes dlib's points.
        encoder: the network that embeds the chips.
        gates: the limits that a face must keep.
    """

    def __init__(self, landmarks: LandmarkFinder, encoder: Encoder, gates: Gates) -> None:
        self.encoder = encoder
        self.gates = gates
        self._landmarks = landmarks
        takes_arcface = any(Scheme.ARCFACE in needs(crop) for crop in encoder.spec.crops)
        self._yunet = shipped_yunet() if takes_arcface else None

    @property
    def key(self) -> str:
        """The cache key; it changes when a picture's embedding could."""
        second = f"-{self._yunet.key}" if self._yunet else ""
        return f"{PATH_VERSION}-{self._landmarks.key}{second}-{self.encoder.spec.key}"

    def examine(self, image: ByteImage, face: Face) -> Examined:
        """Locate the points of a face, measure its picture and apply the gates."""
        points = self._points(image, face)
        own = face.landmarks or points.get(Scheme.DLIB) or points.get(Scheme.ARCFACE)
        shown = replace(face, landmarks=own)
        # Pose by the detector's own points, if it has any: only such a detector finds profiles, in which dlib's model
        # sees a frontal face.
        conditions = conditions_of(shown)
        rejection = self.gates.rejection(conditions)
        if rejection is not None:
            return Examined(shown, conditions, points, rejection)
        # Light and sharpness by dlib's points, if there are any: the gates were measured on them.
        quality = quality_chip(image, replace(face, landmarks=points.get(Scheme.DLIB, own)))
        conditions = conditions_of(shown, quality)
        return Examined(shown, conditions, points, self.gates.rejection(conditions))

    def chips(self, image: ByteImage, examined: Examined) -> Chips:
        """Return the chips that the encoder takes, for a live frame."""
        middle = self._middle(examined.points)
        # If the models disagree, YuNet is right more often: its points stay.
        points = examined.points if middle is None else {**examined.points, Scheme.ARCFACE: middle}
        return self._cut(image, examined.face, points)

    def embed_photograph(self, image: ByteImage, face: Face) -> tuple[Face, Embedding | Rejection]:
        """Return a photograph's face with landmarks, and its embedding or the gate that rejected it.

        The embedding is averaged over all views, since a photograph has no further frames.
        """
        examined = self.examine(image, face)
        if examined.rejection is not None:
            return examined.face, examined.rejection
        return examined.face, self.embed_views(self.views(image, examined))

    def views(self, image: ByteImage, examined: Examined) -> list[Chips]:
        """Return the chips of a photograph by the points of each model."""
        points = examined.points
        ways = [points]
        if self._middle(points) is not None:
            ways.append({**points, Scheme.ARCFACE: points[Scheme.DLIB]})
        return [self._cut(image, examined.face, way) for way in ways]

    def embed_views(self, views: Sequence[Chips]) -> Embedding:
        """Return the embedding of one photograph, given its views."""
        found = self.encoder.embed_all(views, stored=True)
        # All views show one picture: they do not tell how the person's pictures scatter.
        return found[0] if len(found) == 1 else replace(mean_embedding(found), count=1, scatter=0.0)

    def _points(self, image: ByteImage, face: Face) -> Points:
        """Return the landmarks that the encoder's crops need; those of dlib if they need none."""
        points: dict[Scheme, Landmarks] = {} if face.landmarks is None else {face.landmarks.scheme: face.landmarks}
        if self._yunet is not None and Scheme.ARCFACE not in points:
            found = self._yunet.find_near(image, face.box)
            if found is not None and found.landmarks is not None:
                points[Scheme.ARCFACE] = found.landmarks
        if not points or any(Scheme.DLIB in needs(crop) for crop in self.encoder.spec.crops):
            points[Scheme.DLIB] = self._landmarks.locate(image, face.box)
        return points

    def _middle(self, points: Points) -> Landmarks | None:
        """Return ArcFace's points in the middle of both models'; None for one model, or where they disagree."""
        if self._yunet is None or len(points) < len(Scheme):
            return None
        return between(points[Scheme.ARCFACE], points[Scheme.DLIB])

    def _cut(self, image: ByteImage, face: Face, points: Points) -> Chips:
        """Return a chip for each crop, cut by the points of the best scheme for it."""
        chips = {}
        for crop in self.encoder.spec.crops:
            suited = next((points[scheme] for scheme in needs(crop) if scheme in points), face.landmarks)
            chips[crop] = cut(image, replace(face, landmarks=suited), crop)
        return chips
