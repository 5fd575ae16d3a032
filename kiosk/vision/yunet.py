"""The face detector YuNet (Wu, Peng and Yu 2023): a small network that gives five points for each face.

Measured on the 4,992 pictures of LFW's development view (250 x 250): none is without a face, where the cascades miss 5,
and in 2 none lies within 35 px of the middle, in 29 with the cascades. Of the faces there the least score is 0.52, and
99.9 % have 0.87 and more. It sees people at the edge of a picture too: 733 pictures show a second face at
least 0.4 as wide as the first, 99 to the cascades.

In ms on one core (the cascades' in brackets): a live frame of 640 x 480 searched for faces of 48 px and more 13 (37;
empty 18), a face that is followed 1.6 (4.3), a photograph of 250 x 250 4.1 (29), of 640 x 480 15 (41), of 20 megapixels
76 (106).

The points depend on the size at which a face is searched: reduced from 105 px to 24, 32, 48, 72 and 96 px they lie 5.9,
4.8, 3.8, 3.4 and 3.2 % of the box away, so that little is won beyond 48.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kiosk.domain import Box, ByteImage, Face, Floats, Landmarks, Scheme
from kiosk.errors import DetectorError
from kiosk.vision.detector import Place, distinct, photograph_scale, resized, shows
from kiosk.vision.opencv import cv2
from kiosk.weights.catalogue import how_to_get
from kiosk.weights.manifest import find_file, shipped_content, verified_file
from kiosk.weights.specs import FILE_STEM, FileFacts, SourceText, find_spec, read_spec

_SHIPPED = "face_detection_yunet_2023mar.onnx"
_SEARCHED_PX = 32  # the smallest face asked for is reduced to this many px before the search
_SEARCHED_SIDE_PX = 480  # of a frame: a sharper camera shows the same people, it must not cost more
_TRACKED_PX = 64  # so is a face that is followed

_LEAST_SIDE_PX = 64  # up to 32, OpenCV 4.14 sees faces here and there that are none, sure and without end
_LEAST_SCORE = 0.7
_LEAST_SCORE_NEAR = 0.5  # where a face was a frame ago
_LEAST_OVERLAP = 0.3  # of two boxes that are one face: the network's own way to leave out the weaker
_MOST_FACES = 50

# The square whose area is the box's, with its middle here in parts of the box's height, is what dlib's own detector
# draws around the same face (median of 300 pictures), and the landmark model expects. With dlib_resnet 734
# pairs of pairsDevTrain are told apart to 99.6 % with it, 99.5 % with a square such as the cascades draw (1.07 times as
# large, at 0.47), and 99.0 % with YuNet's box as it is.
_MIDDLE = 0.54

_Row = NDArray[np.float32]  # (15,) left, top, width, height, five points (x, y), score


@dataclass(frozen=True, slots=True, eq=False)
class _Searched:
    """A picture to search, and the map back to the original: scaled by `factors`, then moved by `origin`."""

    image: ByteImage
    factors: Floats  # (2,) as (x, y)
    origin: tuple[float, float]

    @classmethod
    def of(cls, image: ByteImage, scale: float, origin: tuple[float, float] = (0.0, 0.0)) -> _Searched:
        reduced = np.ascontiguousarray(resized(image, scale) if image.size else image)
        return cls(reduced, np.array(image.shape[1::-1]) / np.maximum(reduced.shape[1::-1], 1), origin)


def shipped_yunet() -> YuNetDetector:
    """Return the detector that is shipped; raises WeightsError where its file was altered."""
    return YuNetDetector("yunet", shipped_content(_SHIPPED))


class YuNetDetector:
    """YuNet on OpenCV's own runtime; `score` of a face is the network's, 0 to 1.

    The boxes are made the squares that the landmark model was trained on; the five points are ArcFace's. Raises
    DetectorError, with the name of the file, where OpenCV cannot run its content as YuNet.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.key = f"yunet-{hashlib.sha256(content).hexdigest()[:12]}"
        self._clahe = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
        try:
            self._network = cv2.FaceDetectorYN.create(
                "onnx",
                np.frombuffer(content, np.uint8),
                np.zeros(0, np.uint8),
                (64, 64),
                score_threshold=_LEAST_SCORE_NEAR,
                nms_threshold=_LEAST_OVERLAP,
                top_k=_MOST_FACES,
            )
            self._rows(np.zeros((64, 96, 3), np.uint8))
        except (cv2.error, SystemError) as error:
            raise DetectorError(
                name, "is no YuNet model", "put the right file in its place, or install kiosk again"
            ) from error

    def find(self, image: ByteImage, *, min_face_px: int) -> list[Face]:
        """Return the faces of at least `min_face_px` of a BGR image (H, W, 3), of a very large one larger ones only."""
        scale = min(1.0, _SEARCHED_PX / min_face_px, _SEARCHED_SIDE_PX / max(image.shape))
        found = self._search(_Searched.of(image, scale), _LEAST_SCORE)
        return [face for face in found if face.box.width >= min_face_px]

    def find_near(self, image: ByteImage, box: Box) -> Face | None:
        """Search around `box` for a face of about its size."""
        region = box.grown(0.5, *image.shape[1::-1])
        if not region.area:
            return None
        scale = min(1.0, _TRACKED_PX / max(box.width, 1))
        found = self._search(_Searched.of(region.cut(image), scale, (region.left, region.top)), _LEAST_SCORE_NEAR)
        faces = [face for face in found if 0.7 * box.width <= face.box.width <= 1.4 * box.width]
        return max(faces, key=lambda face: face.box.overlap(box), default=None)

    def find_thoroughly(self, image: ByteImage, sought: Place | None = None) -> list[Face]:
        """Return the faces of a photograph of any size, largest first; see FaceDetector."""
        if not image.size:
            return []
        scale = photograph_scale(image)
        smallest = max(24 / scale, min(image.shape[:2]) // 10)
        searched = _Searched.of(image, scale)
        faces = self._search(searched, _LEAST_SCORE)
        if not shows(faces, sought):
            faces = [*faces, *self._search(self._equalised(searched), _LEAST_SCORE)]
        faces = distinct([face for face in faces if face.box.width >= smallest])
        return sorted(faces, key=lambda face: face.box.area, reverse=True)

    def _search(self, searched: _Searched, least_score: float) -> list[Face]:
        # Altered weights could find anything: what is not near the picture is left out, with < so that NaN is, too.
        farthest = 4 * max(searched.image.shape)
        rows = [row for row in self._rows(searched.image) if np.abs(row).max() < farthest and row[2:4].min() >= 1]
        return [_face(row, searched) for row in rows if row[14] >= least_score]

    def _equalised(self, searched: _Searched) -> _Searched:
        """Return the picture with equalised light and a border, for backlight and for faces that fill it."""
        border = max(searched.image.shape) // 4
        framed = np.pad(searched.image, ((border, border), (border, border), (0, 0)), mode="edge")
        colours = cv2.cvtColor(framed, cv2.COLOR_BGR2YCrCb)
        colours[..., 0] = self._clahe.apply(np.ascontiguousarray(colours[..., 0]))
        x, y = border * searched.factors
        equalised = np.asarray(cv2.cvtColor(colours, cv2.COLOR_YCrCb2BGR), np.uint8)
        return _Searched(equalised, searched.factors, (-x, -y))

    def _rows(self, image: ByteImage) -> Sequence[_Row]:
        if not image.size:
            return []
        below, beside = (max(_LEAST_SIDE_PX - side, 0) for side in image.shape[:2])
        framed = np.pad(image, ((0, below), (0, beside), (0, 0))) if below or beside else image
        self._network.setInputSize((framed.shape[1], framed.shape[0]))
        _, rows = self._network.detect(framed)
        return [] if rows is None else list(rows)


def _face(row: _Row, searched: _Searched) -> Face:
    places = row[:14].reshape(7, 2).astype(np.float64) * searched.factors
    places[[0, 2, 3, 4, 5, 6]] += searched.origin
    (left, top), (width, height) = places[:2]
    half, x, y = math.sqrt(width * height) / 2, left + width / 2, top + _MIDDLE * height
    square = Box(round(x - half), round(y - half), round(x + half), round(y + half))
    return Face(square, float(row[14]), Landmarks(places[2:], Scheme.ARCFACE))


DETECTOR: Final = "detector"


class DetectorSpec(FileFacts):
    """One detector for OpenCV's FaceDetectorYN, in a file beside its spec."""

    file: str = Field(pattern=rf"{FILE_STEM}\.onnx$")
    source: SourceText


def detector_content(name: str, folders: Sequence[Path]) -> bytes:
    """Return the verified bytes of a detector's file; raises WeightsError where spec or file is missing or wrong."""
    spec, _, path = _located(name, folders)
    return verified_file(path, spec.size, spec.sha256, lambda: how_to_get(spec.file, spec.sha256))


def detector_paths(name: str, folders: Sequence[Path]) -> tuple[Path, Path]:
    """Return the paths of spec and file; raises WeightsError where there is no spec."""
    _, spec_path, path = _located(name, folders)
    return spec_path, path


def _located(name: str, folders: Sequence[Path]) -> tuple[DetectorSpec, Path, Path]:
    spec_path = find_spec(name, folders)
    spec = read_spec(spec_path, DetectorSpec, DETECTOR)
    return spec, spec_path, find_file(spec.file, [*folders, spec_path.parent])
