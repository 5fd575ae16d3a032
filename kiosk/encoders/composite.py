"""Several encoders as one: what they find, side by side in one longer embedding."""

import hashlib
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from kiosk.domain import Embedding
from kiosk.encoders.encoder import (
    GOLDEN_VALUES,
    PICTURE,
    Averaging,
    Chips,
    Encoder,
    EncoderSpec,
    Golden,
    embedding,
    golden_vector,
)
from kiosk.encoders.statistics import Statistics, together
from kiosk.errors import EncoderError
from kiosk.i18n import Message

_LEAST, _MOST = 0.001, 1000  # weights


class CompositeEncoder(Encoder):
    """The weighted embeddings of its parts, one after the other, L2-normalised again.

    The squared distance of two of its embeddings is the mean of the parts' squared distances, weighted by the squared
    weights. By default a part's weight is 1 / its threshold, so that all parts have as much to say at the threshold,
    which lies where every part is at its own.

    Args:
        parts: the encoders.
        weights: one number for each, 0.001 to 1000.
        side_by_side: how many parts may run at once.

    Raises EncoderError where parts or weights are of no use.
    """

    def __init__(self, parts: Sequence[Encoder], weights: Sequence[float] | None = None, side_by_side: int = 1) -> None:
        _check(parts, weights)
        name = _named(parts, weights)
        weights = [1 / part.spec.threshold for part in parts] if weights is None else weights
        self.parts = tuple(parts)
        self._weights = np.asarray(weights, np.float64) / math.hypot(*weights)
        self._helpers = min(len(parts), side_by_side) - 1
        self.spec = _described(name, self.parts, [float(weight) for weight in self._weights])
        vector = golden_vector(self).vector[:GOLDEN_VALUES]
        self.spec = replace(self.spec, golden=Golden(PICTURE, tuple(float(number) for number in vector)))

    def embed_all(self, faces: Sequence[Chips], *, stored: bool = False) -> list[Embedding]:
        """Return the embedding of each face; see Encoder."""
        found = zip(*self._found(faces, stored=stored), strict=True)
        return [
            embedding(
                self.spec.name, np.concatenate([w * one.vector for w, one in zip(self._weights, own, strict=True)])
            )
            for own in found
        ]

    def _found(self, faces: Sequence[Chips], *, stored: bool) -> list[list[Embedding]]:
        """Return what each part finds."""
        if self._helpers < 1:
            return [part.embed_all(faces, stored=stored) for part in self.parts]
        # Threads for one face cost 0.2 ms, and leave none behind when the encoder is changed or the kiosk ends.
        with ThreadPoolExecutor(self._helpers, thread_name_prefix="encoder") as pool:
            others = pool.map(lambda part: part.embed_all(faces, stored=stored), self.parts[1:])
            return [self.parts[0].embed_all(faces, stored=stored), *others]


def _described(name: str, parts: Sequence[Encoder], weights: Sequence[float]) -> EncoderSpec:
    specs = [part.spec for part in parts]
    threshold = math.hypot(*(weight * spec.threshold for weight, spec in zip(weights, specs, strict=True)))
    counts = [spec.parameters for spec in specs if spec.parameters is not None]
    return EncoderSpec(
        name=name,
        dimension=sum(spec.dimension for spec in specs),
        crops=tuple(dict.fromkeys(crop for spec in specs for crop in spec.crops)),
        threshold=threshold,
        margin=threshold * sum(spec.margin / spec.threshold for spec in specs) / len(specs),
        key=_key(specs, weights),
        licence=", ".join(dict.fromkeys(spec.licence for spec in specs)),
        source="; ".join(spec.source for spec in specs),
        size_bytes=sum(spec.size_bytes for spec in specs),
        parameters=sum(counts) if len(counts) == len(specs) else None,
        golden=None,
        statistics=_statistics(specs, weights),
        averaging=_averaging(specs, weights),
    )


def _averaging(specs: Sequence[EncoderSpec], weights: Sequence[float]) -> Averaging:
    """Squared distances add up, and so does the scatter; of the shares the one that grants least."""
    scatter = sum(weight**2 * spec.averaging.scatter for spec, weight in zip(specs, weights, strict=True))
    return Averaging(scatter, max(spec.averaging.share for spec in specs))


def _statistics(specs: Sequence[EncoderSpec], weights: Sequence[float]) -> Statistics | None:
    """Those of the parts together, where each has some."""
    known = [spec.statistics for spec in specs if spec.statistics is not None]
    return together(known, weights) if len(known) == len(specs) else None


def _named(parts: Sequence[Encoder], weights: Sequence[float] | None) -> str:
    """Other weights have another name: embeddings that bear one name are compared."""
    names = [part.spec.name for part in parts]
    if weights is None:
        return "+".join(names)
    return "+".join(f"{weight:g}*{name}" for name, weight in zip(names, weights, strict=True))


def _key(specs: Sequence[EncoderSpec], weights: Sequence[float]) -> str:
    text = " ".join(f"{spec.key}*{weight:.6f}" for spec, weight in zip(specs, weights, strict=True))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check(parts: Sequence[Encoder], weights: Sequence[float] | None) -> None:
    names = [part.spec.name for part in parts]
    what = f"encoder {'+'.join(names) or '[]'}"
    if not names or len(set(names)) < len(names):
        raise EncoderError(what, "names no encoder, or one twice", "name each encoder once")
    if weights is None:
        return
    if len(weights) != len(names) or not all(_LEAST <= weight <= _MOST for weight in weights):
        raise EncoderError(
            what,
            Message("has the weights {weights}", weights=list(weights)),
            Message("give each encoder a number from {least} to {most}", least=_LEAST, most=_MOST),
        )
