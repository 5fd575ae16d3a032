"""Which encoders there are, whether they work, and what a face costs on this machine."""

import time
from dataclasses import dataclass
from statistics import median

from kiosk.config import ConfigFile, EncoderChoice
from kiosk.domain import Chip, Crop
from kiosk.encoders import EXPORTED, Encoder, EncoderSpec, encoder_names, encoder_paths, encoder_spec, load_encoder
from kiosk.encoders.golden import golden_chips
from kiosk.errors import KioskError
from kiosk.station.build import matching_numbers, own_weights

_MEASURED_FACES = 10


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """One encoder; what is not known of it is None."""

    name: str
    in_use: bool
    installed: bool
    fault: str | None = None  # why it does not work
    spec: EncoderSpec | None = None
    threshold: float | None = None  # the one in force for it
    milliseconds: float | None = None  # a face, chips ready, median of ten


def encoder_table(config: ConfigFile) -> list[EncoderRow]:
    """Every encoder with a spec, those the kiosk could build, and the composite of the configuration if it is one."""
    own, chosen = own_weights(config), config.current.encoder
    if isinstance(chosen, list) and len(chosen) == 1:
        (chosen,) = chosen
    names = [*encoder_names(own), *(name for name in EXPORTED if name not in encoder_names(own))]
    rows = [_row(config, name, in_use=name == chosen) for name in names]
    return rows if isinstance(chosen, str) else [*rows, _row(config, chosen, in_use=True)]


def milliseconds_a_face(encoder: Encoder) -> float:
    """The median time of one embedding, measured now."""
    chips = golden_chips(encoder.spec.crops)
    encoder.embed(chips)
    return median(_milliseconds(encoder, chips) for _ in range(_MEASURED_FACES))


def crop_in_words(crop: Crop) -> str:
    """The chip that an encoder takes."""
    margin = f" + {crop.margin:g}" if crop.margin else ""
    return f"{crop.size_px} px {crop.kind.value}{margin}"


def _row(config: ConfigFile, choice: EncoderChoice, *, in_use: bool) -> EncoderRow:
    name, own = choice if isinstance(choice, str) else "+".join(choice), own_weights(config)
    spec, installed = None, False
    try:
        if isinstance(choice, str) and choice in encoder_names(own):
            spec, installed = encoder_spec(choice, own), encoder_paths(choice, own)[1].is_file()
        if isinstance(choice, str) and not (installed or in_use):
            return EncoderRow(name, in_use, installed, None, spec, _threshold(config, spec))
        encoder = load_encoder(choice, config.current.threads, own)
        spec, installed, name = encoder.spec, True, encoder.spec.name
        return EncoderRow(name, in_use, installed, None, spec, _threshold(config, spec), milliseconds_a_face(encoder))
    except KioskError as error:
        return EncoderRow(name, in_use, installed, str(error), spec, _threshold(config, spec))


def _threshold(config: ConfigFile, spec: EncoderSpec | None) -> float | None:
    return matching_numbers(config, spec)[0] if spec else None


def _milliseconds(encoder: Encoder, chips: dict[Crop, Chip]) -> float:
    started = time.perf_counter()
    encoder.embed(chips)
    return (time.perf_counter() - started) * 1000
