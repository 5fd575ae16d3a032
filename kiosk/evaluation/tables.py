"""Figures in words and in tables: percent, counts, distances, rates with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.evaluation.rates import Interval, Rate


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def rate_cell(rate: Rate) -> str:
    """Return 2.00% (2 of 100) [0.55%, 7.00%]; a dash without trials."""
    if rate.value is None:
        return "-"
    return f"{rate.value:.2%} ({rate.errors} of {rate.trials}) {interval_cell(rate)}"


def interval_cell(interval: Interval | Rate) -> str:
    """Return [0.55%, 7.00%]."""
    return f"[{interval.low:.2%}, {interval.high:.2%}]"


def left_out_notes(reasons: Sequence[Sequence[str]]) -> list[str]:
    """Return a note for each different reason of several paths."""
    return [f"left out: {reason}" for reason in dict.fromkeys(one for own in reasons for one in own)]


def percent(value: float | None) -> str:
    """Return 98.82 % for 0.9882, 0.0067 % for 0.000067: two decimals, or two digits of the distance to 0 or 100 %."""
    if value is None or not math.isfinite(value):
        return "-"
    if value in {0, 1}:
        return asked(value)
    decimals = 1 - math.floor(math.log10(100 * min(abs(value), abs(1 - value))))
    text = f"{100 * value:.{min(max(decimals, 2), 5)}f}".rstrip("0")
    return f"{text}0 %" if text.endswith(".") else f"{text} %"


def asked(rate: float) -> str:
    """Return 1 % for 0.01: a rate that was asked for."""
    return f"{100 * rate:g} %"


def noun(number: int, one: str, many: str = "") -> str:
    """Return 1 picture, or 2,000 pictures."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def one_in(rate: float) -> str:
    """Return 1 in 8,100 for 0.000123; percent from one half on."""
    if rate >= 0.5:
        return percent(rate)
    if rate < 1e-9:
        return "1 in more than 1,000,000,000"
    visits = f"{1 / rate:.2g}"
    return f"1 in {visits if 1 / rate < 10 else format(int(float(visits)), ',')}"


def distance(value: float) -> str:
    """Return 0.527, or "no distance"."""
    return f"{value:.3f}" if math.isfinite(value) else "no distance"


def shortened(text: str, longest: int) -> str:
    """Return a text in one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
