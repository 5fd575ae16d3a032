"""Distances seen against strangers: against a closed form, on the encoder's scale, and never nearer by an oddity."""

import io
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.errors import WeightsError
from kiosk.recognition.cohort import Cohort, cohort_bytes, read_cohort

USUAL = (0.9, 0.1)


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


def test_it_is_the_mean_of_both_normalised_distances_on_the_usual_scale(vectors):
    probe, templates = people(1)[0], people(5, 3)
    found = Cohort(vectors, (0.9, 0.1)).normalised(apart(probe, templates), probe, templates)
    for template, distance in zip(templates, found, strict=True):
        d = math.dist(probe.tolist(), template.tolist())
        here, there = (nearer_half(one.tolist(), vectors.tolist()) for one in (probe, template))
        score = ((d - np.mean(here)) / np.std(here) + (d - np.mean(there)) / np.std(there)) / 2
        assert distance == pytest.approx(0.9 + 0.1 * score, abs=1e-4)


def test_distances_of_strangers_stay_on_the_encoders_scale():
    probes, templates = people(200, 4), people(100, 5)
    cohort = Cohort.of(people(1000, 11), 300)
    plain = np.array([apart(probe, templates) for probe in probes])
    seen = np.array([cohort.normalised(row, probe, templates) for row, probe in zip(plain, probes, strict=True)])
    assert seen.mean() == pytest.approx(plain.mean(), abs=0.02)
    assert seen.std() == pytest.approx(plain.std(), rel=0.2)


def test_a_face_near_to_everybody_gets_larger_distances_and_the_order_stays(vectors):
    middle, aside = unit(np.full(16, 1.0)), unit(np.full(16, 1.0) + 4 * np.eye(16)[0])
    cohort, template = Cohort(vectors, USUAL), people(1, 6)
    common, odd = (cohort.normalised(np.full(1, 0.8, np.float32), probe, template)[0] for probe in (middle, aside))
    assert common > odd + 0.03
    near, far = (cohort.normalised(np.array([d], np.float32), people(1, 7)[0], template)[0] for d in (0.2, 0.5))
    assert 0 <= near < far
    lost = np.full(16, np.nan, np.float32)
    assert np.isnan(cohort.normalised(np.full(2, np.nan, np.float32), people(1)[0], people(2))).all()
    assert np.isnan(cohort.normalised(np.zeros(2, np.float32), lost, people(2))).all()


def test_one_gallery_is_not_taken_for_another(vectors):
    cohort, probe = Cohort(vectors, USUAL), people(1)[0]
    first, second = people(4, 8), people(4, 9)
    for templates in (first, second, first, second[:2]):
        fresh = Cohort(vectors, USUAL).normalised(apart(probe, templates), probe, templates)
        np.testing.assert_array_equal(cohort.normalised(apart(probe, templates), probe, templates), fresh)


def file_of(key="abc", usual=(0.9, 0.1), **arrays):
    buffer = io.BytesIO()
    np.savez(buffer, encoder=np.array(key), usual=np.array(usual), **arrays)
    return buffer.getvalue()


def test_nobody_of_the_people_it_is_made_of_is_in_it():
    for count, wanted in ((101, 300), (1000, 600)):
        those = people(count, 12)
        cohort = Cohort.of(those, wanted)
        assert cohort_bytes(cohort, "k") == cohort_bytes(Cohort.of(those, wanted), "k")
        assert cohort.vectors.shape == (wanted, 16)
        nearest = np.array([apart(one, those).min() for one in cohort.vectors])
        assert nearest.min() > 0.02
        np.testing.assert_allclose(np.linalg.norm(cohort.vectors, axis=1), 1, atol=1e-3)
    for count, wanted, told in ((100, 40, "at least 50"), (99, 600, "100 people are needed, 99 were given")):
        with pytest.raises(ValueError, match=told):
            Cohort.of(people(count), wanted)


def test_a_file_gives_the_cohort_that_was_made_of_people():
    those = people(400, 13)
    made = Cohort.of(those, 300)
    half = np.array([nearer_half(one, made.vectors.tolist()) for one in those.tolist()])
    assert made.usual == pytest.approx((half.mean(), half.std(axis=1).mean()), abs=1e-4)
    read = read_cohort("a.npz", cohort_bytes(made, "abc"), "abc", 16)
    assert read.usual == made.usual
    np.testing.assert_array_equal(read.vectors, made.vectors)


def test_any_other_file_is_refused_by_name():
    for content, told in (
        (b"", "is no cohort"),
        (b"PK\x03\x04 nonsense", "is no cohort"),
        (file_of(), "is no cohort"),
        (file_of(vectors=np.ones((300, 16), np.float16)), "no directions"),
        (file_of(usual=(math.nan, 0.1), vectors=people(300)), "none of distances"),
        (file_of(usual=(0.9, 0.0), vectors=people(300)), "none of distances"),
        (file_of(usual=(0.9,), vectors=people(300)), "is no cohort"),
        (file_of(vectors=people(10)), "at least 50 strangers"),
        (file_of(vectors=np.full((300, 16), np.nan, np.float16)), "no table of numbers"),
        (file_of(vectors=np.array(["a"])), "is no cohort"),
        (file_of("other", vectors=people(300)), "another state of the encoder"),
        (file_of(vectors=people(300)[:, :8]), "another state of the encoder"),
        (file_of(vectors=np.ones(16, np.float16)), "another state of the encoder"),
        (file_of(vectors=np.array([{}], object)), "is no cohort"),
    ):
        with pytest.raises(WeightsError, match=rf"a\.npz.*{told}"):
            read_cohort("a.npz", content, "abc", 16)
