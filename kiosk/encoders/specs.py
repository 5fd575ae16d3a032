"""weights/<name>.yaml: what a file that holds an encoder cannot say of itself."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Annotated, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from kiosk.domain import Crop, CropKind
from kiosk.encoders.encoder import Averaging, Colour, InputFormat, Layout, Mirror
from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import Message
from kiosk.weights.specs import Sha256, Spec, section_text

SMALLEST, LARGEST = 4, 4096  # numbers in an embedding
_LEAST_ROWS, _MOST_ROWS = 3, 200  # of a table
# A number for all three colours, or one a colour in the order of `colour`.
_Mean = Annotated[float, Field(ge=-1000, le=1000)]
# At 0 all faces would look alike.
_Scale = Annotated[float, Field(ge=1e-6, le=1000)]
_Means = _Mean | Annotated[tuple[_Mean, _Mean, _Mean], Field(strict=False)]
_Scales = _Scale | Annotated[tuple[_Scale, _Scale, _Scale], Field(strict=False)]


class InputSection(Spec):
    """How a chip becomes numbers; see InputFormat."""

    size_px: int = Field(ge=16, le=1024)
    layout: Annotated[Layout, Field(strict=False)]
    colour: Annotated[Colour, Field(strict=False)] = Colour.RGB
    mean: _Means = 0.0  # grey levels, taken off
    scale: _Scales = 1.0  # then multiplied
    standardise: bool = False  # each picture by its own mean and deviation; mean and scale stay unused

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.standardise and self.model_fields_set & {"mean", "scale"}:
            raise ValueError("standardise excludes mean and scale")
        return self

    @property
    def format(self) -> InputFormat:
        return InputFormat(self.layout, self.colour, _three(self.mean), _three(self.scale), self.standardise)


class CropSection(Spec):
    """How a face is cut out; see CropKind."""

    kind: Annotated[CropKind, Field(strict=False)]
    margin: float = Field(0.0, ge=0, le=2)  # of the box's longer side, on each side; for box alone

    @model_validator(mode="after")
    def _margin_for_boxes(self) -> Self:
        if self.margin and self.kind is not CropKind.BOX:
            raise ValueError("only the crop box has a margin")
        return self


class GoldenSection(Spec):
    """A picture of assets/ and the first values that come out."""

    picture: str = Field("golden.png", pattern=r"^[A-Za-z0-9_-]+\.png$")
    values: Annotated[tuple[float, ...], Field(strict=False, min_length=SMALLEST, max_length=LARGEST)]


_Rates = Annotated[
    tuple[Annotated[float, Field(gt=0, le=1)], ...], Field(strict=False, min_length=_LEAST_ROWS, max_length=_MOST_ROWS)
]
_Distances = Annotated[
    tuple[Annotated[float, Field(ge=0, le=2)], ...], Field(strict=False, min_length=_LEAST_ROWS, max_length=_MOST_ROWS)
]


class QuantileSection(Spec):
    """A rate and the distance that belongs to it, again and again; see QuantileTable."""

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
    """How far apart faces lie, as `kiosk evaluate --statistics` prints it; see Statistics."""

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
    """The section of a spec that says these statistics, as it stands in the file."""
    return section_text("statistics", StatisticsSection.model_validate(asdict(statistics)))


class PoolingSection(Spec):
    """What averaging does to distances; see Averaging."""

    scatter: float = Field(ge=0, le=4)
    share: float = Field(ge=0, le=1)


class SpecFile(Spec):
    """One encoder that lies in a file beside its spec."""

    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(tflite|onnx)$")
    size: int = Field(gt=0, le=2**31)  # bytes
    sha256: Sha256
    licence: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=500)
    parameters: int | None = Field(None, gt=0)
    input: InputSection
    crop: CropSection
    mirror: Mirror = True
    dimension: int = Field(ge=SMALLEST, le=LARGEST)
    threshold: float = Field(gt=0, le=2)
    margin: float = Field(ge=0, le=1)
    golden: GoldenSection | None = None  # None: the hash stands in
    statistics: StatisticsSection | None = None  # None: nobody has measured them
    pooling: PoolingSection | None = None  # likewise

    @model_validator(mode="after")
    def _no_more_values_than_come_out(self) -> Self:
        if self.golden and len(self.golden.values) > self.dimension:
            raise ValueError(f"golden has {len(self.golden.values)} values, only {self.dimension} come out")
        return self

    @property
    def chip(self) -> Crop:
        """The crop with its size."""
        return Crop(self.crop.kind, self.input.size_px, self.crop.margin)

    @property
    def averaging(self) -> Averaging:
        """As measured, or as is usual."""
        if self.pooling is None:
            return Averaging.usual(self.threshold)
        return Averaging(self.pooling.scatter, self.pooling.share)


def _rises(numbers: Sequence[float]) -> bool:
    return all(before < after for before, after in pairwise(numbers))


def _three(level: float | tuple[float, float, float]) -> tuple[float, float, float]:
    return level if isinstance(level, tuple) else (level, level, level)


BatchShape: TypeAlias = tuple[int, int, int, int]

_REMEDY: Final = "check file, input and dimension in its spec"


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a network."""

    dtype: str
    shape: tuple[int | None, ...]  # None: any length

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether it is float32 and a tensor of this shape can pass; the number of pictures apart."""
        return (
            self.dtype == "float32"
            and len(self.shape) == len(shape)
            and all(own in {None, asked} for own, asked in zip(self.shape[1:], shape[1:], strict=True))
        )

    def __str__(self) -> str:
        return f"{self.dtype} ({', '.join('any' if length is None else str(length) for length in self.shape)})"


def pictures_at_once(
    name: str, inputs: Sequence[Port], outputs: Sequence[Port], batch: BatchShape, dimension: int
) -> int | None:
    """Return how many pictures the network takes in one run, None for any number; raises WeightsError."""
    output = (batch[0], dimension)
    if len(inputs) != 1 or not inputs[0].fits(batch):
        raise WeightsError(
            name,
            Message("takes {inputs} instead of float32 {batch}", inputs=_told(inputs), batch=batch),
            _REMEDY,
        )
    if len(outputs) != 1 or not outputs[0].fits(output):
        raise WeightsError(
            name,
            Message("gives {outputs} instead of float32 {output}", outputs=_told(outputs), output=output),
            _REMEDY,
        )
    pictures = inputs[0].shape[0]
    if pictures not in {None, 1, batch[0]}:
        raise WeightsError(
            name,
            Message("takes {pictures} pictures at a time", pictures=pictures),
            "export it for one, or for any number",
        )
    return pictures


def pieces(images: NDArray[np.float32], at_once: int | None) -> Iterator[NDArray[np.float32]]:
    """Yield a batch in parts of so many pictures, or whole."""
    step = at_once or max(len(images), 1)
    return (images[at : at + step] for at in range(0, len(images), step))


def require_threads(threads: int) -> None:
    """Raises EncoderError where nothing could run."""
    if threads < 1:
        raise EncoderError(f"{threads} threads", "run no network", "give 1 or more")


def _told(ports: Sequence[Port]) -> str:
    return " and ".join(map(str, ports)) or "nothing"
