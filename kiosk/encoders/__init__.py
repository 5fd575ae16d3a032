"""Chips to embeddings. The registry: the name of an encoder in the configuration and what loads it."""

import difflib
import reprlib
from collections.abc import Callable

from kiosk.encoders.dlib_resnet import NAME as DLIB_RESNET
from kiosk.encoders.dlib_resnet import load_dlib_resnet
from kiosk.encoders.encoder import Crop, Encoder, EncoderSpec
from kiosk.errors import EncoderError

__all__ = ["Crop", "Encoder", "EncoderSpec", "encoder_names", "load_encoder"]

_LOADERS: dict[str, Callable[[int], Encoder]] = {DLIB_RESNET: load_dlib_resnet}


def encoder_names() -> tuple[str, ...]:
    """The names that load_encoder knows."""
    return tuple(_LOADERS)


def load_encoder(name: str, threads: int = 2) -> Encoder:
    """The encoder, verified and ready; `threads` processor threads work on one face.

    Raises EncoderError where there is none of that name, WeightsError where its file is missing or altered.
    """
    if name not in _LOADERS:
        (nearest,) = difflib.get_close_matches(name, _LOADERS, n=1, cutoff=0)
        raise EncoderError(f"encoder {reprlib.repr(name)}", "is not known", f"did you mean {nearest!r}?")
    return _LOADERS[name](threads)
