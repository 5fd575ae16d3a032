import math

import numpy as np
import pytest

from kiosk.errors import EvaluationError
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.rates import area_under, curve, equal_error_rate, figures_over_people, operating_point


@pytest.fixture(scope="module")
def found():
    return figures_of(seed=0)


def drawn(seed, people=300):
    random = np.random.default_rng(seed)
    return random.normal(0.5, 0.1, people), random.normal(0.8, 0.1, people)


def figures_of(seed, people=300, **options):
    everybody = (np.arange(people), people + np.arange(people))
    return figures_over_people(*drawn(seed, people), everybody, [0.1], seed=seed, **options)


def test_the_figures_are_those_of_the_curve(found):
    whole = curve(*drawn(0))
    point = operating_point(*drawn(0), 0.1)
    assert found.area.value == area_under(whole)
    assert (found.equal_error.value, found.equal_error_threshold) == equal_error_rate(whole)
    assert [(one.fmr_asked, one.threshold) for one in found.points] == [(0.1, point.threshold)]
    assert (found.points[0].fmr.value, found.points[0].fnmr.value) == (point.fmr.value, point.fnmr.value)
    np.testing.assert_array_equal(found.curve.fnmr, whole.fnmr)


def test_each_figure_lies_in_its_interval(found):
    for figure in (found.area, found.equal_error):
        assert figure.interval.low < figure.value < figure.interval.high
    for rate in (found.points[0].fmr, found.points[0].fnmr):
        assert rate.low < rate.value < rate.high


def test_the_area_is_as_sure_as_its_closed_form_says(found):
    # Hanley and McNeil 1982, Radiology 143, 29-36: the standard error of the area under a ROC curve.
    area, n = found.area.value, 300
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    error = math.sqrt((area * (1 - area) + (n - 1) * (q1 + q2 - 2 * area**2)) / n**2)
    assert found.area.interval.high - found.area.interval.low == pytest.approx(3.92 * error, rel=0.25)


def test_a_threshold_that_was_chosen_on_few_makes_the_rate_less_sure(found):
    alone = wilson(found.points[0].fnmr.errors, found.points[0].fnmr.trials)
    assert found.points[0].fnmr.high - found.points[0].fnmr.low > 1.2 * (alone.high - alone.low)


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    # FMR 0.1 lies 1.2816 deviations below 0.8: FNMR = 1 - Phi(3 - 1.2816); EER = Phi(-1.5); area = Phi(3 / sqrt 2).
    fnmr, equal, area = 0.042862, 0.066807, 0.983053
    held = []
    for seed in range(60):
        one = figures_of(seed, people=150, resamples=200)
        bounds = [(one.points[0].fnmr, fnmr), (one.equal_error.interval, equal), (one.area.interval, area)]
        held.append([interval.low <= truth <= interval.high for interval, truth in bounds])
    assert (np.mean(held, axis=0) >= 0.85).all()


def test_the_intervals_depend_on_the_seed_alone(found):
    assert figures_of(seed=0).area == found.area
    assert figures_over_people(*drawn(0), (np.arange(300), 300 + np.arange(300)), [0.1], seed=9).area != found.area


def test_one_person_leaves_the_area_without_interval():
    found = figures_over_people([0.1, 0.2], [0.3, 0.9], ([0, 0], [0, 0]), [0.5])
    assert (found.area.interval, found.equal_error.interval) == (None, None)
    assert found.points[0].fnmr == wilson(0, 2)


def test_resamples_without_a_kind_of_pairs_say_nothing():
    # Of three people each has to be drawn once, or a kind of pairs is missing: 2 resamples in 9.
    found = figures_over_people([0.1, 0.2], [0.3, 0.9], ([2, 2], [[0, 1], [0, 1]]), [0.5])
    assert found.area.interval is None


def test_without_rates_there_are_no_points():
    assert figures_over_people([0.1], [0.3], ([0], [1]), []).points == ()


@pytest.mark.parametrize(("genuine", "impostor"), [([], [0.5]), ([0.5], []), ([], [])])
def test_one_kind_of_pairs_alone_has_no_figures(genuine, impostor):
    people = (np.zeros(len(genuine), int), np.zeros(len(impostor), int))
    with pytest.raises(EvaluationError, match="there is no pair of"):
        figures_over_people(genuine, impostor, people, [0.1])
