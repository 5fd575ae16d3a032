"""Threshold and margin of the configuration: which are in force for an encoder, and which are for none."""

from collections.abc import Collection

from kiosk.config import Config
from kiosk.encoders import EncoderSpec


def matching_numbers(config: Config, spec: EncoderSpec) -> tuple[float, float]:
    """Threshold and margin: the user's where they are meant for this encoder, else its own."""
    matching = config.matching
    return matching.threshold.get(spec.name, spec.threshold), matching.margin.get(spec.name, spec.margin)


def names_of_none(config: Config, known: Collection[str]) -> list[str]:
    """Names under matching that have a part that is not known."""
    return [name for name in _names(config) if not {part for part, _ in _parts(name)} <= set(known)]


def names_spelt_otherwise(config: Config, encoder: str) -> list[str]:
    """Names under matching with the parts and weights of this encoder that are not its name, so that none counts."""
    return [name for name in _names(config) if name != encoder and sorted(_parts(name)) == sorted(_parts(encoder))]


def _names(config: Config) -> list[str]:
    return sorted({*config.matching.threshold, *config.matching.margin})


def _parts(name: str) -> list[tuple[str, str]]:
    """Each part of a composite encoder's name with its weight, which is "" where none is named."""
    pieces = [part.rpartition("*") for part in name.split("+")]
    return [(part.strip(), _weight(weight.strip())) for weight, _, part in pieces]


def _weight(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text
