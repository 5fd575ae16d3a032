"""Encodings of pictures: for the course's Keras models, for an encoder of the kiosk, and the pixels alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.config import Config
from kiosk.course.exercise import (
    DEFAULT_ENCODER,
    as_path,
    img_to_encoding,
    is_encoder,
    load_encoder,
    photograph_encoding,
    pixel_distance,
    threshold_of,
)
from kiosk.errors import EncoderError, PictureError
from kiosk.files import shipped_weights
from kiosk.vision.opencv import cv2


@pytest.mark.slow
def test_keras_models_get_the_steps_of_the_exercises(office: Path, openface_like, facenet_like) -> None:
    from keras.utils import load_img

    for path in sorted(office.iterdir()):
        image = np.around(np.transpose(cv2.imread(str(path), 1)[..., ::-1], (2, 0, 1)) / 255.0, decimals=12)
        encoding = img_to_encoding(path, openface_like)
        np.testing.assert_array_equal(encoding, openface_like.predict_on_batch(np.array([image])))
        assert encoding.dtype == np.float32
        image = np.around(np.array(load_img(path, target_size=(160, 160))) / 255.0, decimals=12)
        embedding = facenet_like.predict_on_batch(np.expand_dims(image, axis=0))
        encoding = img_to_encoding(str(path).encode(), facenet_like)
        np.testing.assert_array_equal(encoding, embedding / np.linalg.norm(embedding, ord=2))
        assert (encoding.shape, np.linalg.norm(encoding)) == ((1, 75), pytest.approx(1))


def test_an_encoder_of_the_kiosk_finds_aligns_and_encodes_the_face(
    encoder, grace: Path, eileen: Path, tmp_path
) -> None:
    turned = tmp_path / "turned.png"
    Image.open(grace).rotate(4, fillcolor="grey", expand=True).save(turned)
    first, again, other = (img_to_encoding(str(path), encoder) for path in (grace, turned, eileen))
    assert (first.shape, first.dtype) == ((1, encoder.spec.dimension), np.float32)
    assert np.linalg.norm(first - again) < encoder.spec.threshold < np.linalg.norm(first - other)
    with ThreadPoolExecutor(3) as threads:
        for found in threads.map(lambda _: photograph_encoding(grace, encoder), range(3)):
            np.testing.assert_array_equal(found, first)


def test_a_photograph_without_one_clear_face_is_refused_with_the_reason(encoder, grace: Path, tmp_path: Path) -> None:
    portrait = Image.open(grace)
    double = Image.new("RGB", (2 * portrait.width, portrait.height))
    for left in (0, portrait.width):
        double.paste(portrait, (left, 0))
    small = portrait.resize((portrait.width * 40 // portrait.height, 40))
    for picture, reason in (
        (Image.new("RGB", (200, 200), "grey"), "no face found"),
        (double, "more than one face"),
        (small, "no face found|the face is (too small|blurred)"),
    ):
        picture.save(tmp_path / "picture.png")
        with pytest.raises(PictureError, match=reason):
            photograph_encoding(tmp_path / "picture.png", encoder)
    with pytest.raises(PictureError, match="cannot be read"):
        img_to_encoding(tmp_path / "nobody.jpg", encoder)


def _model(output: Any, shape: Any = (None, 160, 160, 3)) -> Any:
    return SimpleNamespace(input_shape=shape, predict_on_batch=lambda x: output, name="stand-in")


def test_other_models_and_unusable_outputs_are_errors(office: Path) -> None:
    for model in (None, "openface", _model(0, (None, 224, 224, 3)), _model(0, [(None, 96, 96, 3)] * 2)):
        with pytest.raises(EncoderError, match=r"no network of the course; give .*\(3, 96, 96\) and \(160, 160, 3\)"):
            img_to_encoding(office / "kian.jpg", model)
    for output, reason in (
        (np.full((1, 128), np.nan, np.float32), "not finite"),
        (np.zeros((1, 128), np.float32), "length 0"),
        (np.zeros((2, 128), np.float32), r"\(2, 128\)"),
        (np.zeros(128, np.float32), r"\(128,\)"),
    ):
        with pytest.raises(EncoderError, match=f"model stand-in: gave .*{reason}"):
            img_to_encoding(office / "kian.jpg", _model(output))


def test_the_default_encoder_is_that_of_the_configuration_and_the_users_are_found(
    encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Config().encoder == DEFAULT_ENCODER == encoder.spec.name
    assert is_encoder(encoder)
    assert threshold_of(encoder) == encoder.spec.threshold
    assert threshold_of(_model(0)) == 0.7
    assert not is_encoder(_model(0))
    with pytest.raises(EncoderError, match="did you mean 'dlib_resnet'"):
        load_encoder("dlib_resnett")
    for name in (None, 3, ["dlib_resnet", 3]):
        with pytest.raises(EncoderError, match="is no name"):
            load_encoder(name)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "mine.yaml").write_text(shipped_weights("dlib_resnet.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    assert load_encoder("mine").spec.name == "mine"


def test_a_path_is_text_bytes_or_a_path() -> None:
    for given in ("images/ada.jpg", b"images/ada.jpg", Path("images/ada.jpg")):
        assert as_path(given) == Path("images") / "ada.jpg"
    for wrong in (None, 7, ["images/ada.jpg"]):
        with pytest.raises(PictureError, match=f"{type(wrong).__name__}: is no path"):
            as_path(wrong)


def test_the_pixel_distance_is_that_of_the_grey_levels(tmp_path: Path) -> None:
    dark, light = np.full((2, 3, 3), 3, np.uint8), np.full((2, 3, 3), 5, np.uint8)
    assert pixel_distance(dark, light) == pixel_distance(light, dark) == pytest.approx(2 * np.sqrt(18))
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    Image.fromarray(image[..., ::-1]).save(tmp_path / "noise.png")
    assert pixel_distance(tmp_path / "noise.png", str(tmp_path / "noise.png")) == 0
    assert pixel_distance(image, tmp_path / "noise.png") == 0
    with pytest.raises(PictureError, match=r"\(2, 2, 3\) and \(2, 3, 3\)"):
        pixel_distance(np.zeros((2, 2, 3), np.uint8), light)
    with pytest.raises(PictureError, match="cannot be read"):
        pixel_distance(tmp_path / "a.jpg", light)
