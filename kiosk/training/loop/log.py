"""The log of a run as a table: a row for every report, none of them twice."""

from __future__ import annotations

import csv
import os
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from kiosk.errors import EncoderError


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
            partial = path.with_name(f"partial-{path.name}")
            with partial.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([HEADINGS, *map(_cells, self.rows)])
            partial.replace(path)
        except OSError as error:
            raise self._fault(error) from error

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
