"""Where the files live that the product ships: inside the installed package, or beside it in a checkout."""

from importlib.resources import files
from pathlib import Path

_PACKAGE = Path(str(files("kiosk")))
_INSTALLED = _PACKAGE / "shipped"


def asset(*parts: str) -> Path:
    """Path of a file below assets/."""
    return _shipped("assets", *parts)


def weights(*parts: str) -> Path:
    """Path of a file below weights/."""
    return _shipped("weights", *parts)


def _shipped(*parts: str) -> Path:
    return (_INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent).joinpath(*parts)
