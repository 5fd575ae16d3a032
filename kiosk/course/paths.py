"""What people give as a path."""

import os
from pathlib import Path
from typing import TypeAlias

from kiosk.errors import PictureError

PicturePath: TypeAlias = str | bytes | os.PathLike[str]


def as_path(given: PicturePath) -> Path:
    """The path of a picture; raises PictureError for None and whatever else is no path."""
    try:
        return Path(os.fsdecode(given))
    except TypeError as fault:
        kind = type(given).__name__
        raise PictureError(f"a picture's path, {kind}", "is no path", "give the path of a picture file") from fault
