"""The naive distance of the exercise's first section."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.course.exercise import pixel_distance
from kiosk.errors import PictureError


def test_distance_is_that_of_the_grey_levels() -> None:
    dark, light = np.full((2, 3, 3), 3, np.uint8), np.full((2, 3, 3), 5, np.uint8)
    assert pixel_distance(dark, light) == pixel_distance(light, dark) == pytest.approx(2 * np.sqrt(18))
    assert pixel_distance(dark, dark) == 0


def test_same_picture_as_array_text_or_path_is_at_distance_zero(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(image[..., ::-1]).save(path)
    assert pixel_distance(path, str(path)) == pixel_distance(image, path) == 0


def test_light_moves_it_farther_than_another_person_does(data: Path) -> None:
    from kiosk.vision.pictures import read_picture

    younes, kian = (read_picture(data / "office" / f"{name}.jpg") for name in ("younes", "kian"))
    darker = (younes * 0.3).astype(np.uint8)
    assert pixel_distance(younes, darker) > pixel_distance(younes, kian) > 0


def test_pictures_of_two_sizes_and_unreadable_ones_are_errors(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"\(2, 2, 3\) and \(2, 3, 3\)"):
        pixel_distance(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 3, 3), np.uint8))
    with pytest.raises(PictureError, match="cannot be read"):
        pixel_distance(tmp_path / "a.jpg", np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(PictureError, match="NoneType: is no path"):
        pixel_distance(None, np.zeros((2, 2, 3), np.uint8))
