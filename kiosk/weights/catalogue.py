"""weights/catalogue.yaml: files that can be fetched, with address, licence and accuracy."""

import reprlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from kiosk.errors import WeightsError, did_you_mean
from kiosk.files import read_yaml, shipped_weights
from kiosk.i18n import Message
from kiosk.weights.manifest import FileState, file_state, find_file, read_manifest
from kiosk.weights.specs import FILE_STEM, NAME, FileFacts, Spec, faults_told

CATALOGUE: Final = "catalogue.yaml"
DEFAULT_ENCODER: Final = "sface_fp16"
FORMER_ENCODER: Final = "dlib_resnet"  # the default of version 0.1
_REMEDY: Final = "install kiosk again"
_BY_HAND: Final = "put the file there that its spec describes"
_URL: Final = r"^https?://\S+$"
_Words = Annotated[str, Field(min_length=1, max_length=200)]


class Known(Spec):
    """A file of weights and what people are told about it."""

    name: str = Field(pattern=f"^{NAME.pattern}$")
    kind: Literal["encoder", "detector", "landmarks", "cohort"]
    file: str = Field(pattern=rf"{FILE_STEM}\.(tflite|onnx|npz)$")
    figure: _Words | None = None  # on LFW
    whose: _Words | None = None  # who measured the figure
    note: _Words
    url: str | None = Field(None, pattern=_URL, max_length=1000)  # where it comes from unchanged


class CatalogueEntry(Known, FileFacts):
    """A file that can be fetched."""

    kind: Literal["encoder", "detector"]
    url: str = Field(pattern=_URL, max_length=1000)


class Catalogue(Spec):
    """All entries; no name and no file occurs twice."""

    fetch: Annotated[tuple[CatalogueEntry, ...], Field(strict=False)]
    shipped: Annotated[tuple[Known, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        known = [*self.fetch, *self.shipped]
        for name, number in Counter(text for entry in known for text in (entry.name, entry.file)).items():
            if number > 1:
                raise ValueError(f"{name} stands there twice")
        return self

    def entry(self, name: str) -> CatalogueEntry:
        """Return the entry of that name; raises WeightsError, with the nearest name, where there is none."""
        for entry in self.fetch:
            if entry.name == name:
                return entry
        if any(entry.name == name for entry in self.shipped):
            reason = Message("comes with the kiosk, it is neither fetched nor removed")
            raise WeightsError(name, reason, "install kiosk again if it is damaged")
        remedy = did_you_mean(name, [entry.name for entry in self.fetch], "see `kiosk weights list`")
        raise WeightsError(f"weights {reprlib.repr(name)}", "are not known", remedy)


def read_catalogue() -> Catalogue:
    """Return the catalogue; raises WeightsError where it is missing or damaged."""
    path = shipped_weights(CATALOGUE)
    content = read_yaml(path, WeightsError, _REMEDY).values
    try:
        return Catalogue.model_validate(content)
    except ValidationError as error:
        raise WeightsError(path, faults_told(error, content), _REMEDY) from None


def how_to_get(file: str, sha256: str) -> str:
    """Return the remedy for a file of a spec that is missing or is another file."""
    try:
        catalogue = read_catalogue()
    except WeightsError:
        return _BY_HAND
    for entry in catalogue.fetch:
        # A file of the same name may be another one, which cannot be fetched.
        if (entry.file, entry.sha256) == (file, sha256):
            return f"type: kiosk weights fetch {entry.name}"
    return _REMEDY if file in {entry.file for entry in catalogue.shipped} else _BY_HAND


@dataclass(frozen=True, slots=True)
class Installed:
    """A file that the catalogue or the manifest knows, and what lies under its name."""

    known: Known
    shipped: bool
    path: Path  # where it lies, or where it would
    facts: FileFacts
    state: FileState


def installed(catalogue: Catalogue, folder: Path) -> list[Installed]:
    """Return every file that is shipped or can be fetched, hashed; raises WeightsError where one cannot be read.

    A fetched file is searched in `folder`, then among the shipped ones.
    """
    shipped = {known.file: known for known in catalogue.shipped}
    found: list[tuple[Known, bool, Path, FileFacts]] = []
    for facts in read_manifest().values():
        if facts.file not in shipped:
            raise WeightsError(facts.file, "stands in the manifest, not in the catalogue", "install kiosk again")
        found.append((shipped[facts.file], True, shipped_weights(facts.file), facts))
    folders = [folder, shipped_weights()]
    found += [(entry, False, find_file(entry.file, folders), entry) for entry in catalogue.fetch]
    return [Installed(*each, file_state(each[2], each[3].size, each[3].sha256)) for each in found]
