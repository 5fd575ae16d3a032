"""The gates that a face must pass before it is compared, and the measurements behind them."""

from dataclasses import dataclass

import numpy as np

from kiosk.domain import Chip, Conditions, Face, Floats, Landmarks, Rejection, Scheme
from kiosk.i18n import Message
from kiosk.vision.opencv import cv2

# The end of the nose that a scheme knows: the tip moves farther aside than the base. On 600 pictures of LFW's
# development view the median, 90th, 95th and 99th percentile of the turn by the tip are 1.35, 1.38, 1.33 and 1.27 times
# those by the base (0.07, 0.19, 0.25, 0.41). On 1,248 others both are above 0.45 in 0.3 % when scaled so.
REACH = {Scheme.DLIB: 1.0, Scheme.ARCFACE: 1.3}


@dataclass(frozen=True, slots=True)
class Gates:
    """The limits that a face must keep.

    More than 99 % of 400 pictures of LFW's development view pass the defaults, which are for live frames. Their lowest
    and highest percent lie at 98 px, 74 and 181 grey levels, sharpness 14 and turn 0.38.
    """

    min_face_px: int = 60  # px, the shorter side of the box
    min_light: float = 30.0  # mean grey of the chip, 0 to 255
    max_light: float = 225.0
    min_sharpness: float = 6.0  # variance of the chip's Laplacian
    max_turn: float = 0.45  # see `turn`

    def rejection(self, conditions: Conditions) -> Rejection | None:
        """Return the first gate that these conditions fail; None if they pass."""
        return next(iter(self.remarks(conditions)), None)

    def remarks(self, conditions: Conditions) -> tuple[Rejection, ...]:
        """Return every gate that these conditions fail; what was not measured passes."""
        failing = (
            (Rejection.TOO_SMALL, conditions.face_px < self.min_face_px),
            (Rejection.TOO_DARK, conditions.light is not None and conditions.light < self.min_light),
            (Rejection.TOO_BRIGHT, conditions.light is not None and conditions.light > self.max_light),
            (Rejection.TOO_BLURRED, conditions.sharpness is not None and conditions.sharpness < self.min_sharpness),
            # Written with not <= so that NaN fails.
            (Rejection.OFF_POSE, conditions.turn is not None and not conditions.turn <= self.max_turn),
        )
        return tuple(rejection for rejection, fails in failing if fails)


# A chosen photograph is rejected only where nothing can be recognised in it.
PHOTOGRAPH = Gates(min_face_px=24, min_light=20.0, max_light=240.0, min_sharpness=3.0, max_turn=0.75)

# A good picture: the outer percents of those pictures of LFW's development view lie beyond.
USUAL = Gates(min_face_px=98, min_light=74.0, max_light=181.0, min_sharpness=14.0, max_turn=0.38)


def conditions_of(face: Face, chip: Chip | None = None) -> Conditions:
    """Return the conditions of a face; light and sharpness are those of its chip."""
    return Conditions(
        face_px=min(face.box.width, face.box.height),
        light=None if chip is None else light(chip),
        sharpness=None if chip is None else sharpness(chip),
        turn=None if face.landmarks is None else turn(face.landmarks),
    )


def turn(landmarks: Landmarks) -> float:
    """Return how far a face looks aside: the distance of the nose from the line below the middle of the eyes.

    In parts of the distance between the eyes, 0 = straight ahead; about the same for landmarks of either scheme.
    """
    right, left, nose = eyes_and_nose(landmarks)
    across = right - left
    distance = float(np.hypot(*across))
    if distance == 0:
        return float("inf")
    offset = nose - (left + right) / 2
    return abs(float(offset @ across)) / distance**2 / REACH[landmarks.scheme]


def eyes_and_nose(landmarks: Landmarks) -> tuple[Floats, Floats, Floats]:
    """Return the eye at the right of the image, the eye at its left, and the nose."""
    points = landmarks.points
    if landmarks.scheme is Scheme.ARCFACE:
        return points[1], points[0], points[2]
    return points[:2].mean(axis=0), points[2:4].mean(axis=0), points[4]


def light(chip: Chip) -> float:
    """Return the mean grey of the middle of the chip, 0 to 255."""
    return float(_middle(chip).mean())


def sharpness(chip: Chip) -> float:
    """Return the variance of the Laplacian, the usual measure of focus (Pech-Pacheco and others, 2000)."""
    return float(cv2.Laplacian(_middle(chip), cv2.CV_64F).var())


def _middle(chip: Chip) -> np.ndarray:
    """Return the face itself in grey, without hair, ears and background."""
    side = chip.image.shape[0]
    cut = slice(side // 6, side - side // 6)
    return np.asarray(cv2.cvtColor(chip.image[cut, cut], cv2.COLOR_RGB2GRAY))


# Below each eye, where dark glasses are and bare faces are light; and the cheeks below. In parts of the side of the
# chip (CropKind.DLIB_CHIP): top, bottom, left, right.
_BELOW_THE_EYES = ((0.333, 0.427, 0.253, 0.413), (0.333, 0.427, 0.587, 0.747))
_CHEEKS = ((0.520, 0.653, 0.253, 0.387), (0.520, 0.653, 0.613, 0.747))

# On 682 pictures of LFW's development view four are darker than this: four of its six people with dark glasses.
DARK_GLASSES = 0.6


def shade_of_the_eyes(chip: Chip) -> float:
    """Return the light below the eyes, in parts of the light on the cheeks; about 0.95 for bare faces."""
    grey = np.asarray(cv2.cvtColor(chip.image, cv2.COLOR_RGB2GRAY), np.float64)
    return _mean(grey, _BELOW_THE_EYES) / max(_mean(grey, _CHEEKS), 1.0)


def _mean(grey: np.ndarray, places: tuple[tuple[float, float, float, float], ...]) -> float:
    height, width = grey.shape
    parts = [
        grey[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
        for top, bottom, left, right in places
    ]
    return float(np.mean([part.mean() for part in parts]))


_WORDS = {
    Rejection.NO_FACE: Message("no face found"),
    Rejection.SEVERAL_FACES: Message("more than one face"),
    Rejection.TOO_SMALL: Message("the face is too small"),
    Rejection.TOO_DARK: Message("the face is too dark"),
    Rejection.TOO_BRIGHT: Message("the face is too bright"),
    Rejection.TOO_BLURRED: Message("the face is blurred"),
    Rejection.OFF_POSE: Message("the face is turned away"),
    Rejection.NOT_LIVE: Message("it shows a picture or a screen, not a living face"),
}


def reason_of(rejection: Rejection) -> Message:
    """Return why a picture was not used, as a phrase."""
    return _WORDS[rejection]


def in_words(rejection: Rejection) -> str:
    """Return why a picture was not used, in the language of the screen."""
    return str(_WORDS[rejection])
