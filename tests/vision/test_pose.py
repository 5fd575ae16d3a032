import numpy as np
import pytest

from kiosk.domain import Landmarks, Scheme
from kiosk.vision.landmarks import Pose, pose_of

DLIB = [(72.0, 50), (62, 50), (28, 50), (38, 50), (50, 75)]
ARCFACE = [(33.0, 50), (67, 50), (50, 70), (38, 90), (62, 90)]


def moved(points, nose, dx, dy):
    points = np.array(points)
    points[nose] += (dx, dy)
    return points


@pytest.mark.parametrize(("points", "scheme", "nose"), [(DLIB, Scheme.DLIB, 4), (ARCFACE, Scheme.ARCFACE, 2)])
def test_a_nose_towards_the_right_of_the_image_looks_to_the_person_s_own_left(points, scheme, nose):
    assert pose_of(Landmarks(np.array(points), scheme)).aside == pytest.approx(0)
    assert pose_of(Landmarks(moved(points, nose, 5, 0), scheme)).aside > 0.1
    assert pose_of(Landmarks(moved(points, nose, -5, 0), scheme)).aside < -0.1


def test_a_raised_head_has_its_nose_higher_and_a_tilted_one_is_as_before():
    straight = pose_of(Landmarks(np.array(DLIB), Scheme.DLIB))
    assert pose_of(Landmarks(moved(DLIB, 4, 0, -4), Scheme.DLIB)).nose_drop < 0.9 * straight.nose_drop
    angle = np.radians(20)
    tilted = np.array(DLIB) @ np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    found = pose_of(Landmarks(tilted, Scheme.DLIB))
    assert (found.aside, found.nose_drop) == pytest.approx((straight.aside, straight.nose_drop))
    assert isinstance(found, Pose)


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.full((5, 2), np.nan), np.full((5, 2), np.inf)])
def test_points_that_are_no_face_have_no_pose(points):
    assert pose_of(Landmarks(points, Scheme.DLIB)) is None
