import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Landmarks, Scheme
from kiosk.vision.landmarks import as_dlib, between, finite, to_frame

ARCFACE = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])
DLIB = np.array([(78.97, 53.55), (65.27, 53.95), (30.59, 53.94), (44.29, 54.16), (54.99, 80.56)])
PLACES = {Scheme.ARCFACE: ARCFACE, Scheme.DLIB: DLIB}


def umeyama(points, places):
    """Turn and scale (2, 2) and shift (2,) as Umeyama's paper has them (1991, equations 40 to 42)."""
    centred, wanted = points - points.mean(axis=0), places - places.mean(axis=0)
    left, stretch, right = np.linalg.svd(wanted.T @ centred / len(points))
    sign = np.array([1, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    matrix = left @ np.diag(sign) @ right * (stretch @ sign) / centred.var(axis=0).sum()
    return matrix, places.mean(axis=0) - matrix @ points.mean(axis=0)


@pytest.mark.parametrize("scheme", Scheme)
@given(angle=st.floats(-math.pi, math.pi), scale=st.floats(0.1, 20), x=st.floats(-1000, 1000), y=st.floats(-1000, 1000))
def test_a_face_in_its_places_comes_back_to_them(scheme, angle, scale, x, y):
    rotation = scale * np.array([(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))])
    fitted = to_frame(Landmarks(PLACES[scheme] @ rotation.T + (x, y), scheme))
    np.testing.assert_allclose(fitted.applied(PLACES[scheme] @ rotation.T + (x, y)), PLACES[scheme], atol=1e-6)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("seed", range(20))
def test_the_fit_is_umeyamas(scheme, seed):
    draw = np.random.default_rng(seed)
    # The last ones lie anyhow: some of them fit best mirrored, which is not allowed.
    points = draw.normal(scale=40, size=(5, 2)) + (PLACES[scheme] * 3 if seed < 10 else 0)
    matrix, shift = umeyama(points, PLACES[scheme])
    found = to_frame(Landmarks(points, scheme)).matrix()
    np.testing.assert_allclose(found, np.column_stack([matrix, shift]), atol=1e-8)


@given(st.integers(0, 10**6))
def test_the_inverse_leads_back(seed):
    points = np.random.default_rng(seed).uniform(0, 500, (5, 2))
    fitted = to_frame(Landmarks(points, Scheme.ARCFACE))
    np.testing.assert_allclose(fitted.inverse().applied(fitted.applied(points)), points, atol=1e-6)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -1e12])
@pytest.mark.parametrize("point", [0, 4, slice(None)])
def test_points_that_are_nowhere_have_no_fit(scheme, value, point):
    points = PLACES[scheme].copy()
    points[point] = value
    assert not finite(points)
    assert to_frame(Landmarks(points, scheme)) is None


@pytest.mark.parametrize("spread", [0, 1e-300, 1e-9])
def test_points_in_one_place_have_no_fit(spread):
    assert to_frame(Landmarks(50 + spread * ARCFACE, Scheme.ARCFACE)) is None
    assert as_dlib(Landmarks(50 + spread * ARCFACE, Scheme.ARCFACE)) is None


def test_points_without_any_likeness_to_a_face_have_no_fit():
    places = (ARCFACE - ARCFACE.mean(axis=0)) @ (1, 1j)
    # What is left of one point when all that is like the places is taken away: the best size of a face is nothing.
    unlike = np.array([1, 0, 0, 0, 0]) - places * np.conj(places[0]) / np.vdot(places, places).real
    points = np.stack([unlike.real, unlike.imag], axis=1) * 100
    assert to_frame(Landmarks(points, Scheme.ARCFACE)) is None


def test_dlibs_points_stay_as_they_are():
    landmarks = Landmarks(DLIB + 3, Scheme.DLIB)
    assert as_dlib(landmarks) is landmarks


def test_dlibs_points_are_expected_where_they_lie_in_the_frame():
    found = as_dlib(Landmarks(ARCFACE * 2.5 + (100, 30), Scheme.ARCFACE))
    assert found.scheme is Scheme.DLIB
    np.testing.assert_allclose(found.points, DLIB * 2.5 + (100, 30), atol=1e-9)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-0.05, 0.05))
def test_the_middle_of_two_models_lies_half_way(right: float, down: float, turn: float) -> None:
    rotation = np.array([(math.cos(turn), -math.sin(turn)), (math.sin(turn), math.cos(turn))])
    one = Landmarks(ARCFACE * 2, Scheme.ARCFACE)
    other = Landmarks(DLIB * 2 @ rotation.T + (4 * right, 4 * down), Scheme.DLIB)
    middle = between(one, other)
    expected = (ARCFACE * 2 + ARCFACE * 2 @ rotation.T + (4 * right, 4 * down)) / 2
    np.testing.assert_allclose(middle.points, expected, atol=1e-6)
    assert middle.scheme is Scheme.ARCFACE
    np.testing.assert_allclose(between(other, one).points, middle.points, atol=1e-9)


@pytest.mark.parametrize("shift", [40, np.nan, 1e9])
def test_two_models_that_disagree_have_no_middle(shift: float) -> None:
    one, other = Landmarks(ARCFACE, Scheme.ARCFACE), Landmarks(DLIB + shift, Scheme.DLIB)
    assert between(one, other) is between(other, one) is None
