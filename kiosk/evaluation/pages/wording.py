"""Figures as people read them: percent with the digits that mean something, counts, one in so many."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kiosk.evaluation.rates.intervals import Interval, Rate

_SPACE = "\u00a0"  # a number and its unit stay on one line
_MOST_DECIMALS = 5
NOTHING = "-"  # where no trial stands behind a figure


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table: what is read first, and what stands small below it."""

    text: str
    detail: str = ""  # a line each
    best: bool = False  # of its column


def percent(value: float | None) -> str:
    """98.82 % for 0.9882, 0.0067 % for 0.000067: two decimals, or the digits of what is missing to 0 or 100 %."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value in {0, 1}:
        return asked(value)
    text = _trimmed(100 * value, max(2, _decimals(100 * min(abs(value), abs(1 - value)), digits=2)))
    return f"{text if '.' in text else f'{text}.0'}{_SPACE}%"


def asked(rate: float) -> str:
    """1 % for 0.01: a rate that somebody asked for."""
    return f"{100 * rate:g}{_SPACE}%"


def reach(interval: Rate | Interval | None) -> str:
    """98.5 to 99.1 %: with two significant digits of the distance between both."""
    if interval is None:
        return "interval unknown"
    decimals = _decimals(100 * abs(interval.high - interval.low), digits=2)
    low, high = (f"{100 * end:.{decimals}f}" for end in (interval.low, interval.high))
    return f"{low}{_SPACE}to{_SPACE}{high}{_SPACE}%"


def count(number: int) -> str:
    """13,233 for 13233."""
    return f"{number:,}"


def noun(number: int, one: str, many: str = "") -> str:
    """1 picture, 2,000 pictures."""
    return f"{count(number)}{_SPACE}{one if number == 1 else many or f'{one}s'}"


def one_in(value: float | None) -> str:
    """1 in 8,100 for 0.000123; percent from a half on, where nobody says one in two."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value <= 0:
        return "none"
    if value >= 0.5:
        return percent(value)
    return f"1{_SPACE}in{_SPACE}{count(_two_digits(1 / value))}"


def in_words(rate: Rate) -> str:
    """12 of 1,000."""
    return f"{count(rate.errors)}{_SPACE}of{_SPACE}{count(rate.trials)}"


def rate_cell(rate: Rate, *, best: bool = False) -> Cell:
    """A rate with its counts and its interval."""
    if not rate.trials:
        return Cell(NOTHING, "nothing to count")
    return Cell(percent(rate.value), f"{in_words(rate)}\n{reach(rate)}", best)


def at_most(rate: Rate) -> str:
    """Up to 1 in 2,600: the upper end of the interval."""
    return f"at most {one_in(rate.high)}"


def milliseconds(value: float) -> str:
    """8.4 ms."""
    return f"{_trimmed(value, _decimals(value, digits=2))}{_SPACE}ms"


def duration(seconds: float) -> str:
    """2 min 5 s."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{seconds:.1f}{_SPACE}s" if seconds < 10 else f"{rest}{_SPACE}s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}{_SPACE}h {minutes}{_SPACE}min"
    return f"{minutes}{_SPACE}min {rest}{_SPACE}s"


def distance(value: float) -> str:
    """0.527; a distance that is none is said to be."""
    return f"{value:.3f}" if math.isfinite(value) else "no distance"


def shortened(text: str, longest: int) -> str:
    """A label that a plot has room for, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _decimals(size: float, *, digits: int) -> int:
    """Decimals with which a number of that size has so many significant digits."""
    if size <= 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(size)), 0), _MOST_DECIMALS)


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _two_digits(value: float) -> int:
    power = 10 ** max(math.floor(math.log10(value)) - 1, 0)
    return int(round(value / power) * power)
