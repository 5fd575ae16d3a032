"""Writing files below weights/, whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from kiosk.errors import WeightsError


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Put each file into `out`, in order, so that what names another comes after it; raises WeightsError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            _write_whole(out / file, content)
    except OSError as error:
        raise WeightsError(out, f"cannot be written: {error.strerror}", "name another folder with --out") from error


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
