"""A picture as the frames that a camera takes of somebody who stands before it: a little moved, lit and blurred."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator

import numpy as np

from kiosk.domain import ByteImage, Floats
from kiosk.vision.opencv import cv2

VERSION = 2  # raise it when the frames of a picture change

# Deviations, chosen so that embeddings of neighbouring frames lie about as far apart as those of a clip read at 10 Hz.
# With dlib_resnet the median and 90th percentile are 0.19 and 0.27 there, 0.16 and 0.28 here (View 1).
_TURN = math.radians(5)
_SHIFT = 0.03  # of the picture's shorter side
_GROWTH = 0.05  # as the logarithm of a factor
_EXPOSURE = 0.28  # likewise
_BLUR = 0.006  # of the shorter side; half the frames are blurred by less than two thirds of it
_NOISE = 9.0  # grey levels
_LEAST_BLUR_PX = 0.3  # less changes nothing
_LARGEST_PX = 640  # of the longer side: what a camera gives is no larger


def standing_frames(picture: ByteImage, count: int) -> Iterator[ByteImage]:
    """So many frames (H, W, 3) BGR of the person of a picture, itself the first; the same ones for the same picture."""
    seen = _as_from_a_camera(picture)
    rng = np.random.default_rng(zlib.crc32(seen.tobytes()))
    for number in range(count):
        yield _frame(seen, rng) if number else seen


def _as_from_a_camera(picture: ByteImage) -> ByteImage:
    scale = _LARGEST_PX / max(picture.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _frame(picture: ByteImage, rng: np.random.Generator) -> ByteImage:
    height, width = picture.shape[:2]
    moved = cv2.warpAffine(picture, _movement(height, width, rng), (width, height), borderMode=cv2.BORDER_REPLICATE)
    blur_px = abs(rng.normal()) * _BLUR * min(height, width)
    soft = cv2.GaussianBlur(moved, (0, 0), blur_px) if blur_px > _LEAST_BLUR_PX else moved
    lit = soft * math.exp(rng.normal() * _EXPOSURE) + rng.normal(scale=_NOISE, size=picture.shape)
    return np.clip(np.rint(lit), 0, 255).astype(np.uint8)


def _movement(height: int, width: int, rng: np.random.Generator) -> Floats:
    """(2, 3): turned and grown around the middle, and shifted."""
    turn, growth, right, down = rng.normal(size=4) * (_TURN, _GROWTH, _SHIFT, _SHIFT)
    movement = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(turn), math.exp(growth))
    movement[:, 2] += np.array([right, down]) * min(height, width)
    return np.asarray(movement)
