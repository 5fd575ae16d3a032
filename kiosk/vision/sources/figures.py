"""The people of the demo: portraits cut out, given a drawn body, and placed in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kiosk.domain import ByteImage, Floats
from kiosk.errors import CameraError
from kiosk.vision.opencv import cv2

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
