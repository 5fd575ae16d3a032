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
    def save(width: int, height: int, name: str = "noise.png") -> Path:
        noise = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / name, quality=90)
        return tmp_path / name

    return save


@pytest.mark.parametrize("name", ["noise.png", "noise.jpg"])
def test_picture_of_the_exercise_is_its_own_pixels_in_rgb(save_noise, name: str) -> None:
    path = save_noise(96, 96, name)
    np.testing.assert_array_equal(openface_picture(path), cv2.imread(str(path), 1)[..., ::-1])


@pytest.mark.parametrize("size", [(250, 250), (100, 37), (20, 31), (1, 1)])
def test_picture_of_another_size_is_resized_as_the_webcam_demo_does(save_noise, size: tuple[int, int]) -> None:
    path = save_noise(*size)
    wanted = cv2.resize(cv2.imread(str(path), 1), (96, 96))[..., ::-1]
    np.testing.assert_array_equal(openface_picture(path), wanted)


@pytest.mark.parametrize("size", [(96, 96), (160, 160), (250, 250), (321, 97), (161, 1599), (1, 1)])
@pytest.mark.parametrize("name", ["noise.png", "noise.jpg"])
def test_picture_for_facenet_is_what_keras_loads(save_noise, size: tuple[int, int], name: str) -> None:
    from keras.utils import load_img

    path = save_noise(*size, name)
    np.testing.assert_array_equal(facenet_picture(path), np.array(load_img(path, target_size=(160, 160))))


@pytest.mark.data
def test_pictures_of_the_office_are_what_the_exercise_loads(data: Path) -> None:
    from keras.utils import load_img

    paths = sorted(path for path in (data / "office").iterdir() if path.suffix in {".jpg", ".png"})
    assert len(paths) == 18
    for path in paths:
        np.testing.assert_array_equal(openface_picture(path), cv2.imread(str(path), 1)[..., ::-1])
        np.testing.assert_array_equal(facenet_picture(path), np.array(load_img(path, target_size=(160, 160))))


@pytest.mark.parametrize("make", [openface_picture, facenet_picture])
def test_huge_picture_is_reduced_and_a_damaged_one_named(save_noise, tmp_path: Path, make) -> None:
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
