"""Functions of the course's exercise: encodings of pictures, a database of people, verify and who_is_it."""

import difflib
import math
import os
import reprlib
import threading
import warnings
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeGuard, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk import encoders
from kiosk.domain import ByteImage, Rejection
from kiosk.encoders import Encoder
from kiosk.errors import EncoderError, GalleryError, PictureError, UnknownPersonError
from kiosk.names import printable
from kiosk.people.folder import list_folder
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import CheckedLandmarks, shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import PHOTOGRAPH, in_words
from kiosk.weights.catalogue import DEFAULT_ENCODER

PicturePath: TypeAlias = str | bytes | os.PathLike[str]


def as_path(given: PicturePath) -> Path:
    """Return the path of a picture; raises PictureError for anything else."""
    try:
        return Path(os.fsdecode(given))
    except TypeError as fault:
        kind = type(given).__name__
        raise PictureError(f"a picture's path, {kind}", "is no path", "give the path of a picture file") from fault


def pixel_distance(a: PicturePath | ByteImage, b: PicturePath | ByteImage) -> float:
    """Return the L2 distance of the grey levels (0 to 255) of two pictures: arrays of one shape, or paths.

    It is a baseline: light, pose and hair change it as much as another person does. On View 1 of LFW (deep-funneled)
    its accuracy is 61.2 % on pairsDevTest, with the best threshold of pairsDevTrain (59.4 % there).

    Raises PictureError for pictures that cannot be read or differ in shape.
    """
    first, second = _pixels(a), _pixels(b)
    if first.shape != second.shape:
        reason = f"have the shapes {first.shape} and {second.shape}"
        raise PictureError("two pictures", reason, "make them equally large before comparing their pixels")
    return float(np.linalg.norm(first.astype(np.float64) - second.astype(np.float64)))


def _pixels(picture: PicturePath | ByteImage) -> ByteImage:
    return picture if isinstance(picture, np.ndarray) else read_picture(as_path(picture))


KerasModel: TypeAlias = Any  # Keras has no types; used are input_shape and predict_on_batch
Model: TypeAlias = Encoder | KerasModel

COURSE_THRESHOLD: Final = 0.7  # of the exercise, for both networks


def load_encoder(
    name: str | Sequence[str] | Mapping[str, float] = DEFAULT_ENCODER,
    threads: int = 2,
    folder: str | os.PathLike[str] = "weights",
) -> Encoder:
    """Return an encoder of the kiosk by its name; see kiosk.encoders.load_encoder.

    Specs and files are searched in `folder`, then among the shipped ones. Raises EncoderError.
    """
    if not isinstance(name, str | Sequence | Mapping) or not all(isinstance(each, str) for each in name):
        raise EncoderError(f"encoder {reprlib.repr(name)}", "is no name", "give a name, or several in a list")
    return encoders.load_encoder(name, threads, Path(folder))


def is_encoder(model: Model) -> TypeGuard[Encoder]:
    """Return whether it is an encoder of the kiosk, with its own crop and threshold."""
    return hasattr(model, "spec") and hasattr(model, "embed")


def threshold_of(model: Model) -> float:
    """Return the largest distance of two encodings of one person."""
    return model.spec.threshold if is_encoder(model) else COURSE_THRESHOLD


def openface_picture(path: Path, size_px: int = 96) -> ByteImage:
    """Return a picture (size_px, size_px, 3) RGB, resized by cv2.resize as in the course's webcam demo.

    Raises PictureError as read_picture does.
    """
    return np.ascontiguousarray(cv2.resize(read_picture(path), (size_px, size_px))[..., ::-1])


def facenet_picture(path: Path, size_px: int = 160) -> ByteImage:
    """Return a picture (size_px, size_px, 3) RGB by nearest pixels, as Keras' load_img(path, target_size=...).

    It is equal up to 1600 px; read_picture reduces larger ones first. Unlike with load_img, transparent parts become
    white and EXIF orientation is applied. Raises PictureError as read_picture does.
    """
    image = Image.fromarray(np.ascontiguousarray(read_picture(path)[..., ::-1]))
    return np.array(image.resize((size_px, size_px), Image.Resampling.NEAREST))


_own: Any = threading.local()


