"""The naive way of the exercise's first section: comparing pictures pixel by pixel."""

from pathlib import Path

import numpy as np

from kiosk.course.paths import PicturePath, as_path
from kiosk.domain import ByteImage
from kiosk.errors import PictureError
from kiosk.vision.pictures import read_picture


def pixel_distance(a: PicturePath | ByteImage, b: PicturePath | ByteImage) -> float:
    """The L2 distance of the raw grey levels of two pictures, 0 to 255: arrays of one shape, or paths.

    It is here to show why a network is needed, and as the baseline to beat: light, pose and hair move it as much as
    another person does. On View 1 of LFW (deep-funneled) it is right on 61.2 % of pairsDevTest, with the threshold that
    is best for pairsDevTrain, where it reaches 59.4 %; guessing gets 50 %.

    Raises PictureError for pictures that cannot be read, or that differ in shape.
    """
    first, second = _pixels(a), _pixels(b)
    if first.shape != second.shape:
        reason = f"have the shapes {first.shape} and {second.shape}"
        raise PictureError("two pictures", reason, "make them equally large before comparing their pixels")
    # Subtracted as bytes, 3 - 5 would be 254.
    return float(np.linalg.norm(first.astype(np.float64) - second.astype(np.float64)))


def _pixels(picture: PicturePath | ByteImage) -> ByteImage:
    return picture if isinstance(picture, np.ndarray) else read_picture(Path(as_path(picture)))
