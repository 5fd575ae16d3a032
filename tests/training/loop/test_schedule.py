import pytest

from kiosk.training.loop import learning_rate


def test_it_rises_to_the_peak_and_falls_to_almost_nothing():
    rates = [learning_rate(step, 100, 10, 0.5) for step in range(100)]
    assert rates.index(max(rates)) in {9, 10}
    assert max(rates) == 0.5
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.001


def test_half_way_down_it_is_half():
    assert learning_rate(55, 100, 10, 1.0) == pytest.approx(0.5)


@pytest.mark.parametrize(("steps", "warm_up"), [(1, 0), (1, 1), (5, 5), (3, 10)])
def test_short_runs_have_a_rate_too(steps, warm_up):
    assert all(0 < learning_rate(step, steps, warm_up, 0.1) <= 0.1 for step in range(steps))
