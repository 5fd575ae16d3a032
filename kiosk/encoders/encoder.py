"""What every encoder states about itself, and the way from chips to embeddings."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.domain import Box, ByteImage, Chip, Crop, Embedding, Face
from kiosk.encoders.statistics import Statistics
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import asset
from kiosk.i18n import Message


class Layout(enum.StrEnum):
    """Where the colours of a batch stand."""

    CHANNELS_LAST = "channels_last"  # (N, S, S, 3)
    CHANNELS_FIRST = "channels_first"  # (N, 3, S, S)


class Colour(enum.StrEnum):
    """The order of the colours."""

    RGB = "rgb"
    BGR = "bgr"


@dataclass(frozen=True, slots=True)
class InputFormat:
    """What becomes of grey levels 0 to 255: (level - mean) * scale, colour by colour.

    With `standardise`, each picture has its own: its mean and 1 / max(its standard deviation, 1 / sqrt(numbers in it)),
    as tf.image.per_image_standardization counts them.
    """

    layout: Layout = Layout.CHANNELS_LAST
    colour: Colour = Colour.RGB
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)  # in the order of `colour`
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    standardise: bool = False

    def prepared(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A batch of chips (N, S, S, 3) RGB as the network takes it."""
        ordered = images[..., ::-1] if self.colour is Colour.BGR else images
        values = ordered.astype(np.float32)
        if self.standardise:
            values = _standardised(values)
        else:
            values = (values - np.array(self.mean, np.float32)) * np.array(self.scale, np.float32)
        if self.layout is Layout.CHANNELS_FIRST:
            values = values.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(values)

    def batch_shape(self, pictures: int, size_px: int) -> tuple[int, int, int, int]:
        """The shape of a batch of chips of size_px."""
        if self.layout is Layout.CHANNELS_FIRST:
            return pictures, 3, size_px, size_px
        return pictures, size_px, size_px, 3


def _standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    axes, count = (1, 2, 3), values[0].size
    deviation = np.maximum(values.std(axis=axes, keepdims=True), 1 / np.sqrt(count))
    return np.asarray((values - values.mean(axis=axes, keepdims=True)) / deviation, np.float32)


# Counts up when the way from chip to embedding changes: part of every encoder's key.
PATH_VERSION: Final = 2
_REMEDY: Final = "run `kiosk doctor`, then `kiosk weights verify`"

# Whether the embedding is the mean of the chip's and its mirror image's; "stored": of stored pictures alone.
Mirror: TypeAlias = bool | Literal["stored"]
Chips: TypeAlias = Mapping[Crop, Chip]  # of one face, one for each crop that an encoder takes


@dataclass(frozen=True, slots=True)
class Golden:
    """What an encoder answers to a picture of assets/: proof that file, input and runtime are the right ones."""

    picture: str
    values: tuple[float, ...] = field(repr=False)  # the first of the embedding


@dataclass(frozen=True, slots=True)
class Averaging:
    """What averaging does to an encoder's distances; see kiosk.recognition.matching.

    Attributes:
        scatter: mean squared distance of an embedding from the mean of its person's.
        share: of the scatter that a mean leaves out, what it takes off the squared distances of strangers too.
    """

    scatter: float = 0.0
    share: float = 0.0

    @classmethod
    def usual(cls, threshold: float) -> "Averaging":
        """What encoders of that threshold have, where nobody has measured it."""
        return cls(0.31 * threshold**2, 0.6)


NO_AVERAGING: Final = Averaging()


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """All that others need to know of an encoder."""

    name: str
    dimension: int
    crops: tuple[Crop, ...]  # the chips of a face that it takes; one, unless it is a composite
    threshold: float  # distance up to which two embeddings are one person's
    margin: float  # by which the second-best person must be farther
    key: str  # another one whenever the same face may get another embedding
    licence: str
    source: str
    size_bytes: int  # of its files
    parameters: int | None  # None where nobody has said
    golden: Golden | None  # None where the hash of its file stands in
    statistics: Statistics | None = field(default=None, repr=False)  # None where nobody has measured them
    averaging: Averaging = NO_AVERAGING


class Network(Protocol):
    """A loaded network: a float32 batch in its own input format in, (N, D) float32 out, from any thread."""

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]: ...


class Encoder(Protocol):
    """Chips of a face to its embedding; may be called from several threads.

    A distance is always that of a template, made with `stored`, and a probe, made without. Thresholds, statistics and
    the journal mean this distance.
    """

    spec: EncoderSpec

    def embed(self, chips: Chips, *, stored: bool = False) -> Embedding:
        """Return the embedding of one face; see embed_all."""
        return self.embed_all([chips], stored=stored)[0]

    def embed_all(self, faces: Sequence[Chips], *, stored: bool = False) -> list[Embedding]:
        """Return the embedding of each face, given a chip for each of spec.crops; all faces run as one batch.

        Args:
            faces: the chips of each.
            stored: they are of pictures that are stored, for which nobody waits.

        Raises EncoderError on a chip that is missing or of another shape, and on unusable output.
        """


