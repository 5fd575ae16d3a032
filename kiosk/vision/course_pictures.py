"""Pictures as the course's exercise gives them to its two networks: the whole picture, no face cut out."""

from pathlib import Path

import numpy as np
from PIL import Image

from kiosk.domain import ByteImage
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


def openface_picture(path: Path, size_px: int = 96) -> ByteImage:
    """(size_px, size_px, 3) RGB, as cv2.imread and cv2.resize make it; a picture of that size stays as it is.

    The exercise comes with pictures of 96 x 96 and fails on others; the webcam demo made of it resizes them so.
    Raises PictureError as read_picture does.
    """
    return np.ascontiguousarray(cv2.resize(read_picture(path), (size_px, size_px))[..., ::-1])


def facenet_picture(path: Path, size_px: int = 160) -> ByteImage:
    """(size_px, size_px, 3) RGB, as load_img(path, target_size=...) of Keras makes it: by the nearest pixel.

    Equal up to 1600 px a side, beyond which read_picture reduces first. Unlike load_img, transparent is white and a
    photograph held upright stands upright. Raises PictureError as read_picture does.
    """
    image = Image.fromarray(np.ascontiguousarray(read_picture(path)[..., ::-1]))
    return np.array(image.resize((size_px, size_px), Image.Resampling.NEAREST))
