"""weights/catalogue.yaml: what can be fetched, from where, under which licence, and how good it is."""

import difflib
import reprlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiosk import resources
from kiosk.errors import WeightsError
from kiosk.weights.spec_files import NAME, Sha256, Spec

CATALOGUE: Final = "catalogue.yaml"
_REMEDY: Final = "install kiosk again"
_Words = Annotated[str, Field(min_length=1, max_length=200)]


class Known(Spec):
    """What is told about a file of weights."""

    name: str = Field(pattern=f"^{NAME.pattern}$")
    kind: Literal["encoder", "detector", "landmarks"]
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(tflite|onnx|npz)$")
    figure: _Words | None = None  # on LFW
    whose: _Words | None = None  # who measured the figure
    note: _Words


class CatalogueEntry(Known):
    """A file that can be fetched."""

    kind: Literal["encoder", "detector"]
    url: str = Field(pattern=r"^https?://\S+$", max_length=1000)
    size: int = Field(gt=0, le=2**31)  # bytes
    sha256: Sha256
    licence: _Words


class Catalogue(Spec):
    """Frozen; no name and no file stands in it twice."""

    fetch: Annotated[tuple[CatalogueEntry, ...], Field(strict=False)]
    shipped: Annotated[tuple[Known, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        known = [*self.fetch, *self.shipped]
        if twice := _twice(entry.name for entry in known) or _twice(entry.file for entry in known):
            raise ValueError(f"{twice} stands there twice")
        return self

    def entry(self, name: str) -> CatalogueEntry:
        """What can be fetched under that name; raises WeightsError, with the nearest name, where nothing can."""
        for entry in self.fetch:
            if entry.name == name:
                return entry
        if any(entry.name == name for entry in self.shipped):
            reason = "comes with the kiosk, it is neither fetched nor removed"
            raise WeightsError(name, reason, "install kiosk again if it is damaged")
        nearest = difflib.get_close_matches(name, [entry.name for entry in self.fetch], n=1, cutoff=0)
        remedy = f"did you mean {nearest[0]!r}?" if nearest else "see `kiosk weights list`"
        raise WeightsError(f"weights {reprlib.repr(name)}", "are not known", remedy)


def read_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue that is shipped, or the one in `path`; raises WeightsError where it is missing or damaged."""
    path = path or resources.weights(CATALOGUE)
    try:
        return Catalogue.model_validate(YAML(typ="safe").load(path.read_bytes()))
    except ValidationError as error:
        fault = error.errors()[0]
        reason = f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg']}"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except (YAMLError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        reason = f"is no YAML: {error}"
    raise WeightsError(path, reason, _REMEDY)


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
