import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain import Candidate, Identification
from kiosk.errors import EvaluationError
from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.open_set import STRANGER, Nearest, open_set
from kiosk.evaluation.rates import accepts

BUSY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault
VALUES = st.one_of(st.integers(0, 8).map(lambda n: n / 8), st.just(math.nan), st.just(math.inf))


def identified(row, threshold, margin):
    """What the door's own rule makes of a row of distances."""
    order = np.argsort(row, kind="stable")
    candidates = tuple(Candidate(str(index), float(row[index])) for index in order)
    return Identification(candidates, threshold, margin, len(row)).match


@BUSY
@given(
    st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), min_size=1, max_size=8)),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.sampled_from([0.0, 0.125, 0.3]),
    st.sampled_from([np.float32, np.float64]),
)
def test_nearest_is_whom_the_door_identifies(rows, threshold, margin, kind):
    distances = np.array(rows, kind)
    found = Nearest.of(distances, margin)
    accepted = accepts(found.distance, threshold)
    for row, person, let_in in zip(distances, found.person, accepted, strict=True):
        assert (str(person) if let_in else None) == identified(row, threshold, margin)


def test_a_member_is_missed_beyond_the_threshold_and_behind_somebody_else():
    distances = np.array([[0.1, 0.9], [0.8, 0.7], [0.9, 0.5], [0.6, 0.9], [0.7, 0.9]])
    found = open_set(distances, [0, 0, 1, STRANGER, STRANGER], [0.5])
    point = found.points[0]
    assert (found.gallery_size, found.rank_one_errors.errors, found.rank_one) == (2, 1, pytest.approx(2 / 3))
    assert (point.threshold, point.fpir.errors, point.fpir.trials) == (np.nextafter(0.7, 0), 1, 2)
    assert (point.fnir.errors, point.fnir.trials, point.wrong_person.errors) == (1, 3, 0)


def test_accepted_as_somebody_else_counts_as_missed_and_apart():
    distances = np.array([[0.5, 0.2], [0.1, 0.9], [0.9, 0.6]])
    point = open_set(distances, [0, 0, STRANGER], [0.0]).points[0]
    assert (point.fnir.errors, point.wrong_person.errors, point.fnir.trials) == (1, 1, 2)


def test_false_positives_grow_with_the_gallery_as_the_closed_form_says():
    # Directions in space: the squared distance of two of them is uniform, so FMR = t^2 / 4.
    random = np.random.default_rng(1)
    for size in (10, 100):
        vectors = random.normal(size=(4000, size + 1, 3))
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        distances = np.linalg.norm(vectors[:, 1:] - vectors[:, :1], axis=2)
        owners = np.full(4000, STRANGER)
        owners[0], distances[0, 0] = 0, 0.0  # somebody has to be known
        for point in open_set(distances, owners, [0.3, 0.1, 0.03]).points:
            expected = 2 * math.sqrt(1 - (1 - point.fpir_asked) ** (1 / size))
            fpir = 1 - (1 - point.threshold**2 / 4) ** size
            assert point.threshold == pytest.approx(expected, rel=0.1)
            assert point.fpir.value <= point.fpir_asked < point.fpir.value + 1e-3
            assert abs(fpir - point.fpir_asked) < 3.5 * math.sqrt(point.fpir_asked * (1 - point.fpir_asked) / 4000)


def test_members_are_missed_as_the_closed_form_says():
    # Others uniform in 0..1, the own person uniform in 0..1/2 of N = 8: hit = 2 * integral of (1 - x)^7 from 0 to t.
    random = np.random.default_rng(2)
    distances = random.random((12_000, 8))
    owners = np.where(np.arange(12_000) < 6000, np.arange(12_000) % 8, STRANGER)
    members = np.flatnonzero(owners != STRANGER)
    distances[members, owners[members]] = random.random(6000) / 2
    found = open_set(distances, owners, [0.3])
    point = found.points[0]
    assert point.threshold == pytest.approx(1 - 0.7 ** (1 / 8), rel=0.05)
    hits = 2 * (1 - (1 - point.threshold) ** 8) / 8
    assert point.fnir.low < 1 - hits < point.fnir.high
    assert found.rank_one == pytest.approx(2 * (1 - 0.5**8) / 8, abs=0.015)
    # Accepted at all: anybody within t, less the own person alone.
    accepted = 1 - (1 - point.threshold) ** 7 * (1 - 2 * point.threshold)
    assert point.wrong_person.low < accepted - hits < point.wrong_person.high


