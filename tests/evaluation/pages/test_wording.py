import math

import pytest

from kiosk.evaluation.intervals import Interval, wilson
from kiosk.evaluation.pages.wording import (
    asked,
    at_most,
    count,
    distance,
    duration,
    in_words,
    milliseconds,
    noun,
    one_in,
    percent,
    rate_cell,
    reach,
    shortened,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9882, "98.82 %"),
        (0.574, "57.4 %"),
        (0.99, "99.0 %"),
        (0.0068, "0.68 %"),
        (0.000067, "0.0067 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (None, "-"),
        (math.nan, "-"),
    ],
)
def test_percent_has_the_digits_that_mean_something(value: float | None, text: str) -> None:
    assert plain(percent(value)) == text


def test_a_rate_that_was_asked_for_has_no_more_digits_than_were_asked() -> None:
    assert [plain(asked(rate)) for rate in (0.01, 0.003, 0.0001)] == ["1 %", "0.3 %", "0.01 %"]


def test_interval_has_two_digits_of_its_width() -> None:
    assert plain(reach(Interval(0.98451, 0.99132))) == "98.45 to 99.13 %"
    assert plain(reach(Interval(0.2, 0.4))) == "20 to 40 %"
    assert plain(reach(Interval(0.5, 0.5))) == "50 to 50 %"
    assert reach(None) == "interval unknown"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.000123, "1 in 8,100"),
        (0.01, "1 in 100"),
        (0.003, "1 in 330"),
        (0.3, "1 in 3"),
        (0.0, "none"),
        (0.75, "75.0 %"),
        (None, "-"),
    ],
)
def test_rare_things_happen_one_in_so_many_times(value: float | None, text: str) -> None:
    assert plain(one_in(value)) == text


def test_rate_stands_with_counts_and_interval() -> None:
    cell = rate_cell(wilson(12, 1000), best=True)
    assert (plain(cell.text), plain(cell.detail), cell.best) == ("1.2 %", "12 of 1,000\n0.7 to 2.1 %", True)
    assert rate_cell(wilson(0, 0)).text == "-"


def test_what_was_never_seen_is_bounded() -> None:
    assert plain(at_most(wilson(0, 10_000))) == "at most 1 in 2,600"


def test_counts_and_times() -> None:
    assert count(13233) == "13,233"
    assert [plain(noun(number, "person", "people")) for number in (1, 2)] == ["1 person", "2 people"]
    assert plain(in_words(wilson(1, 2000))) == "1 of 2,000"
    assert [plain(milliseconds(value)) for value in (8.43, 61.2, 0.0)] == ["8.4 ms", "61 ms", "0 ms"]
    assert [plain(duration(value)) for value in (2.34, 61, 59.7, 7260)] == [
        "2.3 s",
        "1 min 1 s",
        "1 min 0 s",
        "2 h 1 min",
    ]


def test_distance_that_is_none_is_said_to_be() -> None:
    assert (distance(0.52714), distance(math.inf)) == ("0.527", "no distance")


def test_long_names_are_shortened_to_one_line() -> None:
    assert shortened("a\nb", 10) == "a b"
    assert shortened("x" * 400, 10) == "x" * 9 + "…"
