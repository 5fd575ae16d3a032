"""Whether the network in a file takes and gives what its spec says, whichever runtime it is for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import translate

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
            translate("faults", "takes {inputs} instead of float32 {batch}").format(inputs=_told(inputs), batch=batch),
            _REMEDY,
        )
    if len(outputs) != 1 or not outputs[0].fits(output):
        raise WeightsError(
            name,
            translate("faults", "gives {outputs} instead of float32 {output}").format(
                outputs=_told(outputs), output=output
            ),
            _REMEDY,
        )
    pictures = inputs[0].shape[0]
    if pictures not in {None, 1, batch[0]}:
        raise WeightsError(
            name,
            translate("faults", "takes {pictures} pictures at a time").format(pictures=pictures),
            translate("faults", "export it for one, or for any number"),
        )
    return pictures


def pieces(images: NDArray[np.float32], at_once: int | None) -> Iterator[NDArray[np.float32]]:
    """Yield a batch in parts of so many pictures, or whole."""
    step = at_once or max(len(images), 1)
    return (images[at : at + step] for at in range(0, len(images), step))


def require_threads(threads: int) -> None:
    """Raises EncoderError where nothing could run."""
    if threads < 1:
        raise EncoderError(
            f"{threads} threads", translate("faults", "run no network"), translate("faults", "give 1 or more")
        )


def _told(ports: Sequence[Port]) -> str:
    return " and ".join(map(str, ports)) or "nothing"
