"""Moved copies of a face: little, evenly, and the same each time."""

import math

import numpy as np
import pytest

from kiosk.domain import Box, Face, Landmarks, Scheme
from kiosk.recognition.face_encoder import moved_copies

POINTS = np.array([(180, 140), (155, 142), (60, 141), (88, 143), (120, 190)], np.float32)
FACE = Face(Box(20, 60, 220, 260), 3.0, Landmarks(POINTS, Scheme.DLIB))


def test_none_are_none():
    assert moved_copies(FACE, 0) == []


def test_they_are_the_same_each_time_and_more_begin_with_fewer():
    few, many = moved_copies(FACE, 3), moved_copies(FACE, 10)
    assert [one.box for one in few] == [one.box for one in many[:3]]
    for one, other in zip(few, many, strict=False):
        np.testing.assert_array_equal(one.landmarks.points, other.landmarks.points)


def test_each_is_a_similarity_of_the_face_within_the_limits():
    for copy in moved_copies(FACE, 50):
        before, after = POINTS @ (1, 1j), copy.landmarks.points @ (1, 1j)
        factor = (after[0] - after[2]) / (before[0] - before[2])
        assert 1 / 1.0301 <= abs(factor) <= 1.0301
        assert abs(math.degrees(np.angle(factor))) <= 3.001
        centre = 120 + 160j
        shift = after - centre - factor * (before - centre)
        np.testing.assert_allclose(shift, shift[0], atol=1e-3)
        assert max(abs(shift[0].real), abs(shift[0].imag)) <= 0.02 * 200 + 1e-3
        assert copy.box.width == pytest.approx(200 * abs(factor), abs=1.01)
        assert (copy.score, copy.landmarks.scheme) == (3.0, Scheme.DLIB)


def test_they_lie_around_the_face_and_not_beside_it():
    points = np.array([copy.landmarks.points for copy in moved_copies(FACE, 50)])
    np.testing.assert_allclose(points.mean(axis=0), POINTS, atol=1.0)
    assert points.std(axis=0).min() > 1.0


def test_a_face_without_landmarks_moves_its_box():
    boxes = {copy.box for copy in moved_copies(Face(FACE.box, 1.0), 8)}
    assert len(boxes) == 8


def test_landmarks_that_are_nowhere_stay_nowhere():
    lost = Face(FACE.box, 1.0, Landmarks(np.full((5, 2), np.nan, np.float32), Scheme.ARCFACE))
    assert all(np.isnan(copy.landmarks.points).all() for copy in moved_copies(lost, 2))
