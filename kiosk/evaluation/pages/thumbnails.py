"""Pictures, small enough to stand in a page."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np

from kiosk.domain import ByteImage
from kiosk.errors import PictureError
from kiosk.evaluation.pages.page import Portrait
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.saving import as_jpeg

_SIDE_PX = 176  # twice what the page gives it, for screens with dense pixels


class Thumbnails:
    """Reads each picture once, however many pairs show it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, str] = {}

    def portrait(self, picture: str, name: str, detail: str = "") -> Portrait:
        """The middle of a picture of the folder, a square; a picture that cannot be read has no source."""
        if picture not in self._sources:
            self._sources[picture] = _source(self._folder / picture)
        return Portrait(name, self._sources[picture], detail)


def _source(path: Path) -> str:
    try:
        content = as_jpeg(_square(read_picture(path, longest_side_px=3 * _SIDE_PX)))
    except PictureError:
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode('ascii')}"


def _square(image: ByteImage) -> ByteImage:
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = image[top : top + side, left : left + side]
    if side <= _SIDE_PX:
        return np.ascontiguousarray(middle)
    return np.asarray(cv2.resize(middle, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
