import pytest

from kiosk.recognition.evaluation.intervals import Rate, wilson


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [(10, 100, 0.0552291, 0.1743657), (0, 10, 0.0, 0.2775328), (10, 10, 0.7224672, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_gives_the_published_values(errors, trials, low, high):
    found = wilson(errors, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-7)
    assert found == Rate(errors, trials, found.low, found.high)