def photograph_encoding(path: Path, encoder: Encoder) -> NDArray[np.float32]:
    """Return the embedding (1, D) of the person on a photograph; thread-safe.

    Raises PictureError when it cannot be read, or shows no face, several, or a small or unclear one.
    """
    detector, landmarks = _parts()
    reader = PhotographReader(detector, FaceEncoder(landmarks, encoder, PHOTOGRAPH))
    outcome = reader.one(read_picture(path))
    if isinstance(outcome, Rejection):
        raise PictureError(printable(path), in_words(outcome), "give a clear picture of one face, from the front")
    return outcome.vector[np.newaxis]


def _parts() -> tuple[HaarDetector, CheckedLandmarks]:
    """Return the detector and landmarks of this thread; loading them takes longer than encoding a picture."""
    if not hasattr(_own, "parts"):
        _own.parts = HaarDetector(), CheckedLandmarks(shipped_landmarks())
    parts: tuple[HaarDetector, CheckedLandmarks] = _own.parts
    return parts


Encoding: TypeAlias = NDArray[np.floating[Any]]

OPENFACE_INPUT: Final = (3, 96, 96)
FACENET_INPUT: Final = (160, 160, 3)


def img_to_encoding(image_path: PicturePath, model: Model) -> Encoding:
    """Return the encoding (1, D) of a picture, as the exercise's function does.

    A Keras model gets the whole picture. Its input shape decides the steps: (3, 96, 96) for OpenFace, (160, 160, 3) for
    FaceNet, whose result is L2-normalised. With an encoder of the kiosk, the face is found, aligned and encoded.

    Raises PictureError when the picture is not usable, EncoderError when the model is not.
    """
    path = as_path(image_path)
    return photograph_encoding(path, model) if is_encoder(model) else _of_keras(path, model)


def _of_keras(path: Path, model: KerasModel) -> Encoding:
    shape = getattr(model, "input_shape", None)
    shape = shape[1:] if isinstance(shape, tuple) else ()
    if shape == OPENFACE_INPUT:
        return _predicted(model, np.transpose(openface_picture(path), (2, 0, 1)))
    if shape == FACENET_INPUT:
        embedding = _predicted(model, facenet_picture(path))
        length = np.linalg.norm(embedding, ord=2)
        if length == 0:
            raise _unusable(model, "gave an encoding of length 0")
        return np.asarray(embedding / length)
    raise EncoderError(
        f"a model of the type {type(model).__name__}",
        "is no network of the course",
        f"give a Keras model with the input {OPENFACE_INPUT} and {FACENET_INPUT}, or what load_encoder() returns",
    )


def _predicted(model: KerasModel, image: ByteImage) -> Encoding:
    scaled = np.around(image / 255.0, decimals=12)
    embedding = np.asarray(model.predict_on_batch(np.expand_dims(scaled, axis=0)))
    if embedding.ndim != 2 or len(embedding) != 1:
        raise _unusable(model, f"gave an output of {embedding.shape} instead of one row of numbers")
    if not np.isfinite(embedding).all():
        raise _unusable(model, "gave an encoding that is not finite")
    return embedding


def _unusable(model: KerasModel, reason: str) -> EncoderError:
    name = getattr(model, "name", type(model).__name__)
    return EncoderError(f"model {name}", reason, "check that its weights are loaded")


def prepare_database(folder: PicturePath = "images/", model: Model | None = None) -> dict[str, Encoding]:
    """Return the names and encodings (1, D) of the people in a folder; the default model is the default encoder.

    As in the webcam demo, the name of a file is the name of a person. A folder inside holds the pictures of one person,
    whose encoding is their mean direction. A picture that is not usable is left out with a UserWarning. Raises
    GalleryError when no picture is usable.
    """
    path = as_path(folder)
    listing = list_folder(path)
    model = load_encoder() if model is None and listing.pictures else model
    encodings: dict[str, list[Encoding]] = {}
    left_out = [f"{skipped.source}: {skipped.reason}" for skipped in listing.skipped if not skipped.harmless]
    for picture in listing.pictures:
        try:
            encodings.setdefault(picture.person, []).append(img_to_encoding(picture.path, model))
        except PictureError as fault:
            left_out.append(f"{fault.thing}: {fault.reason}")
    for reason in left_out:
        warnings.warn(f"{reason}; left out of the database", stacklevel=2)
    database = {person: _mean_direction(of_person) for person, of_person in encodings.items() if of_person}
    if not database:
        reason = f"holds no picture that can be used ({left_out[0]})"
        raise GalleryError(printable(path), reason, "put in one clear picture a person")
    return database


