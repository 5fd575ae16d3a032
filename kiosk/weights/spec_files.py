"""Spec files: weights/<name>.yaml beside a file says what that file holds and how it is used."""

import io
import re
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent

from kiosk.errors import WeightsError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_NO_SPECS: Final = {"manifest", "catalogue"}
_MAX_BYTES: Final = 64 * 1024
_REMEDY: Final = "compare it with weights/dlib_resnet.yaml"
_SPELT_OUT: Final = 5  # faults told at once
_LONGEST_FAULT: Final = 200  # characters

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Spec(BaseModel):
    """Frozen; an unknown key, a value of another type, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


SpecModel = TypeVar("SpecModel", bound=Spec)


def spec_names(folders: Sequence[Path], kind: str) -> tuple[str, ...]:
    """The names of all specs of a kind, sorted; one that cannot be read counts as any kind."""
    paths = [path for folder in folders for path in folder.glob("*.yaml")]
    names = {path.stem for path in paths if is_name(path.stem) and path.is_file()}
    return tuple(sorted(name for name in names if _kind(find_spec(name, folders)) in {kind, None}))


def find_spec(name: str, folders: Sequence[Path]) -> Path:
    """The spec of that name in the first folder that has one; raises WeightsError where none has."""
    for folder in folders:
        path = folder / f"{name}.yaml"
        if is_name(name) and path.is_file():
            return path
    searched = " or ".join(str(folder) for folder in folders)
    raise WeightsError(reprlib.repr(name), f"has no spec in {searched}", "see `kiosk encoders` for what there is")


def read_spec(path: Path, model: type[SpecModel], kind: str) -> SpecModel:
    """The spec in `path`; raises WeightsError with every fault that it has."""
    content = _content(path)
    if content.get("kind") != kind:
        raise WeightsError(path, f"kind is {reprlib.repr(content.get('kind'))}, not {kind!r}", _REMEDY)
    try:
        return model.model_validate({name: value for name, value in content.items() if name != "kind"})
    except ValidationError as error:
        faults = [_told(fault["loc"], fault["msg"]) for fault in error.errors()]
        more = [f"and {len(faults) - _SPELT_OUT} more"] if len(faults) > _SPELT_OUT else []
        raise WeightsError(path, "; ".join([*faults[:_SPELT_OUT], *more]), _REMEDY) from None


def spec_text(spec: Spec, kind: str) -> bytes:
    """The spec as read_spec reads it."""
    yaml = YAML()
    yaml.width, yaml.default_flow_style = 110, None
    buffer = io.BytesIO()
    yaml.dump({"kind": kind, **spec.model_dump(mode="json", exclude_defaults=True)}, buffer)
    return re.sub(rb" +$", b"", buffer.getvalue(), flags=re.MULTILINE)


def is_name(name: str) -> bool:
    """Whether a spec can have that name."""
    return NAME.fullmatch(name) is not None and name not in _NO_SPECS


def _kind(path: Path) -> str | None:
    try:
        kind = _content(path).get("kind")
    except WeightsError:
        return None
    return str(kind) if kind is not None else None


def _content(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as opened:
            raw = opened.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise WeightsError(path, f"is larger than {_MAX_BYTES // 1024} kB, no spec is", _REMEDY)
        # A few aliases within aliases stand for more than any memory holds.
        if any(isinstance(event, AliasEvent) for event in YAML(typ="safe").parse(raw)):
            raise WeightsError(path, "uses an alias (*name), no spec does", _REMEDY)
        content = YAML(typ="safe").load(raw)
    except OSError as error:
        raise WeightsError(path, f"cannot be read: {error.strerror}", "check its permissions") from error
    except (YAMLError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise WeightsError(path, f"is no YAML: {str(error)[:_LONGEST_FAULT]}", _REMEDY) from error
    if not isinstance(content, dict):
        raise WeightsError(path, "holds no options as `name: value`", _REMEDY)
    return {str(name): value for name, value in content.items()}


def _told(place: tuple[int | str, ...], message: str) -> str:
    key = ".".join(map(str, place)) or "it"
    return f"{key}: {message.removeprefix('Value error, ')}"[:_LONGEST_FAULT]
