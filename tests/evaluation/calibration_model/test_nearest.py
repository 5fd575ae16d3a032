"""The nearest of several templates, against closed forms and against counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.evaluation.calibration.distances import Nearest

RATES = np.array([1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.97])


def test_one_template_is_the_comparison_itself() -> None:
    assert Nearest(1, 0.8).rate(RATES) == pytest.approx(RATES, rel=1e-3)


def test_independent_templates_are_as_many_chances() -> None:
    for templates in (2, 5, 20):
        assert Nearest(templates, 0.0).rate(RATES) == pytest.approx(1 - (1 - RATES) ** templates, rel=0.02)


def test_the_same_picture_twice_is_one_chance() -> None:
    assert Nearest(5, 1.0).rate(RATES) == pytest.approx(RATES, rel=1e-3)


@pytest.mark.parametrize("correlation", [0.3, 0.8])
def test_alike_templates_are_as_counted(correlation: float) -> None:
    random = np.random.default_rng(0)
    shared = np.sqrt(correlation) * random.normal(size=(300_000, 1))
    numbers = shared + np.sqrt(1 - correlation) * random.normal(size=(300_000, 4))
    for single in (0.01, 0.2, 0.7):
        limit = np.quantile(numbers, single)
        assert Nearest(4, correlation).rate(single) == pytest.approx(np.mean(numbers.min(axis=1) <= limit), rel=0.03)


@settings(deadline=None, max_examples=50)  # tables are made at first use
@given(st.integers(1, 6), st.sampled_from([0.0, 0.4, 0.8]), st.floats(1e-9, 0.5))
def test_single_undoes_rate(templates: int, correlation: float, rate: float) -> None:
    nearest = Nearest(templates, correlation)
    assert float(nearest.single(nearest.rate(rate))) == pytest.approx(rate, rel=1e-4)


def test_what_is_certain_stays_certain() -> None:
    assert Nearest(3, 0.5).rate(np.array([0.0, 1.0])).tolist() == [0, 1]
    assert Nearest(3, 0.5).single(np.array([0.0, 1.0])).tolist() == [0, 1]
