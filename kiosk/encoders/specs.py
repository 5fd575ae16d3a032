"""Specs of encoders, weights/<name>.yaml: facts that the file of the network does not contain."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from kiosk.domain import Crop, CropKind
from kiosk.encoders.encoder import (
    LARGEST,
    SMALLEST,
    Averaging,
    EncoderSpec,
    Golden,
    InputFormat,
    Layout,
    Mirror,
)
from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.weights.specs import FILE_STEM, FileFacts, SourceText, Spec, section_text


class CropSection(Spec):
    """Crop of the face; see CropKind."""

    kind: Annotated[CropKind, Field(strict=False)]
    margin: Annotated[float, Field(ge=0, le=2)] = 0.0  # part of the longer side, added on each side; only for box

    @model_validator(mode="after")
    def _margin_for_boxes(self) -> Self:
        if self.margin and self.kind is not CropKind.BOX:
            raise ValueError("only the crop box has a margin")
        return self


_TABLE = Field(strict=False, min_length=3, max_length=200)
_Rates = Annotated[tuple[Annotated[float, Field(gt=0, le=1)], ...], _TABLE]
_Distances = Annotated[tuple[Annotated[float, Field(ge=0, le=2)], ...], _TABLE]


class QuantileSection(Spec):
    """Rates and their distances; see QuantileTable."""

    pairs: int = Field(ge=1, le=10**12)
    rates: _Rates
    distances: _Distances

    @model_validator(mode="after")
    def _rows(self) -> Self:
        if len(self.rates) != len(self.distances):
            raise ValueError(f"has {len(self.rates)} rates and {len(self.distances)} distances")
        if not _rises(self.rates):
            raise ValueError("the rates must rise")
        if self.rates[0] * self.pairs < 1:
            raise ValueError(f"no pair of {self.pairs} stands behind the rate {self.rates[0]:g}")
        return self

    @property
    def table(self) -> QuantileTable:
        return QuantileTable(self.pairs, self.rates, self.distances)


class StatisticsSection(Spec):
    """Statistics of distances, as `kiosk evaluate --statistics` prints them; see Statistics."""

    source: str = Field(min_length=1, max_length=500)
    people: int = Field(ge=2, le=10**9)
    impostor: QuantileSection
    genuine: QuantileSection

    @model_validator(mode="after")
    def _each_in_its_direction(self) -> Self:
        if not _rises(self.impostor.distances):
            raise ValueError("the distances of impostor must rise")
        if not _rises(self.genuine.distances[::-1]):
            raise ValueError("the distances of genuine must fall")
        return self

    @property
    def statistics(self) -> Statistics:
        return Statistics(self.source, self.people, self.impostor.table, self.genuine.table)


def statistics_text(statistics: Statistics) -> str:
    """Return the statistics as a section of a spec."""
    return section_text("statistics", StatisticsSection.model_validate(asdict(statistics)))


class SpecFile(FileFacts):
    """The spec of an encoder whose file is beside it."""

    file: str = Field(pattern=rf"{FILE_STEM}\.(tflite|onnx)$")
    source: SourceText
    parameters: int | None = Field(None, gt=0)
    input: InputFormat
    crop: CropSection
    mirror: Mirror = True
    dimension: int = Field(ge=SMALLEST, le=LARGEST)
    threshold: float = Field(gt=0, le=2)
    margin: float = Field(ge=0, le=1)
    golden: Golden | None = None  # None: only the hash is checked
    statistics: StatisticsSection | None = None  # None: not measured
    pooling: Averaging | None = None  # None: typical values are used

    @model_validator(mode="after")
    def _no_more_values_than_come_out(self) -> Self:
        if self.golden and len(self.golden.values) > self.dimension:
            raise ValueError(f"golden has {len(self.golden.values)} values, only {self.dimension} come out")
        return self

    @property
    def chip(self) -> Crop:
        """The crop with its size."""
        return Crop(self.crop.kind, self.input.size_px, self.crop.margin)


def _rises(numbers: Sequence[float]) -> bool:
    return all(before < after for before, after in pairwise(numbers))


@dataclass(frozen=True)
class Recipe:
    """Facts for the spec of a network that the kiosk can build; the user brings its weights."""

    crop: CropSection
    input: InputFormat
    threshold: float
    margin: float
    licence: str
    source: str
    mirror: bool = True

    @property
    def chip(self) -> Crop:
        """The crop with its size."""
        return Crop(self.crop.kind, self.input.size_px, self.crop.margin)


# 0.7 is the threshold of the course that made both networks known (https://www.coursera.org/learn/convolutional-neural-
# networks). How many strangers it accepts depends on the weights: measure before you use it at a door.
OPENFACE: Final = Recipe(
    crop=CropSection(kind=CropKind.OPENFACE),
    input=InputFormat(size_px=96, layout=Layout.CHANNELS_FIRST, scale=1 / 255),
    threshold=0.7,
    margin=0.05,
    licence="Apache-2.0",
    source="OpenFace nn4.small2, by Brandon Amos and others; weights as the Keras-OpenFace project publishes them",
)
# FaceNet was trained on boxes with a margin, each picture standardised (https://github.com/davidsandberg/facenet).
FACENET: Final = Recipe(
    crop=CropSection(kind=CropKind.BOX, margin=0.1),
    input=InputFormat(size_px=160, layout=Layout.CHANNELS_LAST, standardise=True),
    threshold=0.7,
    margin=0.05,
    licence="MIT",
    source="FaceNet Inception-ResNet-v1, by David Sandberg; weights as its Keras port publishes them",
)
EXPORTED: Final = {"facenet": FACENET, "openface": OPENFACE}
_DIMENSION: Final = 128
_PARAMETERS: Final = {"facenet": 22_808_144, "openface": 3_743_280}


def exported_spec(name: str) -> EncoderSpec:
    """Return the facts about an encoder of EXPORTED before its file exists."""
    recipe = EXPORTED[name]
    return EncoderSpec(
        name=name,
        dimension=_DIMENSION,
        crops=(recipe.chip,),
        threshold=recipe.threshold,
        margin=recipe.margin,
        key="",
        licence=recipe.licence,
        source=recipe.source,
        size_bytes=0,
        parameters=_PARAMETERS[name],
        golden=None,
    )
