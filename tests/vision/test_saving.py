import io

import numpy as np
import pytest
from PIL import Image

from kiosk.errors import PictureError
from kiosk.vision.pictures import as_jpeg


def test_a_picture_is_nearly_the_same_after_it():
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, 30:] = (200, 40, 10)
    read = np.asarray(Image.open(io.BytesIO(as_jpeg(image))).convert("RGB"))[..., ::-1]
    assert read.shape == image.shape
    assert np.abs(read[:, 40:].astype(int) - image[:, 40:]).max() < 12


def test_what_is_no_picture_is_a_fault():
    with pytest.raises(PictureError, match="cannot be written"):
        as_jpeg(np.zeros((0, 0, 3), np.uint8))
