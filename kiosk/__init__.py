"""kiosk: the screen beside an office door that knows who walks up, welcomes them and opens.

It offers the functions of the course's exercise under their names. They load what they need when first asked for:
whoever only imports kiosk, as the process that speaks does, waits for nothing.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.course import (
        img_to_encoding,
        load_encoder,
        pixel_distance,
        prepare_database,
        triplet_loss,
        verify,
        who_is_it,
    )

__all__ = [
    "img_to_encoding",
    "load_encoder",
    "pixel_distance",
    "prepare_database",
    "triplet_loss",
    "verify",
    "who_is_it",
]

try:
    __version__ = version("kiosk")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0"


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("kiosk.course"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
