"""Cut a face out of an image: the chips that encoders take, and the portrait that is stored of a visitor."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from kiosk.domain import Box, ByteImage, Chip, Crop, CropKind, Face, Floats, Landmarks, Scheme
from kiosk.errors import DetectorError
from kiosk.vision.landmarks import FRAME_PX, Similarity, as_dlib, finite, to_frame
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


class _Patch(NamedTuple):
    """The square of the image that becomes the chip; points are complex, x + iy px."""

    centre: complex
    across: complex  # from the first to the last pixel of a row: its length is the size, its angle the rotation

    def halved(self) -> _Patch:
        """Return the patch on the next level of the pyramid (dlib/image_transforms/image_pyramid.h, point_down)."""
        return _Patch(self.centre / 2 - (1.25 + 0.75j), self.across / 2)


def dlib_chip(image: ByteImage, landmarks: Floats, size: int = 150) -> ByteImage:
    """Return the chip (size, size, 3) RGB around five landmarks (x, y) px of a BGR image, as dlib.get_face_chip does.

    Pixels outside the image are black; so is the whole chip where a landmark is not finite.
    """
    if finite(landmarks):
        region, patch = _reduced(image, _fitted(landmarks, size), size)
        if min(region.shape[:2]) > 1:
            return _sampled(region, patch, size)
    return np.zeros((size, size, 3), np.uint8)


def dlib_frame(landmarks: Floats, size: int) -> Floats | None:
    """Return the affine map (2, 3) from dlib's chip to the image; None where the landmarks are not finite.

    OpenCV cuts the chip of `dlib_chip` by it in a fifth of the time, with slightly different grey levels.
    """
    if not finite(landmarks):
        return None
    patch = _fitted(landmarks, size)
    return Similarity(patch.across / (size - 1), patch.centre - patch.across / 2 * (1 + 1j)).matrix()


def _fitted(landmarks: Floats, size: int) -> _Patch:
    """Return the chip's place by the least-squares similarity from the mean face to the landmarks."""
    mean = (np.array(_MEAN) + _PADDING * (1 + 1j)) / (1 + 2 * _PADDING) * size
    points = np.asarray(landmarks, np.float64) @ (1, 1j)
    middle, centre = complex(mean.mean()), complex(points.mean())
    turn = complex(np.vdot(mean - middle, points - centre) / np.vdot(mean - middle, mean - middle).real)
    centre += turn * (size / 2 * (1 + 1j) - middle)
    scale = abs(turn)
    direction = turn / scale if scale else 1
    return _Patch(centre, direction * (size * scale - 1))


def _reduced(image: ByteImage, patch: _Patch, size: int) -> tuple[ByteImage, _Patch]:
    """Return the image around the patch, halved until the patch is at most twice the chip, and the patch in it.

    Depth and border follow dlib/image_transforms/interpolation.h, extract_image_chips.
    """
    centre, across = patch
    depth, smaller = 0, across / 2
    while abs(smaller) + 1 > size:  # dlib counts the pixels at both ends
        depth, smaller = depth + 1, smaller / 2
    reach = (abs(across.real) + abs(across.imag)) / 2 + (4 * 2.0**depth - 2)
    left, top = (math.floor(max(middle - reach, 0) + 0.5) for middle in (centre.real, centre.imag))
    rows, columns = (
        slice(first, max(math.floor(min(middle + reach, length - 1) + 0.5) + 1, 0))
        for first, middle, length in zip((top, left), (centre.imag, centre.real), image.shape[:2], strict=True)
    )
    region, placed = image[rows, columns], _Patch(centre - complex(left, top), across)
    for _ in range(depth):
        region, placed = _halved(region), placed.halved()
    return region, placed


def _halved(region: ByteImage) -> ByteImage:
    """Return the next level of dlib's pyramid: 5 x 5 binomial filter, every second pixel from the third, truncated."""
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
    """Return the chip by bilinear interpolation, truncated; black where one of the four neighbours is outside."""
    steps = (np.arange(size) / (size - 1) - 0.5) * patch.across
    places_x = patch.centre.real + steps.real - steps.imag[:, np.newaxis]
    places_y = patch.centre.imag + steps.imag + steps.real[:, np.newaxis]
    x, y = places_x.astype(np.int32), places_y.astype(np.int32)
    height, width = region.shape[:2]
    inside = (places_x >= 0) & (places_y >= 0) & (x < width - 1) & (y < height - 1)
    # Fetching the four bytes of a pixel as one number is several times faster than three bytes.
    pixels = cv2.cvtColor(region, cv2.COLOR_BGR2RGBA).view(np.uint32).reshape(-1)
    place = ((y * width + x) * inside).astype(np.intp)
    neighbours = (0, 1, width, width + 1)
    corners = [pixels[offset:].take(place)[..., np.newaxis].view(np.uint8) for offset in neighbours]
    right, below = places_x - x, places_y - y
    left, above = 1 - right, 1 - below
    chip = np.empty((size, size, 3), np.uint8)
    for channel in range(3):
        top_left, top_right, bottom_left, bottom_right = (corner[..., channel] for corner in corners)
        # In dlib's order and in double precision, or even regions would be truncated differently.
        upper = left * top_left + right * top_right
        lower = left * bottom_left + right * bottom_right
        chip[..., channel] = (above * upper + below * lower) * inside
    return chip


