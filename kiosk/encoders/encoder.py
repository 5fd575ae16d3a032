"""Encoders: from the chips of a face to its embedding, by one network or by several together."""

import enum
import hashlib
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from kiosk.domain import ByteImage, Chip, Crop, Embedding
from kiosk.encoders.statistics import Statistics, together
from kiosk.errors import EncoderError
from kiosk.i18n import Message
from kiosk.weights.specs import Spec


class Layout(enum.StrEnum):
    """Position of the colour axis in a batch."""

    CHANNELS_LAST = "channels_last"  # (N, S, S, 3)
    CHANNELS_FIRST = "channels_first"  # (N, 3, S, S)


class Colour(enum.StrEnum):
    """Order of the colour channels."""

    RGB = "rgb"
    BGR = "bgr"


# One number for all three colours, or one for each in the order of `colour`.
_Mean = Annotated[float, Field(ge=-1000, le=1000)]
# With 0, all faces would be equal.
_Scale = Annotated[float, Field(ge=1e-6, le=1000)]


class InputFormat(Spec):
    """A network's input: grey levels 0 to 255 become (level - mean) * scale for each colour.

    With `standardise`, mean and scale come from each picture: its mean and 1 / max(its standard deviation,
    1 / sqrt(numbers in it)), as tf.image.per_image_standardization does it.
    """

    size_px: int = Field(ge=16, le=1024)
    layout: Annotated[Layout, Field(strict=False)]
    colour: Annotated[Colour, Field(strict=False)] = Colour.RGB
    mean: _Mean | Annotated[tuple[_Mean, _Mean, _Mean], Field(strict=False)] = 0.0
    scale: _Scale | Annotated[tuple[_Scale, _Scale, _Scale], Field(strict=False)] = 1.0
    standardise: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.standardise and self.model_fields_set & {"mean", "scale"}:
            raise ValueError("standardise excludes mean and scale")
        return self

    def prepared(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return chips (N, S, S, 3) RGB as the network's input."""
        ordered = images[..., ::-1] if self.colour is Colour.BGR else images
        values = ordered.astype(np.float32)
        if self.standardise:
            axes, count = (1, 2, 3), values[0].size
            deviation = np.maximum(values.std(axis=axes, keepdims=True), 1 / np.sqrt(count))
            values = np.asarray((values - values.mean(axis=axes, keepdims=True)) / deviation, np.float32)
        else:
            values = (values - np.array(self.mean, np.float32)) * np.array(self.scale, np.float32)
        if self.layout is Layout.CHANNELS_FIRST:
            values = values.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(values)

    def batch_shape(self, pictures: int) -> tuple[int, int, int, int]:
        """Return the shape of a batch."""
        side = self.size_px
        return (pictures, 3, side, side) if self.layout is Layout.CHANNELS_FIRST else (pictures, side, side, 3)


# Part of every encoder's key; increase it when the computation from chip to embedding changes.
PATH_VERSION: Final = 2
SMALLEST, LARGEST = 4, 4096  # numbers in an embedding
_REMEDY: Final = "run `kiosk doctor`, then `kiosk weights verify`"

# Whether an embedding is the mean over the chip and its mirror image; "stored": only for stored pictures.
Mirror: TypeAlias = bool | Literal["stored"]
Chips: TypeAlias = Mapping[Crop, Chip]  # of one face, one for each crop that the encoder needs


class Golden(Spec):
    """The expected embedding of a picture in assets/; it checks file, input format and runtime."""

    picture: str = Field("golden.png", pattern=r"^[A-Za-z0-9_-]+\.png$")
    # The first values of the embedding.
    values: Annotated[tuple[float, ...], Field(strict=False, min_length=SMALLEST, max_length=LARGEST, repr=False)]


class Averaging(Spec):
    """Effect of averaging on an encoder's distances; see kiosk.recognition.matching."""

    scatter: float = Field(ge=0, le=4)  # mean squared distance of an embedding from the mean of its person's
    share: float = Field(ge=0, le=1)  # of the removed scatter, by which squared distances to strangers shrink too

    @classmethod
    def usual(cls, threshold: float) -> "Averaging":
        """Return typical values for an encoder with this threshold, for use when none were measured."""
        return cls(scatter=0.31 * threshold**2, share=0.6)


NO_AVERAGING: Final = Averaging(scatter=0.0, share=0.0)


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """Facts about an encoder."""

    name: str
    dimension: int
    crops: tuple[Crop, ...]  # the chips that it needs of a face; one, except for a composite
    threshold: float  # largest distance of two embeddings of one person
    margin: float  # how much farther the second-best person must be
    key: str  # changes when the embedding of a face could change
    licence: str
    source: str
    size_bytes: int  # of its files
    parameters: int | None  # None: unknown
    golden: Golden | None  # None: only the hash of the file is checked
    statistics: Statistics | None = field(default=None, repr=False)  # None: not measured
    averaging: Averaging = NO_AVERAGING


class Network(Protocol):
    """A loaded network: maps a float32 batch in its input format to (N, D) float32; thread-safe."""

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]: ...


