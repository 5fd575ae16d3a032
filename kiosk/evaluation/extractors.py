"""Recognition paths that can be evaluated: the kiosk's own with any encoder, and plain pixels as a baseline."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile, EncoderChoice
from kiosk.domain import Box, ByteImage, Rejection
from kiosk.door.build import load_configured_encoder, make_detector, make_landmarks, weights_folders
from kiosk.door.matching import comparison_of
from kiosk.evaluation.results import PathLabel
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import PLAIN, Comparison
from kiosk.recognition.pipeline import StageClock
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import PHOTOGRAPH

PIXELS: Final = "pixels"

_VERSION: Final = 3  # raise it when a picture may give another embedding by the same path
_PIXELS_SIDE: Final = 16
_PIXELS_THRESHOLD: Final = 0.3  # both errors are about equal there on LFW's View 1

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Extracted:
    """The result of one picture."""

    vector: Vector | None = None  # (D,); None where no face was acquired
    rejection: Rejection | None = None  # why the gallery would not enrol the picture
    milliseconds: Mapping[str, float] = field(default_factory=dict)  # processor time of each stage


class Extractor(Protocol):
    """A loaded path; used by one thread."""

    @property
    def label(self) -> PathLabel: ...

    @property
    def key(self) -> str:
        """Return the cache key; it changes when the result of a picture could."""

    @property
    def comparison(self) -> Comparison:
        """Return how distances to templates become distances to people."""

    @property
    def threshold(self) -> float:
        """Return the path's own threshold, independent of the configuration."""

    @property
    def margin(self) -> float: ...

    def extract(self, image: ByteImage) -> Extracted:
        """Return the embedding of the face in a picture (H, W, 3) BGR."""


MakeExtractor: TypeAlias = Callable[[], Extractor]  # the same extractor in any process; raises KioskError


class KioskExtractor:
    """The kiosk's detector, landmarks, gates for photographs, crop and encoder, as the configuration has them.

    A face that looks aside gives an embedding, so that its pairs are measured, and a rejection, so that it is not
    enrolled.
    """

    def __init__(self, config: ConfigFile) -> None:
        self.config = config
        self._detector = make_detector(config)
        encoder = load_configured_encoder(_on_one_core(config))
        self._path = FaceEncoder(make_landmarks(), encoder, replace(PHOTOGRAPH, max_turn=math.inf))
        spec = encoder.spec
        self.label = PathLabel(spec.name, config.current.detector)
        self.key = f"{_VERSION}-{self._detector.key}-{self._path.key}"
        self.comparison = comparison_of(config.current.path, spec, weights_folders(config))
        self.threshold, self.margin = spec.threshold, spec.margin

    def extract(self, image: ByteImage) -> Extracted:
        """See Extractor."""
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
        return Extracted(vector, PHOTOGRAPH.check_face(examined.face), milliseconds(clock))


class PixelsExtractor:
    """The whole picture, reduced to 16 x 16 px, as an embedding: the naive baseline of the course's pixel_distance.

    A distance is the root mean square of the differences of grey levels, 0 to 1. The reduction changes the accuracy on
    LFW's View 1 by 0.3 points.
    """

    label = PathLabel(PIXELS, "none")
    key = f"{PIXELS}-{_PIXELS_SIDE}-1"
    comparison = PLAIN
    threshold = _PIXELS_THRESHOLD
    margin = 0.0

    def extract(self, image: ByteImage) -> Extracted:
        """See Extractor."""
        clock = StageClock(time.process_time)
        with clock.stage("encode"):
            reduced = cv2.resize(image, (_PIXELS_SIDE, _PIXELS_SIDE), interpolation=cv2.INTER_AREA)
            vector = np.ravel(reduced).astype(np.float32) / np.float32(255 * np.sqrt(reduced.size))
        return Extracted(vector, None, milliseconds(clock))


def _on_one_core(config: ConfigFile) -> ConfigFile:
    """Return the configuration for one thread: there is a process for each core, and times are those of one core."""
    single = copy.copy(config)
    single.current = config.current.model_copy(update={"threads": 1})
    return single


def nearest_the_middle(boxes: Sequence[Box], image: ByteImage) -> int | None:
    """Return the index of the box nearest the middle: LFW's pictures were cut out around their person."""
    aside = [math.dist(box.centre, middle_of(image)) for box in boxes]
    return int(np.argmin(aside)) if aside else None


def middle_of(image: ByteImage) -> tuple[float, float]:
    """Return x and y in px."""
    return image.shape[1] / 2, image.shape[0] / 2


def encoder_choice(text: str) -> EncoderChoice:
    """Return the encoder meant on the command line: a+b is one encoder of two, 1*a+2*b has weights."""
    parts = [part.strip() for part in text.split("+")]
    weighted = [part.partition("*") for part in parts]
    if all(star and _is_number(weight) for weight, star, _ in weighted):
        return {name.strip(): float(weight) for weight, _, name in weighted}
    return parts if len(parts) > 1 else text


def milliseconds(clock: StageClock) -> dict[str, float]:
    """Return the time of each stage."""
    return {stage: 1000 * seconds for stage, seconds in clock.seconds.items()}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
