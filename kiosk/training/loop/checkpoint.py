"""The state of a run in one file, whole or not there: written beside its name, then renamed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from kiosk.errors import EncoderError
from kiosk.weights.writing import replace_whole

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
        replace_whole(path, write)
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
