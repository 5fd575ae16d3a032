from kiosk.evaluation.intervals import Interval, wilson
from kiosk.evaluation.pages.plots import IntervalRow, intervals


def test_rows_are_named_and_told() -> None:
    drawn = intervals("v", "t", [IntervalRow("clips, N = 100", wilson(0, 10_000), wilson(12, 1000))])
    assert "clips, N = 100" in drawn.svg
    assert "members refused 1.2\u00a0%" in drawn.described


def test_what_was_never_or_always_seen_or_never_tried_can_be_drawn() -> None:
    rows = [
        IntervalRow("never", wilson(0, 10**6), wilson(0, 10)),
        IntervalRow("always", wilson(10, 10), wilson(10**6, 10**6)),
        IntervalRow("untried", wilson(0, 0), wilson(0, 0)),
    ]
    assert intervals("v", "t", rows).png
    assert intervals("v", "t", rows[2:]).png
    assert intervals("v", "t", []).png


def test_axis_begins_below_the_smallest_interval() -> None:
    svg = intervals("v", "t", [IntervalRow("a", wilson(1, 10_000), wilson(5, 10))]).svg
    assert "0.0001 %" in svg


def test_an_interval_that_reaches_zero_though_there_were_errors_can_be_drawn() -> None:
    rate = wilson(29, 19_365).widened(Interval(0.0, 0.0024))
    assert intervals("v", "t", [IntervalRow("still, N = 10", rate, rate)]).png
