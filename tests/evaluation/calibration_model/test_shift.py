"""How far a gallery lies from the statistics, and how far that is believed."""

import numpy as np
import pytest

from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration.distances import (
    LEAST_PEOPLE,
    Comparisons,
    Evidence,
    believed,
    gallery_distances,
    genuine_evidence,
    impostor_evidence,
    spread,
)


def among(distances: np.ndarray, people: int, *, others: int = 1, limit: float = np.inf) -> Comparisons:
    owners = np.arange(len(distances)) % people
    ones = np.ones(len(distances), np.intp)
    return Comparisons(
        distances,
        ones,
        others * ones,
        np.full(len(distances), limit),
        np.stack([owners, owners], axis=1),
        np.ones(len(distances)),
    )


NORMAL = Statistics.of(
    np.random.default_rng(0).normal(0.4, 0.06, 10**5), np.random.default_rng(1).normal(0.9, 0.06, 10**5), "", 900
)


def test_spread_is_the_standard_deviation() -> None:
    assert spread(NORMAL.impostor) == pytest.approx(0.06, rel=0.02)
    assert spread(NORMAL.genuine) == pytest.approx(0.06, rel=0.05)


@pytest.mark.parametrize("moved", [-0.05, 0.0, 0.03])
def test_a_gallery_that_lies_elsewhere_is_found_there(moved: float) -> None:
    random = np.random.default_rng(2)
    between = among(random.normal(0.9 + moved, 0.06, 4000), 200)
    within = among(random.normal(0.4 + moved, 0.06, 4000), 200)
    for found in (
        impostor_evidence(between, NORMAL.impostor, 0.8),
        genuine_evidence(within, NORMAL.genuine, 0.4),
    ):
        assert found is not None
        assert found.shift == pytest.approx(moved, abs=3 * found.error + 0.001)
        assert 0.0005 < found.error < 0.004


def test_the_nearest_of_many_people_is_expected_to_be_near() -> None:
    nearest = np.random.default_rng(3).normal(0.9, 0.06, (4000, 19)).min(axis=1)
    found = impostor_evidence(among(nearest, 200, others=19), NORMAL.impostor, 0.8)
    assert found is not None
    assert found.shift == pytest.approx(0, abs=0.004)


def test_what_lay_beyond_the_threshold_and_was_not_written_down_is_reckoned_with() -> None:
    seen = np.random.default_rng(4).normal(0.4, 0.06, 8000)
    found = genuine_evidence(among(seen[seen <= 0.4], 200, limit=0.4), NORMAL.genuine, 0.4)
    assert found is not None
    assert found.shift == pytest.approx(0, abs=0.004)


def test_a_few_people_say_nothing() -> None:
    distances = np.random.default_rng(5).normal(0.7, 0.06, 100)
    assert impostor_evidence(among(distances, LEAST_PEOPLE - 1), NORMAL.impostor, 0.8) is None
    assert impostor_evidence(among(np.zeros(0), 1), NORMAL.impostor, 0.8) is None
    assert genuine_evidence(among(np.zeros(0), 1), NORMAL.genuine, 0.4) is None


def test_without_evidence_nothing_is_moved() -> None:
    shift = believed([None], NORMAL.impostor)
    assert (shift.value, shift.trust) == (0, 0)
    assert shift.error == pytest.approx(0.03, rel=0.02)


def test_the_surer_the_evidence_the_more_of_it_is_believed() -> None:
    trusts = [believed([Evidence(-0.05, error, 9, 9)], NORMAL.impostor).trust for error in (1.0, 0.03, 0.01, 0.0)]
    assert trusts == sorted(trusts)
    assert 0.9 < trusts[-1] < 1
    assert believed([Evidence(-0.05, 0.0, 9, 9)], NORMAL.impostor).value == pytest.approx(-0.05, rel=0.1)


def test_two_sources_are_surer_than_one() -> None:
    one = Evidence(-0.02, 0.01, 9, 9)
    alone, both = believed([one], NORMAL.impostor), believed([one, None, one], NORMAL.impostor)
    assert both.error < alone.error
    assert both.value < alone.value


def test_the_error_of_a_small_gallery_is_the_scatter_of_galleries(world, measured: Statistics) -> None:
    found = []
    for _ in range(40):
        here = gallery_distances(world.gallery(15, 2))
        found.append(impostor_evidence(here.impostor, measured.impostor, here.template_correlation))
    shifts = np.array([each.shift for each in found if each is not None])
    errors = np.array([each.error for each in found if each is not None])
    assert abs(shifts.mean()) < 3 * shifts.std() / np.sqrt(len(shifts)) + 0.01
    assert 0.5 < errors.mean() / shifts.std() < 2
