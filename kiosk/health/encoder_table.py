"""The table of encoders with their speed on this machine, and the check of every encoder and detector."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from kiosk.config import ConfigFile, EncoderChoice
from kiosk.domain import Chip, Crop
from kiosk.door.build import HAAR, own_weights, weights_folders
from kiosk.door.matching import matching_numbers
from kiosk.encoders import EXPORTED, Encoder, EncoderSpec, encoder_names, encoder_paths, encoder_spec, load_encoder
from kiosk.encoders.golden import GOLDEN_VALUES, golden_chips, golden_vector
from kiosk.encoders.recipes import exported_spec
from kiosk.errors import KioskError, WeightsError, in_one_line
from kiosk.files import shipped_weights
from kiosk.vision.yunet import YuNetDetector
from kiosk.weights.catalogue import KIND as DETECTOR
from kiosk.weights.catalogue import detector_content, detector_paths
from kiosk.weights.specs import spec_names

_MEASURED_FACES = 10


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """One encoder; unknown values are None."""

    name: str
    in_use: bool
    installed: bool
    fault: str | None = None  # why it does not work
    spec: EncoderSpec | None = None
    threshold: float | None = None  # in force for this encoder
    milliseconds: float | None = None  # for the chips of one face, median of ten


def encoder_table(config: ConfigFile) -> list[EncoderRow]:
    """Return every encoder with a spec, those that can be exported, and the configured composite, if any."""
    own, chosen = own_weights(config), config.current.encoder
    if isinstance(chosen, list) and len(chosen) == 1:
        (chosen,) = chosen
    known = encoder_names(own)
    names = [*known, *(name for name in EXPORTED if name not in known)]
    rows = [_row(config, name, known, in_use=name == chosen) for name in names]
    return rows if isinstance(chosen, str) else [*rows, _composite_row(config, chosen, known)]


def milliseconds_a_face(encoder: Encoder) -> float:
    """Return the median time of one embedding, measured now."""
    chips = golden_chips(encoder.spec.crops)
    encoder.embed(chips)
    return median(_milliseconds(encoder, chips) for _ in range(_MEASURED_FACES))


def crop_in_words(crop: Crop) -> str:
    """Return the chip that an encoder takes, such as "112 px arcface"."""
    margin = f" + {crop.margin:g}" if crop.margin else ""
    return f"{crop.size_px} px {crop.kind.value}{margin}"


def _row(config: ConfigFile, name: str, known: Collection[str], *, in_use: bool) -> EncoderRow:
    spec, installed = None, False
    try:
        spec = encoder_spec(name, own_weights(config)) if name in known else exported_spec(name)
        installed = _installed(config, name, known)
        if not (installed or in_use):
            return EncoderRow(name, in_use, installed, None, spec, _threshold(config, spec))
        return _working_row(config, name, in_use=in_use)
    except (KioskError, OSError) as error:
        return EncoderRow(name, in_use, installed, in_one_line(error), spec, _threshold(config, spec))


def _composite_row(config: ConfigFile, choice: list[str] | dict[str, float], known: Collection[str]) -> EncoderRow:
    installed = False
    try:
        installed = all(_installed(config, name, known) for name in choice)
        return _working_row(config, choice, in_use=True)
    except (KioskError, OSError) as error:
        return EncoderRow("+".join(choice), True, installed, in_one_line(error))


def _working_row(config: ConfigFile, choice: EncoderChoice, *, in_use: bool) -> EncoderRow:
    """Load and measure an encoder; raises what load_encoder raises."""
    encoder = load_encoder(choice, config.current.threads, own_weights(config))
    spec = encoder.spec
    return EncoderRow(spec.name, in_use, True, None, spec, _threshold(config, spec), milliseconds_a_face(encoder))


def _installed(config: ConfigFile, name: str, known: Collection[str]) -> bool:
    """Return whether the encoder's file exists."""
    # Path.is_file raises if a folder may not be entered.
    return name in known and os.path.isfile(encoder_paths(name, own_weights(config))[1])  # noqa: PTH113


def _threshold(config: ConfigFile, spec: EncoderSpec | None) -> float | None:
    return matching_numbers(config.current, spec, people=0)[0] if spec else None


def _milliseconds(encoder: Encoder, chips: dict[Crop, Chip]) -> float:
    started = time.perf_counter()
    encoder.embed(chips)
    return (time.perf_counter() - started) * 1000


def encoders(config: ConfigFile) -> list[str]:
    """Return the encoders whose files exist."""
    own = own_weights(config)
    return [name for name in encoder_names(own) if _is_there(partial(encoder_paths, name, own))]


def detectors(config: ConfigFile) -> list[str]:
    """Return the detectors whose files exist, after the one that needs no file."""
    folders = weights_folders(config)
    names = [name for name in spec_names(folders, DETECTOR) if name != HAAR]
    return [HAAR, *(name for name in names if _is_there(partial(detector_paths, name, folders)))]


def _is_there(paths: Callable[[], Iterable[Path]]) -> bool:
    with suppress(WeightsError, OSError):
        return all(path.is_file() for path in paths())
    return False


@dataclass(frozen=True, slots=True)
class CheckedSpec:
    """The check of one encoder or detector."""

    name: str
    kind: str
    file: Path | None  # None if the spec cannot be read
    fault: str | None = None
    golden: tuple[float, ...] = ()  # its result, if the spec has no golden vector yet


def check_specs(own: Path) -> Iterator[CheckedSpec]:
    """Check each spec of the folder `own`, and each shipped one whose file exists: hash, shapes, golden vector."""
    encoders = encoder_names(own)
    for name in encoders:
        yield from _checked(name, "encoder", own, encoder_paths, _checked_encoder)
    for name in spec_names([own, shipped_weights()], DETECTOR):
        if name not in encoders:  # a spec that cannot be read counts as both
            yield from _checked(name, DETECTOR, own, _detector_paths, _checked_detector)


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
        # A file that can be fetched may be missing; the file of a user's own spec may not.
        if os.path.isfile(file) or spec.parent.resolve() != shipped_weights().resolve():  # noqa: PTH113
            yield CheckedSpec(name, kind, file, golden=answer(name, own))
    except (KioskError, OSError) as error:
        yield CheckedSpec(name, kind, file, in_one_line(error))


def _checked_encoder(name: str, own: Path) -> tuple[float, ...]:
    """Return the golden values of an encoder whose spec has none; raises KioskError if it does not work."""
    encoder = load_encoder(name, 1, own)
    if encoder.spec.golden is not None:
        return ()
    return tuple(round(float(value), 6) for value in golden_vector(encoder).vector[:GOLDEN_VALUES])


def _detector_paths(name: str, own: Path) -> tuple[Path, Path]:
    return detector_paths(name, [own, shipped_weights()])


def _checked_detector(name: str, own: Path) -> tuple[float, ...]:
    YuNetDetector(name, detector_content(name, [own, shipped_weights()]))
    return ()
