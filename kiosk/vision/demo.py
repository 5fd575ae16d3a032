"""The demo scene: two people walk up to the camera in a corridor, one after the other and together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kiosk.domain import ByteImage, Floats, Frame
from kiosk.errors import CameraError
from kiosk.files import asset
from kiosk.vision.opencv import cv2
from kiosk.vision.source import Pace, Source

WIDTH_PX, HEIGHT_PX = 640, 480
FOCAL_PX = 560.0
VANISHING_POINT = (320.0, 190.0)  # px; the camera looks straight ahead from the height of a face
_LEVELS = 6  # sizes of a figure, each half of the one before


@dataclass(frozen=True, slots=True)
class Pose:
    """Place and attitude of a figure in one frame."""

    x: float  # px, centre of the face
    y: float
    face_px: float
    turn: float = 0.0  # -1 to 1, to the left or right
    tilt: float = 0.0  # radians
    light: float = 1.0
    presence: float = 1.0  # 0 = not there yet


class Figure:
    """A person as a PNG (H, W, 4), BGRA premultiplied by its opacity, at several sizes.

    Centre and width of the face are those of the detector's box, in px of the picture.
    """

    def __init__(self, picture: Path, face_centre: tuple[float, float], face_px: float) -> None:
        self._face_centre = np.array(face_centre)
        self._face_px = face_px
        self._levels = [_read(picture)]
        while len(self._levels) < _LEVELS:
            self._levels.append(np.asarray(cv2.pyrDown(self._levels[-1]), np.uint8))

    def draw_on(self, picture: ByteImage, pose: Pose) -> None:
        """Blend the figure into the picture, in place."""
        scale = pose.face_px / self._face_px
        level = min(max(math.floor(math.log2(1 / scale)), 0), _LEVELS - 1)
        body = self._levels[level]
        to_picture = self._placement(pose, scale, 2**level)
        left, top, right, bottom = _covered(to_picture, body.shape, picture.shape)
        if left >= right or top >= bottom:
            return
        to_picture[:, 2] -= (left, top)
        placed = np.asarray(cv2.warpAffine(body, to_picture, (right - left, bottom - top)), np.uint8)
        background = picture[top:bottom, left:right]
        shade = cv2.convertScaleAbs(cv2.cvtColor(placed[..., 3], cv2.COLOR_GRAY2BGR), alpha=pose.presence)
        behind = cv2.multiply(background, cv2.bitwise_not(shade), scale=1 / 255)
        person = cv2.convertScaleAbs(placed[..., :3], alpha=pose.light * pose.presence)
        cv2.add(behind, person, dst=background)

    def _placement(self, pose: Pose, scale: float, reduction: int) -> Floats:
        """Return the map from a reduced figure to the picture: turning narrows and shears it, tilting rotates it."""
        across = scale * (1 - 0.06 * abs(pose.turn))
        shear = 0.05 * pose.turn * scale
        cos, sin = math.cos(pose.tilt), math.sin(pose.tilt)
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[across, shear], [0.0, scale]])
        return np.column_stack([linear * reduction, np.array([pose.x, pose.y]) - linear @ self._face_centre])


def _read(path: Path) -> ByteImage:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise CameraError(path, "a picture of the demo is missing or damaged", "install the kiosk again")
    return np.asarray(image, np.uint8)


def _covered(to_picture: Floats, body: tuple[int, ...], picture: tuple[int, ...]) -> tuple[int, int, int, int]:
    rows, columns = body[:2]
    corners = np.array([(0, 0, 1), (columns, 0, 1), (0, rows, 1), (columns, rows, 1)]) @ to_picture.T
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return max(left, 0), max(top, 0), min(right, picture[1]), min(bottom, picture[0])


def project(x: float, y: float, z: float) -> tuple[float, float]:
    """Return the pixel (x, y) of a point in m: right of, below and in front of the camera."""
    return VANISHING_POINT[0] + FOCAL_PX * x / z, VANISHING_POINT[1] + FOCAL_PX * y / z


RATE_HZ = 30
CYCLE_SECONDS = 26.0
_FAR_METRES = 5.0
_FACE_METRES = {"grace_hopper": 0.170, "eileen_collins": 0.140}  # what the detector boxes, not the whole head
_NOISE_LEVELS = 3.0
_NOISE_ROOM_PX = 128  # the noise of a frame is one of 128 x 128 cuttings

_FACES = {"grace_hopper": ((266, 216), 222), "eileen_collins": ((224, 113), 95)}  # centre and width in px of the figure


@dataclass(frozen=True, slots=True)
class Walk:
    """A person's walk through the scene; times in s within the cycle."""

    person: str
    enters: float
    arrives: float
    leaves: float
    gone: float
    x: float  # m right of the camera while standing
    distance: float  # m from the camera while standing
    exit_side: int  # -1 left, 1 right

    def pose(self, second: float) -> Pose | None:
        """Return the pose at this time of the cycle, None while out of sight."""
        if not self.enters <= second < self.gone:
            return None
        share = min((second - self.enters) / (self.arrives - self.enters), 1.0)
        walked = 1 - math.pow(1 - share, 1.8)  # at walking pace at first, slowing down at the end
        left = max(second - self.leaves, 0) / (self.gone - self.leaves)
        depth = _FAR_METRES + (self.distance - _FAR_METRES) * walked
        sway = 0.02 * math.sin(2.1 * second) + 0.01 * math.sin(3.7 * second + 1)
        step = 0.018 * abs(math.sin(5.5 * second)) * (1 - walked * (left == 0))
        x, y = project(self.x * (2 - walked) + sway + self.exit_side * 1.1 * left**2, step, depth)
        return Pose(
            x,
            y,
            face_px=FOCAL_PX * _FACE_METRES[self.person] / depth,
            turn=0.8 * math.sin(1.3 * second) + 1.5 * self.exit_side * left,
            tilt=0.03 * math.sin(1.7 * second + 2),
            light=0.78 + 0.22 * walked,
            presence=min((second - self.enters) / 0.4, 1.0),
        )


