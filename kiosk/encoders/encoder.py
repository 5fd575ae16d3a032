"""What every encoder states about itself, and the way from chips to embeddings."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Box, ByteImage, Chip, Embedding, Face
from kiosk.errors import EncoderError

# Other processors and thread counts move the reference embedding by less than 1e-5, another network by about 1.
REFERENCE_TOLERANCE: Final = 1e-3


class Crop(enum.Enum):
    """How a face is cut out; an encoder is only as good as the crop it was trained on."""

    DLIB_CHIP = "dlib_chip"  # similarity to dlib's five-point mean shape, padding 0.25


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """All that others need to know of an encoder."""

    name: str
    dimension: int
    input_size_px: int
    crop: Crop
    mirror: bool  # whether the embedding is the mean with the mirror image's
    threshold: float  # distance up to which two embeddings are one person's
    margin: float  # by which the second-best person must be farther
    path_version: int  # counts up when the way from chip to embedding changes
    file: str  # below weights/
    sha256: str
    licence: str
    source: str
    reference: tuple[float, ...] = field(repr=False)  # the embedding of reference_chip


class Network(Protocol):
    """A loaded network: (N, S, S, 3) float32 RGB grey levels in, (N, D) float32 out, from any thread."""

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]: ...


class Encoder:
    """Chips to embeddings; may be called from several threads."""

    def __init__(self, spec: EncoderSpec, network: Network) -> None:
        self.spec = spec
        self._network = network

    def encode(self, chips: Sequence[Chip]) -> list[Embedding]:
        """One embedding a chip; raises EncoderError on a chip of another shape and on unusable output."""
        for chip in chips:
            self._check_image(chip.image)
        # Chip by chip: whoever waits for the network waits for one face, not for a whole gallery.
        return [self._encode(chip.image) for chip in chips]

    def _encode(self, image: ByteImage) -> Embedding:
        views = [image, image[:, ::-1]] if self.spec.mirror else [image]
        outputs = self._network.run(np.stack(views).astype(np.float32))
        if outputs.shape != (len(views), self.spec.dimension):
            raise self._fault(f"gave an output of {outputs.shape} instead of {(len(views), self.spec.dimension)}")
        mean = outputs.mean(axis=0, dtype=np.float64)
        length = float(np.linalg.norm(mean))
        if not np.isfinite(length) or length == 0:
            raise self._fault(f"gave an output of length {length}, which is no direction")
        return Embedding((mean / length).astype(np.float32), self.spec.name)

    def _check_image(self, image: ByteImage) -> None:
        expected = (self.spec.input_size_px, self.spec.input_size_px, 3)
        if image.shape != expected or image.dtype != np.uint8:
            raise EncoderError(
                f"encoder {self.spec.name}",
                f"was given a chip of {image.shape} {image.dtype}, it takes {expected} uint8",
                f"cut the face out with the crop {self.spec.crop.value}",
            )

    def _fault(self, reason: str) -> EncoderError:
        return EncoderError(f"encoder {self.spec.name}", reason, "run `kiosk doctor`, then `make weights`")


def check_reference(encoder: Encoder) -> float:
    """Distance of the embedding of the reference chip from the one in the manifest; see REFERENCE_TOLERANCE."""
    found = encoder.encode([reference_chip(encoder.spec.input_size_px)])[0].vector
    return float(np.linalg.norm(found - np.asarray(encoder.spec.reference, np.float32)))


def reference_chip(size_px: int) -> Chip:
    """A pattern in whole numbers, so that every machine draws the same one."""
    rows, columns, channels = np.ogrid[:size_px, :size_px, :3]
    pattern = (rows * (channels + 1) + columns * (3 - channels) + rows * columns // 16) % 256
    return Chip(pattern.astype(np.uint8), Face(Box(0, 0, size_px, size_px), score=1.0))
