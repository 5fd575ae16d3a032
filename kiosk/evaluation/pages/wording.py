"""Figures in words for report pages: percent, counts, intervals; and the terms that a page explains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from kiosk.evaluation.intervals import Interval, Rate
from kiosk.evaluation.results import PathLabel, Result

_SPACE = "\u00a0"  # a number and its unit stay on one line
_MOST_DECIMALS = 5
NOTHING = "-"  # a figure without trials


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: a text, and a detail below it."""

    text: str
    detail: str = ""  # may have several lines
    best: bool = False  # of its column


def percent(value: float | None) -> str:
    """Return 98.82 % for 0.9882, 0.0067 % for 0.000067: two decimals, or two digits of the distance to 0 or 100 %."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value in {0, 1}:
        return asked(value)
    text = _trimmed(100 * value, max(2, _decimals(100 * min(abs(value), abs(1 - value)), digits=2)))
    return f"{text if '.' in text else f'{text}.0'}{_SPACE}%"


def asked(rate: float) -> str:
    """Return 1 % for 0.01: a rate that was asked for."""
    return f"{100 * rate:g}{_SPACE}%"


def reach(interval: Rate | Interval | None) -> str:
    """Return 98.5 to 99.1 %: with two significant digits of the width."""
    if interval is None:
        return "interval unknown"
    decimals = _decimals(100 * abs(interval.high - interval.low), digits=2)
    low, high = (f"{100 * end:.{decimals}f}" for end in (interval.low, interval.high))
    return f"{low}{_SPACE}to{_SPACE}{high}{_SPACE}%"


def count(number: int) -> str:
    """Return 13,233 for 13233."""
    return f"{number:,}"


def noun(number: int, one: str, many: str = "") -> str:
    """Return 1 picture, or 2,000 pictures."""
    return f"{count(number)}{_SPACE}{one if number == 1 else many or f'{one}s'}"


def one_in(value: float | None) -> str:
    """Return 1 in 8,100 for 0.000123; percent from one half on."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value <= 0:
        return "none"
    if value >= 0.5:
        return percent(value)
    return f"1{_SPACE}in{_SPACE}{count(_two_digits(1 / value))}"


def in_words(rate: Rate) -> str:
    """Return 12 of 1,000."""
    return f"{count(rate.errors)}{_SPACE}of{_SPACE}{count(rate.trials)}"


def rate_cell(rate: Rate, *, best: bool = False) -> Cell:
    """Return a rate with its counts and its interval."""
    if not rate.trials:
        return Cell(NOTHING, "nothing to count")
    return Cell(percent(rate.value), f"{in_words(rate)}\n{reach(rate)}", best)


def at_most(rate: Rate) -> str:
    """Return at most 1 in 2,600: the upper end of the interval."""
    return f"at most {one_in(rate.high)}"


def milliseconds(value: float) -> str:
    """Return 8.4 ms."""
    return f"{_trimmed(value, _decimals(value, digits=2))}{_SPACE}ms"


def duration(seconds: float) -> str:
    """Return 2 min 5 s."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{seconds:.1f}{_SPACE}s" if seconds < 10 else f"{rest}{_SPACE}s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}{_SPACE}h {minutes}{_SPACE}min"
    return f"{minutes}{_SPACE}min {rest}{_SPACE}s"


def distance(value: float) -> str:
    """Return 0.527, or "no distance"."""
    return f"{value:.3f}" if math.isfinite(value) else "no distance"


def shortened(text: str, longest: int) -> str:
    """Return a text in one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _decimals(size: float, *, digits: int) -> int:
    """Return the decimals with which a number of that size has `digits` significant digits."""
    if size <= 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(size)), 0), _MOST_DECIMALS)


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _two_digits(value: float) -> int:
    power = 10 ** max(math.floor(math.log10(value)) - 1, 0)
    return int(round(value / power) * power)


Terms = tuple[tuple[str, str], ...]

_COMMON: Final[Terms] = (
    (
        "distance",
        "How different two faces are to the encoder; closer is more alike. Accepted when at most the threshold.",
    ),
    (
        "interval, 95 %",
        "The range of the true rate, given the counts. With 0 errors in 1,000 it may still be 1 in 260.",
    ),
    ("failure to acquire", "A picture that gives no face to compare: none found, too small, too dark, turned away."),
)
VERIFICATION: Final[Terms] = (
    ("FMR, false match rate", "How often pictures of two people are taken for one person."),
    ("FNMR, false non-match rate", "How often two pictures of one person are taken for two people."),
    ("equal error rate", "Both rates at the threshold where they are the same: one number to compare encoders by."),
    *_COMMON,
)
OPEN_SET: Final[Terms] = (
    ("N", "The number of people enrolled. With more people, a stranger more often resembles one of them."),
    (
        "FPIR, false positive identification rate",
        "How often a stranger's picture is accepted as one of the people enrolled.",
    ),
    (
        "FNIR, false negative identification rate",
        "How often a member's picture is not accepted, or accepted as another person's.",
    ),
    ("rank 1", "The member is the nearest person, whatever the threshold."),
    *_COMMON,
)
VISITS: Final[Terms] = (
    ("visit", "A person in front of the door: several frames, one decision."),
    ("k of n", "At least k of the last n frames must show the same person before the door opens."),
    ("margin", "The second nearest person must be farther by this distance, or the frame counts for nobody."),
    ("N", "How many people are enrolled."),
    *_COMMON,
)
CALIBRATION: Final[Terms] = (
    ("distance", "How different two faces are to the encoder; closer is more alike."),
    ("threshold", "The largest distance at which a visitor is accepted as a person enrolled."),
    ("margin", "The second nearest person must be farther by this distance, or the frame counts for nobody."),
    ("k of n", "At least k of the last n frames must show the same person before the door opens."),
    ("95 %", "The true figure lies between these two values with 95 % certainty."),
)
CALIBRATION_LIMITS: Final = (
    (
        "The figures hold for the people and pictures of today. Calibrate again when many people have joined, or the "
        "camera or the light has changed."
    ),
    "Strangers here are unrelated people with their own faces: not twins, and no photographs held to the camera.",
    "People of one family, one age or one origin look more alike to the encoder.",
)
LIMITS: Final = (
    (
        "The figures hold for these pictures. Labelled Faces in the Wild shows celebrities in good light, most of them "
        "white men of middle age. Groups that are rare in it, above all children, are recognised less well."
    ),
    (
        "Another camera, a lamp behind the visitor or twice as many people change every figure. Calibrate on your own "
        "people with `kiosk calibrate`."
    ),
    (
        "Nobody in these pictures tried to deceive the door: attacks such as a photograph held to the camera are not "
        "measured."
    ),
    ("Some labels of public data sets are wrong, and dominate the last tenth of a percent: look at the worst pairs."),
)


AnyResult = TypeVar("AnyResult", bound=Result)


def path_name(label: PathLabel) -> str:
    """Return the name of a path in tables and plots."""
    return f"{label} (peer)" if label.peer else str(label)


def subject(results: Sequence[AnyResult]) -> AnyResult:
    """Return the first of the kiosk's own paths, or the peer where it was measured alone."""
    return next((result for result in results if not result.path.peer), results[0])
