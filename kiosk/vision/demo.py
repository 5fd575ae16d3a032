"""The demo scene: two people walk up to the camera of an empty corridor, one after the other and together."""

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

_SEAM_PX = 40  # rows over which the portrait turns into the drawn body
_LEVELS = 6


@dataclass(frozen=True, slots=True)
class Outfit:
    """What the portrait does not tell; lengths in its px."""

    face_centre: tuple[float, float]
    face_px: float  # width of the detector's box
    height_px: int  # from the top of the portrait to the soles
    shoulders: tuple[int, int]  # left and right end of the body where the portrait ends
    cloth: tuple[int, int, int]  # BGR
    helmet: tuple[int, int, int] | None = None  # centre x, y and radius of what the portrait cuts through


@dataclass(frozen=True, slots=True)
class Pose:
    """Where and how a figure stands in one frame."""

    x: float  # px, centre of the face
    y: float
    face_px: float
    turn: float = 0.0  # -1 to 1, to the left or right
    tilt: float = 0.0  # radians
    light: float = 1.0
    presence: float = 1.0  # 0 = not there yet


class Figure:
    """One person, at several sizes, premultiplied by the cut-out."""

    def __init__(self, portrait: Path, cutout: Path, outfit: Outfit) -> None:
        self._outfit = outfit
        body = _dressed(_read(portrait, cv2.IMREAD_COLOR), _read(cutout, cv2.IMREAD_GRAYSCALE), outfit)
        self._levels = [body]
        while len(self._levels) < _LEVELS:
            self._levels.append(np.asarray(cv2.pyrDown(self._levels[-1]), np.uint8))

    def draw_on(self, picture: ByteImage, pose: Pose) -> None:
        """Blends the figure into the picture, in place."""
        scale = pose.face_px / self._outfit.face_px
        level = min(max(math.floor(math.log2(1 / scale)), 0), _LEVELS - 1)
        body = self._levels[level]
        to_picture = self._placement(pose, scale, 2**level)
        left, top, right, bottom = _covered(to_picture, body.shape, picture.shape)
        if left >= right or top >= bottom:
            return
        to_picture[:, 2] -= (left, top)
        placed = np.asarray(cv2.warpAffine(body, to_picture, (right - left, bottom - top)), np.uint8)
        _blend(picture[top:bottom, left:right], placed, pose)

    def _placement(self, pose: Pose, scale: float, reduction: int) -> Floats:
        """Affine map from a reduced figure to the picture: turning narrows and shears it, tilting rotates it."""
        across = scale * (1 - 0.06 * abs(pose.turn))
        shear = 0.05 * pose.turn * scale
        cos, sin = math.cos(pose.tilt), math.sin(pose.tilt)
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[across, shear], [0.0, scale]])
        shift = np.array([pose.x, pose.y]) - linear @ np.array(self._outfit.face_centre)
        return np.column_stack([linear * reduction, shift])


def _read(path: Path, how: int) -> ByteImage:
    image = cv2.imread(str(path), how)
    if image is None:
        raise CameraError(path, "a picture of the demo is missing or damaged", "install the kiosk again")
    return np.asarray(image, np.uint8)


def _dressed(portrait: ByteImage, cutout: ByteImage, outfit: Outfit) -> ByteImage:
    """The whole person as premultiplied BGRA."""
    rows, columns = cutout.shape
    opacity = cutout.astype(np.float32) / 255
    opacity[-_SEAM_PX:] *= np.linspace(1, 0, _SEAM_PX, dtype=np.float32)[:, None]
    body = _drawn_body(columns, rows - _SEAM_PX, outfit)
    above = np.dstack([portrait * opacity[..., None], opacity * 255])
    body[:rows] = above + body[:rows] * (1 - opacity[..., None])
    return np.round(body).astype(np.uint8)


