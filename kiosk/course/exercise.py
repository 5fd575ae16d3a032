"""verify and who_is_it of the course's exercise, with the sentences they print."""

import difflib
import math
import reprlib
from collections.abc import Hashable, Mapping
from typing import Any, TypeAlias, TypeVar

import numpy as np

from kiosk.course.encoding import Encoding, img_to_encoding
from kiosk.course.models import Model, threshold_of
from kiosk.course.paths import PicturePath
from kiosk.errors import EncoderError, GalleryError, UnknownPersonError

Name = TypeVar("Name", bound=Hashable)
Distance: TypeAlias = np.floating[Any]


def verify(
    image_path: PicturePath,
    identity: Name,
    database: Mapping[Name, Encoding],
    model: Model,
    threshold: float | None = None,
) -> tuple[Distance, bool]:
    """Is it `identity` who stands on the picture: the distance, and whether the door opens.

    The threshold is the model's own unless it is given: 0.7 for a plain Keras model, as the exercise has it.
    Raises UnknownPersonError, GalleryError for an empty database, EncoderError for one of another model, PictureError.
    """
    entry = _entry(identity, database)
    distance = _distance(img_to_encoding(image_path, model), identity, entry)
    door_open = bool(distance <= _limit(threshold, model))  # <=, so that a NaN keeps it shut
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
    """Who stands on the picture: the distance and the name of the nearest person.

    As in the exercise, the name is returned even where the distance is beyond the threshold, which only the printed
    sentence says. With `threshold=0.52, none_if_unknown=True` it is None there, the rule of the course's webcam demo.
    Raises GalleryError for an empty database, EncoderError for one of another model, PictureError.
    """
    _require_people(database)
    encoding = img_to_encoding(image_path, model)
    distances = {name: _distance(encoding, name, entry) for name, entry in database.items()}
    identity = min(distances, key=lambda name: (math.isnan(distances[name]), distances[name]))
    min_dist = distances[identity]
    known = bool(min_dist <= _limit(threshold, model))
    # !s: formatted without it, a float32 shows the digits of a double.
    _say(f"it's {identity}, the distance is {min_dist!s}" if known else "Not in the database.")
    return min_dist, identity if known or not none_if_unknown else None


def _limit(threshold: float | None, model: Model) -> float:
    return threshold_of(model) if threshold is None else threshold


def _require_people(database: object) -> None:
    if not isinstance(database, Mapping):
        kind = type(database).__name__
        raise GalleryError(f"the database, {kind}", "is no dictionary", "give names and their encodings")
    if not database:
        raise GalleryError("the database", "is empty", "make one with prepare_database or img_to_encoding")


def _entry(identity: Name, database: Mapping[Name, Encoding]) -> Encoding:
    _require_people(database)
    if not isinstance(identity, Hashable) or identity not in database:
        raise UnknownPersonError(reprlib.repr(identity), "is not in the database", _advice(identity, database))
    return database[identity]


def _advice(identity: Name, database: Mapping[Name, Encoding]) -> str:
    """Near spellings, whatever the case; without any, the first names there are."""
    names = {str(name).casefold(): repr(name) for name in database}
    near = difflib.get_close_matches(identity.casefold(), names, n=3) if isinstance(identity, str) else ()
    if near:
        return f"did you mean {' or '.join(names[name] for name in near)}?"
    first = list(names.values())[:5]
    return f"it holds {', '.join(first)}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _distance(encoding: Encoding, name: object, entry: Encoding) -> Distance:
    """The L2 distance, as the exercise takes it."""
    stored = np.asarray(entry)
    if stored.size != encoding.size or stored.dtype.kind != "f":
        what = f"holds {stored.shape} {stored.dtype}, the model gives {encoding.shape} {encoding.dtype}"
        raise EncoderError(f"the encoding of {name!r}", what, "make the database with the same model")
    return np.linalg.norm(encoding - stored.reshape(encoding.shape))


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - the exercise's functions print their answer
