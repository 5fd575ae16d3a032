"""The frozen types that travel from the camera to the door.

Frame -> Face -> Chip -> Embedding -> Identification -> Observation -> Decision -> door
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

ByteImage: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One capture of a source."""

    image: ByteImage  # (H, W, 3) BGR
    captured_at: float  # s, the source's clock: monotonic for a camera, video time for a file read with --fast
    sequence: int  # counts up from 0 within one opening of the source


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in px, half-open: right and bottom are the first column and row outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Return the area in px; 0 for a box that is empty or turned inside out."""
        return max(self.width, 0) * max(self.height, 0)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def cut(self, image: ByteImage) -> ByteImage:
        """Return the part of an image that lies inside, as a view; no side of the box may be negative."""
        return image[self.top : self.bottom, self.left : self.right]

    def covers(self, place: tuple[float, float]) -> bool:
        """Return whether the place (x, y) in px lies inside."""
        x, y = place
        return self.left <= x < self.right and self.top <= y < self.bottom

    def overlap(self, other: Box) -> float:
        """Return the intersection over union, 0 to 1."""
        common = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )
        if not common.area:
            return 0.0
        return common.area / (self.area + other.area - common.area)

    def grown(self, factor: float, width: int, height: int) -> Box:
        """Return the box with `factor` times its size added on each side, cut to an image of width x height px."""
        dx, dy = round(self.width * factor), round(self.height * factor)
        return Box(
            max(self.left - dx, 0),
            max(self.top - dy, 0),
            min(self.right + dx, width),
            min(self.bottom + dy, height),
        )


class Scheme(enum.Enum):
    """The five points of a face that landmarks are; left and right as the image shows them, unless said otherwise."""

    DLIB = "dlib"  # outer and inner corner of the right eye, outer and inner corner of the left eye, base of the nose
    ARCFACE = "arcface"  # middle of the left eye, of the right eye, tip of the nose, left and right corner of the mouth


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Five points of a face."""

    points: Floats  # (5, 2) px as (x, y)
    scheme: Scheme


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A detected sample."""

    box: Box
    score: float  # the detector's own, larger = surer
    landmarks: Landmarks | None = None  # None until located


class CropKind(enum.Enum):
    """The part of a face that a crop keeps in its place."""

    DLIB_CHIP = "dlib_chip"  # dlib's five-point mean face, padding 0.25
    ARCFACE = "arcface"  # ArcFace's five points in a frame of 112 x 112
    OPENFACE = "openface"  # OpenFace's outer corners of the eyes and base of the nose in a frame of 96 x 96
    BOX = "box"  # the detector's box, made square, upright


@dataclass(frozen=True, slots=True)
class Crop:
    """The way a face is cut out; an encoder needs the crop that it was trained on."""

    kind: CropKind
    size_px: int  # rows and columns of the chip
    margin: float = 0.0  # of the box's longer side, added on each side; for BOX alone


@dataclass(frozen=True, slots=True, eq=False)
class Chip:
    """An aligned sample, cropped for one encoder."""

    image: ByteImage  # (S, S, 3) RGB
    face: Face


class Rejection(enum.Enum):
    """The reason why a face or a picture was not encoded (failure to acquire)."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TOO_BLURRED = "too_blurred"
    OFF_POSE = "off_pose"
    NOT_LIVE = "not_live"


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Biometric features; the embedding that is searched for is the probe."""

    vector: NDArray[np.float32]  # (D,), L2-normalised, finite
    encoder: str  # the name of the encoder that made it; embeddings of two encoders are never compared
    count: int = 1  # pictures of one person whose embeddings were averaged
    scatter: float = 0.0  # mean squared distance of these from their mean, which is shorter than 1


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A stored reference; the gallery is the set of all templates."""

    person: str  # the name of the picture's file or folder
    embedding: Embedding
    source: str  # the picture, relative to the image folder


