import numpy as np
import pytest

from kiosk.evaluation.correlation import Likeness, chance_of_k_of_n, foretell, likeness
from kiosk.evaluation.replay import Door


def visits(count, correlation, *, seed=0, frames=5, mean=0.5, deviation=0.05):
    rng = np.random.default_rng(seed)
    values = np.sqrt(correlation) * rng.normal(size=(count, 1)) + np.sqrt(1 - correlation) * rng.normal(
        size=(count, frames)
    )
    return list((mean + deviation * values).astype(np.float32))


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.9])
def test_the_correlation_of_visits_is_found(correlation):
    found = likeness(visits(4000, correlation))
    assert found.correlation == pytest.approx(correlation, abs=0.03)
    assert found.visits == 4000
    assert found.deviation == pytest.approx(0.05, rel=0.05)
    assert found.deviation_in_visit == pytest.approx(0.05 * np.sqrt(1 - correlation), rel=0.05)


def test_few_clips_borrow_how_far_apart_people_are():
    found = likeness(visits(3, 0.7, seed=1, frames=400), visits(3000, 0.2, seed=2))
    assert found.correlation == pytest.approx(0.7, abs=0.05)
    assert found.visits == 3


def test_frames_that_were_not_acquired_say_nothing():
    some = visits(500, 0.5)
    spoilt = [np.append(own, np.float32(np.inf)) for own in some]
    assert likeness(spoilt).correlation == pytest.approx(likeness(some).correlation)


@pytest.mark.parametrize("distances", [[], [np.zeros(0, np.float32)], [np.array([0.3], np.float32)] * 5])
def test_too_little_to_tell_is_said(distances):
    assert likeness(distances) == Likeness(None, 0, None, None)


def test_frames_more_unlike_than_people_are_not_correlated():
    assert likeness(visits(5, 0.0, deviation=0.5), visits(500, 0.5)).correlation == 0


def test_what_is_foretold_follows_from_the_rate_of_a_frame_and_the_correlation():
    found = foretell(0.3, Door(0.4, 0.05), Likeness(0.5, 2, 0.1, 0.1), 0.25)
    assert found.foretold == pytest.approx(chance_of_k_of_n(0.3, 3, 5, 0.5))
    assert (found.frame_rate, found.counted) == (0.3, 0.25)


def test_without_a_correlation_nothing_is_foretold():
    assert foretell(0.1, Door(0.4, 0.05), Likeness(None, 0, None, None), 0.0).foretold is None


def test_normal_distances_are_foretold_as_a_simulation_counts():
    distances = visits(20_000, 0.6, seed=3)
    counted = float(np.mean([np.count_nonzero(own <= 0.4) >= 3 for own in distances]))
    found = foretell(float(np.mean(np.stack(distances) <= 0.4)), Door(0.4, 0.05), likeness(distances), counted)
    assert found.foretold == pytest.approx(counted, rel=0.15)
