"""The chip that dlib's network was trained on, pixel for pixel like dlib's own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import ByteImage, Floats
from kiosk.vision.opencv import cv2

# The mean face: eye corners and base of the nose (dlib/image_transforms/interpolation.h, get_face_chip_details).
_MEAN = (
    0.8595674595992 + 0.2134981538014j,
    0.6460604764104 + 0.2289674387677j,
    0.1205750620789 + 0.2137274526848j,
    0.3340850613712 + 0.2290642403242j,
    0.4901123135679 + 0.6277975316475j,
)
_PADDING = 0.25  # of the mean face's square, added on each side
_BAND = 256  # rows halved at a time, so that a huge picture needs little memory
_FARTHEST_PX = 1e8  # nothing beyond is in any image


@dataclass(frozen=True, slots=True)
class _Patch:
    """The square of the image that becomes the chip; points are complex, x + iy px."""

    centre: complex
    across: complex  # from the first to the last pixel of a row: its length is the size, its angle the rotation

    @property
    def side(self) -> float:
        """Pixels on a side, counted as dlib counts them: both ends."""
        return abs(self.across) + 1

    def bounds(self, border: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of its corners, with a border."""
        reach = (abs(self.across.real) + abs(self.across.imag)) / 2 + border
        return self.centre.real - reach, self.centre.imag - reach, self.centre.real + reach, self.centre.imag + reach

    def moved(self, by: complex) -> _Patch:
        return _Patch(self.centre + by, self.across)

    def halved(self) -> _Patch:
        """The same patch on the next level of the pyramid (dlib/image_transforms/image_pyramid.h, point_down)."""
        return _Patch(self.centre / 2 - (1.25 + 0.75j), self.across / 2)


def dlib_chip(image: ByteImage, landmarks: Floats, size: int = 150) -> ByteImage:
    """The (size, size, 3) RGB chip around five landmarks (x, y) px of a BGR image, as dlib.get_face_chip cuts it.

    What lies outside the image is black; so is everything where a landmark is not finite.
    """
    # Written with < so that a landmark that is not a number is refused too.
    if np.abs(landmarks).max() < _FARTHEST_PX:
        region, patch = _reduced(image, _fitted(landmarks, size), size)
        if min(region.shape[:2]) > 1:
            return _sampled(region, patch, size)
    return np.zeros((size, size, 3), np.uint8)


def dlib_frame(landmarks: Floats, size: int) -> Floats | None:
    """Return the way (2, 3) from the pixels of dlib's chip to the image's; None where the landmarks are nowhere.

    A chip that OpenCV cuts by it shows what `dlib_chip` shows, in a fifth of the time, its grey levels a little others.
    """
    if not np.abs(landmarks).max() < _FARTHEST_PX:
        return None
    patch = _fitted(landmarks, size)
    step = patch.across / (size - 1)
    corner = patch.centre - patch.across / 2 * (1 + 1j)
    return np.array([(step.real, -step.imag, corner.real), (step.imag, step.real, corner.imag)])


def _fitted(landmarks: Floats, size: int) -> _Patch:
    """Where the chip lies: the similarity with least squares from the mean face to the landmarks."""
    mean = (np.array(_MEAN) + _PADDING * (1 + 1j)) / (1 + 2 * _PADDING) * size
    points = np.asarray(landmarks, np.float64) @ (1, 1j)
    middle, centre = complex(mean.mean()), complex(points.mean())
    turn = complex(np.vdot(mean - middle, points - centre) / np.vdot(mean - middle, mean - middle).real)
    centre += turn * (size / 2 * (1 + 1j) - middle)
    scale = abs(turn)
    direction = turn / scale if scale else 1
    return _Patch(centre, direction * (size * scale - 1))


def _reduced(image: ByteImage, patch: _Patch, size: int) -> tuple[ByteImage, _Patch]:
    """The part of the image around the patch, halved until the patch is at most twice the chip; and the patch there.

    Depth and border follow dlib/image_transforms/interpolation.h, extract_image_chips.
    """
    depth, smaller = 0, patch.halved()
    while smaller.side > size:
        depth, smaller = depth + 1, smaller.halved()
    region, left, top = _cropped(image, patch, border=4 * 2.0**depth - 2)
    placed = patch.moved(-complex(left, top))
    for _ in range(depth):
        region, placed = _halved(region), placed.halved()
    return region, placed


def _cropped(image: ByteImage, patch: _Patch, border: float) -> tuple[ByteImage, int, int]:
    height, width = image.shape[:2]
    left, top, right, bottom = patch.bounds(border)
    first_x, first_y = math.floor(max(left, 0) + 0.5), math.floor(max(top, 0) + 0.5)
    last_x, last_y = math.floor(min(right, width - 1) + 0.5), math.floor(min(bottom, height - 1) + 0.5)
    return image[first_y : max(last_y + 1, 0), first_x : max(last_x + 1, 0)], first_x, first_y


def _halved(region: ByteImage) -> ByteImage:
    """The next level of dlib's pyramid: a 5 x 5 binomial filter, every second pixel from the third on, truncated."""
    if min(region.shape[:2]) <= 8:
        return region[:0, :0]
    rows, columns = (region.shape[0] - 3) // 2, (region.shape[1] - 3) // 2
    half = np.empty((rows, columns, 3), np.uint8)
    for first in range(0, rows, _BAND):
        last = min(first + _BAND, rows)
        smooth = cv2.pyrDown(region[2 * first : 2 * last + 3].astype(np.float32))
        half[first:last] = smooth[1 : 1 + last - first, 1 : 1 + columns]
    return half


def _sampled(region: ByteImage, patch: _Patch, size: int) -> ByteImage:
    """The chip by bilinear interpolation, truncated; black where one of the four neighbours is outside."""
    steps = (np.arange(size) / (size - 1) - 0.5) * patch.across
    places_x = patch.centre.real + steps.real - steps.imag[:, np.newaxis]
    places_y = patch.centre.imag + steps.imag + steps.real[:, np.newaxis]
    x, y = places_x.astype(np.int32), places_y.astype(np.int32)
    height, width = region.shape[:2]
    inside = (places_x >= 0) & (places_y >= 0) & (x < width - 1) & (y < height - 1)
    corners = _neighbours(region, (y * width + x) * inside)
    right, below = places_x - x, places_y - y
    left, above = 1 - right, 1 - below
    chip = np.empty((size, size, 3), np.uint8)
    for channel in range(3):
        top_left, top_right, bottom_left, bottom_right = (corner[..., channel] for corner in corners)
        # The products in dlib's order and in double: only then truncation falls alike where the image is even.
        upper = left * top_left + right * top_right
        lower = left * bottom_left + right * bottom_right
        chip[..., channel] = (above * upper + below * lower) * inside
    return chip


def _neighbours(region: ByteImage, index: NDArray[np.int32]) -> list[ByteImage]:
    """The pixels at flat `index`, right of it, below it, and right below it: RGBA."""
    # Four bytes a pixel are fetched as one number, which is several times faster than three bytes.
    whole = cv2.cvtColor(region, cv2.COLOR_BGR2RGBA).view(np.uint32).reshape(-1)
    place, width = index.astype(np.intp), region.shape[1]
    return [whole[offset:].take(place)[..., np.newaxis].view(np.uint8) for offset in (0, 1, width, width + 1)]