def _drawn_body(columns: int, top: int, outfit: Outfit) -> Floats:
    """Jacket, arms, legs, shoes and the shadow on the floor below row `top`, as premultiplied float BGRA."""
    height, (left, right) = outfit.height_px, outfit.shoulders
    width, middle = right - left, (left + right) / 2
    opacity = np.zeros((height, columns), np.uint8)
    for mirror in (-1, 1):
        for outline in _half_outlines(width, height, top):
            points = [(middle + mirror * x, y) for x, y in outline]
            cv2.fillPoly(opacity, [np.round(points).astype(np.int32)], 255, cv2.LINE_AA)
    colour = _folds(height, columns, outfit.cloth)
    if outfit.helmet is not None:
        cv2.circle(opacity, outfit.helmet[:2], outfit.helmet[2], 255, -1, cv2.LINE_AA)
        cv2.circle(colour, outfit.helmet[:2], outfit.helmet[2], (16, 14, 14), -1, cv2.LINE_AA)
    shadow = _shadow(height, columns, middle, width)
    return np.dstack([colour * (opacity[..., None] / 255.0), np.maximum(opacity, shadow)])


def _half_outlines(width: float, height: float, top: float) -> list[list[tuple[float, float]]]:
    """Jacket, arm, leg and shoe of one half, as (px from the middle, row)."""
    jacket = [(0.0, top), (0.4 * width, top), (0.36 * width, 0.5 * height), (0.0, 0.51 * height)]
    sleeve = [(0.3 * width, top), (0.5 * width, top), (0.5 * width, 0.45 * height), (0.48 * width, 0.5 * height)]
    hand = [(0.45 * width, 0.525 * height), (0.41 * width, 0.525 * height), (0.39 * width, 0.5 * height)]
    leg = [(0.01 * width, 0.48 * height), (0.33 * width, 0.48 * height), (0.25 * width, 0.97 * height)]
    shoe = [(0.07 * width, 0.96 * height), (0.26 * width, 0.96 * height), (0.3 * width, 0.985 * height)]
    return [jacket, sleeve + hand, [*leg, (0.08 * width, 0.97 * height)], [*shoe, (0.07 * width, 0.985 * height)]]