def test_with_one_person_enrolled_it_is_verification():
    distances = np.array([[0.1], [0.4], [0.3], [0.9]])
    point = open_set(distances, [0, 0, STRANGER, STRANGER], [0.5]).points[0]
    assert (point.threshold, point.fpir.value, point.fnir.value) == (np.nextafter(0.9, 0), 0.5, 0)
    assert open_set(distances, [0, 0, STRANGER, STRANGER], [0.0]).points[0].fnir.value == 0.5


def test_a_margin_turns_away_who_resembles_two_people():
    distances = np.array([[0.1, 0.12], [0.1, 0.9], [0.2, 0.21], [0.5, 0.9]])
    owners = [0, 0, STRANGER, STRANGER]
    plain, careful = (open_set(distances, owners, [0.0], margin=margin).points[0] for margin in (0.0, 0.05))
    assert (plain.threshold, careful.threshold) == (np.nextafter(0.2, 0), np.nextafter(0.5, 0))
    assert (plain.fnir.errors, careful.fnir.errors) == (0, 1)


def test_a_margin_does_not_change_who_is_nearest():
    distances = np.array([[0.1, 0.12], [0.1, 0.9]])
    assert open_set(distances, [0, STRANGER], [0.0], margin=0.5).rank_one == 1


def test_failed_pictures_are_missed_members_and_strangers_turned_away():
    distances = np.array([[math.nan, math.nan], [0.1, 0.9], [math.nan, math.nan], [0.5, 0.9]])
    found = open_set(distances, [0, 0, STRANGER, STRANGER], [0.5])
    point = found.points[0]
    assert (found.rank_one, point.fnir.value, point.fpir.value, point.threshold) == (0.5, 0.5, 0.5, 0.5)


def test_too_few_strangers_are_told():
    distances = np.array([[0.1, 0.9], [0.5, 0.9], [0.6, 0.9]])
    point = open_set(distances, [0, STRANGER, STRANGER], [1e-3]).points[0]
    assert (point.is_carried, point.fpir.errors, point.threshold) == (False, 0, np.nextafter(0.5, 0))
    assert open_set(distances, [0, STRANGER, STRANGER], [0.5]).points[0].is_carried


def test_many_pictures_of_few_people_make_the_rates_less_sure():
    random = np.random.default_rng(3)
    distances = np.repeat(random.random((40, 5)), 25, axis=0)
    owners = np.repeat(np.where(np.arange(40) < 20, np.arange(40) % 5, STRANGER), 25)
    people = np.repeat(np.arange(40), 25)
    alone, known = (open_set(distances, owners, [0.3], people=who) for who in (None, people))
    assert (alone.rank_one_errors.errors, alone.points[0].fnir.errors) == (
        known.rank_one_errors.errors,
        known.points[0].fnir.errors,
    )
    for before, after in [
        (alone.rank_one_errors, known.rank_one_errors),
        (alone.points[0].fnir, known.points[0].fnir),
        (alone.points[0].fpir, known.points[0].fpir),
    ]:
        assert after.high - after.low > 2 * (before.high - before.low)
        assert after.high - after.low >= wilson(after.errors, after.trials).high - after.low


def test_people_may_be_names():
    distances = np.array([[0.1, 0.9], [0.9, 0.2], [0.6, 0.9], [0.7, 0.9]])
    owners = [0, 1, STRANGER, STRANGER]
    named = open_set(distances, owners, [0.5], people=["Ada", "Lin", "Eve", "Eve"])
    assert named == open_set(distances, owners, [0.5], people=[0, 2, 1, 1])


def test_an_empty_gallery_is_refused():
    with pytest.raises(EvaluationError, match="nobody is in the gallery"):
        open_set(np.zeros((3, 0)), [STRANGER] * 3)


@pytest.mark.parametrize(("owners", "missing"), [([STRANGER] * 2, "a member"), ([0, 0], "a stranger")])
def test_members_or_strangers_alone_are_refused(owners, missing):
    with pytest.raises(EvaluationError, match=f"there is no picture of {missing}"):
        open_set(np.array([[0.1, 0.2], [0.3, 0.4]]), owners)


def test_strangers_whom_the_margin_alone_keeps_out_give_no_threshold():
    with pytest.raises(EvaluationError, match="no picture of a stranger that is clearly nearest"):
        open_set(np.array([[0.1, 0.9], [0.5, 0.5]]), [0, STRANGER], margin=0.1)
