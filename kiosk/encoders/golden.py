"""The golden picture: check that an encoder gives the embedding that its spec states."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.domain import Box, Chip, Crop, Embedding, Face
from kiosk.encoders.encoder import CompositeEncoder, Encoder, Golden
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import asset
from kiosk.i18n import Message

PICTURE: Final = "golden.png"
# Another processor or thread count changes an embedding by less than 1e-5, another network by about 1.
TOLERANCE: Final = 1e-3
GOLDEN_VALUES: Final = 16  # of an embedding, written to a spec
_BLIND: Final = 1e-4  # embeddings closer than this count as equal


def golden_chips(crops: Iterable[Crop], picture: str = PICTURE) -> dict[Crop, Chip]:
    """Return the picture scaled to the size of each crop; raises EncoderError when it cannot be read."""
    try:
        with Image.open(asset(picture)) as opened:
            image = np.asarray(opened.convert("RGB"))
    except (OSError, ValueError) as error:
        remedy = Message("install kiosk again, or mend golden in the spec")
        raise EncoderError(asset(picture), Message("cannot be read ({error})", error=error), remedy) from error
    chips: dict[Crop, Chip] = {}
    for crop in crops:
        size = crop.size_px
        # Nearest pixels by integers: the same chip on every machine.
        rows, columns = (np.arange(size) * length // size for length in image.shape[:2])
        chips[crop] = Chip(np.ascontiguousarray(image[rows][:, columns]), Face(Box(0, 0, size, size), score=1.0))
    return chips


def golden_vector(encoder: Encoder, picture: str = PICTURE) -> Embedding:
    """Return the encoder's embedding of the picture."""
    return encoder.embed(golden_chips(encoder.spec.crops, picture))


def golden_of(vector: NDArray[np.float32]) -> Golden:
    """Return the facts for the spec of an encoder that gives this embedding of the picture."""
    return Golden(picture=PICTURE, values=tuple(round(float(value), 6) for value in vector[:GOLDEN_VALUES]))


def golden_difference(encoder: Encoder) -> float | None:
    """Return the L2 distance from the spec's values, or None without them; the largest one for a composite's parts."""
    parts = encoder.parts if isinstance(encoder, CompositeEncoder) else (encoder,)
    goldens = [(part, part.spec.golden) for part in parts]
    differences = (_difference(known, golden_vector(part, known.picture)) for part, known in goldens if known)
    return max(differences, default=None)


def check_golden(encoder: Encoder) -> None:
    """Raise WeightsError when the encoder ignores its input or differs from the values of its spec."""
    golden = encoder.spec.golden
    picture = golden.picture if golden else PICTURE
    chips = golden_chips(encoder.spec.crops, picture)
    found = encoder.embed(chips)
    turned = encoder.embed({crop: replace(chip, image=chip.image[::-1]) for crop, chip in chips.items()})
    # "not ... >" also refuses NaN.
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