class Encoder(Protocol):
    """Maps the chips of a face to its embedding; thread-safe.

    A distance is always between a template (`stored`) and a probe (not `stored`). Thresholds, statistics and the
    journal refer to this distance.
    """

    spec: EncoderSpec

    def embed(self, chips: Chips, *, stored: bool = False) -> Embedding:
        """Return the embedding of one face; see embed_all."""
        return self.embed_all([chips], stored=stored)[0]

    def embed_all(self, faces: Sequence[Chips], *, stored: bool = False) -> list[Embedding]:
        """Return the embedding of each face, given a chip for each of spec.crops, computed as one batch.

        Raises EncoderError for a chip that is missing or has a wrong shape, and for unusable output.
        """


class NetworkEncoder(Encoder):
    """An encoder with one network."""

    def __init__(self, spec: EncoderSpec, network: Network, inputs: InputFormat, *, mirror: Mirror) -> None:
        self.spec = spec
        self._network = network
        self._inputs = inputs
        self._mirror = mirror

    def embed_all(self, faces: Sequence[Chips], *, stored: bool = False) -> list[Embedding]:
        """Return the embedding of each face; see Encoder."""
        if not faces:
            return []
        images = [self._image(chips) for chips in faces]
        mirrored = self._mirror is True or (stored and self._mirror == "stored")
        views = [view for image in images for view in ((image, image[:, ::-1]) if mirrored else (image,))]
        outputs = self._network.run(self._inputs.prepared(np.stack(views)))
        if outputs.shape != (len(views), self.spec.dimension):
            expected = (len(views), self.spec.dimension)
            reason = Message("gave an output of {shape} instead of {expected}", shape=outputs.shape, expected=expected)
            raise EncoderError(f"encoder {self.spec.name}", reason, _REMEDY)
        means = outputs.reshape(len(images), -1, self.spec.dimension).mean(axis=1, dtype=np.float64)
        return [embedding(self.spec.name, mean) for mean in means]

    def _image(self, chips: Chips) -> ByteImage:
        (crop,) = self.spec.crops
        image = chips[crop].image if crop in chips else None
        shape = (crop.size_px, crop.size_px, 3)
        if image is None or image.shape != shape or image.dtype != np.uint8:
            given = "no chip" if image is None else f"a chip of {image.shape} {image.dtype}"
            reason = Message("was given {given}, it takes {shape} uint8", given=given, shape=shape)
            remedy = Message("cut the face out with the crop {crop}", crop=crop.kind.value)
            raise EncoderError(f"encoder {self.spec.name}", reason, remedy)
        return image


def embedding(name: str, numbers: NDArray[np.float64]) -> Embedding:
    """Return an encoder's output with length 1; raises EncoderError when it is 0 or not finite."""
    length = float(np.linalg.norm(numbers))
    if not np.isfinite(length) or length == 0:
        reason = Message("gave an output of length {length}, which is no direction", length=length)
        raise EncoderError(f"encoder {name}", reason, _REMEDY)
    return Embedding((numbers / length).astype(np.float32), name)


_LEAST, _MOST = 0.001, 1000  # weights


