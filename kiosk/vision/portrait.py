"""A face cut out generously, so that it can be found again in the cut: for a picture of the image folder."""

from __future__ import annotations

import numpy as np

from kiosk.domain import ByteImage, Face
from kiosk.vision.opencv import cv2
from kiosk.vision.schemes import FRAME_PX, to_frame

# Around ArcFace's frame of 112 px, in its pixels.
# On 388 pictures of LFW's development view that were turned by up to 12 degrees, a photograph reader accepts 387
# portraits with this border, 383 with 48, and 138 of 146 with 76, where more of the background is taken for a face.
_BORDER_PX = 40
_SHORTEST_SIDE_PX = 16  # landmarks nearer to each other show no face
_LONGEST_SIDE_PX = 640  # of a portrait: a nearer face is reduced


def portrait(image: ByteImage, face: Face) -> ByteImage:
    """The head (S, S, 3) BGR of a face of a BGR image, upright; the image's edge is drawn out where it is too near.

    Without usable landmarks it is what lies around the face's box, as the image has it.
    """
    fitted = None if face.landmarks is None else to_frame(face.landmarks)
    if fitted is None:
        return _around_box(image, face)
    turn = abs(fitted.turn)
    side = round((FRAME_PX + 2 * _BORDER_PX) / turn)
    if not _SHORTEST_SIDE_PX <= side <= 4 * max(image.shape):
        return _around_box(image, face)
    to_portrait = fitted.matrix()
    to_portrait[:, 2] += _BORDER_PX
    upright = cv2.warpAffine(
        image, to_portrait / turn, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return _reduced(np.asarray(upright, np.uint8))


def as_png(image: ByteImage) -> bytes:
    """The bytes of a PNG of a BGR image."""
    return bytes(cv2.imencode(".png", image)[1])


def _around_box(image: ByteImage, face: Face) -> ByteImage:
    height, width = image.shape[:2]
    box = face.box.grown(0.5, width, height)
    return _reduced(np.ascontiguousarray(image[box.top : box.bottom, box.left : box.right]))


def _reduced(image: ByteImage) -> ByteImage:
    factor = _LONGEST_SIDE_PX / max(image.shape[:2])
    if factor >= 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
