"""The whole way for one photograph."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.course.exercise import photograph_encoding
from kiosk.errors import PictureError


def test_face_is_found_aligned_and_encoded(encoder, grace: Path, eileen: Path, tmp_path: Path) -> None:
    shifted = tmp_path / "shifted.png"
    Image.open(grace).rotate(4, fillcolor="grey", expand=True).save(shifted)
    first, again, other = (photograph_encoding(path, encoder) for path in (grace, shifted, eileen))
    assert (first.shape, first.dtype) == ((1, encoder.spec.dimension), np.float32)
    assert np.linalg.norm(first - again) < encoder.spec.threshold < np.linalg.norm(first - other)


def test_every_thread_has_its_own_parts_and_the_same_result(encoder, grace: Path) -> None:
    wanted = photograph_encoding(grace, encoder)
    with ThreadPoolExecutor(3) as threads:
        for found in threads.map(lambda _: photograph_encoding(grace, encoder), range(3)):
            np.testing.assert_array_equal(found, wanted)


def _save(path: Path, *pictures: Image.Image) -> Path:
    joined = Image.new("RGB", (sum(one.width for one in pictures), max(one.height for one in pictures)))
    for number, one in enumerate(pictures):
        joined.paste(one, (sum(before.width for before in pictures[:number]), 0))
    joined.save(path)
    return path


def test_picture_without_one_clear_face_says_why(encoder, grace: Path, tmp_path: Path) -> None:
    portrait = Image.open(grace)
    small = portrait.resize((portrait.width * 40 // portrait.height, 40))
    for reason, pictures in {
        "no face found": [Image.new("RGB", (200, 200), "grey")],
        "more than one face": [portrait, portrait],
        "no face found|the face is (too small|blurred)": [small],
    }.items():
        with pytest.raises(PictureError, match=reason):
            photograph_encoding(_save(tmp_path / "picture.png", *pictures), encoder)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off"])
def test_file_that_is_no_picture_is_an_error(encoder, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=r"picture\.jpg"):
        photograph_encoding(path, encoder)
    with pytest.raises(PictureError, match="cannot be read"):
        photograph_encoding(tmp_path / "nobody.jpg", encoder)
