"""The empty office corridor of the demo, drawn in perspective."""

import numpy as np

from kiosk.domain import ByteImage
from kiosk.vision.opencv import cv2

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
