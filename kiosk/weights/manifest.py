"""weights/manifest.yaml: what is said of every file that the product ships, and reading that accepts nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from kiosk import resources
from kiosk.errors import WeightsError
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.weights.files import verified_file
from kiosk.weights.yaml_files import read_yaml

MANIFEST: Final = "manifest.yaml"
_REMEDY = QT_TRANSLATE_NOOP("faults", "run `make weights` in a checkout, or install kiosk again")


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One entry of the manifest."""

    file: str  # name below weights/
    sha256: str
    size: int  # bytes
    source: str
    licence: str
    rebuild: str  # the command that makes the file


def manifest_entry(file: str, folder: Path | None = None) -> WeightsFile:
    """What the manifest in `folder` (default weights/) says of `file`; raises WeightsError where it says nothing."""
    entries = read_manifest(folder)
    if file not in entries:
        raise WeightsError(
            _folder(folder) / MANIFEST,
            translate("faults", "does not name {file}").format(file=file),
            translate("faults", _REMEDY),
        )
    return entries[file]


def read_manifest(folder: Path | None = None) -> dict[str, WeightsFile]:
    """Every entry by its file name; raises WeightsError where the manifest is missing or damaged."""
    path = _folder(folder) / MANIFEST
    content = read_yaml(path, _REMEDY)
    try:
        return {file: _entry(file, values) for file, values in content.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise WeightsError(
            path, translate("faults", "is no manifest: {error}").format(error=error), translate("faults", _REMEDY)
        ) from error


def verified_bytes(entry: WeightsFile, folder: Path | None = None) -> bytes:
    """The file's content; raises WeightsError unless it is exactly the one the manifest describes."""
    return verified_file(_folder(folder) / entry.file, entry.size, entry.sha256, lambda: _REMEDY)


def _folder(folder: Path | None) -> Path:
    return resources.weights() if folder is None else folder


def _entry(file: str, values: Mapping[str, Any]) -> WeightsFile:
    """An entry of the manifest, checked field by field; raises TypeError or ValueError."""
    known = {field.name for field in fields(WeightsFile)} - {"file"}
    if unknown := values.keys() - known:
        raise ValueError(f"{file}: unknown key {min(unknown)}")
    entry = WeightsFile(file, **values)
    if Path(entry.file).name != entry.file:
        raise ValueError(f"{file} is not a plain file name")
    if not re.fullmatch("[0-9a-f]{64}", entry.sha256):
        raise ValueError(f"{file}: sha256 is not 64 hexadecimal digits")
    if type(entry.size) is not int or entry.size < 0:
        raise ValueError(f"{file}: size is not a number of bytes")
    return entry
