"""Files of a training run: the checkpoint, which is written atomically, and the log."""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EncoderError
from kiosk.files import Content, atomic_write

# Exceptions of numpy for a damaged .npz file.
NPZ_DAMAGE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    MemoryError,
    BadZipFile,
    zlib.error,
)
_REMEDY = "name another folder with --out, or empty this one"


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a run."""

    step: int = 0
    seconds: float = 0.0  # of learning, over all starts
    best_accuracy: float = 0.0
    best_step: int = 0


def write_whole(path: Path, content: Content) -> None:
    """Write a file as atomic_write does; raises EncoderError."""
    try:
        atomic_write(path, content)
    except OSError as error:
        reason = f"cannot be written: {error.strerror or error}"
        raise EncoderError(path, reason, "free some space, or name another folder") from error


def save(path: Path, run: str, progress: Progress, variables: Sequence[Any]) -> None:
    """Write all variables of a run; `run` identifies it."""
    arrays = {f"variable_{number}": variable.numpy() for number, variable in enumerate(variables)}
    write_arrays(path, {"state": np.array(json.dumps({"run": run, **asdict(progress)})), **arrays})


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an .npz file; raises EncoderError."""

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    write_whole(path, write)


def restore(path: Path, run: str, variables: Sequence[Any]) -> Progress:
    """Restore the variables and return the progress of the run; without a file it is the start.

    Raises EncoderError when the file is another run's or damaged; the variables are unchanged then.
    """
    if not path.exists():
        return Progress()
    try:
        with np.load(path, allow_pickle=False) as file:
            state = json.loads(str(file["state"]))
            found_run = state.pop("run")
            arrays = [file[f"variable_{number}"] for number in range(len(variables))] if found_run == run else []
            progress = Progress(**state)
    except NPZ_DAMAGE as error:
        raise EncoderError(path, f"is no checkpoint: {error}", _REMEDY) from error
    if found_run != run:
        raise EncoderError(path, f"belongs to another run ({_difference(str(found_run), run)})", _REMEDY)
    if [array.shape for array in arrays] != [tuple(variable.shape) for variable in variables]:
        raise EncoderError(path, "holds a network of other shapes", _REMEDY)
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    return progress


def _difference(found: str, wanted: str) -> str:
    before, now = set(found.split("; ")), set(wanted.split("; "))
    return f"{', '.join(sorted(before - now)) or 'nothing'} there, {', '.join(sorted(now - before)) or 'nothing'} now"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log: means over the steps since the previous row."""

    step: int
    seconds: float  # of learning, over all starts
    learning_rate: float
    loss: float
    triplets: float  # used for learning, in a step
    zero_loss: float  # part of the triplets without loss
    faces_per_second: float
    accuracy: float  # of verification, on people held out


HEADINGS = tuple(field.name for field in fields(Row))


def read_log(path: Path, step: int) -> list[Row]:
    """Return the rows of log.csv up to a step, none without a file; raises EncoderError when it cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            rows = [row for cells in csv.reader(file) if (row := _row(cells)) is not None]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise EncoderError(path, f"cannot be used: {error.strerror}", "name another folder with --out") from error
    return [row for row in rows if row.step <= step]


def write_log(path: Path, rows: Sequence[Row]) -> None:
    """Write log.csv; raises EncoderError."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([HEADINGS, *map(_cells, rows)])
    write_whole(path, buffer.getvalue().encode())


def _cells(row: Row) -> list[str]:
    return [f"{value:.6g}" if isinstance(value, float) else str(value) for value in astuple(row)]


def _row(cells: list[str]) -> Row | None:
    """Return a row; None for the headings, or where it is not complete."""
    try:
        step, *values = cells
        return Row(int(step), *map(float, values))
    except (ValueError, TypeError):
        return None
