"""Pictures as the course's exercise gives them to its networks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.course.exercise import facenet_picture, openface_picture
from kiosk.errors import PictureError
from kiosk.vision.opencv import cv2


@pytest.fixture
def save_noise(tmp_path: Path):
    def save(width: int, height: int, name: str) -> Path:
        noise = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / name, quality=90)
        return tmp_path / name

    return save


def test_picture_of_any_size_is_resized_as_the_webcam_demo_does(save_noise) -> None:
    for size, name in (((96, 96), "noise.jpg"), ((250, 250), "noise.png"), ((20, 31), "noise.png")):
        path = save_noise(*size, name)
        wanted = cv2.resize(cv2.imread(str(path), 1), (96, 96))[..., ::-1]
        np.testing.assert_array_equal(openface_picture(path), wanted)


@pytest.mark.slow
@pytest.mark.data
def test_pictures_for_facenet_are_what_keras_loads(save_noise, data: Path) -> None:
    from keras.utils import load_img

    office = sorted(path for path in (data / "office").iterdir() if path.suffix in {".jpg", ".png"})
    assert len(office) == 18
    sizes = ((96, 96), (160, 160), (321, 97), (161, 1599), (1, 1))
    for path in (*office, *(save_noise(*size, f"{size}.{suffix}") for size in sizes for suffix in ("png", "jpg"))):
        np.testing.assert_array_equal(facenet_picture(path), np.array(load_img(path, target_size=(160, 160))))


@pytest.mark.parametrize("make", [openface_picture, facenet_picture])
def test_huge_picture_is_reduced_and_a_damaged_one_named(tmp_path: Path, make) -> None:
    huge = tmp_path / "huge.jpg"
    Image.new("RGB", (6000, 4000), (10, 20, 30)).save(huge)
    picture = make(huge)
    assert picture.shape[0] == picture.shape[1] in {96, 160}
    assert np.abs(picture.astype(int) - (10, 20, 30)).max() <= 3
    damaged = tmp_path / "damaged.jpg"
    damaged.write_bytes(huge.read_bytes()[:2000])
    with pytest.raises(PictureError, match="damaged"):
        make(damaged)
    with pytest.raises(PictureError, match="cannot be read"):
        make(tmp_path / "nobody.jpg")
