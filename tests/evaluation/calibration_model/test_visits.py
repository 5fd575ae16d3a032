"""The chance of a grant against the real decision rule, frame by frame."""

import numpy as np
import pytest

from kiosk.domain import Box, Candidate, Face, Identification, Observation, Outcome, TrackedFace
from kiosk.door.decision import DecisionRule, RuleSettings
from kiosk.evaluation.calibration.model import VisitRule, chance_of_a_grant, pooled_correlation
from kiosk.evaluation.correlation import chance_of_k_of_n

FACE = Face(Box(0, 0, 100, 100), 1.0)
NEAR = Identification((Candidate("Ada", 0.2),), 0.4, 0.0, 1)
FAR = Identification((Candidate("Ada", 0.9),), 0.4, 0.0, 1)


def is_granted(named: np.ndarray, k: int, n: int) -> bool:
    rule = DecisionRule(RuleSettings(k=k, n=n))
    for frame, near in enumerate(named):
        face = TrackedFace(1, FACE, None, NEAR if near else FAR)
        (decision,) = rule.update(Observation(frame, frame / 10, (face,)))
        if decision.outcome is not Outcome.PENDING:
            return decision.outcome is Outcome.GRANTED
    raise AssertionError("a visit without an end")


@pytest.mark.parametrize(("k", "n"), [(3, 5), (2, 3), (1, 1), (1, 4), (4, 4), (5, 8)])
@pytest.mark.parametrize(("rate", "correlation"), [(0.2, 0.0), (0.1, 0.6), (0.9, 0.8), (0.6, 0.3)])
def test_as_often_as_the_decision_rule_grants(k: int, n: int, rate: float, correlation: float) -> None:
    random = np.random.default_rng(1)
    visits = 1500
    alike = np.sqrt(correlation) * random.normal(size=(visits, 1))
    numbers = alike + np.sqrt(1 - correlation) * random.normal(size=(visits, 3 * n))
    limit = np.quantile(random.normal(size=10**6), rate)
    granted = sum(is_granted(visit <= limit, k, n) for visit in numbers)
    expected = chance_of_a_grant(rate, k, n, correlation)
    assert abs(granted / visits - expected) < 4 * np.sqrt(expected * (1 - expected) / visits) + 0.002


@pytest.mark.parametrize("rate", [1e-6, 1e-4, 0.01, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_more_often_than_k_of_the_first_n_frames_agree(rate: float, correlation: float) -> None:
    grant, first = chance_of_a_grant(rate, 3, 5, correlation), chance_of_k_of_n(rate, 3, 5, correlation)
    assert first * 0.999 <= grant <= min(5 * first, 1)


def test_one_frame_of_one_is_the_rate() -> None:
    assert chance_of_a_grant(0.037, 1, 1, 0.4) == pytest.approx(0.037, rel=1e-6)


def test_frames_that_are_all_the_same_decide_as_one() -> None:
    assert chance_of_a_grant(0.01, 3, 5, 1.0) == 0.01


def test_many_frames_are_judged_by_the_first_n() -> None:
    assert chance_of_a_grant(0.2, 20, 40, 0.5) == chance_of_k_of_n(0.2, 20, 40, 0.5)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_what_is_certain_stays_certain(rate: float) -> None:
    assert chance_of_a_grant(rate, 3, 5, 0.5) == rate
    assert VisitRule(3, 5, 0.5).granted(np.array([rate])) == [rate]


def test_the_table_is_the_chance() -> None:
    rule = VisitRule(3, 5, 0.7)
    rates = np.array([3e-7, 2e-4, 0.017, 0.33, 0.91, 0.987, 0.9999])
    expected = [chance_of_a_grant(float(rate), 3, 5, 0.7) for rate in rates]
    assert rule.granted(rates) == pytest.approx(expected, rel=0.01)
    assert np.all(np.diff(rule.granted(np.logspace(-12, 0, 200))) >= 0)


def test_means_of_frames_are_more_alike_than_the_frames() -> None:
    assert pooled_correlation(0.9, 1) == pytest.approx(0.9)
    assert 0.9 < pooled_correlation(0.9, 3) < pooled_correlation(0.9, 5) < 1
    assert pooled_correlation(0.0, 5) == 0
