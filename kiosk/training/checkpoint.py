"""Files of a training run: the checkpoint, which is written atomically, and the log."""

from __future__ import annotations

import csv
import json
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EncoderError
from kiosk.files import atomic_write

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


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Replace a file by what `write` writes to the path it gets; raises EncoderError."""
    try:
        atomic_write(path, write)
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


class TrainingLog:
    """The rows of log.csv; when a run continues, rows after its checkpoint are removed."""

    def __init__(self, path: Path, step: int) -> None:
        """Read the rows up to `step`; raises EncoderError when the file cannot be read or written."""
        self._path = path
        try:
            self.rows = [row for row in _read(path) if row.step <= step]
            atomic_write(path, self._write)
        except OSError as error:
            raise self._fault(error) from error

    def _write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *map(_cells, self.rows)])

    def add(self, row: Row) -> None:
        """Append a row and wait until it is on the disk; raises EncoderError."""
        self.rows.append(row)
        try:
            with self._path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow(_cells(row))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> EncoderError:
        return EncoderError(self._path, f"cannot be used: {error.strerror}", "name another folder with --out")


def _cells(row: Row) -> list[str]:
    return [f"{value:.6g}" if isinstance(value, float) else str(value) for value in astuple(row)]


def _read(path: Path) -> list[Row]:
    """Return the complete rows: the last one may be cut."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return [row for cells in csv.reader(file) if (row := _row(cells)) is not None]


def _row(cells: list[str]) -> Row | None:
    try:
        step, *values = cells
        return Row(int(step), *map(float, values))
    except (ValueError, TypeError):
        return None
