"""The exercise's img_to_encoding, for a plain Keras model and for an encoder of the kiosk."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kiosk.course.exercise import img_to_encoding, photograph_encoding
from kiosk.errors import EncoderError, PictureError
from kiosk.vision.opencv import cv2


def test_channels_first_model_gets_the_steps_of_the_older_exercise(office: Path, openface_like) -> None:
    for path in sorted(office.iterdir()):
        image = np.around(np.transpose(cv2.imread(str(path), 1)[..., ::-1], (2, 0, 1)) / 255.0, decimals=12)
        encoding = img_to_encoding(path, openface_like)
        np.testing.assert_array_equal(encoding, openface_like.predict_on_batch(np.array([image])))
        assert encoding.dtype == np.float32


def test_channels_last_model_gets_the_steps_of_the_newer_exercise(office: Path, facenet_like) -> None:
    from keras.utils import load_img

    for path in sorted(office.iterdir()):
        image = np.around(np.array(load_img(path, target_size=(160, 160))) / 255.0, decimals=12)
        embedding = facenet_like.predict_on_batch(np.expand_dims(image, axis=0))
        encoding = img_to_encoding(path, facenet_like)
        np.testing.assert_array_equal(encoding, embedding / np.linalg.norm(embedding, ord=2))
        assert encoding.shape == (1, 75)
        assert np.linalg.norm(encoding) == pytest.approx(1)


def test_encoder_of_the_kiosk_gets_the_whole_way(encoder, grace: Path) -> None:
    encoding = img_to_encoding(str(grace), encoder)
    np.testing.assert_array_equal(encoding, photograph_encoding(grace, encoder))
    assert encoding.shape == (1, 128)


def test_path_may_be_text_bytes_or_path(office: Path, openface_like) -> None:
    path = office / "kian.jpg"
    first, *others = (img_to_encoding(given, openface_like) for given in (path, str(path), str(path).encode()))
    for other in others:
        np.testing.assert_array_equal(other, first)


def _model(output: Any, shape: Any = (None, 160, 160, 3)) -> Any:
    return SimpleNamespace(input_shape=shape, predict_on_batch=lambda x: output, name="stand-in")


@pytest.mark.parametrize(
    "model",
    [
        None,
        "openface",
        _model(0, (None, 224, 224, 3)),
        _model(0, (None, 96, 96, 3)),
        _model(0, [(None, 96, 96, 3)] * 2),
    ],
)
def test_model_that_is_none_of_the_course_is_an_error(office: Path, model) -> None:
    with pytest.raises(EncoderError, match=r"is no network of the course; give .*\(3, 96, 96\) and \(160, 160, 3\)"):
        img_to_encoding(office / "kian.jpg", model)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (np.full((1, 128), np.nan, np.float32), "not finite"),
        (np.full((1, 128), np.inf, np.float32), "not finite"),
        (np.zeros((1, 128), np.float32), "length 0"),
        (np.zeros((2, 128), np.float32), r"\(2, 128\)"),
        (np.zeros(128, np.float32), r"\(128,\)"),
    ],
)
def test_unusable_output_is_an_error(office: Path, output, reason: str) -> None:
    with pytest.raises(EncoderError, match=f"model stand-in: gave .*{reason}"):
        img_to_encoding(office / "kian.jpg", _model(output))


def test_picture_that_cannot_be_read_is_an_error_for_each_kind_of_model(
    tmp_path: Path, openface_like, facenet_like, encoder
) -> None:
    (tmp_path / "empty.jpg").touch()
    for model in (openface_like, facenet_like, encoder):
        for path, reason in {"nobody.jpg": "cannot be read", "empty.jpg": "is empty", ".": "no regular file"}.items():
            with pytest.raises(PictureError, match=reason.replace("no regular", "not a regular")):
                img_to_encoding(tmp_path / path, model)
        with pytest.raises(PictureError, match="is no path"):
            img_to_encoding(None, model)
