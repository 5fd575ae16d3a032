"""Distances seen against strangers: against a closed form, on the encoder's scale, and never nearer by an oddity."""

import io
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.errors import WeightsError
from kiosk.recognition.cohort import Cohort, read_cohort


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


@pytest.fixture
def vectors() -> NDArray[np.float32]:
    return unit(np.random.default_rng(1).normal(size=(300, 16)) + 0.6)


def people(count: int, seed: int = 2) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=(count, 16)) + 0.6)


def apart(one: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.linalg.norm(others - one, axis=1).astype(np.float32)


def nearer_half(one, others):
    return sorted(math.dist(one, other) for other in others)[: len(others) // 2]


def test_it_is_the_mean_of_both_normalised_distances_on_the_cohorts_scale(vectors):
    probe, templates = people(1)[0], people(5, 3)
    found = Cohort(vectors).normalised(apart(probe, templates), probe, templates)
    rows = vectors.tolist()
    among = [nearer_half(row, rows[:number] + rows[number + 1 :]) for number, row in enumerate(rows)]
    usual, spread = np.mean(among), np.mean(np.std(among, axis=1))
    for template, distance in zip(templates, found, strict=True):
        d = math.dist(probe.tolist(), template.tolist())
        here, there = (nearer_half(one.tolist(), vectors.tolist()) for one in (probe, template))
        score = ((d - np.mean(here)) / np.std(here) + (d - np.mean(there)) / np.std(there)) / 2
        assert distance == pytest.approx(usual + spread * score, abs=1e-4)


def test_distances_of_strangers_stay_on_the_encoders_scale(vectors):
    probes, templates = people(200, 4), people(100, 5)
    cohort = Cohort(vectors)
    plain = np.array([apart(probe, templates) for probe in probes])
    seen = np.array([cohort.normalised(row, probe, templates) for row, probe in zip(plain, probes, strict=True)])
    assert seen.mean() == pytest.approx(plain.mean(), abs=0.02)
    assert seen.std() == pytest.approx(plain.std(), rel=0.2)


def test_a_face_that_is_near_to_everybody_is_seen_farther_than_it_measures(vectors):
    middle, aside = unit(np.full(16, 1.0)), unit(np.full(16, 1.0) + 4 * np.eye(16)[0])
    cohort = Cohort(vectors)
    for probe, farther in ((middle, True), (-aside, False)):
        distances = np.full(1, 0.8, np.float32)
        seen = cohort.normalised(distances, probe, people(1, 6))
        assert (seen[0] > 0.8) == farther


def test_the_nearer_template_stays_the_nearer_where_both_lie_alike(vectors):
    template = people(1)
    cohort = Cohort(vectors)
    probe = people(1, 7)[0]
    near, far = (cohort.normalised(np.array([d], np.float32), probe, template)[0] for d in (0.2, 0.5))
    assert 0 <= near < far


def test_what_is_no_number_stays_none(vectors):
    cohort, templates = Cohort(vectors), people(2)
    assert np.isnan(cohort.normalised(np.full(2, np.nan, np.float32), people(1)[0], templates)).all()
    lost = np.full(16, np.nan, np.float32)
    assert np.isnan(cohort.normalised(np.zeros(2, np.float32), lost, templates)).all()


def test_what_it_knows_of_one_gallery_is_not_taken_for_another(vectors):
    cohort, probe = Cohort(vectors), people(1)[0]
    first, second = people(4, 8), people(4, 9)
    for templates in (first, second, first, second[:2]):
        fresh = Cohort(vectors).normalised(apart(probe, templates), probe, templates)
        np.testing.assert_array_equal(cohort.normalised(apart(probe, templates), probe, templates), fresh)


def file_of(key="abc", **arrays):
    buffer = io.BytesIO()
    np.savez(buffer, encoder=np.array(key), **arrays)
    return buffer.getvalue()


def test_a_file_gives_the_cohort_that_was_written(vectors):
    cohort = read_cohort("a.npz", file_of(vectors=vectors.astype(np.float16)), "abc", 16)
    probe, templates = people(1)[0], people(3, 3)
    seen, expected = (one.normalised(apart(probe, templates), probe, templates) for one in (cohort, Cohort(vectors)))
    np.testing.assert_allclose(seen, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no cohort"),
        (b"PK\x03\x04 nonsense", "is no cohort"),
        (file_of(), "is no cohort"),
        (file_of(vectors=np.ones((300, 16), np.float16)), "no directions"),
        (file_of(vectors=unit(np.ones((300, 16)))), "do not differ"),
        (file_of(vectors=people(10)), "at least 50 strangers"),
        (file_of(vectors=np.full((300, 16), np.nan, np.float16)), "no table of numbers"),
        (file_of(vectors=np.array(["a"])), "is no cohort"),
        (file_of("other", vectors=people(300)), "another state of the encoder"),
        (file_of(vectors=people(300)[:, :8]), "another state of the encoder"),
        (file_of(vectors=np.ones(16, np.float16)), "another state of the encoder"),
    ],
)
def test_any_other_file_is_refused_by_name(content, told):
    with pytest.raises(WeightsError, match=rf"a\.npz.*{told}"):
        read_cohort("a.npz", content, "abc", 16)


def test_objects_are_never_unpickled():
    buffer = io.BytesIO()
    np.savez(buffer, encoder=np.array("abc"), vectors=np.array([{}], object))
    with pytest.raises(WeightsError, match="is no cohort"):
        read_cohort("a.npz", buffer.getvalue(), "abc", 16)
