"""kiosk: the screen beside an office door that recognises people, welcomes them and opens the door.

The package offers the functions of the course's exercise. They are imported on first use, so that `import kiosk` is
fast.
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
except PackageNotFoundError:  # a checkout that was not installed
    __version__ = "0"


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("kiosk.course"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
