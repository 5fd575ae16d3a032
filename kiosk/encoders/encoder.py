"""What every encoder states about itself, and the way from chips to embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import ByteImage, Chip, Crop, Embedding
from kiosk.encoders.inputs import InputFormat
from kiosk.encoders.statistics import Statistics
from kiosk.errors import EncoderError
from kiosk.i18n import translate

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
            reason = translate("faults", "gave an output of {shape} instead of {expected}").format(
                shape=outputs.shape, expected=(len(views), self.spec.dimension)
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
            translate("faults", "was given {given}, it takes {shape} uint8").format(
                given=given, shape=(crop.size_px, crop.size_px, 3)
            ),
            translate("faults", "cut the face out with the crop {crop}").format(crop=crop.kind.value),
        )


def embedding(name: str, numbers: NDArray[np.float64]) -> Embedding:
    """The direction of what the encoder of that name found; raises EncoderError where it has none."""
    length = float(np.linalg.norm(numbers))
    if not np.isfinite(length) or length == 0:
        raise EncoderError(
            f"encoder {name}",
            translate("faults", "gave an output of length {length}, which is no direction").format(length=length),
            _REMEDY,
        )
    return Embedding((numbers / length).astype(np.float32), name)
