"""Paths from a picture to an embedding: the kiosk's own with any encoder, plain pixels as a baseline, and dlib as peer.

A path has a `label`, a cache `key` that changes when a result could, a `comparison`, and a `threshold` and `margin`.
"""

from __future__ import annotations

import copy
import importlib.util
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile
from kiosk.domain import Box, ByteImage, Rejection
from kiosk.door.build import load_configured_encoder, make_detector, make_landmarks, weights_folders
from kiosk.door.matching import comparison_of
from kiosk.errors import EvaluationError
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import PLAIN
from kiosk.recognition.pipeline import StageClock
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import PHOTOGRAPH

PIXELS: Final = "pixels"

_VERSION: Final = 3  # raise it when a picture may give another embedding by the same path
_PIXELS_SIDE: Final = 16

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PathLabel:
    """The name of a path."""

    encoder: str
    detector: str
    peer: bool = False  # not the kiosk's own

    def __str__(self) -> str:
        return f"{self.encoder}, {self.detector}"

    @property
    def name(self) -> str:
        """Return the name in tables and plots."""
        return f"{self} (peer)" if self.peer else str(self)


@dataclass(frozen=True, slots=True, eq=False)
class Extracted:
    """The result of one picture."""

    vector: Vector | None = None  # (D,); None where no face was acquired
    rejection: Rejection | None = None  # why the gallery would not enrol the picture
    milliseconds: Mapping[str, float] = field(default_factory=dict)  # processor time of each stage


class KioskExtractor:
    """The kiosk's detector, landmarks, gates for photographs, crop and encoder, as the configuration has them.

    A face that looks aside gives an embedding, so that its pairs are measured, and a rejection, so that it is not
    enrolled.
    """

    def __init__(self, config: ConfigFile) -> None:
        self.config = config
        self._detector = make_detector(config)
        # One thread: there is a process for each core, and times are those of one core.
        single = copy.copy(config)
        single.current = config.current.model_copy(update={"threads": 1})
        encoder = load_configured_encoder(single)
        self._path = FaceEncoder(make_landmarks(), encoder, replace(PHOTOGRAPH, max_turn=math.inf))
        spec = encoder.spec
        self.label = PathLabel(spec.name, config.current.detector)
        self.key = f"{_VERSION}-{self._detector.key}-{self._path.key}"
        self.comparison = comparison_of(config.current.path, spec, weights_folders(config))
        self.threshold, self.margin = spec.threshold, spec.margin

    def extract(self, image: ByteImage) -> Extracted:
        """Return the embedding of the face in a picture (H, W, 3) BGR."""
        clock = StageClock(time.process_time)
        with clock.stage("detect"):
            faces = self._detector.find_thoroughly(image, middle_of(image))
            chosen = nearest_the_middle([face.box for face in faces], image)
        if chosen is None:
            return Extracted(None, Rejection.NO_FACE, milliseconds(clock))
        with clock.stage("align"):
            examined = self._path.examine(image, faces[chosen])
            views = self._path.views(image, examined) if examined.rejection is None else []
        if examined.rejection is not None:
            return Extracted(None, examined.rejection, milliseconds(clock))
        with clock.stage("encode"):
            vector = self._path.embed_views(views).vector
        return Extracted(vector, PHOTOGRAPH.rejection(examined.conditions), milliseconds(clock))


class PixelsExtractor:
    """The whole picture, reduced to 16 x 16 px, as an embedding: the naive baseline of the course's pixel_distance.

    A distance is the root mean square of the differences of grey levels, 0 to 1. The reduction changes the accuracy on
    LFW's View 1 by 0.3 points.
    """

    label = PathLabel(PIXELS, "none")
    key = f"{PIXELS}-{_PIXELS_SIDE}-1"
    comparison = PLAIN
    threshold = 0.3  # both errors are about equal there on LFW's View 1
    margin = 0.0

    def extract(self, image: ByteImage) -> Extracted:
        """See KioskExtractor."""
        clock = StageClock(time.process_time)
        with clock.stage("encode"):
            reduced = cv2.resize(image, (_PIXELS_SIDE, _PIXELS_SIDE), interpolation=cv2.INTER_AREA)
            vector = np.ravel(reduced).astype(np.float32) / np.float32(255 * np.sqrt(reduced.size))
        return Extracted(vector, None, milliseconds(clock))


_MODELS: Final = "face_recognition_models"
_CHIP_PX: Final = 150
_PADDING: Final = 0.25


class DlibExtractor:
    """dlib 20 with the models of face_recognition_models."""

    label = PathLabel("dlib", "hog", peer=True)
    comparison = PLAIN
    threshold = 0.6  # dlib's own; its embeddings are not normalised
    margin = 0.0

    def __init__(self) -> None:
        """Raise EvaluationError where dlib or its models are not installed."""
        self._dlib, models = _installed()
        self._find = self._dlib.get_frontal_face_detector()
        try:
            self._points = self._dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
            self._network = self._dlib.face_recognition_model_v1(
                str(models / "dlib_face_recognition_resnet_model_v1.dat")
            )
        except RuntimeError as error:
            raise EvaluationError(_MODELS, f"dlib cannot read it ({error})", "install it again") from error
        self.key = f"dlib-{self._dlib.__version__}-1"

    def extract(self, image: ByteImage) -> Extracted:
        """See KioskExtractor."""
        clock, rgb = StageClock(time.process_time), np.ascontiguousarray(image[..., ::-1])
        with clock.stage("detect"):
            found = self._find(rgb) or self._find(rgb, 1)  # doubled, for three times the cost
        boxes = [Box(one.left(), one.top(), one.right() + 1, one.bottom() + 1) for one in found]
        chosen = nearest_the_middle(boxes, image)
        if chosen is None:
            return Extracted(None, Rejection.NO_FACE, milliseconds(clock))
        with clock.stage("align"):
            chip = self._dlib.get_face_chip(rgb, self._points(rgb, found[chosen]), _CHIP_PX, _PADDING)
        with clock.stage("encode"):
            vector = np.asarray(self._network.compute_face_descriptor(chip), np.float32)
        return Extracted(vector, None, milliseconds(clock))


def _installed() -> tuple[Any, Path]:
    """Return the module and the folder of its models, whose own package is not imported: it wants an old setuptools."""
    found = {package: importlib.util.find_spec(package) for package in ("dlib", _MODELS)}
    for package, spec in found.items():
        if spec is None:
            remedy = f"type: pip install dlib-bin {_MODELS}==0.3.0"
            raise EvaluationError("the peer dlib", f"{package} is not installed", remedy)
    import dlib  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415  (optional)

    return dlib, Path(str(found[_MODELS].origin)).parent / "models"  # type: ignore[union-attr]


Extractor: TypeAlias = KioskExtractor | PixelsExtractor | DlibExtractor
MakeExtractor: TypeAlias = Callable[[], Extractor]  # the same extractor in any process; raises KioskError


def nearest_the_middle(boxes: Sequence[Box], image: ByteImage) -> int | None:
    """Return the index of the box nearest the middle: LFW's pictures were cut out around their person."""
    aside = [math.dist(box.centre, middle_of(image)) for box in boxes]
    return int(np.argmin(aside)) if aside else None


def middle_of(image: ByteImage) -> tuple[float, float]:
    """Return x and y in px."""
    return image.shape[1] / 2, image.shape[0] / 2


def milliseconds(clock: StageClock) -> dict[str, float]:
    """Return the time of each stage."""
    return {stage: 1000 * seconds for stage, seconds in clock.seconds.items()}
