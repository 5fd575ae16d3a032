"""Strangers and members at a door, against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.evaluation.calibration.distances import Shift
from kiosk.evaluation.calibration.model import Door, VisitRule, chance_of_a_grant, largest_thresholds

RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1.0)
STATISTICS = Statistics(
    "closed form",
    20_000,
    QuantileTable(10**9, RATES, (0.3, 0.36, 0.42, 0.5, 0.6, 0.72, 0.9, 1.3)),
    QuantileTable(10**9, RATES, (0.9, 0.85, 0.8, 0.74, 0.66, 0.56, 0.4, 0.05)),
)
SURE = Shift(0.0, 1e-9, 1.0)
DOOR = Door(np.ones(10, np.intp), STATISTICS, SURE, SURE, 0.8, VisitRule(1, 1, 0.9))


def test_one_frame_of_one_is_the_open_set_rate_of_n_people() -> None:
    for people in (1, 10, 1000):
        door = replace(DOOR, sizes=np.ones(people, np.intp))
        assert door.strangers_at(0.42).mean == pytest.approx(1 - (1 - 1e-4) ** people, rel=0.01)


def test_whole_visits_are_those_of_the_rule() -> None:
    door = replace(DOOR, rule=VisitRule(3, 5, 0.7))
    assert door.strangers_at(0.5).mean == pytest.approx(10 * chance_of_a_grant(1e-3, 3, 5, 0.7), rel=0.02)


def test_a_shift_moves_the_threshold_with_it() -> None:
    moved = replace(DOOR, impostor=Shift(-0.05, 1e-9, 1.0))
    assert moved.strangers_at(0.45).mean == pytest.approx(DOOR.strangers_at(0.5).mean, rel=0.01)


def test_doubt_makes_the_promise_more_careful_and_the_interval_wider() -> None:
    doubted = replace(DOOR, impostor=Shift(0.0, 0.02, 0.5))
    sure, unsure = DOOR.strangers_at(0.42), doubted.strangers_at(0.42)
    assert unsure.mean > sure.mean
    assert unsure.low < sure.low <= sure.mean <= sure.high < unsure.high


def test_few_pairs_behind_a_tail_make_the_interval_wider() -> None:
    thin = replace(STATISTICS, people=150)
    many = replace(DOOR, sizes=np.ones(100_000, np.intp))  # of whom it makes no difference who they are
    found, sure = replace(many, statistics=thin).strangers_at(0.32), many.strangers_at(0.32)
    assert found.high / found.low > 2 * sure.high / sure.low


def test_of_few_people_it_makes_a_difference_who_they_are() -> None:
    few, many = (replace(DOOR, sizes=np.ones(people, np.intp)).strangers_at(0.42) for people in (5, 500))
    assert few.high / few.low > 2 * many.high / many.low


def test_more_templates_let_more_strangers_and_more_members_in() -> None:
    more = replace(DOOR, sizes=np.full(10, 3, np.intp))
    assert DOOR.strangers_at(0.5).mean < more.strangers_at(0.5).mean < 3 * DOOR.strangers_at(0.5).mean
    assert more.refused_at(0.5, 0.0).mean < DOOR.refused_at(0.5, 0.0).mean


def test_templates_that_are_one_to_a_stranger_are_one_chance() -> None:
    mean = replace(DOOR, sizes=np.full(10, 3, np.intp), as_one=True)
    assert mean.strangers_at(0.5).mean == pytest.approx(DOOR.strangers_at(0.5).mean)
    assert mean.refused_at(0.5, 0.0).mean < DOOR.refused_at(0.5, 0.0).mean


def test_members_are_refused_as_often_as_they_lie_beyond_the_threshold() -> None:
    assert DOOR.refused_at(0.66, 0.0).mean == pytest.approx(0.01, abs=0.01)
    assert replace(DOOR, sizes=np.ones(1, np.intp)).refused_at(0.56, 0.0).mean == pytest.approx(0.1, abs=0.003)


def test_the_margin_refuses_more_the_more_people_there_are() -> None:
    few, many = (replace(DOOR, sizes=np.ones(people, np.intp)) for people in (2, 2000))
    assert few.refused_at(0.6, 0.3).mean < many.refused_at(0.6, 0.3).mean
    assert many.refused_at(0.6, 0.0).mean < many.refused_at(0.6, 0.3).mean


def test_beyond_the_last_pair_is_said_to_be() -> None:
    assert DOOR.is_extrapolated(0.29)
    assert not DOOR.is_extrapolated(0.31)
    assert replace(DOOR, impostor=Shift(0.05, 1e-9, 1.0)).is_extrapolated(0.31)


@pytest.mark.parametrize("rate", [0.05, 1e-2, 1e-3, 1e-4])
def test_the_largest_threshold_keeps_the_rate_and_the_next_does_not(rate: float) -> None:
    door = replace(DOOR, impostor=Shift(0.01, 0.01, 0.8))
    (threshold,) = largest_thresholds(door, [rate])
    assert threshold is not None
    assert door.strangers_at(threshold).mean <= rate < door.strangers_at(threshold + 0.001).mean


def test_there_may_be_no_threshold() -> None:
    assert largest_thresholds(replace(DOOR, sizes=np.full(1000, 30, np.intp)), [1e-12, 0.1])[0] is None


def test_nobody_lets_nobody_in() -> None:
    empty = replace(DOOR, sizes=np.zeros(0, np.intp))
    assert empty.strangers_at(0.5).mean == 0
    assert empty.refused_at(0.5, 0.04).mean == 0
