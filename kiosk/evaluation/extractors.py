"""One picture to numbers, by any path that is evaluated: the kiosk's own with any encoder, or plain pixels."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile, EncoderChoice
from kiosk.domain import Box, ByteImage, Conditions, Rejection
from kiosk.door.build import load_configured_encoder, make_detector, make_landmarks, weights_folders
from kiosk.door.matching import comparison_of
from kiosk.evaluation.results import PathLabel
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.matching import PLAIN, Comparison
from kiosk.recognition.pipeline import StageClock
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import PHOTOGRAPH

PIXELS: Final = "pixels"

_VERSION: Final = 2  # counts up when the same picture may give other numbers by the same path

_PIXELS_SIDE: Final = 16
_PIXELS_THRESHOLD: Final = 0.3  # where View 1's errors of both kinds are about as many; no door should use it

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Extracted:
    """What one picture gave."""

    template: Vector | None = None  # (D,) as if enrolled; None where it was not asked for, or rejected
    probe: Vector | None = None  # (D,) as if looked for; None where it was not acquired
    rejection: Rejection | None = None  # why it is not enrolled
    box: Box | None = None  # of the face that was taken; None where there was none
    conditions: Conditions | None = None
    # By stage, of processor time: what else the machine does meanwhile is not the path's.
    milliseconds: Mapping[str, float] = field(default_factory=dict)


class Extractor(Protocol):
    """One path, loaded; used by one thread."""

    @property
    def label(self) -> PathLabel: ...

    @property
    def key(self) -> str:
        """Another one whenever the same picture may give other numbers."""

    @property
    def comparison(self) -> Comparison:
        """The way from its numbers to people."""

    @property
    def threshold(self) -> float:
        """Its own, whatever the configuration says."""

    @property
    def margin(self) -> float: ...

    def extract(self, image: ByteImage, *, template: bool) -> Extracted:
        """What a picture (H, W, 3) BGR gives; the template only where it is asked for or costs nothing."""


class Recipe(Protocol):
    """Makes the same extractor in any process."""

    def make(self) -> Extractor:
        """Loads what it needs; raises KioskError."""


@dataclass(frozen=True, slots=True)
class KioskRecipe:
    """The kiosk's own path as the configuration has it, encoder and detector included."""

    config: ConfigFile

    def make(self) -> Extractor:
        return KioskExtractor(self.config)


@dataclass(frozen=True, slots=True)
class PixelsRecipe:
    """The naive baseline."""

    def make(self) -> Extractor:
        return PixelsExtractor()


class KioskExtractor:
    """Detector, landmarks, gates of photographs, crop and encoder of the kiosk.

    A face that looks aside gives a probe, so that its pairs are measured, but no template: the gallery rejects it.

    Attributes:
        label, key, comparison, threshold, margin: see Extractor.
    """

    def __init__(self, config: ConfigFile) -> None:
        self._detector = make_detector(config)
        encoder = load_configured_encoder(_on_one_core(config))
        self._path = FaceEncoder(make_landmarks(), encoder, replace(PHOTOGRAPH, max_turn=math.inf))
        spec = encoder.spec
        self.label = PathLabel(spec.name, config.current.detector)
        self.key = f"{_VERSION}-{self._detector.key}-{self._path.key}"
        self.comparison = comparison_of(config.current.path, spec, weights_folders(config))
        self.threshold, self.margin = spec.threshold, spec.margin

    def extract(self, image: ByteImage, *, template: bool) -> Extracted:
        """See Extractor."""
        clock = StageClock(time.process_time)
        with clock.stage("detect"):
            faces = self._detector.find_thoroughly(image, middle_of(image))
            chosen = nearest_the_middle([face.box for face in faces], image)
        if chosen is None:
            return Extracted(rejection=Rejection.NO_FACE, milliseconds=milliseconds(clock))
        with clock.stage("align"):
            examined = self._path.examine(image, faces[chosen])
            rejection = examined.rejection
            views = self._path.views(image, examined) if rejection is None else []
        probe = stored = None
        if rejection is None:
            with clock.stage("encode"):
                probe = self._path.embed_views(views).vector
            rejection = PHOTOGRAPH.check_face(examined.face)
            stored = probe if rejection is None else None
        box, conditions = examined.face.box, examined.conditions
        return Extracted(stored, probe, rejection, box, conditions, milliseconds(clock))


class PixelsExtractor:
    """The course's pixel_distance as an encoder: the whole picture, no face looked for.

    The picture is reduced to 16 x 16 px first, so that thousands are compared in seconds; on View 1 of LFW that changes
    the accuracy by 0.3 points. A distance is the root mean square of the differences of grey levels, 0 to 1.

    Attributes:
        label, key, comparison, threshold, margin: see Extractor.
    """

    label = PathLabel(PIXELS, "none")
    key = f"{PIXELS}-{_PIXELS_SIDE}-1"
    comparison = PLAIN
    threshold = _PIXELS_THRESHOLD
    margin = 0.0

    def extract(self, image: ByteImage, *, template: bool) -> Extracted:
        """See Extractor."""
        clock = StageClock(time.process_time)
        with clock.stage("encode"):
            reduced = cv2.resize(image, (_PIXELS_SIDE, _PIXELS_SIDE), interpolation=cv2.INTER_AREA)
            vector = np.ravel(reduced).astype(np.float32) / np.float32(255 * np.sqrt(reduced.size))
        return Extracted(vector, vector, milliseconds=milliseconds(clock))


def _on_one_core(config: ConfigFile) -> ConfigFile:
    """A process for each core needs no threads, and milliseconds are those of one core."""
    fresh = copy.copy(config)
    fresh.current = config.current.model_copy(update={"threads": 1})
    return fresh


def nearest_the_middle(boxes: Sequence[Box], image: ByteImage) -> int | None:
    """Whose picture it is: LFW's pictures were cut out around their person, and others stand in the background.

    The image folder of a door would refuse a picture of several people.
    """
    aside = [math.dist(box.centre, middle_of(image)) for box in boxes]
    return int(np.argmin(aside)) if aside else None


def middle_of(image: ByteImage) -> tuple[float, float]:
    """X and y in px."""
    return image.shape[1] / 2, image.shape[0] / 2


def encoder_choice(text: str) -> EncoderChoice:
    """What a name on the command line means: a+b works as one encoder, 1*a+2*b with weights of one's own."""
    parts = [part.strip() for part in text.split("+")]
    weighed = [part.partition("*") for part in parts]
    if all(star and _is_number(weight) for weight, star, _ in weighed):
        return {name.strip(): float(weight) for weight, _, name in weighed}
    return parts if len(parts) > 1 else text


def milliseconds(clock: StageClock) -> dict[str, float]:
    """What each stage took."""
    return {stage: 1000 * seconds for stage, seconds in clock.seconds.items()}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
