"""What the exercise's functions take as `model`: a plain Keras model, or an encoder of the kiosk."""

import os
import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeGuard

from kiosk import encoders
from kiosk.encoders import Encoder
from kiosk.errors import EncoderError
from kiosk.weights.catalogue import DEFAULT_ENCODER

KerasModel: TypeAlias = Any  # Keras publishes no types; the exercise uses input_shape and predict_on_batch
Model: TypeAlias = Encoder | KerasModel

COURSE_THRESHOLD: Final = 0.7  # the exercise's, for both of its networks


def load_encoder(
    name: str | Sequence[str] | Mapping[str, float] = DEFAULT_ENCODER,
    threads: int = 2,
    folder: str | os.PathLike[str] = "weights",
) -> Encoder:
    """An encoder of the kiosk, the default one unless it is named; see kiosk.encoders.load_encoder.

    Specs and files are looked for in `folder`, then among what is shipped. Raises EncoderError.
    """
    if not isinstance(name, str | Sequence | Mapping) or not all(isinstance(each, str) for each in name):
        raise EncoderError(f"encoder {reprlib.repr(name)}", "is no name", "give a name, or several in a list")
    return encoders.load_encoder(name, threads, Path(folder))


def is_encoder(model: Model) -> TypeGuard[Encoder]:
    """Whether it is one of the kiosk's, which knows its own crop and threshold."""
    return hasattr(model, "spec") and hasattr(model, "embed")


def threshold_of(model: Model) -> float:
    """The distance up to which two of the model's encodings are one person's."""
    return model.spec.threshold if is_encoder(model) else COURSE_THRESHOLD
