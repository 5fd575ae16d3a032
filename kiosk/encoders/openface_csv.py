"""A folder of CSV files, one tensor a file: every one there, of its shape and finite, or nothing is read.

The form is what Keras-OpenFace's exportWeight.lua writes: <tensor>.csv, one line of decimal numbers with commas
between them, in the order of Torch's memory (for a kernel: output channel, input channel, row, column).
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import WeightsError

Tensors: TypeAlias = dict[str, NDArray[np.float32]]
Shape: TypeAlias = tuple[int, ...]

_REMEDY: Final = "use the complete set of CSV files as Keras-OpenFace publishes it"
_LARGEST_NUMBER: Final = 32  # bytes of one number and its comma; 17 digits, signs and exponent need 25
_NAMED: Final = 50  # surplus files that one error lists


def read_tensors(folder: Path, shapes: Mapping[str, Shape], spare: Mapping[str, Shape]) -> Tensors:
    """The tensors of `shapes` by name, float32; those of `spare` may be there, keep the same rules and are left out.

    Raises one WeightsError that names every file that is missing, unreadable, of another shape, not finite or surplus.
    """
    known = {f"{name}.csv": shape for name, shape in {**shapes, **spare}.items()}
    there = _file_names(folder)
    tensors: Tensors = {}
    faults = [f"{name}.csv is missing" for name in shapes if f"{name}.csv" not in there]
    for file in sorted(there & known.keys()):
        try:
            tensors[file.removesuffix(".csv")] = _tensor(folder / file, known[file])
        except WeightsError as error:
            faults.append(f"{file} {error.reason}")
    faults += _surplus(sorted(there - known.keys()))
    if faults:
        raise WeightsError(folder, ", ".join(faults), _REMEDY)
    return {name: tensors[name] for name in shapes}


def _file_names(folder: Path) -> set[str]:
    """The names that end in .csv, in whatever case; hidden ones are the file manager's own."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise WeightsError(folder, f"cannot be listed: {error.strerror}", "name the folder of the CSV files") from error
    return {name for name in names if name.lower().endswith(".csv") and not name.startswith(".")}


def _surplus(files: Sequence[str]) -> list[str]:
    faults = [f"{file} belongs to no tensor" for file in files[:_NAMED]]
    return faults + ([f"{len(files) - _NAMED} more belong to none"] if len(files) > _NAMED else [])


def _tensor(path: Path, shape: Shape) -> NDArray[np.float32]:
    count = math.prod(shape)
    text = _text(path, limit=_LARGEST_NUMBER * (count + 1))
    try:
        numbers = np.array([float(number) for number in text.replace("\n", ",").split(",")])
    except ValueError as error:
        raise _fault(path, f"is no list of numbers ({str(error)[:80]})") from error
    if numbers.size != count:
        raise _fault(path, f"has {numbers.size} numbers instead of {count} for shape {shape}")
    with np.errstate(over="ignore"):
        tensor = numbers.astype(np.float32)
    if not np.isfinite(tensor).all():
        raise _fault(path, f"has {np.count_nonzero(~np.isfinite(tensor))} numbers that are not finite")
    if path.stem.endswith("_v") and np.any(tensor < 0):
        raise _fault(path, "has a variance below zero")
    return tensor.reshape(shape)


def _text(path: Path, limit: int) -> str:
    # Opening a named pipe would wait for its writer.
    if not path.is_file():
        raise _fault(path, "is no file")
    try:
        with path.open("rb") as opened:
            content = opened.read(limit + 1)
    except OSError as error:
        raise _fault(path, f"cannot be read ({error.strerror})") from error
    if len(content) > limit:
        raise _fault(path, f"has more than the {limit} bytes that its tensor can need")
    try:
        text = content.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise _fault(path, "is no text") from error
    if not text:
        raise _fault(path, "is empty")
    return text


def _fault(path: Path, reason: str) -> WeightsError:
    return WeightsError(path, reason, _REMEDY)
