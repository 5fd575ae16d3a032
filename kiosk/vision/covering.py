"""What hides a face from the camera though it is found."""

import numpy as np

from kiosk.domain import Chip
from kiosk.vision.opencv import cv2

# Below each eye, where dark glasses are and bare faces are light; and the cheeks below. In parts of the side of the
# chip (CropKind.DLIB_CHIP): top, bottom, left, right.
_BELOW_THE_EYES = ((0.333, 0.427, 0.253, 0.413), (0.333, 0.427, 0.587, 0.747))
_CHEEKS = ((0.520, 0.653, 0.253, 0.387), (0.520, 0.653, 0.613, 0.747))

# On 682 pictures of LFW's development view four are darker than this: four of its six people with dark glasses.
DARK_GLASSES = 0.6


def shade_of_the_eyes(chip: Chip) -> float:
    """How light it is below the eyes, in parts of the light on the cheeks; about 0.95 for bare faces."""
    grey = np.asarray(cv2.cvtColor(chip.image, cv2.COLOR_RGB2GRAY), np.float64)
    return _mean(grey, _BELOW_THE_EYES) / max(_mean(grey, _CHEEKS), 1.0)


def _mean(grey: np.ndarray, places: tuple[tuple[float, float, float, float], ...]) -> float:
    height, width = grey.shape
    parts = [
        grey[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
        for top, bottom, left, right in places
    ]
    return float(np.mean([part.mean() for part in parts]))
