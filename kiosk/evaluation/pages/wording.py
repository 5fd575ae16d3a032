"""Figures in words: percent, counts, distances."""

from __future__ import annotations

import math

from kiosk.evaluation.intervals import Rate


def percent(value: float | None) -> str:
    """Return 98.82 % for 0.9882, 0.0067 % for 0.000067: two decimals, or two digits of the distance to 0 or 100 %."""
    if value is None or not math.isfinite(value):
        return "-"
    if value in {0, 1}:
        return asked(value)
    decimals = max(2, _decimals(100 * min(abs(value), abs(1 - value))))
    text = f"{100 * value:.{decimals}f}".rstrip("0")
    return f"{text}0 %" if text.endswith(".") else f"{text} %"


def asked(rate: float) -> str:
    """Return 1 % for 0.01: a rate that was asked for."""
    return f"{100 * rate:g} %"


def _decimals(size: float) -> int:
    """Return the decimals with which a number of that size has two significant digits; 5 at most."""
    return 0 if size <= 0 else min(max(1 - math.floor(math.log10(size)), 0), 5)


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


def at_most(rate: Rate) -> str:
    """Return at most 1 in 2,600: the upper end of the interval."""
    return f"at most {one_in(rate.high)}"


def distance(value: float) -> str:
    """Return 0.527, or "no distance"."""
    return f"{value:.3f}" if math.isfinite(value) else "no distance"


def shortened(text: str, longest: int) -> str:
    """Return a text in one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
