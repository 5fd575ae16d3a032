"""Spec files: weights/<name>.yaml describes the content and the use of the file beside it."""

import io
import re
import reprlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML

from kiosk.errors import WeightsError
from kiosk.files import is_file, read_yaml, reason_of
from kiosk.i18n import Message, Text

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_NO_SPECS: Final = {"manifest", "catalogue"}
_SPELT_OUT: Final = 5  # faults told at once
_LONGEST_KEY: Final = 200  # characters
_REMEDY: Final = "compare it with weights/dlib_resnet.yaml"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Spec(BaseModel):
    """Facts in a YAML file, frozen: an unknown key, a value of another type, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


SpecModel = TypeVar("SpecModel", bound=Spec)

FILE_STEM: Final = "^[A-Za-z0-9][A-Za-z0-9._-]*"
SourceText = Annotated[str, Field(min_length=1, max_length=500)]


class FileFacts(Spec):
    """Facts about a file of weights that lies beside the YAML file that states them."""

    file: str = Field(pattern=rf"{FILE_STEM}\.(tflite|onnx|npz)$")
    size: int = Field(gt=0, le=2**31)  # bytes
    sha256: Sha256
    licence: str = Field(min_length=1, max_length=200)


def spec_names(folders: Sequence[Path], kind: str) -> tuple[str, ...]:
    """Return the names of all specs of a kind, sorted; a spec that cannot be read counts as any kind."""
    paths: dict[str, Path] = {}
    for folder in folders:
        with suppress(OSError):
            for path in folder.glob("*.yaml"):
                if is_name(path.stem) and is_file(path):
                    paths.setdefault(path.stem, path)
    return tuple(sorted(name for name, path in paths.items() if _kind(path) in {kind, None}))


def find_spec(name: str, folders: Sequence[Path]) -> Path:
    """Return the path of a spec in the first folder that has one; raises WeightsError where none has."""
    for folder in folders:
        path = folder / f"{name}.yaml"
        if is_name(name) and is_file(path):
            return path
    searched = Message("has no spec in {searched}", searched=" or ".join(str(folder) for folder in folders))
    raise WeightsError(reprlib.repr(name), searched, "see `kiosk encoders` for what there is")


def read_spec(path: Path, model: type[SpecModel], kind: str) -> SpecModel:
    """Return the spec in `path`; raises WeightsError with all its faults."""
    content = read_yaml(path, WeightsError, _REMEDY).values
    if content.get("kind") != kind:
        reason = Message("kind is {found}, not {kind!r}", found=reprlib.repr(content.get("kind")), kind=kind)
        raise WeightsError(path, reason, _REMEDY)
    del content["kind"]
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise WeightsError(path, faults_told(error, content), _REMEDY) from None


def spec_text(spec: Spec, kind: str) -> bytes:
    """Return the text of a spec, which read_spec reads."""
    return _as_yaml({"kind": kind, **spec.model_dump(mode="json", exclude_defaults=True)})


def section_text(key: str, section: Spec) -> str:
    """Return the text of a section of a spec."""
    return _as_yaml({key: section.model_dump(mode="json", exclude_defaults=True)}).decode()


def _as_yaml(content: dict[str, Any]) -> bytes:
    yaml = YAML()
    yaml.width, yaml.default_flow_style = 110, None
    buffer = io.BytesIO()
    yaml.dump(content, buffer)
    return re.sub(rb" +$", b"", buffer.getvalue(), flags=re.MULTILINE)


def is_name(name: str) -> bool:
    """Return whether a spec can have that name."""
    return NAME.fullmatch(name) is not None and name not in _NO_SPECS


def _kind(path: Path) -> str | None:
    with suppress(WeightsError):
        kind = read_yaml(path, WeightsError, _REMEDY).values.get("kind")
        return kind if isinstance(kind, str) else None
    return None


def faults_told(error: ValidationError, content: Mapping[str, Any]) -> Message:
    """Return a sentence for each faulty key of `content`; where several types are allowed, about the nearest one."""
    nearest: dict[tuple[int | str, ...], ErrorDetails] = {}
    for fault in error.errors():
        key = _key(fault, content)
        if key not in nearest or _nearness(fault) > _nearness(nearest[key]):
            nearest[key] = fault
    told = [_told((*key, *fault["loc"][len(key) + 1 :]), reason_of(fault)) for key, fault in nearest.items()]
    more = [Message("and {number} more", number=len(told) - _SPELT_OUT)] if len(told) > _SPELT_OUT else []
    return Message("{faults}", faults=[*told[:_SPELT_OUT], *more])


def _key(fault: ErrorDetails, content: object) -> tuple[int | str, ...]:
    """Return the key of a fault, without the name of a type, which pydantic adds where several are allowed."""
    place = fault["loc"]
    for depth, part in enumerate(place):
        within = dict(enumerate(content)) if isinstance(content, list) else content
        if isinstance(within, Mapping) and part in within:
            content = within[part]
        elif fault["type"] != "missing" or depth < len(place) - 1:
            return place[:depth]
    return place


def _nearness(fault: ErrorDetails) -> tuple[int, bool]:
    """Rank faults: deeper ones, and those not of the type, are about the type that was meant."""
    return len(fault["loc"]), not fault["type"].endswith("_type")


def _told(place: tuple[int | str, ...], reason: Text) -> Message:
    key = ".".join(map(str, place)) or "it"
    return Message("{key}: {reason}", key=key[:_LONGEST_KEY], reason=reason)