QUALITY_CROP: Final = Crop(CropKind.DLIB_CHIP, 150)  # of which light and sharpness are measured, for every encoder

# Outer corner of the left eye, of the right one, base of the nose, in parts of the chip's side: points 36, 45 and 33
# of TEMPLATE between its smallest and largest values (cmusatyalab/openface, openface/align_dlib.py, MINMAX_TEMPLATE).
_OPENFACE_PLACES = np.array([(0.194157, 0.169267), (0.788859, 0.158171), (0.494951, 0.514441)])
_OPENFACE_POINTS = [2, 0, 4]  # the same among dlib's five
_SMALLEST_STEP_PX = 0.001  # of the image, from one pixel of a chip to the next; below, there is no face
_FARTHEST_CORNER_PX = 10_000  # of a chip from the part of the image that it shows: OpenCV's limit is 32,767

_NEEDS: Final[dict[CropKind, tuple[Scheme, ...]]] = {
    CropKind.DLIB_CHIP: (Scheme.DLIB,),
    CropKind.ARCFACE: (Scheme.ARCFACE, Scheme.DLIB),
    CropKind.OPENFACE: (Scheme.DLIB,),
    CropKind.BOX: (),
}


def needs(crop: Crop) -> tuple[Scheme, ...]:
    """Return the schemes of landmarks that a crop can use, best first; empty if it needs none."""
    return _NEEDS[crop.kind]


def cut(image: ByteImage, face: Face, crop: Crop) -> Chip:
    """Return the chip of a face of a BGR image (H, W, 3); black where it lies outside the image.

    The whole chip is black where the landmarks are not finite or lie in one place. Raises DetectorError where the face
    has no landmarks of a scheme that the crop takes.
    """
    size, landmarks = crop.size_px, face.landmarks
    if crop.kind is CropKind.BOX:
        return Chip(_box_chip(image, face.box, crop), face)
    if landmarks is None or landmarks.scheme not in needs(crop):
        raise _unsuitable(face, crop)
    if crop.kind is CropKind.DLIB_CHIP:
        return Chip(dlib_chip(image, landmarks.points, size), face)
    to_image = _arcface(landmarks, size) if crop.kind is CropKind.ARCFACE else _openface(landmarks, size)
    return Chip(_warped(image, to_image, size), face)


def quality_chip(image: ByteImage, face: Face) -> Chip:
    """Return the chip for light and sharpness, by landmarks of either scheme; raise as `cut` does."""
    if face.landmarks is None:
        raise _unsuitable(face, QUALITY_CROP)
    located, size = as_dlib(face.landmarks), QUALITY_CROP.size_px
    to_image = None if located is None else dlib_frame(located.points, size)
    return Chip(_warped(image, to_image, size), face)


def _unsuitable(face: Face, crop: Crop) -> DetectorError:
    has = "no landmarks" if face.landmarks is None else f"landmarks of the scheme {face.landmarks.scheme.value}"
    taken = " or ".join(scheme.value for scheme in needs(crop))
    return DetectorError(
        "face", f"it has {has}, the crop {crop.kind.value} takes {taken}", "locate landmarks of that scheme first"
    )


def _arcface(landmarks: Landmarks, size: int) -> Floats | None:
    fitted = to_frame(landmarks)
    if fitted is None:
        return None
    to_image = fitted.inverse().matrix()
    to_image[:, :2] *= FRAME_PX / size
    return to_image


def _openface(landmarks: Landmarks, size: int) -> Floats | None:
    if not finite(landmarks.points):
        return None
    places = np.column_stack([_OPENFACE_PLACES * size, np.ones(3)])
    return np.asarray(np.linalg.solve(places, landmarks.points[_OPENFACE_POINTS]).T)