class TemplateRule(enum.StrEnum):
    """The distance of a probe to a person who has several templates."""

    NEAREST = "nearest"  # as far as from the nearest of them
    MEAN = "mean"  # as far as from their mean


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry of a candidate list."""

    person: str
    distance: float  # L2 between L2-normalised embeddings, 0 to 2; smaller = closer


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer of a 1:1 comparison."""

    claimed: str
    distance: float
    threshold: float

    @property
    def accepted(self) -> bool:
        return self.distance <= self.threshold


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer of a 1:N search in an open set: the nearest people, or nobody."""

    candidates: tuple[Candidate, ...]  # one a person, nearest first
    threshold: float
    margin: float
    gallery_size: int  # people searched

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def second(self) -> Candidate | None:
        return self.candidates[1] if len(self.candidates) > 1 else None

    @property
    def within_threshold(self) -> bool:
        return self.best is not None and self.best.distance <= self.threshold

    @property
    def match(self) -> str | None:
        """The person recognised: within the threshold, and nearer than the second by the margin; None for nobody."""
        if self.best is None or not self.within_threshold:
            return None
        # Written with >= so that a NaN distance is never a match.
        clear = self.second is None or self.second.distance - self.best.distance >= self.margin
        return self.best.person if clear else None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Measured conditions of the picture of a face; None where a gate rejected the face before they were measured."""

    face_px: int  # px, the shorter side of the box
    light: float | None = None  # mean grey of the face, 0 to 255
    sharpness: float | None = None  # variance of the Laplacian
    turn: float | None = None  # how far it looks aside: 0 = straight ahead, in parts of the distance between the eyes


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFace:
    """One face of a frame, with the track that connects it to earlier frames."""

    track: int  # stays with a face over frames, never used twice
    face: Face
    rejection: Rejection | None
    identification: Identification | None  # None where the face was rejected or never compared
    conditions: Conditions | None = None
    compared: bool = True  # False: not in this frame; what stands here was found out before
    place: int = 0  # stays while the face does not move at all, never used twice; 0 = not known
    still: bool = False  # whether it has not moved for some seconds, as only pictures do


def nearest_face(faces: Iterable[TrackedFace]) -> TrackedFace | None:
    """Return the largest face, which is nearest to the camera; None if there is none."""
    return max(faces, key=lambda each: each.face.box.area, default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """The result of one processed frame."""

    sequence: int
    captured_at: float  # s, as in Frame
    faces: tuple[TrackedFace, ...]  # without those of the background
    repeated: bool = False  # the same pixels as the frame before: shown, never counted
    background: Mapping[int, int] = field(default_factory=dict)  # by track, the places of faces still for a minute
    lost_after_seconds: float = 0.0  # the time after which a face that is not seen has left


class Outcome(enum.Enum):
    """The state of a decision."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"


class Reason(enum.Enum):
    """The reason of a decision."""

    RECOGNISED = "recognised"
    RETURNED = "returned"  # granted again within the cool-down, not greeted again
    GATHERING = "gathering"  # too few frames so far
    PRESENT = "present"  # was granted and still stands there
    NOBODY_ENROLLED = "nobody_enrolled"
    TOO_FAR = "too_far"  # nobody within the threshold
    AMBIGUOUS = "ambiguous"  # within the threshold, but two people within the margin, or frames that disagree
    SUSPENDED = "suspended"  # recognised, but the staff has suspended the person
    NOT_YET_VALID = "not_yet_valid"  # recognised, before the first day on which the person may enter
    EXPIRED = "expired"  # recognised, after the last one
    TESTED = "tested"  # the staff had the door open to see whether it does
    FAULT = "fault"  # something on the way to the door failed


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The decision about one tracked face."""

    outcome: Outcome
    reason: Reason
    track: int
    sequence: int  # of the frame that settled it
    decided_at: float  # s, clock of Frame.captured_at
    agreeing: int  # frames that name the same person, of `required`
    required: int
    person: str | None = None  # who is granted, or who is leading while pending
    identification: Identification | None = None  # of the frame that settled it
    greet: bool = False
    fault: str | None = None  # the message behind Reason.FAULT
    conditions: Conditions | None = None  # of the picture that settled it


def display_name(person: str) -> str:
    """Return the name as people read and hear it: underscores become spaces."""
    return " ".join(person.replace("_", " ").split())
