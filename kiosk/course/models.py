"""What the exercise's functions take as `model`: a plain Keras model, or an encoder of the kiosk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeGuard

from kiosk import encoders
from kiosk.encoders import Encoder

KerasModel: TypeAlias = Any  # Keras publishes no types; the exercise uses input_shape and predict_on_batch
Model: TypeAlias = Encoder | KerasModel

DEFAULT_ENCODER: Final = "dlib_resnet"
COURSE_THRESHOLD: Final = 0.7  # the exercise's, for both of its networks


def load_encoder(
    name: str | Sequence[str] | Mapping[str, float] = DEFAULT_ENCODER, threads: int = 2, folder: Path | None = None
) -> Encoder:
    """An encoder of the kiosk, the default one unless it is named; see kiosk.encoders.load_encoder."""
    return encoders.load_encoder(name, threads, folder)


def is_encoder(model: Model) -> TypeGuard[Encoder]:
    """Whether it is one of the kiosk's, which knows its own crop and threshold."""
    return hasattr(model, "spec") and hasattr(model, "embed")


def threshold_of(model: Model) -> float:
    """The distance up to which two of the model's encodings are one person's."""
    return model.spec.threshold if is_encoder(model) else COURSE_THRESHOLD