def _shadow(height: int, columns: int, middle: float, width: int) -> ByteImage:
    shadow = np.zeros((height, columns), np.uint8)
    centre, axes = (int(middle), int(height * 0.978)), (width // 2, int(height * 0.018))
    cv2.ellipse(shadow, centre, axes, 0, 0, 360, 90, -1)
    return np.asarray(cv2.GaussianBlur(shadow, (0, 0), width / 40), np.uint8)


def _folds(height: int, columns: int, cloth: tuple[int, int, int]) -> Floats:
    rows, across = np.mgrid[0:height, 0:columns].astype(np.float32)
    shade = 1 + 0.10 * np.sin(across / 23 + np.sin(rows / 90)) + 0.06 * np.sin(across / 9 + rows / 140)
    shade *= np.where(rows > height * 0.955, 0.25, np.where(rows > height * 0.5, 0.82, 1.0))
    return np.asarray(np.clip(shade[..., None] * np.array(cloth, np.float32), 0, 255), np.float32)


def _covered(to_picture: Floats, body: tuple[int, ...], picture: tuple[int, ...]) -> tuple[int, int, int, int]:
    rows, columns = body[:2]
    corners = np.array([(0, 0, 1), (columns, 0, 1), (0, rows, 1), (columns, rows, 1)]) @ to_picture.T
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return max(left, 0), max(top, 0), min(right, picture[1]), min(bottom, picture[0])


def _blend(background: ByteImage, placed: ByteImage, pose: Pose) -> None:
    shade = cv2.cvtColor(placed[..., 3], cv2.COLOR_GRAY2BGR)
    behind = cv2.multiply(background, cv2.bitwise_not(cv2.convertScaleAbs(shade, alpha=pose.presence)), scale=1 / 255)
    person = cv2.convertScaleAbs(placed[..., :3], alpha=pose.light * pose.presence)
    cv2.add(behind, person, dst=background)


WIDTH_PX, HEIGHT_PX = 640, 480
FOCAL_PX = 560.0
VANISHING_POINT = (320.0, 190.0)  # px; the camera looks straight ahead from the height of a face

_SMOOTHING = 3  # drawn this many times larger, then reduced
_HALF_WIDTH, _FLOOR, _CEILING = 1.35, 1.55, -1.15  # m from the camera's axis; y points down
_NEAR, _FAR = 0.5, 8.0  # m from the camera

Colour = tuple[int, int, int]  # BGR
_FLOOR_COLOUR: Colour = (122, 116, 112)
_JOINT: Colour = (106, 100, 97)
_CEILING_COLOUR: Colour = (222, 226, 226)
_WALL: Colour = (200, 208, 212)
_SKIRTING: Colour = (120, 128, 134)
_WOOD: Colour = (72, 112, 158)
_FRAME: Colour = (48, 78, 112)
_GLASS: Colour = (226, 214, 196)
_LAMP: Colour = (255, 255, 255)
_METAL: Colour = (190, 194, 196)


def project(x: float, y: float, z: float) -> tuple[float, float]:
    """The pixel (x, y) of a point in m: right of, below and in front of the camera."""
    return VANISHING_POINT[0] + FOCAL_PX * x / z, VANISHING_POINT[1] + FOCAL_PX * y / z


def draw_hallway() -> ByteImage:
    """The corridor without people, (480, 640, 3) BGR."""
    canvas = np.full((HEIGHT_PX * _SMOOTHING, WIDTH_PX * _SMOOTHING, 3), _WALL, np.uint8)
    _draw_floor(canvas)
    _draw_ceiling(canvas)
    _draw_end_wall(canvas)
    for side, depths in ((-1, (1.15, 3.1, 5.4)), (1, (1.9, 4.2))):
        _draw_skirting(canvas, side)
        for depth in depths:
            _draw_side_door(canvas, side, depth)
    small = cv2.resize(canvas, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return _lit(np.asarray(cv2.GaussianBlur(small, (0, 0), 0.7), np.uint8))


def _fill(canvas: ByteImage, corners: list[tuple[float, float, float]], colour: Colour) -> None:
    points = np.array([project(*corner) for corner in corners]) * _SMOOTHING
    cv2.fillPoly(canvas, [np.round(points).astype(np.int32)], colour, cv2.LINE_AA)


def _draw_floor(canvas: ByteImage) -> None:
    _fill(canvas, _level(_FLOOR, -_HALF_WIDTH, _HALF_WIDTH, _NEAR, _FAR), _FLOOR_COLOUR)
    for depth in np.arange(_NEAR, _FAR, 0.6):
        _fill(canvas, _level(_FLOOR, -_HALF_WIDTH, _HALF_WIDTH, depth, depth + 0.015), _JOINT)
    for x in np.linspace(-_HALF_WIDTH, _HALF_WIDTH, 6)[1:-1]:
        _fill(canvas, _level(_FLOOR, x - 0.006, x + 0.006, _NEAR, _FAR), _JOINT)


def _draw_ceiling(canvas: ByteImage) -> None:
    _fill(canvas, _level(_CEILING, -_HALF_WIDTH, _HALF_WIDTH, _NEAR, _FAR), _CEILING_COLOUR)
    for depth in (1.9, 3.4, 4.9, 6.4):
        _fill(canvas, _level(_CEILING, -0.62, 0.62, depth - 0.04, depth + 0.64), _METAL)
        _fill(canvas, _level(_CEILING, -0.58, 0.58, depth, depth + 0.6), _LAMP)


def _draw_end_wall(canvas: ByteImage) -> None:
    _fill(canvas, _upright(-_HALF_WIDTH, _HALF_WIDTH, _CEILING, _FLOOR, _FAR), (208, 214, 216))
    _fill(canvas, _upright(-0.82, 0.82, -0.72, _FLOOR, _FAR), _FRAME)
    for left in (-0.76, 0.02):
        _fill(canvas, _upright(left, left + 0.74, -0.66, _FLOOR, _FAR), _WOOD)
        _fill(canvas, _upright(left + 0.14, left + 0.6, -0.5, 1.0, _FAR), _GLASS)
    _fill(canvas, _upright(-0.22, 0.22, -1.0, -0.82, _FAR), (70, 140, 30))


def _draw_skirting(canvas: ByteImage, side: int) -> None:
    _fill(canvas, _along(side, _FLOOR - 0.1, _FLOOR, _NEAR, _FAR), _SKIRTING)


def _draw_side_door(canvas: ByteImage, side: int, depth: float) -> None:
    _fill(canvas, _along(side, -0.58, _FLOOR, depth - 0.06, depth + 0.96), _FRAME)
    _fill(canvas, _along(side, -0.52, _FLOOR, depth, depth + 0.9), _WOOD)
    _fill(canvas, _along(side, -0.38, 0.35, depth + 0.58, depth + 0.78), _GLASS)
    _fill(canvas, _along(side, 0.5, 0.53, depth + 0.06, depth + 0.2), _METAL)
    _fill(canvas, _along(side, -0.3, -0.12, depth - 0.42, depth - 0.16), (235, 238, 240))


def _level(y: float, left: float, right: float, near: float, far: float) -> list[tuple[float, float, float]]:
    return [(left, y, near), (right, y, near), (right, y, far), (left, y, far)]


def _upright(left: float, right: float, top: float, bottom: float, z: float) -> list[tuple[float, float, float]]:
    return [(left, top, z), (right, top, z), (right, bottom, z), (left, bottom, z)]


def _along(side: int, top: float, bottom: float, near: float, far: float) -> list[tuple[float, float, float]]:
    x = side * _HALF_WIDTH
    return [(x, top, near), (x, top, far), (x, bottom, far), (x, bottom, near)]


def _lit(image: ByteImage) -> ByteImage:
    """Lamps make the far ceiling bright and leave the near corners dim."""
    rows, columns = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
    across = (columns - VANISHING_POINT[0]) / (WIDTH_PX / 2)
    down = (rows - VANISHING_POINT[1]) / (HEIGHT_PX / 2)
    light = 1.02 - 0.24 * across**2 - 0.16 * np.clip(down, 0, None) ** 2
    return np.asarray(np.clip(image * light[..., None], 0, 255), np.uint8)


RATE_HZ = 30
CYCLE_SECONDS = 26.0
_FAR_METRES = 5.0
_FACE_METRES = {"grace_hopper": 0.170, "eileen_collins": 0.140}  # what the detector boxes, not the whole head
_NOISE_LEVELS = 3.0
_NOISE_ROOM_PX = 128  # the noise of a frame is one of 128 x 128 cuttings

_OUTFITS = {
    "grace_hopper": Outfit((266, 216), 222, 2100, (14, 511), (30, 21, 19)),
    "eileen_collins": Outfit((224, 113), 95, 1260, (24, 350), (44, 76, 196), helmet=(392, 452, 112)),
}


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way through the scene; times in s within the cycle."""

    person: str
    enters: float
    arrives: float
    leaves: float
    gone: float
    x: float  # m right of the camera while standing
    distance: float  # m from the camera while standing
    exit_side: int  # -1 left, 1 right

    def pose(self, second: float) -> Pose | None:
        """The pose at this time of the cycle, None while out of sight."""
        if not self.enters <= second < self.gone:
            return None
        walked = _eased((second - self.enters) / (self.arrives - self.enters))
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
    """The scene, for ever at 30 Hz; `fast` gives one cycle with video time, like a recording of it."""

    name = "demo"

    def __init__(self, *, fast: bool) -> None:
        draw(0)  # makes the parts, so that a missing picture is a fault of opening
        self.endless = not fast
        self._pace = Pace(RATE_HZ, fast=fast)

    def read(self) -> Frame | None:
        if not self.endless and self._pace.sequence >= CYCLE_SECONDS * RATE_HZ:
            return None
        return self._pace.frame(draw(self._pace.sequence))

    def close(self) -> None:
        self._pace.stop()


def draw(index: int) -> ByteImage:
    """Frame `index` of the scene, (480, 640, 3) BGR; the same for the same index."""
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


def _eased(share: float) -> float:
    """0 to 1, at walking pace at first and slowing down at the end."""
    share = min(max(share, 0.0), 1.0)
    return 1 - math.pow(1 - share, 1.8)


@cache
def _hallway() -> ByteImage:
    return draw_hallway()


@cache
def _figures() -> dict[str, Figure]:
    return {
        name: Figure(asset("demo", f"{name}.jpg"), asset("demo", f"{name}_cutout.png"), outfit)
        for name, outfit in _OUTFITS.items()
    }


@cache
def _noise_sheets() -> tuple[ByteImage, ByteImage]:
    shape = (HEIGHT_PX + _NOISE_ROOM_PX, WIDTH_PX + _NOISE_ROOM_PX, 3)
    noise = np.round(np.random.default_rng(1906).normal(0, _NOISE_LEVELS, shape))
    return np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)


def _noise(index: int) -> tuple[ByteImage, ByteImage]:
    """What sensor noise adds to and takes from frame `index`; a stride prime to 128 x 128 keeps neighbours apart."""
    top, left = divmod(index * 7919 % _NOISE_ROOM_PX**2, _NOISE_ROOM_PX)
    added, taken = (sheet[top : top + HEIGHT_PX, left : left + WIDTH_PX] for sheet in _noise_sheets())
    return added, taken
