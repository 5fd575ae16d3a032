"""The interface of face detectors, and the one by OpenCV's Haar cascades.

Measured on 600 pictures of LFW's development view (250 x 250, one core): the default cascade at half size with a scale
step of 1.1 and 5 neighbours misses 4 and costs 7.6 ms, at full size 4 and 21.8 ms; a step of 1.2 misses 18. On 18
backlit 96 x 96 pictures of an office door it finds 8; alt2 at 1.05 after CLAHE on an enlarged picture finds all 18.
CLAHE before every search makes well-lit pictures worse, so it is the second try.

A live frame of 640 x 480, searched for faces of 48 px and more, costs 18 ms on two cores (7 to 10 ms where it is
empty), with the light evened out 27 ms; a face that is followed costs about 4 ms. What the default cascade finds live
is checked by alt2 too, which refuses necks and hands; of 37 frames of a clip with a find, 36 keep it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from kiosk.domain import Box, ByteImage, Face, Floats
from kiosk.errors import DetectorError
from kiosk.files import asset
from kiosk.i18n import Message
from kiosk.vision.opencv import cv2

_SEARCHED_PX = 30  # the smallest face asked for is reduced to this many px before the search
_WINDOW_PX = 24  # what the cascade was trained on
_SEARCHED_SIDE_PX = 480  # of a frame: a sharper camera shows the same people, it must not cost more
_TRACKED_PX = 56  # so is a face that is followed: smaller boxes jitter too much
_NEIGHBOURS = 5
_SECOND_TRY_NEIGHBOURS = 3
_LAST_TRY_NEIGHBOURS = 2
_PHOTOGRAPH_PX = (200, 500)  # the longer side of a photograph is brought between these
_VERSION = 2  # counts up when the same picture may show other faces
_TURNS = (12, -12, 25, -25)  # degrees by which a photograph is turned where no face is found upright

Place: TypeAlias = tuple[float, float]  # x, y px


class FaceDetector(Protocol):
    """Finds faces; used by one thread."""

    @property
    def key(self) -> str:
        """Changes when a picture could show other faces."""

    def find(self, image: ByteImage, *, min_face_px: int) -> list[Face]:
        """Return the faces of a live frame, by a quick search."""

    def find_near(self, image: ByteImage, box: Box) -> Face | None:
        """Return the face that was at `box` a frame ago; None where it is not found."""

    def find_thoroughly(self, image: ByteImage, sought: Place | None = None) -> list[Face]:
        """Return the faces of a photograph, largest first; search harder if none is found or none covers `sought`."""


class HaarDetector:
    """OpenCV's default cascade, and alt2 on equalised light; `score` of a face is the number of windows that agree."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises DetectorError where the cascade files cannot be used."""
        folder = folder or asset("cascades")
        self._default, default = _load(folder / "haarcascade_frontalface_default.xml")
        self._alt2, alt2 = _load(folder / "haarcascade_frontalface_alt2.xml")
        self.key = f"haar-{_VERSION}-{hashlib.sha256(default + alt2).hexdigest()[:12]}"
        self._clahe = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
        self._equalises = True  # whether the last search evened out the light
        self._followed_in: ByteImage | None = None  # the image in which a face was found near its last place

    def find(self, image: ByteImage, *, min_face_px: int) -> list[Face]:
        """Return the faces of at least `min_face_px` in an image (H, W, 3) BGR; of a very large one, larger faces only.

        Every second search equalises the light first, unless `find_near` found a face in the same image.
        """
        self._equalises = not self._equalises and self._followed_in is not image
        self._followed_in = None
        full = _grey(image)
        grey, scale = _reduced(full, min(_SEARCHED_PX / min_face_px, _SEARCHED_SIDE_PX / max(*full.shape, 1)))
        smallest = max(round(min_face_px * scale), _WINDOW_PX)
        if self._equalises:
            return _faces(_search(self._alt2, self._equalised(grey), 1.1, _NEIGHBOURS, (smallest, 0)), 1 / scale)
        found = _faces(_search(self._default, grey, 1.1, _NEIGHBOURS, (smallest, 0)), 1 / scale)
        return [face for face in found if self._confirmed(image, face.box)]

    def find_near(self, image: ByteImage, box: Box) -> Face | None:
        """Search around `box` for a face of about its size, also with equalised light."""
        region = box.grown(0.5, *image.shape[1::-1])
        if not region.area:
            return None
        grey, scale = _cut(image, region, box)
        sizes = round(box.width * scale * 0.7), round(box.width * scale * 1.4)
        found = _search(self._default, grey, 1.1, _SECOND_TRY_NEIGHBOURS, sizes)
        found = found or _search(self._alt2, self._equalised(grey), 1.1, _SECOND_TRY_NEIGHBOURS, sizes)
        faces = _faces(found, 1 / scale, region.left, region.top)
        if faces:
            self._followed_in = image
        return max(faces, key=lambda face: face.box.overlap(box), default=None)

    def find_thoroughly(self, image: ByteImage, sought: Place | None = None) -> list[Face]:
        """Return the faces of a photograph of any size, largest first; see FaceDetector."""
        full = _grey(image)
        scale = photograph_scale(full)
        grey = resized(full, scale)
        smallest = max(24, min(grey.shape) // 10)
        faces = _faces(_search(self._default, grey, 1.1, _NEIGHBOURS, (smallest, 0)), 1 / scale)
        if len(faces) > 1:
            faces = [face for face in faces if self._confirmed(image, face.box)] or faces
        further = self._further_finds(grey, scale, smallest, sought)
        while not shows(faces, sought) and (found := next(further, None)) is not None:
            faces = [*faces, *found]
        return sorted(distinct(_surest_first(faces, sought), 0.2), key=lambda face: face.box.area, reverse=True)

    def _further_finds(
        self, grey: ByteImage, scale: float, smallest: int, sought: Place | None
    ) -> Iterator[list[Face]]:
        """Yield what further searches find; quick and sure ones come first."""
        yield _faces(_search(self._alt2, grey, 1.1, _SECOND_TRY_NEIGHBOURS, (smallest, 0)), 1 / scale)
        yield self._in_even_light(grey, scale, smallest)
        yield self._at_angles(grey, scale, smallest, sought)
        if sought is not None:  # a face is expected there, so little evidence is enough
            for step in (1.1, 1.05):
                yield _faces(_search(self._default, grey, step, _LAST_TRY_NEIGHBOURS, (smallest, 0)), 1 / scale)

    def _in_even_light(self, grey: ByteImage, scale: float, smallest: int) -> list[Face]:
        """Search for faces in backlight, or that fill the picture: with equalised light and a border."""
        border = max(grey.shape) // 4
        framed = np.pad(grey, border, mode="edge")
        found = _search(self._alt2, self._equalised(framed), 1.05, _SECOND_TRY_NEIGHBOURS, (smallest, 0))
        return _faces(found, 1 / scale, -border / scale, -border / scale)

    def _at_angles(self, grey: ByteImage, scale: float, smallest: int, sought: Place | None) -> list[Face]:
        """Search the picture turned by several angles; return the surest face, with its box at the original place."""
        height, width = grey.shape
        found: list[_Found] = []
        for degrees in _TURNS:
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
            turned = np.asarray(cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)
            back = np.asarray(cv2.invertAffineTransform(turn), np.float64)
            for cascade in (self._default, self._alt2):
                windows = _search(cascade, turned, 1.1, _SECOND_TRY_NEIGHBOURS, (smallest, 0))
                found += [window.moved_by(back) for window in windows]
        return _surest_first(_faces(found, 1 / scale), sought)[:1]

    def _equalised(self, grey: ByteImage) -> ByteImage:
        return np.asarray(self._clahe.apply(grey), np.uint8)

    def _confirmed(self, image: ByteImage, box: Box) -> bool:
        grey, scale = _cut(image, box.grown(0.3, *image.shape[1::-1]), box)
        return bool(_search(self._alt2, grey, 1.1, _SECOND_TRY_NEIGHBOURS, (round(box.width * scale * 0.6), 0)))


def _surest_first(faces: Sequence[Face], sought: Place | None) -> list[Face]:
    """Sort by score, a face at the place `sought` first."""
    return sorted(faces, key=lambda face: (shows([face], sought), face.score), reverse=True)


def distinct(faces: Sequence[Face], least: float = 0.5) -> list[Face]:
    """Return the faces that repeat no earlier one: of the smaller box, less than `least` lies in both."""
    kept: list[Face] = []
    for face in faces:
        if all(_common(face.box, other.box) < least for other in kept):
            kept.append(face)
    return kept


def _common(one: Box, other: Box) -> float:
    """Return the common area as a part of the smaller box, so that a box inside another counts as the same face."""
    smaller = min(one.area, other.area)
    overlap = one.overlap(other)
    return overlap * (one.area + other.area) / (1 + overlap) / smaller if smaller else 0.0


def shows(faces: Sequence[Face], sought: Place | None) -> bool:
    """Return whether one of the faces covers the place `sought`; whether there are any, where it is None."""
    return bool(faces) if sought is None else any(face.box.covers(sought) for face in faces)


@dataclass(frozen=True, slots=True)
class _Found:
    left: float
    top: float
    width: int
    height: int
    neighbours: int

    def moved_by(self, transform: Floats) -> "_Found":
        """Return the find with its middle moved by the transform (2, 3)."""
        x, y = transform @ (self.left + self.width / 2, self.top + self.height / 2, 1)
        return replace(self, left=float(x) - self.width / 2, top=float(y) - self.height / 2)


def _load(path: Path) -> "tuple[cv2.CascadeClassifier, bytes]":
    if not path.is_file():
        raise DetectorError(path, "the cascade file is missing", "install kiosk again")
    try:
        content = path.read_bytes()
        cascade = cv2.CascadeClassifier(str(path))
    except OSError as error:
        reason = Message("cannot be read: {cause}", cause=error.strerror)
        raise DetectorError(path, reason, "install kiosk again") from error
    except (cv2.error, SystemError):
        cascade = None
    if cascade is None or cascade.empty():
        raise DetectorError(path, "is no cascade file", "install kiosk again")
    return cascade, content


def _grey(image: ByteImage) -> ByteImage:
    if not image.size:
        return np.zeros((1, 1), np.uint8)  # nothing is found in it; OpenCV would raise
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def _cut(image: ByteImage, region: Box, box: Box) -> tuple[ByteImage, float]:
    return _reduced(_grey(region.cut(image)), _TRACKED_PX / max(box.width, 1))


def _reduced(grey: ByteImage, scale: float) -> tuple[ByteImage, float]:
    """Scale down, never up: enlarging finds no smaller faces."""
    scale = min(scale, 1.0)
    return resized(grey, scale), scale


def photograph_scale(image: ByteImage) -> float:
    """Return the scale at which a photograph is searched."""
    longest = max(image.shape[:2])
    return float(np.clip(1.0, _PHOTOGRAPH_PX[0] / longest, _PHOTOGRAPH_PX[1] / longest))


def resized(image: ByteImage, scale: float) -> ByteImage:
    """Return the image scaled, grey or in colours."""
    if scale == 1.0:
        return image
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def _search(
    cascade: "cv2.CascadeClassifier", grey: ByteImage, step: float, neighbours: int, sizes: tuple[int, int]
) -> list[_Found]:
    """Return the windows of `sizes` (smallest, largest; 0 = any) px that at least `neighbours` others confirm."""
    smallest, largest = sizes
    boxes, counts = cascade.detectMultiScale2(
        grey, scaleFactor=step, minNeighbors=neighbours, minSize=(smallest, smallest), maxSize=(largest, largest)
    )
    return [
        _Found(int(left), int(top), int(width), int(height), int(count))
        for (left, top, width, height), count in zip(boxes, np.ravel(counts), strict=True)
    ]


def _faces(found: Sequence[_Found], factor: float, left: float = 0, top: float = 0) -> list[Face]:
    """Return finds as faces of the original picture: scaled by `factor`, then moved by left and top."""
    return [
        Face(
            Box(
                round(one.left * factor + left),
                round(one.top * factor + top),
                round((one.left + one.width) * factor + left),
                round((one.top + one.height) * factor + top),
            ),
            float(one.neighbours),
        )
        for one in found
    ]
