"""weights/<name>.yaml: what a file that holds an encoder cannot say of itself."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from kiosk.domain import Crop, CropKind
from kiosk.encoders.inputs import Colour, InputFormat, Layout
from kiosk.weights.spec_files import Sha256, Spec

SMALLEST, LARGEST = 4, 4096  # numbers in an embedding
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
    mirror: bool = True  # the embedding is the mean of the chip's and its mirror image's
    dimension: int = Field(ge=SMALLEST, le=LARGEST)
    threshold: float = Field(gt=0, le=2)
    margin: float = Field(ge=0, le=1)
    golden: GoldenSection | None = None  # None: the hash stands in

    @model_validator(mode="after")
    def _no_more_values_than_come_out(self) -> Self:
        if self.golden and len(self.golden.values) > self.dimension:
            raise ValueError(f"golden has {len(self.golden.values)} values, only {self.dimension} come out")
        return self

    @property
    def chip(self) -> Crop:
        """The crop with its size."""
        return Crop(self.crop.kind, self.input.size_px, self.crop.margin)


def _three(level: float | tuple[float, float, float]) -> tuple[float, float, float]:
    return level if isinstance(level, tuple) else (level, level, level)
