"""Where the files live that the product ships: inside the installed package, or beside it in a checkout."""

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, ScalarEvent

from kiosk.errors import WeightsError
from kiosk.i18n import Message, Text

_PACKAGE = Path(str(files("kiosk")))
_INSTALLED = _PACKAGE / "shipped"


def asset(*parts: str) -> Path:
    """Path of a file below assets/."""
    return _shipped("assets", *parts)


def shipped_weights(*parts: str) -> Path:
    """Path of a file below weights/."""
    return _shipped("weights", *parts)


def _shipped(*parts: str) -> Path:
    return (_INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent).joinpath(*parts)


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Put each file into `out`, in order, so that what names another comes after it; raises WeightsError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            replace_whole(out / file, _writer(content))
    except OSError as error:
        raise WeightsError(out, f"cannot be written: {error.strerror}", "name another folder with --out") from error


def replace_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`, which then takes its name, in an order that a power cut cannot turn round.

    Raises what `write` raises, and OSError; nothing is left behind then.
    """
    partial = path.with_name(f"partial-{path.name}")  # the end of a name tells some writers the format
    try:
        write(partial)
        sync(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync(path.parent)


def _writer(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def sync(path: Path) -> None:
    """Makes a file, or the names in a folder, last through a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_MAX_BYTES: Final = 64 * 1024
_MAX_DEPTH: Final = 8
_MAX_VALUE: Final = 1000  # characters; keeps a number short enough to be shown
_SPELT_OUT: Final = 5  # faults told at once
_LONGEST_FAULT: Final = 200  # characters
# What the constructors of ruamel.yaml let through for values that only look like numbers or dates.
_SLIPS: Final = (ValueError, TypeError, LookupError, ArithmeticError)


def read_yaml(path: Path, remedy: Text) -> dict[str, Any]:
    """The keys and values in `path`; raises WeightsError where it holds anything else, or more than such a file may."""
    try:
        raw = _start_of(path)
        if len(raw) > _MAX_BYTES:
            raise WeightsError(path, Message("is larger than {kilobytes} kB", kilobytes=_MAX_BYTES // 1024), remedy)
        if (oddity := _oddity(raw)) is not None:
            raise WeightsError(path, oddity, remedy)
        content = YAML(typ="safe").load(raw)
    except FileNotFoundError as error:
        raise WeightsError(path, "is not there", remedy) from error
    except OSError as error:
        raise WeightsError(
            path,
            Message("cannot be read: {cause}", cause=error.strerror),
            "check its permissions",
        ) from error
    except (YAMLError, *_SLIPS) as error:
        raise WeightsError(
            path, Message("is no YAML: {error}", error=_problem(error)[:_LONGEST_FAULT]), remedy
        ) from error
    if not isinstance(content, dict):
        raise WeightsError(path, "holds no options as `name: value`", remedy)
    return {str(name): value for name, value in content.items()}


def faults_told(error: ValidationError, content: Mapping[str, Any]) -> str:
    """One sentence a key of `content`: where a value may be of several kinds, about the one that it comes nearest."""
    nearest: dict[tuple[int | str, ...], ErrorDetails] = {}
    for fault in error.errors():
        key = _key(fault, content)
        if key not in nearest or _nearness(fault) > _nearness(nearest[key]):
            nearest[key] = fault
    told = [_told((*key, *fault["loc"][len(key) + 1 :]), fault["msg"]) for key, fault in nearest.items()]
    more = [f"and {len(told) - _SPELT_OUT} more"] if len(told) > _SPELT_OUT else []
    return "; ".join([*told[:_SPELT_OUT], *more])


def _start_of(path: Path) -> bytes:
    def without_waiting(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK)

    # A pipe put in the file's place would be waited for without end.
    with open(path, "rb", opener=without_waiting) as opened:
        return opened.read(_MAX_BYTES + 1)


def _oddity(raw: bytes) -> str | None:
    """What no such file needs and what can blow a small one up: aliases, tags, depth, endless values."""
    depth = 0
    for event in YAML(typ="safe").parse(raw):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        found = None
        if getattr(event, "anchor", None) is not None:
            found = "uses an alias (&name, *name)"
        elif getattr(event, "tag", None) is not None:
            found = f"uses a tag ({event.tag[:_LONGEST_FAULT]})"
        elif depth > _MAX_DEPTH:
            found = "is nested too deep"
        elif isinstance(event, ScalarEvent) and len(event.value) > _MAX_VALUE:
            found = f"has a value of {len(event.value)} characters"
        if found is not None:
            return f"{found} in line {event.start_mark.line + 1}"
    return None


def _problem(error: Exception) -> str:
    if not isinstance(error, MarkedYAMLError):
        return str(error)
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}: {error.problem}" if mark else str(error.problem)


def _key(fault: ErrorDetails, content: object) -> tuple[int | str, ...]:
    """The place of a fault up to the name of a type, which pydantic adds where several are allowed."""
    place = fault["loc"]
    for depth, part in enumerate(place):
        within = dict(enumerate(content)) if isinstance(content, list) else content
        if isinstance(within, Mapping) and part in within:
            content = within[part]
        elif fault["type"] != "missing" or depth < len(place) - 1:
            return place[:depth]
    return place


def _nearness(fault: ErrorDetails) -> tuple[int, bool]:
    """Faults that lie deeper, or are no matter of the type, are about the kind of value that was meant."""
    return len(fault["loc"]), not fault["type"].endswith("_type")


def _told(place: tuple[int | str, ...], message: str) -> str:
    key = ".".join(map(str, place)) or "it"
    return f"{key}: {message.removeprefix('Value error, ')}"[:_LONGEST_FAULT]
