"""The state of a run in one file, whole or not there: written beside its name, then renamed."""

from __future__ import annotations

import csv
import json
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from kiosk.errors import EncoderError
from kiosk.files import atomic_write

# What numpy raises on a damaged .npz, depending on where the damage lies.
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
    """How far a run has come."""

    step: int = 0
    seconds: float = 0.0  # of learning, over all sittings
    best_accuracy: float = 0.0
    best_step: int = 0


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Lets `write` fill a file beside `path`, which then takes its name; raises EncoderError."""
    try:
        atomic_write(path, write)
    except OSError as error:
        reason = f"cannot be written: {error.strerror or error}"
        raise EncoderError(path, reason, "free some space, or name another folder") from error


def save(path: Path, run: str, progress: Progress, variables: Sequence[Any]) -> None:
    """Keeps all variables of a run; `run` says which run it is."""
    arrays = {f"variable_{number}": variable.numpy() for number, variable in enumerate(variables)}
    state = json.dumps({"run": run, **asdict(progress)})

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, state=np.array(state), **arrays)

    write_whole(path, write)


def restore(path: Path, run: str, variables: Sequence[Any]) -> Progress:
    """Gives the variables what they had, and says how far the run was; a run that has no file is at its start.

    Raises EncoderError where the file is another run's or damaged; the variables then keep what they have.
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
    """What happened in the steps since the row before; means over them."""

    step: int
    seconds: float  # of learning, over all sittings
    learning_rate: float
    loss: float
    triplets: float  # learnt from, a step
    zero_loss: float  # part of the triplets looked at that cost nothing
    faces_per_second: float
    accuracy: float  # verification of people held out


HEADINGS = tuple(field.name for field in fields(Row))


class TrainingLog:
    """log.csv: rows are added, and those after the checkpoint from which a run goes on are taken off.

    Attributes:
        rows: all of them.
    """

    def __init__(self, path: Path, step: int) -> None:
        """Keeps what the file says up to `step`; raises EncoderError where it cannot be read or written."""
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
        """One more row, on the disk when this returns; raises EncoderError."""
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
    """The rows that are whole: a kill may have cut the last one."""
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