class CompositeEncoder(Encoder):
    """Several encoders as one: their weighted embeddings, concatenated and L2-normalised.

    The squared distance of two such embeddings is the mean of the parts' squared distances, weighted by the squared
    weights. By default a part's weight is 1 / its threshold, so that all parts count equally at the threshold.

    `side_by_side` parts may run at the same time. Raises EncoderError when parts or weights are not usable.
    """

    def __init__(self, parts: Sequence[Encoder], weights: Sequence[float] | None = None, side_by_side: int = 1) -> None:
        specs = [part.spec for part in parts]
        _check([spec.name for spec in specs], weights)
        # Embeddings with equal names are compared, so a name contains weights that were chosen.
        factors = [""] * len(parts) if weights is None else [f"{weight:g}*" for weight in weights]
        name = "+".join(f"{factor}{spec.name}" for factor, spec in zip(factors, specs, strict=True))
        weights = [1 / spec.threshold for spec in specs] if weights is None else weights
        self.parts = tuple(parts)
        self._weights = np.asarray(weights, np.float64) / math.hypot(*weights)
        self._helpers = min(len(parts), side_by_side) - 1
        self.spec = _composite_spec(name, specs, [float(weight) for weight in self._weights])

    def embed_all(self, faces: Sequence[Chips], *, stored: bool = False) -> list[Embedding]:
        """Return the embedding of each face; see Encoder."""
        if self._helpers < 1:
            found = [part.embed_all(faces, stored=stored) for part in self.parts]
        else:
            # New threads for each face cost 0.2 ms; none remain when the encoder is changed.
            with ThreadPoolExecutor(self._helpers, thread_name_prefix="encoder") as pool:
                others = pool.map(lambda part: part.embed_all(faces, stored=stored), self.parts[1:])
                found = [self.parts[0].embed_all(faces, stored=stored), *others]
        vectors = [np.array([each.vector for each in of_part]) for of_part in found]
        weighted = [weight * each for weight, each in zip(self._weights, vectors, strict=True)]
        return [embedding(self.spec.name, numbers) for numbers in np.concatenate(weighted, axis=-1)]


def _composite_spec(name: str, specs: Sequence[EncoderSpec], weights: Sequence[float]) -> EncoderSpec:
    weighted = list(zip(weights, specs, strict=True))
    threshold = math.hypot(*(weight * spec.threshold for weight, spec in weighted))
    keys = " ".join(f"{spec.key}*{weight:.6f}" for weight, spec in weighted)
    counts = [spec.parameters for spec in specs if spec.parameters is not None]
    known = [spec.statistics for spec in specs if spec.statistics is not None]
    scatter = sum(weight**2 * spec.averaging.scatter for weight, spec in weighted)
    return EncoderSpec(
        name=name,
        dimension=sum(spec.dimension for spec in specs),
        crops=tuple(dict.fromkeys(crop for spec in specs for crop in spec.crops)),
        threshold=threshold,
        margin=threshold * sum(spec.margin / spec.threshold for spec in specs) / len(specs),
        key=hashlib.sha256(keys.encode()).hexdigest()[:16],
        licence=", ".join(dict.fromkeys(spec.licence for spec in specs)),
        source="; ".join(spec.source for spec in specs),
        size_bytes=sum(spec.size_bytes for spec in specs),
        parameters=sum(counts) if len(counts) == len(specs) else None,
        golden=None,
        statistics=together(known, weights) if len(known) == len(specs) else None,
        # The largest share is the strictest.
        averaging=Averaging(scatter=scatter, share=max(spec.averaging.share for spec in specs)),
    )


def _check(names: Sequence[str], weights: Sequence[float] | None) -> None:
    what = f"encoder {'+'.join(names) or '[]'}"
    if not names or len(set(names)) < len(names):
        raise EncoderError(what, "names no encoder, or one twice", "name each encoder once")
    if weights is None:
        return
    if len(weights) != len(names) or not all(_LEAST <= weight <= _MOST for weight in weights):
        reason = Message("has the weights {weights}", weights=str(list(weights)))
        remedy = Message("give each encoder a number from {least} to {most}", least=_LEAST, most=_MOST)
        raise EncoderError(what, reason, remedy)