# Drawn in this order, so the nearer of two comes last.
WALKS = (
    Walk("grace_hopper", 0.4, 2.8, 6.2, 7.4, x=0.0, distance=0.60, exit_side=1),
    Walk("eileen_collins", 8.6, 11.0, 14.4, 15.6, x=0.0, distance=0.56, exit_side=-1),
    Walk("eileen_collins", 16.9, 19.2, 22.5, 23.6, x=0.19, distance=0.74, exit_side=1),
    Walk("grace_hopper", 16.6, 19.0, 22.3, 23.5, x=-0.17, distance=0.78, exit_side=-1),
)


class DemoScene(Source):
    """The scene as a source: endless at 30 Hz; one cycle with video time when `fast`, like a recording."""

    name = "demo"

    def __init__(self, *, fast: bool) -> None:
        draw(0)  # reads the pictures, so that a missing one is a fault of opening
        self.endless = not fast
        self._pace = Pace(RATE_HZ, fast=fast)

    def read(self) -> Frame | None:
        if not self.endless and self._pace.sequence >= CYCLE_SECONDS * RATE_HZ:
            return None
        return self._pace.frame(draw(self._pace.sequence))

    def close(self) -> None:
        self._pace.stop()


def draw(index: int) -> ByteImage:
    """Return frame `index` of the scene, (480, 640, 3) BGR; the same for the same index."""
    second = index / RATE_HZ % CYCLE_SECONDS
    picture = _hallway().copy()
    for walk in WALKS:
        pose = walk.pose(second)
        if pose is not None:
            _figures()[walk.person].draw_on(picture, pose)
    light = 1 + 0.06 * math.sin(index / 53) + 0.03 * math.sin(index / 17)
    brighter, darker = _noise(index)
    lit = cv2.convertScaleAbs(picture, alpha=light)
    return np.asarray(cv2.subtract(cv2.add(lit, brighter), darker), np.uint8)


@cache
def _hallway() -> ByteImage:
    return _read(asset("demo", "hallway.png"))


@cache
def _figures() -> dict[str, Figure]:
    return {name: Figure(asset("demo", f"{name}_figure.png"), *face) for name, face in _FACES.items()}


@cache
def _noise_sheets() -> tuple[ByteImage, ByteImage]:
    shape = (HEIGHT_PX + _NOISE_ROOM_PX, WIDTH_PX + _NOISE_ROOM_PX, 3)
    noise = np.round(np.random.default_rng(1906).normal(0, _NOISE_LEVELS, shape))
    return np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)


def _noise(index: int) -> tuple[ByteImage, ByteImage]:
    """Return the sensor noise of frame `index`; a stride prime to 128 x 128 keeps neighbours apart."""
    top, left = divmod(index * 7919 % _NOISE_ROOM_PX**2, _NOISE_ROOM_PX)
    added, taken = (sheet[top : top + HEIGHT_PX, left : left + WIDTH_PX] for sheet in _noise_sheets())
    return added, taken
