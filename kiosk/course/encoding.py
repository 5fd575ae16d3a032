"""A picture's encoding, by whichever kind of model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.course.models import KerasModel, Model, is_encoder
from kiosk.course.paths import PicturePath, as_path
from kiosk.course.photographs import photograph_encoding
from kiosk.errors import EncoderError
from kiosk.vision.course_pictures import facenet_picture, openface_picture

Encoding: TypeAlias = NDArray[np.floating[Any]]

OPENFACE_INPUT: Final = (3, 96, 96)
FACENET_INPUT: Final = (160, 160, 3)


def img_to_encoding(image_path: PicturePath, model: Model) -> Encoding:
    """The encoding of a picture (1, D), as the exercise's function of this name makes it.

    A plain Keras model is given the whole picture, by the steps of the exercise that its input shape belongs to:
    (3, 96, 96) for OpenFace, (160, 160, 3) for FaceNet, whose result is L2-normalised. For an encoder of the kiosk the
    one face of the picture is found, aligned and encoded.

    Raises PictureError where the picture cannot be used, EncoderError where the model cannot.
    """
    path = as_path(image_path)
    return photograph_encoding(path, model) if is_encoder(model) else _of_keras(path, model)


def _of_keras(path: Path, model: KerasModel) -> Encoding:
    steps = _STEPS.get(_input_shape(model))
    if steps is None:
        known = " and ".join(str(shape) for shape in _STEPS)
        raise EncoderError(
            f"a model of the type {type(model).__name__}",
            "is no network of the course",
            f"give a Keras model with the input {known}, or what load_encoder() returns",
        )
    return steps(path, model)


def _input_shape(model: KerasModel) -> tuple[Any, ...]:
    shape = getattr(model, "input_shape", None)
    return tuple(shape[1:]) if isinstance(shape, tuple) else ()


def _openface(path: Path, model: KerasModel) -> Encoding:
    image = np.around(np.transpose(openface_picture(path), (2, 0, 1)) / 255.0, decimals=12)
    return _predicted(model, image)


def _facenet(path: Path, model: KerasModel) -> Encoding:
    embedding = _predicted(model, np.around(facenet_picture(path) / 255.0, decimals=12))
    length = np.linalg.norm(embedding, ord=2)
    if length == 0:
        raise _unusable(model, "gave an encoding of length 0")
    return np.asarray(embedding / length)


def _predicted(model: KerasModel, image: NDArray[np.float64]) -> Encoding:
    embedding = np.asarray(model.predict_on_batch(np.expand_dims(image, axis=0)))
    if embedding.ndim != 2 or len(embedding) != 1:
        raise _unusable(model, f"gave an output of {embedding.shape} instead of one row of numbers")
    if not np.isfinite(embedding).all():
        raise _unusable(model, "gave an encoding that is not finite")
    return embedding


def _unusable(model: KerasModel, reason: str) -> EncoderError:
    name = getattr(model, "name", type(model).__name__)
    return EncoderError(f"model {name}", reason, "check that its weights are loaded")


_STEPS: Final[dict[tuple[Any, ...], Callable[[Path, KerasModel], Encoding]]] = {
    OPENFACE_INPUT: _openface,
    FACENET_INPUT: _facenet,
}
