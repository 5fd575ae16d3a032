import base64
from pathlib import Path

import numpy as np
import pytest

from kiosk.evaluation.pages.page import Thumbnails
from kiosk.vision.opencv import cv2


def decoded(source: str) -> np.ndarray:
    start, _, content = source.partition(",")
    assert start == "data:image/jpeg;base64"
    return cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("size", [(1200, 900), (300, 900), (40, 30), (1, 1)])
def test_middle_of_a_picture_is_shown_as_a_square(tmp_path: Path, size: tuple[int, int]) -> None:
    image = np.zeros((*size, 3), np.uint8)
    height, width = size
    image[height // 3 : -(height // 3) or None, width // 3 : -(width // 3) or None] = 255
    cv2.imwrite(str(tmp_path / "a.png"), image)
    shown = decoded(Thumbnails(tmp_path).portrait("a.png", "Ada").source)
    assert shown.shape[0] == shown.shape[1] <= 200
    assert shown[shown.shape[0] // 2, shown.shape[1] // 2].min() > 200


def test_picture_that_is_missing_or_damaged_is_named_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8no picture")
    thumbnails = Thumbnails(tmp_path)
    assert [thumbnails.portrait(name, "Ada").source for name in ("bad.jpg", "gone.jpg", "a\0b.jpg")] == ["", "", ""]
    assert thumbnails.portrait("gone.jpg", "Ada").name == "Ada"


def test_each_picture_is_read_once(folder: Path) -> None:
    thumbnails = Thumbnails(folder)
    first = thumbnails.portrait("Ada/Ada_0001.jpg", "Ada")
    (folder / "Ada/Ada_0001.jpg").unlink()
    assert thumbnails.portrait("Ada/Ada_0001.jpg", "A.").source == first.source != ""
