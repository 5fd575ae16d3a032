"""The files below weights/: what the manifest says of them, and loading that accepts nothing else."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiosk import resources
from kiosk.errors import WeightsError

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

MANIFEST: Final = "manifest.yaml"
_REMEDY = "run `make weights` in a checkout, or install kiosk again"


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One entry of the manifest."""

    file: str  # name below weights/
    sha256: str
    size: int  # bytes
    source: str
    licence: str
    rebuild: str  # the command that makes the file
    reference: tuple[float, ...] = ()  # an encoder's embedding of its reference chip


def manifest_entry(file: str, folder: Path | None = None) -> WeightsFile:
    """What the manifest in `folder` (default weights/) says of `file`; raises WeightsError where it says nothing."""
    entries = read_manifest(folder)
    if file not in entries:
        raise WeightsError(_folder(folder) / MANIFEST, f"does not name {file}", _REMEDY)
    return entries[file]


def read_manifest(folder: Path | None = None) -> dict[str, WeightsFile]:
    """Every entry by its file name; raises WeightsError where the manifest is missing or damaged."""
    path = _folder(folder) / MANIFEST
    try:
        content = YAML(typ="safe").load(path.read_bytes())
        return {file: _entry(file, values) for file, values in content.items()}
    except FileNotFoundError as error:
        raise WeightsError(path, "is missing", _REMEDY) from error
    except (OSError, YAMLError, UnicodeDecodeError, AttributeError, TypeError, ValueError) as error:
        raise WeightsError(path, f"cannot be read: {error}", _REMEDY) from error


def verified_bytes(entry: WeightsFile, folder: Path | None = None) -> bytes:
    """The file's content; raises WeightsError unless it is exactly the one the manifest describes."""
    path = _folder(folder) / entry.file
    try:
        with path.open("rb") as opened:
            # One byte more than it should have, so that a huge file in its place is not read whole.
            content = opened.read(entry.size + 1)
    except OSError as error:
        raise WeightsError(path, f"cannot be read: {error.strerror}", _REMEDY) from error
    if len(content) != entry.size:
        found = "more" if len(content) > entry.size else str(len(content))
        raise WeightsError(path, f"has {found} bytes instead of {entry.size}", _REMEDY)
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise WeightsError(path, "was altered: its SHA-256 is not the one in the manifest", _REMEDY)
    return content


def set_weights(model: keras.Model, weights: Mapping[str, Sequence[NDArray[Any]]], source: str) -> None:
    """Give each layer the arrays under its name; raises WeightsError unless names and shapes match exactly.

    Keras itself would match by order, where two branches of equal shape change places without a word.
    """
    expected = {layer.name: [tuple(array.shape) for array in layer.weights] for layer in model.layers if layer.weights}
    found = {name: [array.shape for array in arrays] for name, arrays in weights.items()}
    for name in [*expected, *found]:
        if expected.get(name) != found.get(name):
            reason = f"layer {name} needs weights {expected.get(name)}, the file has {found.get(name)}"
            raise WeightsError(source, reason, "use the file that the encoder was written for")
    for name, arrays in weights.items():
        model.get_layer(name).set_weights([np.asarray(array) for array in arrays])


def _folder(folder: Path | None) -> Path:
    return resources.weights() if folder is None else folder


def _entry(file: object, values: Mapping[str, Any]) -> WeightsFile:
    """An entry of the manifest, checked field by field; raises TypeError or ValueError."""
    known = {field.name for field in fields(WeightsFile)} - {"file"}
    if unknown := values.keys() - known:
        raise ValueError(f"{file}: unknown key {min(unknown)}")
    entry = WeightsFile(str(file), **{**values, "reference": tuple(values.get("reference", ()))})
    if Path(entry.file).name != entry.file:
        raise ValueError(f"{file} is not a plain file name")
    if not re.fullmatch("[0-9a-f]{64}", entry.sha256):
        raise ValueError(f"{file}: sha256 is not 64 hexadecimal digits")
    if type(entry.size) is not int or entry.size < 0:
        raise ValueError(f"{file}: size is not a number of bytes")
    if not all(isinstance(number, float) and math.isfinite(number) for number in entry.reference):
        raise ValueError(f"{file}: reference is not a list of finite numbers")
    return entry
