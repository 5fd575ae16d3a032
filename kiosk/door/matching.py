"""Threshold, margin and cohort of an encoder, from the configuration and the number of people."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from kiosk.config import ANY_ENCODER, CohortUse, MatchingSection, PathSection
from kiosk.domain import Outcome, Reason
from kiosk.encoders import EncoderSpec
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.i18n import QT_TRANSLATE_NOOP, number, translate
from kiosk.recognition.cohort import Cohort, read_cohort
from kiosk.recognition.matching import Comparison
from kiosk.store.journal import Journal, JournalEntry
from kiosk.weights.catalogue import FORMER_ENCODER
from kiosk.weights.manifest import read_manifest, shipped_content, unreadable


def cohort_file(encoder: str) -> str:
    """Return the file name of an encoder's cohort."""
    return f"{encoder}.cohort.npz"


def find_cohort(spec: EncoderSpec, folders: Sequence[Path]) -> Cohort | None:
    """Return the encoder's cohort from the first folder that has one, or None.

    A shipped cohort is verified by its hash. Raises WeightsError if the file is altered or of another encoder.
    """
    path = next((path for folder in folders if (path := folder / cohort_file(spec.name)).is_file()), None)
    if path is None:
        return None
    if path.parent.resolve() == shipped_weights().resolve() and path.name in read_manifest():
        content = shipped_content(path.name)
    else:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from error
    return read_cohort(path, content, spec.key, spec.dimension)


_LEAST: Final = 0.001  # a threshold is above 0


def matching_numbers(matching: MatchingSection, spec: EncoderSpec, people: int) -> tuple[float, float]:
    """Return threshold and margin: those in the configuration, else the automatic threshold and the encoder's margin.

    A threshold above twice the encoder's own is not used: with it, the door would open for everybody.
    """
    threshold, margin = matching.numbers_for(spec.name)
    if threshold is None or threshold > 2 * spec.threshold:
        threshold = automatic_threshold(spec, people, matching.stranger_rate)
    return threshold, spec.margin if margin is None else margin


def threshold_remark(threshold: float | None, spec: EncoderSpec) -> str:
    """Return what is wrong with a configured threshold, or ""; None is the automatic threshold.

    A threshold below half or above twice the encoder's own was meant for another encoder; one above its own lets more
    strangers in.
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
    """Return a threshold or margin as text in the language of the screen, with all its decimals."""
    return number(value, len(f"{value:g}".partition(".")[2]))


def automatic_threshold(spec: EncoderSpec, people: int, stranger_rate: float) -> float:
    """Return the threshold at which about `stranger_rate` of strangers' visits open the door.

    A stranger may resemble each of N people, so the rate for one person is stranger_rate / N, which the encoder's
    statistics turn into a distance. A visit is counted as one frame: k frames that must agree make a grant rarer, more
    frames make it more frequent. Measured on LFW's View 1 at a rate of 1e-3, with frames of one moment: 1.5e-3 among
    10 people, 2e-4 among 81; with frames of several moments 1.3e-3 and 0 of 4,030. The result is in whole thousandths
    and never above the encoder's own threshold, which also applies if the encoder has no statistics.
    """
    if spec.statistics is None or people < 1:
        return spec.threshold
    allowed = float(spec.statistics.impostor.distance_at(stranger_rate / people))
    return min(spec.threshold, max(math.floor(allowed * 1000) / 1000, _LEAST))


def comparison_of(path: PathSection, spec: EncoderSpec, folders: Sequence[Path]) -> Comparison:
    """Return how distances are turned into people; `folders` are those of weights.

    Raises WeightsError if the encoder's cohort cannot be used, or is required and missing.
    """
    cohort = None if path.cohort is CohortUse.OFF else find_cohort(spec, folders)
    if cohort is None and path.cohort is CohortUse.ON:
        raise WeightsError(
            folders[0] / cohort_file(spec.name),
            "is not there",
            "make it with `kiosk weights cohort FOLDER`, or write `cohort: auto` in config.yaml",
        )
    return Comparison(path.template_rule, spec.averaging, cohort)


def names_of_none(matching: MatchingSection, known: Collection[str]) -> list[str]:
    """Return the names under matching that have an unknown part."""
    return [name for name in _names(matching) if not {part for part, _ in _parts(name)} <= set(known)]


def names_spelt_otherwise(matching: MatchingSection, encoder: str) -> list[str]:
    """Return the names under matching that spell this encoder's parts and weights differently, so they do not apply."""
    return [name for name in _names(matching) if name != encoder and sorted(_parts(name)) == sorted(_parts(encoder))]


def _names(matching: MatchingSection) -> list[str]:
    return sorted({*matching.threshold, *matching.margin} - {ANY_ENCODER})


def _parts(name: str) -> list[tuple[str, str]]:
    """Return each part of a composite encoder's name with its weight, or ""."""
    parts = []
    for piece in name.split("+"):
        weight, _, part = piece.rpartition("*")
        with suppress(ValueError):
            weight = f"{float(weight):g}"
        parts.append((part.strip(), weight.strip()))
    return parts


DAYS = 7
# The decisions that depend on a distance; a threshold would not change the others (a fault, a test, nobody enrolled).
_BY_DISTANCE = {reason.value for reason in (Reason.RECOGNISED, Reason.RETURNED, Reason.TOO_FAR, Reason.AMBIGUOUS)}


@dataclass(frozen=True, slots=True)
class Changes:
    """The numbers of past decisions that another threshold or margin would have changed."""

    considered: int
    let_in: int  # of those that were refused
    refused: int  # of those that were let in

    @property
    def changed(self) -> int:
        return self.let_in + self.refused


class PastDecisions:
    """Past decisions of one encoder as numbers, to try other thresholds quickly.

    An estimate: each decision is judged by its last frame, though several frames had to agree.
    """

    def __init__(self, entries: Iterable[JournalEntry], encoder: str) -> None:
        rows = [
            (entry.distance, entry.second_distance, entry.outcome == Outcome.GRANTED.value)
            for entry in entries
            if entry.encoder == encoder and entry.reason in _BY_DISTANCE and entry.distance is not None
        ]
        self._distances = np.array([distance for distance, _, _ in rows], np.float64)
        # Without a second person the margin is always kept.
        self._seconds = np.array([np.inf if second is None else second for _, second, _ in rows], np.float64)
        self._granted = np.array([granted for _, _, granted in rows], bool)

    def with_numbers(self, threshold: float, margin: float) -> Changes:
        """Return what this threshold and margin would have changed."""
        named = (self._distances <= threshold) & (self._seconds - self._distances >= margin)
        return Changes(
            considered=len(self._granted),
            let_in=int(np.count_nonzero(named & ~self._granted)),
            refused=int(np.count_nonzero(~named & self._granted)),
        )


def past_decisions(journal: Journal, encoder: str, now: datetime) -> PastDecisions:
    """Return the decisions of the last seven days; raises JournalError."""
    return PastDecisions(journal.since(now - timedelta(days=DAYS)), encoder)


# Measured on LFW's development view: of 100 people it misses three times as many at the same rate of false alarms.
STRONGER_ENCODER = QT_TRANSLATE_NOOP("health", "use the stronger encoder: write `encoder: sface_fp16` in config.yaml")


def advice_for(encoder: str) -> str:
    """Return advice for enrolling many people with this encoder, or ""."""
    advice = translate("door", "For more than 50 people, first: `encoder: sface_fp16` in config.yaml")
    return advice if encoder == FORMER_ENCODER else ""
