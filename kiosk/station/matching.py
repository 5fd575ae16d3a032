"""How an encoder's distances are compared, as the configuration has it, and numbers in it that are for no encoder."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from kiosk.config import CohortUse, Config, PathSection
from kiosk.encoders import EncoderSpec
from kiosk.errors import WeightsError
from kiosk.recognition.matching import Comparison
from kiosk.station.cohorts import cohort_file, find_cohort
from kiosk.words import translate

_FEW: Final = 2  # templates of a person up to which the cohort pays


def matching_numbers(config: Config, spec: EncoderSpec) -> tuple[float, float]:
    """Threshold and margin: the user's where they are meant for this encoder, else its own."""
    matching = config.matching
    return matching.threshold.get(spec.name, spec.threshold), matching.margin.get(spec.name, spec.margin)


def comparison_of(path: PathSection, spec: EncoderSpec, folders: Sequence[Path]) -> Comparison:
    """The way from distances to people; `folders` are those of weights.

    Raises WeightsError where the encoder's cohort cannot be used, or is asked for and not there.
    """
    if path.cohort is CohortUse.OFF:
        return Comparison(path.template_rule)
    cohort = find_cohort(spec, folders)
    if path.cohort is CohortUse.AUTO:
        return Comparison(path.template_rule, cohort, _FEW)
    if cohort is None:
        raise WeightsError(
            folders[0] / cohort_file(spec.name),
            translate("faults", "is not there"),
            translate("faults", "make it with `kiosk weights cohort FOLDER`, or write `cohort: auto` in config.yaml"),
        )
    return Comparison(path.template_rule, cohort)


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