def _warped(image: ByteImage, to_image: Floats | None, size: int) -> ByteImage:
    """Return the chip by bilinear interpolation; `to_image` (2, 3) maps its pixels to the image, None to nothing.

    Where a pixel of the chip covers several of the image, these are averaged first.
    """
    black = np.zeros((size, size, 3), np.uint8)
    if to_image is None:
        return black
    step = math.sqrt(abs(float(np.linalg.det(to_image[:, :2]))))
    region, to_region = _region(image, to_image, size, border=step + 1)
    if not region.size or step < _SMALLEST_STEP_PX:
        return black
    if step >= 2:
        region, to_region = _averaged(region, to_region, int(step))
    if np.abs(_corners(to_region, size)).max() > _FARTHEST_CORNER_PX:
        return black
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    chip = cv2.warpAffine(np.ascontiguousarray(region), to_region, (size, size), flags=how)
    return np.asarray(cv2.cvtColor(chip, cv2.COLOR_BGR2RGB), np.uint8)


def _corners(to_image: Floats, size: int) -> Floats:
    last = size - 1
    corners: Floats = to_image @ np.array([(0, last, 0, last), (0, 0, last, last), (1, 1, 1, 1)])
    return corners


def _region(image: ByteImage, to_image: Floats, size: int, border: float) -> tuple[ByteImage, Floats]:
    corners = _corners(to_image, size)
    edges = np.array(image.shape[1::-1])
    first = np.clip(np.floor(corners.min(axis=1) - border), 0, edges).astype(int)
    last = np.clip(np.ceil(corners.max(axis=1) + border) + 1, 0, edges).astype(int)
    moved: Floats = to_image - np.hstack([np.zeros((2, 2)), first[:, np.newaxis]])
    return image[first[1] : last[1], first[0] : last[0]], moved


def _averaged(region: ByteImage, to_region: Floats, factor: int) -> tuple[ByteImage, Floats]:
    height, width = region.shape[:2]
    size = max(round(width / factor), 1), max(round(height / factor), 1)
    scale = np.array([[size[0] / width], [size[1] / height]])
    # A pixel's middle is half a pixel from its edge, on either side.
    placed = to_region * scale + np.hstack([np.zeros((2, 2)), (scale - 1) / 2])
    return np.asarray(cv2.resize(region, size, interpolation=cv2.INTER_AREA), np.uint8), placed


def _box_chip(image: ByteImage, box: Box, crop: Crop) -> ByteImage:
    """Return the square around the box's middle, with the crop's margin, as a chip."""
    size = crop.size_px
    chip = np.zeros((size, size, 3), np.uint8)
    side = max(round(max(box.width, box.height) * (1 + 2 * crop.margin)), 0)
    left, top = round(box.centre[0] - side / 2), round(box.centre[1] - side / 2)
    inside = Box(max(left, 0), max(top, 0), min(left + side, image.shape[1]), min(top + side, image.shape[0]))
    if min(box.width, box.height, inside.width, inside.height) <= 0:
        return chip
    columns, rows = (
        slice(round((first - start) * size / side), round((last - start) * size / side))
        for first, last, start in ((inside.left, inside.right, left), (inside.top, inside.bottom, top))
    )
    wanted = columns.stop - columns.start, rows.stop - rows.start
    if min(wanted) > 0:
        how = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
        chip[rows, columns] = cv2.resize(inside.cut(image), wanted, interpolation=how)[..., ::-1]
    return chip


# Around ArcFace's frame of 112 px, in its pixels.
# On 388 pictures of LFW's development view that were turned by up to 12 degrees, a photograph reader accepts 387
# portraits with this border, 383 with 48, and 138 of 146 with 76, where more of the background is taken for a face.
_BORDER_PX = 40
_SHORTEST_SIDE_PX = 16  # landmarks nearer to each other show no face
_LONGEST_SIDE_PX = 640  # of a portrait: a nearer face is reduced


def portrait(image: ByteImage, face: Face) -> ByteImage:
    """Return the head of a face as (S, S, 3) BGR, upright; the edge of the image is repeated beyond it.

    Without usable landmarks, return the surroundings of the face's box as they are.
    """
    fitted = None if face.landmarks is None else to_frame(face.landmarks)
    side = 0 if fitted is None else round((FRAME_PX + 2 * _BORDER_PX) / abs(fitted.turn))
    if fitted is None or not _SHORTEST_SIDE_PX <= side <= 4 * max(image.shape):
        box = face.box.grown(0.5, *image.shape[1::-1])
        head = np.ascontiguousarray(box.cut(image))
    else:
        to_portrait = fitted.matrix()
        to_portrait[:, 2] += _BORDER_PX
        to_portrait /= abs(fitted.turn)
        upright = cv2.warpAffine(image, to_portrait, (side, side), borderMode=cv2.BORDER_REPLICATE)
        head = np.asarray(upright, np.uint8)
    factor = _LONGEST_SIDE_PX / max(head.shape[:2])
    if factor >= 1:
        return head
    return np.asarray(cv2.resize(head, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def as_png(image: ByteImage) -> bytes:
    """Return the BGR image as a PNG."""
    return bytes(cv2.imencode(".png", image)[1])