def _mean_direction(encodings: list[Encoding]) -> Encoding:
    """Return the mean, scaled to the mean length of the encodings."""
    if len(encodings) == 1:
        return encodings[0]
    mean = np.mean(encodings, axis=0)
    length = np.mean([np.linalg.norm(encoding) for encoding in encodings])
    return np.asarray(mean * (length / np.linalg.norm(mean)), encodings[0].dtype)


Name = TypeVar("Name", bound=Hashable)
Distance: TypeAlias = np.floating[Any]


def verify(
    image_path: PicturePath,
    identity: Name,
    database: Mapping[Name, Encoding],
    model: Model,
    threshold: float | None = None,
) -> tuple[Distance, bool]:
    """Return the distance between the picture and `identity`, and whether the door opens; print a sentence.

    The default threshold is the model's: 0.7 for a Keras model, as in the exercise.
    Raises UnknownPersonError, GalleryError for an empty database, EncoderError for one of another model, PictureError.
    """
    _require_people(database)
    if not isinstance(identity, Hashable) or identity not in database:
        raise UnknownPersonError(reprlib.repr(identity), "is not in the database", _advice(identity, database))
    distance = _distance(img_to_encoding(image_path, model), identity, database[identity])
    door_open = bool(distance <= (threshold_of(model) if threshold is None else threshold))  # False for NaN
    _say(f"It's {identity}, welcome in!" if door_open else f"It's not {identity}, please go away")
    return distance, door_open


def who_is_it(
    image_path: PicturePath,
    database: Mapping[Name, Encoding],
    model: Model,
    threshold: float | None = None,
    *,
    none_if_unknown: bool = False,
) -> tuple[Distance, Name | None]:
    """Return the distance and the name of the nearest person on the picture; print a sentence.

    As in the exercise, the name is returned even when the distance exceeds the threshold; only the sentence differs.
    With `threshold=0.52, none_if_unknown=True` it is None then, as in the course's webcam demo.
    Raises GalleryError for an empty database, EncoderError for one of another model, PictureError.
    """
    _require_people(database)
    encoding = img_to_encoding(image_path, model)
    distances = {name: _distance(encoding, name, entry) for name, entry in database.items()}
    identity = min(distances, key=lambda name: (math.isnan(distances[name]), distances[name]))
    min_dist = distances[identity]
    known = bool(min_dist <= (threshold_of(model) if threshold is None else threshold))
    # !s, because format() shows the digits of a double.
    _say(f"it's {identity}, the distance is {min_dist!s}" if known else "Not in the database.")
    return min_dist, identity if known or not none_if_unknown else None


def _require_people(database: object) -> None:
    if not isinstance(database, Mapping):
        kind = type(database).__name__
        raise GalleryError(f"the database, {kind}", "is no dictionary", "give names and their encodings")
    if not database:
        raise GalleryError("the database", "is empty", "make one with prepare_database or img_to_encoding")


def _advice(identity: Name, database: Mapping[Name, Encoding]) -> str:
    """Suggest similar names, or the first names."""
    names = {str(name).casefold(): repr(name) for name in database}
    near = difflib.get_close_matches(identity.casefold(), names, n=3) if isinstance(identity, str) else ()
    if near:
        return f"did you mean {' or '.join(names[name] for name in near)}?"
    first = list(names.values())[:5]
    return f"it holds {', '.join(first)}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _distance(encoding: Encoding, name: object, entry: Encoding) -> Distance:
    stored = np.asarray(entry)
    if stored.size != encoding.size or stored.dtype.kind != "f":
        what = f"holds {stored.shape} {stored.dtype}, the model gives {encoding.shape} {encoding.dtype}"
        raise EncoderError(f"the encoding of {name!r}", what, "make the database with the same model")
    return np.linalg.norm(encoding - stored.reshape(encoding.shape))


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - as in the exercise
