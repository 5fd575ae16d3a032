"""Faces cut out the way that an encoder was trained on, one function for each kind of crop."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from kiosk.domain import Box, ByteImage, Chip, Crop, CropKind, Face, Floats, Landmarks, Scheme
from kiosk.errors import DetectorError
from kiosk.vision.dlib_chip import dlib_chip, dlib_frame
from kiosk.vision.opencv import cv2
from kiosk.vision.schemes import FRAME_PX, as_dlib, finite, to_frame

QUALITY_CROP: Final = Crop(CropKind.DLIB_CHIP, 150)  # what light and sharpness are judged on, whatever the encoder

# Outer corner of the left eye, of the right one, base of the nose, in parts of the chip's side: points 36, 45 and 33
# of TEMPLATE between its smallest and largest values (cmusatyalab/openface, openface/align_dlib.py, MINMAX_TEMPLATE).
_OPENFACE_PLACES = np.array([(0.194157, 0.169267), (0.788859, 0.158171), (0.494951, 0.514441)])
_OPENFACE_POINTS = [2, 0, 4]  # the same among dlib's five
_SMALLEST_STEP_PX = 0.001  # of the image from one pixel of a chip to the next: a face smaller still is none
_FARTHEST_CORNER_PX = 10_000  # of a chip from the part of the image that it shows: OpenCV's limit is 32,767

_NEEDS: Final[dict[CropKind, tuple[Scheme, ...]]] = {
    CropKind.DLIB_CHIP: (Scheme.DLIB,),
    CropKind.ARCFACE: (Scheme.ARCFACE, Scheme.DLIB),
    CropKind.OPENFACE: (Scheme.DLIB,),
    CropKind.BOX: (),
}


def needs(crop: Crop) -> tuple[Scheme, ...]:
    """The schemes of which a crop takes any one, the best first; empty where it needs no landmarks."""
    return _NEEDS[crop.kind]


def cut(image: ByteImage, face: Face, crop: Crop) -> Chip:
    """The chip of a face of a BGR image (H, W, 3); black where it lies outside the image.

    Black altogether where the landmarks are no numbers or lie in one place. Raises DetectorError where the face has no
    landmarks of a scheme that the crop takes.
    """
    if crop.kind is CropKind.BOX:
        return Chip(_box_chip(image, face.box, crop), face)
    return Chip(_BY_LANDMARKS[crop.kind](image, _suitable(face, crop), crop.size_px), face)


def quality_chip(image: ByteImage, face: Face) -> Chip:
    """Return the chip that light and sharpness are judged on, from landmarks of either scheme; raises as `cut` does."""
    if face.landmarks is None:
        raise _unsuitable(face, QUALITY_CROP)
    located, size = as_dlib(face.landmarks), QUALITY_CROP.size_px
    to_image = None if located is None else dlib_frame(located.points, size)
    return Chip(_black(size) if to_image is None else _warped(image, to_image, size), face)


def _suitable(face: Face, crop: Crop) -> Landmarks:
    if face.landmarks is None or face.landmarks.scheme not in needs(crop):
        raise _unsuitable(face, crop)
    return face.landmarks


def _unsuitable(face: Face, crop: Crop) -> DetectorError:
    has = "no landmarks" if face.landmarks is None else f"landmarks of the scheme {face.landmarks.scheme.value}"
    taken = " or ".join(scheme.value for scheme in needs(crop))
    return DetectorError(
        "face", f"it has {has}, the crop {crop.kind.value} takes {taken}", "locate landmarks of that scheme first"
    )


def _dlib(image: ByteImage, landmarks: Landmarks, size: int) -> ByteImage:
    return dlib_chip(image, landmarks.points, size)


def _arcface(image: ByteImage, landmarks: Landmarks, size: int) -> ByteImage:
    fitted = to_frame(landmarks)
    if fitted is None:
        return _black(size)
    to_image = fitted.inverse().matrix()
    to_image[:, :2] *= FRAME_PX / size
    return _warped(image, to_image, size)


def _openface(image: ByteImage, landmarks: Landmarks, size: int) -> ByteImage:
    if not finite(landmarks.points):
        return _black(size)
    places = np.column_stack([_OPENFACE_PLACES * size, np.ones(3)])
    return _warped(image, np.linalg.solve(places, landmarks.points[_OPENFACE_POINTS]).T, size)


_BY_LANDMARKS: Final[dict[CropKind, Callable[[ByteImage, Landmarks, int], ByteImage]]] = {
    CropKind.DLIB_CHIP: _dlib,
    CropKind.ARCFACE: _arcface,
    CropKind.OPENFACE: _openface,
}


def _black(size: int) -> ByteImage:
    return np.zeros((size, size, 3), np.uint8)


def _warped(image: ByteImage, to_image: Floats, size: int) -> ByteImage:
    """The chip by bilinear interpolation; `to_image` (2, 3) leads from its pixels to the image's.

    Where a pixel of the chip is several of the image, these are averaged first: interpolation alone would pick some.
    """
    step = math.sqrt(abs(float(np.linalg.det(to_image[:, :2]))))
    region, to_region = _region(image, to_image, size, border=step + 1)
    if not region.size or step < _SMALLEST_STEP_PX:
        return _black(size)
    if step >= 2:
        region, to_region = _reduced(region, to_region, int(step))
    if np.abs(_corners(to_region, size)).max() > _FARTHEST_CORNER_PX:
        return _black(size)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    chip = cv2.warpAffine(np.ascontiguousarray(region), to_region, (size, size), flags=how)
    return np.asarray(cv2.cvtColor(chip, cv2.COLOR_BGR2RGB), np.uint8)


def _corners(to_image: Floats, size: int) -> Floats:
    """Where the four corners of a chip lie (2, 4)."""
    last = size - 1
    corners: Floats = to_image @ np.array([(0, last, 0, last), (0, 0, last, last), (1, 1, 1, 1)])
    return corners


def _region(image: ByteImage, to_image: Floats, size: int, border: float) -> tuple[ByteImage, Floats]:
    """The part of the image that a chip shows, and the way there."""
    corners = _corners(to_image, size)
    edges = np.array(image.shape[1::-1])
    first = np.clip(np.floor(corners.min(axis=1) - border), 0, edges).astype(int)
    last = np.clip(np.ceil(corners.max(axis=1) + border) + 1, 0, edges).astype(int)
    moved: Floats = to_image - np.hstack([np.zeros((2, 2)), first[:, np.newaxis]])
    return image[first[1] : last[1], first[0] : last[0]], moved


def _reduced(region: ByteImage, to_region: Floats, factor: int) -> tuple[ByteImage, Floats]:
    height, width = region.shape[:2]
    size = max(round(width / factor), 1), max(round(height / factor), 1)
    scale = np.array([[size[0] / width], [size[1] / height]])
    # A pixel's middle is half a pixel from its edge, on either side.
    placed = to_region * scale + np.hstack([np.zeros((2, 2)), (scale - 1) / 2])
    return np.asarray(cv2.resize(region, size, interpolation=cv2.INTER_AREA), np.uint8), placed


def _box_chip(image: ByteImage, box: Box, crop: Crop) -> ByteImage:
    """The box made square around its middle, with the crop's margin."""
    chip, size = _black(crop.size_px), crop.size_px
    side = max(round(max(box.width, box.height) * (1 + 2 * crop.margin)), 0)
    left, top = round(box.centre[0] - side / 2), round(box.centre[1] - side / 2)
    inside = Box(max(left, 0), max(top, 0), min(left + side, image.shape[1]), min(top + side, image.shape[0]))
    if min(box.width, box.height, inside.width, inside.height) <= 0:
        return chip
    region = image[inside.top : inside.bottom, inside.left : inside.right]
    columns, rows = (
        slice(round((first - start) * size / side), round((last - start) * size / side))
        for first, last, start in ((inside.left, inside.right, left), (inside.top, inside.bottom, top))
    )
    wanted = columns.stop - columns.start, rows.stop - rows.start
    if min(wanted) > 0:
        how = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
        chip[rows, columns] = cv2.resize(region, wanted, interpolation=how)[..., ::-1]
    return chip