class NetworkEncoder(Encoder):
    """One network."""

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
            reason = Message(
                "gave an output of {shape} instead of {expected}",
                shape=outputs.shape,
                expected=(len(views), self.spec.dimension),
            )
            raise EncoderError(f"encoder {self.spec.name}", reason, _REMEDY)
        means = outputs.reshape(len(images), -1, self.spec.dimension).mean(axis=1, dtype=np.float64)
        return [embedding(self.spec.name, mean) for mean in means]

    def _image(self, chips: Chips) -> ByteImage:
        (crop,) = self.spec.crops
        image = chips[crop].image if crop in chips else None
        if image is None or image.shape != (crop.size_px, crop.size_px, 3) or image.dtype != np.uint8:
            raise self._wrong_chip(crop, image)
        return image

    def _wrong_chip(self, crop: Crop, image: ByteImage | None) -> EncoderError:
        given = "no chip" if image is None else f"a chip of {image.shape} {image.dtype}"
        return EncoderError(
            f"encoder {self.spec.name}",
            Message("was given {given}, it takes {shape} uint8", given=given, shape=(crop.size_px, crop.size_px, 3)),
            Message("cut the face out with the crop {crop}", crop=crop.kind.value),
        )


def embedding(name: str, numbers: NDArray[np.float64]) -> Embedding:
    """The direction of what the encoder of that name found; raises EncoderError where it has none."""
    length = float(np.linalg.norm(numbers))
    if not np.isfinite(length) or length == 0:
        raise EncoderError(
            f"encoder {name}",
            Message("gave an output of length {length}, which is no direction", length=length),
            _REMEDY,
        )
    return Embedding((numbers / length).astype(np.float32), name)


PICTURE: Final = "golden.png"
# Other processors and thread counts move a whole embedding by less than 1e-5, another network by about 1.
TOLERANCE: Final = 1e-3
GOLDEN_VALUES: Final = 16  # of an embedding that a spec is written with
_BLIND: Final = 1e-4  # two answers nearer than this are the same


@runtime_checkable
class _Joined(Protocol):
    @property
    def parts(self) -> Sequence[Encoder]: ...


def golden_chips(crops: Iterable[Crop], picture: str = PICTURE) -> dict[Crop, Chip]:
    """The picture as it is, brought to the size of each crop; raises EncoderError where it cannot be read."""
    try:
        with Image.open(asset(picture)) as opened:
            image = np.asarray(opened.convert("RGB"))
    except (OSError, ValueError) as error:
        remedy = Message("install kiosk again, or mend golden in the spec")
        raise EncoderError(asset(picture), Message("cannot be read ({error})", error=error), remedy) from error
    return {crop: _chip(image, crop.size_px) for crop in crops}


def golden_vector(encoder: Encoder, picture: str = PICTURE) -> Embedding:
    """What the encoder answers to the picture."""
    return encoder.embed(golden_chips(encoder.spec.crops, picture))


def golden_difference(encoder: Encoder) -> float | None:
    """L2 distance of the values found from those of the spec; None where the spec has none.

    Of a composite encoder it is the largest of its parts: its own values come from the parts that are loaded, they can
    prove nothing.
    """
    if isinstance(encoder, _Joined):
        return max((each for each in map(golden_difference, encoder.parts) if each is not None), default=None)
    golden = encoder.spec.golden
    return _difference(golden, golden_vector(encoder, golden.picture)) if golden else None


def check_golden(encoder: Encoder) -> None:
    """Raises WeightsError where the encoder is blind, or answers something else than its spec says."""
    golden = encoder.spec.golden
    picture = golden.picture if golden else PICTURE
    chips = golden_chips(encoder.spec.crops, picture)
    found = encoder.embed(chips)
    turned = encoder.embed({crop: replace(chip, image=chip.image[::-1]) for crop, chip in chips.items()})
    # Written with not so that an answer that is no number is refused.
    if not np.linalg.norm(found.vector - turned.vector) > _BLIND:
        raise _fault(encoder, f"answers the same to {picture} and to it upside down: all faces would be one person's")
    if golden and not _difference(golden, found) <= TOLERANCE:
        values = ", ".join(f"{value:.4f}" for value in found.vector[:GOLDEN_VALUES])
        raise _fault(encoder, f"answers {values}, ... to {picture}, its spec expects something else")


def _fault(encoder: Encoder, reason: str) -> WeightsError:
    return WeightsError(f"encoder {encoder.spec.name}", reason, "check file and input in its spec")


def _difference(golden: Golden, found: Embedding) -> float:
    expected = np.asarray(golden.values, np.float64)
    return float(np.linalg.norm(found.vector[: len(expected)] - expected))


def _chip(image: np.ndarray, size_px: int) -> Chip:
    # The nearest pixel, in whole numbers: every machine and every library makes the same chip of it.
    rows = np.arange(size_px) * image.shape[0] // size_px
    columns = np.arange(size_px) * image.shape[1] // size_px
    chip = np.ascontiguousarray(image[rows][:, columns])
    return Chip(chip, Face(Box(0, 0, size_px, size_px), score=1.0))
