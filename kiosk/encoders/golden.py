"""The golden vector: what an encoder must answer to a picture that everybody has, checked when it is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol, runtime_checkable

import numpy as np
from PIL import Image

from kiosk.domain import Box, Chip, Crop, Embedding, Face
from kiosk.encoders.encoder import Encoder, Golden
from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import translate
from kiosk.resources import asset

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
        remedy = translate("faults", "install kiosk again, or mend golden in the spec")
        raise EncoderError(
            asset(picture), translate("faults", "cannot be read ({error})").format(error=error), remedy
        ) from error
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
    return WeightsError(f"encoder {encoder.spec.name}", reason, translate("faults", "check file and input in its spec"))


def _difference(golden: Golden, found: Embedding) -> float:
    expected = np.asarray(golden.values, np.float64)
    return float(np.linalg.norm(found.vector[: len(expected)] - expected))


def _chip(image: np.ndarray, size_px: int) -> Chip:
    # The nearest pixel, in whole numbers: every machine and every library makes the same chip of it.
    rows = np.arange(size_px) * image.shape[0] // size_px
    columns = np.arange(size_px) * image.shape[1] // size_px
    chip = np.ascontiguousarray(image[rows][:, columns])
    return Chip(chip, Face(Box(0, 0, size_px, size_px), score=1.0))
