"""LFW's files of pairs: which pictures are compared, and in which fold.

The first line may say how many pairs there are: `10<TAB>300` = ten folds of 300 pairs of one person and then 300 of
two; `500` = 500 and 500 without folds, as in the development files, which may also have no such line. A pair is
`name<TAB>i<TAB>j` for one person, `name<TAB>i<TAB>name<TAB>j` for two; the file is `name/name_%04d.jpg`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.protocols.features import Picture
from kiosk.names import name_fault, normal_name
from kiosk.vision.pictures import open_picture, printable

_MOST_BYTES: Final = 2**24
_MOST_PAIRS: Final = 100_000
_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,5}", re.ASCII)
_REMEDY: Final = "take a file in the format of LFW's pairs.txt or pairsDevTest.txt"

_Line: TypeAlias = tuple[int, list[str]]  # its number, its columns


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that are compared: the first one as enrolled, the second one as at the door."""

    a: Picture
    b: Picture
    fold: int

    @property
    def same(self) -> bool:
        return self.a.person == self.b.person


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of a file."""

    pairs: tuple[Pair, ...]
    folds: int  # 1: the file has none

    @property
    def pictures(self) -> list[Picture]:
        """Each picture once, by its name."""
        both = {picture.source: picture for pair in self.pairs for picture in (pair.a, pair.b)}
        return [both[source] for source in sorted(both)]


def read_pairs(path: Path, folder: Path) -> Pairs:
    """The pairs of a file, of pictures in `folder`; raises EvaluationError with the line of the first fault."""
    lines = list(_lines(path))
    counts = _counts(path, lines[0]) if len(lines[0][1]) < 3 else None
    lines = lines if counts is None else lines[1:]
    if counts is not None and len(lines) != counts[0] * counts[1] * 2:
        reason = f"line 1 promises {counts[0] * counts[1] * 2} pairs, {len(lines)} follow"
        raise EvaluationError(printable(path), reason, _REMEDY)
    if not lines:
        raise EvaluationError(printable(path), "holds no pairs", _REMEDY)
    a_fold = len(lines) if counts is None else counts[1] * 2
    pairs = [_pair(path, line, folder, place // a_fold) for place, line in enumerate(lines)]
    return Pairs(tuple(pairs), 1 if counts is None else counts[0])


def _lines(path: Path) -> Iterator[_Line]:
    """The lines that hold something; at least one."""
    content = _content(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = content.count(b"\n", 0, error.start) + 1
        raise EvaluationError(printable(path), f"line {broken}: is not UTF-8", _REMEDY) from error
    found = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise EvaluationError(printable(path), "is empty", _REMEDY)
    if len(found) > _MOST_PAIRS:
        raise EvaluationError(printable(path), f"holds more than {_MOST_PAIRS} lines", _REMEDY)
    for place, line in found:
        # A name may hold a blank where tabs divide.
        yield place, [column.strip() for column in (line.split("\t") if "\t" in line.strip() else line.split())]


def _content(path: Path) -> bytes:
    try:
        with open_picture(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except PictureError as error:
        raise EvaluationError(printable(path), error.reason, _REMEDY) from error
    except OSError as error:
        raise EvaluationError(printable(path), f"cannot be read ({error.strerror})", _REMEDY) from error
    if len(content) > _MOST_BYTES:
        raise EvaluationError(printable(path), f"is larger than {_MOST_BYTES // 2**20} MB", _REMEDY)
    return content


def _counts(path: Path, line: _Line) -> tuple[int, int]:
    """Folds, and pairs of either kind in each."""
    number, columns = line
    if not all(map(_NUMBER.fullmatch, columns)):
        _wrong(path, number, "one or two whole numbers, or a pair, were expected", columns)
    *folds, pairs = map(int, columns)
    return (folds[0] if folds else 1), pairs


def _pair(path: Path, line: _Line, folder: Path, fold: int) -> Pair:
    number, columns = line
    if len(columns) not in {3, 4}:
        _wrong(path, number, "a pair of 3 or 4 columns was expected", columns)
    name_a, number_a, *rest = columns
    name_b, number_b = rest if len(rest) == 2 else (name_a, rest[0])
    for name in (name_a, name_b):
        fault = name_fault(normal_name(name))
        if fault:
            _wrong(path, number, f"the name {fault}", columns)
    for each in (number_a, number_b):
        if not _NUMBER.fullmatch(each):
            _wrong(path, number, "a picture's number, 1 or more, was expected", columns)
    a, b = (_picture(folder, name, int(each)) for name, each in ((name_a, number_a), (name_b, number_b)))
    if len(columns) == 4 and a.person == b.person:
        _wrong(path, number, "two people were expected", columns)
    if a == b:
        _wrong(path, number, "one picture is named twice", columns)
    return Pair(a, b, fold)


def _picture(folder: Path, name: str, number: int) -> Picture:
    source = f"{name}/{name}_{number:04d}.jpg"
    return Picture(name, source, folder / source)


def _wrong(path: Path, number: int, reason: str, columns: Sequence[str]) -> NoReturn:
    found = " ".join(columns)
    shown = repr(found if len(found) <= 60 else f"{found[:59]}…")
    raise EvaluationError(printable(path), f"line {number}: {reason}, found {shown}", _REMEDY)
