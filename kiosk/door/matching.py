"""How an encoder's distances are compared, as the configuration has it, and numbers in it that are for no encoder."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from kiosk.config import ANY_ENCODER, CohortUse, Config, PathSection
from kiosk.door.cohorts import cohort_file, find_cohort
from kiosk.encoders import EncoderSpec
from kiosk.errors import WeightsError
from kiosk.i18n import number, translate
from kiosk.recognition.matching import Comparison

_LEAST: Final = 0.001  # a threshold is above 0


def matching_numbers(config: Config, spec: EncoderSpec, people: int) -> tuple[float, float]:
    """Return threshold and margin: the user's where they are set for this encoder, else automatic and its own.

    A threshold of more than twice the encoder's own is not used: with it, the door would open for everybody.
    """
    threshold, margin = config.matching.numbers_for(spec.name)
    if threshold is None or threshold > 2 * spec.threshold:
        threshold = automatic_threshold(spec, people, config.matching.stranger_rate)
    return threshold, spec.margin if margin is None else margin


def threshold_remark(threshold: float | None, spec: EncoderSpec) -> str:
    """Return what is wrong with a threshold that somebody set for an encoder, in words; "" where nothing is.

    A threshold of half or twice the encoder's own was meant for another encoder; one above its own lets strangers in.
    With None the threshold is automatic.
    """
    if threshold is None or spec.threshold / 2 <= threshold <= spec.threshold:
        return ""
    if threshold > 2 * spec.threshold:
        text = translate(
            "health", "{threshold} is not used: it is on another encoder's scale, {encoder} works around {own}"
        )
    elif threshold > spec.threshold:
        text = translate("health", "{threshold} is more lenient than {encoder}'s own {own}: more strangers get in")
    else:
        text = translate("health", "{threshold} is on another encoder's scale: {encoder} works around {own}")
    return text.format(threshold=written(threshold), encoder=spec.name, own=written(spec.threshold))


def written(value: float) -> str:
    """Return a threshold or margin in the language of the screen, with as many decimals as it has."""
    return number(value, len(f"{value:g}".partition(".")[2]))


def automatic_threshold(spec: EncoderSpec, people: int, stranger_rate: float) -> float:
    """The threshold at which about `stranger_rate` of strangers' visits open the door, by the encoder's statistics.

    Each of N people is one more whom a stranger may resemble, so that the rate a person is allowed is 1 / N of it. A
    visit is counted as one frame: that k frames must agree makes a grant rarer, that the rule goes on looking makes it
    more frequent. Measured on View 1 at a rate of 1e-3, with frames of one moment: 1.5e-3 among 10 people, 2e-4 among
    81; with frames of several moments 1.3e-3 and 0 of 4,030. In whole thousandths, and never above the encoder's own,
    which is also the answer where nobody has measured its statistics.
    """
    if spec.statistics is None or people < 1:
        return spec.threshold
    allowed = float(spec.statistics.impostor.distance_at(stranger_rate / people))
    return min(spec.threshold, max(math.floor(allowed * 1000) / 1000, _LEAST))


def comparison_of(path: PathSection, spec: EncoderSpec, folders: Sequence[Path]) -> Comparison:
    """The way from distances to people; `folders` are those of weights.

    Raises WeightsError where the encoder's cohort cannot be used, or is asked for and not there.
    """
    cohort = None if path.cohort is CohortUse.OFF else find_cohort(spec, folders)
    if cohort is None and path.cohort is CohortUse.ON:
        raise WeightsError(
            folders[0] / cohort_file(spec.name),
            translate("faults", "is not there"),
            translate("faults", "make it with `kiosk weights cohort FOLDER`, or write `cohort: auto` in config.yaml"),
        )
    return Comparison(path.template_rule, spec.averaging, cohort)


def names_of_none(config: Config, known: Collection[str]) -> list[str]:
    """Names under matching that have a part that is not known."""
    return [name for name in _names(config) if not {part for part, _ in _parts(name)} <= set(known)]


def names_spelt_otherwise(config: Config, encoder: str) -> list[str]:
    """Names under matching with the parts and weights of this encoder that are not its name, so that none counts."""
    return [name for name in _names(config) if name != encoder and sorted(_parts(name)) == sorted(_parts(encoder))]


def _names(config: Config) -> list[str]:
    return sorted({*config.matching.threshold, *config.matching.margin} - {ANY_ENCODER})


def _parts(name: str) -> list[tuple[str, str]]:
    """Each part of a composite encoder's name with its weight, which is "" where none is named."""
    pieces = [part.rpartition("*") for part in name.split("+")]
    return [(part.strip(), _weight(weight.strip())) for weight, _, part in pieces]


def _weight(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text
