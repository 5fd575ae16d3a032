"""Rows that a chain of near ones connects are one group."""

import numpy as np
import pytest

from kiosk.people.visitors import groups


def rows(*places: float) -> np.ndarray:
    return np.array([[place, 0.0] for place in places], np.float32)


def as_sorted(found: list[set[int]]) -> list[list[int]]:
    return sorted(sorted(group) for group in found)


def test_nobody_makes_no_group():
    assert groups(np.zeros((0, 2), np.float32), 0.5) == []


def test_one_row_is_a_group_of_its_own():
    assert groups(rows(1.0), 0.5) == [{0}]


def test_a_distance_of_exactly_the_threshold_connects_and_a_larger_one_does_not():
    assert as_sorted(groups(rows(0.0, 0.5, 1.25), 0.5)) == [[0, 1], [2]]


def test_a_late_row_joins_the_groups_on_both_of_its_sides():
    assert as_sorted(groups(rows(0.0, 5.0, 1.0, 0.5), 0.5)) == [[0, 2, 3], [1]]


def test_a_row_that_is_no_number_is_like_no_other():
    assert as_sorted(groups(rows(0.0, float("nan"), 0.1), 0.5)) == [[0, 2], [1]]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_changes_no_group(seed):
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(40, 2)).astype(np.float32)
    order = generator.permutation(40)
    shuffled = [sorted(int(order[row]) for row in group) for group in groups(vectors[order], 0.3)]
    assert sorted(shuffled) == as_sorted(groups(vectors, 0.3))
