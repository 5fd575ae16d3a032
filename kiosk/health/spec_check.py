"""Whether every encoder and detector that has a spec and a file is what its spec says."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.encoders import encoder_names, encoder_paths, load_encoder
from kiosk.encoders.golden import GOLDEN_VALUES, golden_vector
from kiosk.errors import KioskError, in_one_line
from kiosk.files import shipped_weights
from kiosk.vision.yunet import YuNetDetector
from kiosk.weights.catalogue import KIND as DETECTOR
from kiosk.weights.catalogue import detector_content, detector_paths
from kiosk.weights.specs import spec_names


@dataclass(frozen=True, slots=True)
class CheckedSpec:
    """One spec whose file is there, or should be."""

    name: str
    kind: str
    file: Path | None  # None where the spec cannot be read
    fault: str | None = None
    golden: tuple[float, ...] = ()  # what it answers, where its spec has no golden vector yet


def check_specs(own: Path) -> Iterator[CheckedSpec]:
    """Every spec of the folder `own`, and each shipped one whose file is there: hash, shapes, golden vector."""
    encoders = encoder_names(own)
    for name in encoders:
        yield from _checked(name, "encoder", own, encoder_paths, _encoder)
    for name in spec_names([own, shipped_weights()], DETECTOR):
        if name not in encoders:  # a spec that cannot be read counts as either
            yield from _checked(name, DETECTOR, own, _detector_paths, _detector)


def _checked(
    name: str,
    kind: str,
    own: Path,
    paths: Callable[[str, Path], tuple[Path, Path]],
    answer: Callable[[str, Path], tuple[float, ...]],
) -> Iterator[CheckedSpec]:
    file = None
    try:
        spec, file = paths(name, own)
        # A file that can be fetched need not be there; one whose spec somebody wrote must.
        # Path.is_file raises where a folder may not be entered.
        if os.path.isfile(file) or spec.parent.resolve() != shipped_weights().resolve():  # noqa: PTH113
            yield CheckedSpec(name, kind, file, golden=answer(name, own))
    except (KioskError, OSError) as error:
        yield CheckedSpec(name, kind, file, in_one_line(error))


def _encoder(name: str, own: Path) -> tuple[float, ...]:
    """What an encoder without a golden vector answers; raises a KioskError where it does not work."""
    encoder = load_encoder(name, 1, own)
    if encoder.spec.golden is not None:
        return ()
    return tuple(round(float(value), 6) for value in golden_vector(encoder).vector[:GOLDEN_VALUES])


def _detector_paths(name: str, own: Path) -> tuple[Path, Path]:
    return detector_paths(name, [own, shipped_weights()])


def _detector(name: str, own: Path) -> tuple[float, ...]:
    YuNetDetector(name, detector_content(name, [own, shipped_weights()]))
    return ()
