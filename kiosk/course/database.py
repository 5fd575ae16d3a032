"""The database of the exercise: a dictionary of names and encodings, made of a folder of pictures."""

import warnings

import numpy as np

from kiosk.course.encoding import Encoding, img_to_encoding
from kiosk.course.models import Model, load_encoder
from kiosk.course.paths import PicturePath, as_path
from kiosk.errors import GalleryError, PictureError
from kiosk.people.gallery.folder import list_folder
from kiosk.vision.pictures import printable


def prepare_database(folder: PicturePath = "images/", model: Model | None = None) -> dict[str, Encoding]:
    """Names and encodings (1, D) of the people of a folder; without a model, by the kiosk's default encoder.

    As in the webcam demo, a picture is named as its file is, without the suffix; the pictures of a folder inside are
    one person's, called like it, whose encoding is the mean direction of theirs. A picture that cannot be used is left
    out with a UserWarning that says why. Raises GalleryError where none can be used.
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
    """Of one encoding itself; of several their mean, made as long as they are."""
    if len(encodings) == 1:
        return encodings[0]
    mean = np.mean(encodings, axis=0)
    length = np.mean([np.linalg.norm(encoding) for encoding in encodings])
    return np.asarray(mean * (length / np.linalg.norm(mean)), encodings[0].dtype)
