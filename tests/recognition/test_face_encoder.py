"""From a face that was found to its chips: which points each crop gets, and what is turned away."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain import Box, Crop, CropKind, Embedding, Face, Landmarks, Rejection, Scheme
from kiosk.encoders.encoder import Encoder
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader
from kiosk.vision.alignment import QUALITY_CROP, cut
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import CheckedLandmarks, between
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import PHOTOGRAPH, Gates
from kiosk.vision.yunet import shipped_yunet

# Where the face of the demo's portrait is: x and y of the middle, px, and width.
HOPPER = (266, 216, 222)


ARCFACE = Crop(CropKind.ARCFACE, 112)
OPENFACE = Crop(CropKind.OPENFACE, 96)
BOX_160 = Crop(CropKind.BOX, 160, 0.1)


class Showing(Encoder):
    """An encoder that takes any crops and keeps the chips it was given."""

    def __init__(self, spec, *crops, key="any"):
        self.spec = replace(spec, name="showing", crops=crops, key=key)
        self.faces, self.stored = [], False

    def embed_all(self, faces, *, stored=False):
        self.faces, self.stored = list(faces), stored
        return [Embedding(np.float32([1, 0] if number == 0 else [0, 1]), "showing") for number in range(len(faces))]


def chips_of(path, image, face):
    """The face as shown, and the chips of a live frame or why there are none."""
    examined = path.examine(image, face)
    return examined.face, examined.rejection or path.chips(image, examined)


def live(path, image, face):
    """The face as shown, and its embedding as of a live frame or why there is none."""
    shown, chips = chips_of(path, image, face)
    return shown, chips if isinstance(chips, Rejection) else path.encoder.embed(chips)


class Counting:
    """The landmark model, and how often it was asked."""

    def __init__(self, model):
        self.model, self.key, self.asked = model, model.key, 0

    def locate(self, image, box):
        self.asked += 1
        return self.model.locate(image, box)


class TestFacePath:
    @pytest.fixture
    def counting(self, landmarks):
        return Counting(landmarks)

    @pytest.fixture
    def make(self, counting, encoder):
        def make(*crops, gates=PHOTOGRAPH):
            return FaceEncoder(counting, Showing(encoder.spec, *crops), gates)

        return make

    @pytest.fixture
    def boxed(self):
        """The face as a detector without landmarks finds it."""
        x, y, half = HOPPER[0], HOPPER[1], HOPPER[2] // 2
        return Face(Box(x - half, y - half, x + half, y + half), 7.0)

    @pytest.fixture
    def pointed(self, boxed):
        """The face as a detector with ArcFace's points finds it."""
        points = np.array([(218.0, 184.0), (308.0, 183.0), (262.0, 232.0), (228.0, 276.0), (300.0, 275.0)])
        return replace(boxed, landmarks=Landmarks(points, Scheme.ARCFACE))

    def test_the_encoder_is_given_its_crop(self, make, landmarks, hopper, boxed):
        located = replace(boxed, landmarks=landmarks.locate(hopper, boxed.box))
        for crop in (QUALITY_CROP, OPENFACE, BOX_160, Crop(CropKind.DLIB_CHIP, 96)):
            path = make(crop)
            shown, embedding = live(path, hopper, boxed)
            assert embedding.encoder == "showing"
            assert list(path.encoder.faces[0]) == [crop]
            np.testing.assert_array_equal(path.encoder.faces[0][crop].image, cut(hopper, located, crop).image)
            np.testing.assert_array_equal(shown.landmarks.points, located.landmarks.points)

    def test_arcfaces_crop_lies_between_the_points_of_both_models(self, make, counting, hopper, boxed, pointed):
        dlib, yunet = counting.model.locate(hopper, boxed.box), shipped_yunet().find_near(hopper, boxed.box).landmarks
        for face, own, second in ((boxed, dlib, yunet), (pointed, pointed.landmarks, pointed.landmarks)):
            counting.asked = 0
            shown, chips = chips_of(make(ARCFACE), hopper, face)
            assert counting.asked == 1
            middle = replace(face, landmarks=between(second, dlib))
            np.testing.assert_array_equal(chips[ARCFACE].image, cut(hopper, middle, ARCFACE).image)
            np.testing.assert_array_equal(shown.landmarks.points, own.points)
        # If the models disagree, the points of the detector count.
        aside = replace(pointed, landmarks=Landmarks(pointed.landmarks.points + 40, Scheme.ARCFACE))
        path = make(ARCFACE)
        examined = path.examine(hopper, aside)
        np.testing.assert_array_equal(path.chips(hopper, examined)[ARCFACE].image, cut(hopper, aside, ARCFACE).image)
        assert len(path.views(hopper, examined)) == 1

    def test_a_photograph_is_seen_by_the_points_of_each_model(self, make, landmarks, hopper, boxed):
        path = make(ARCFACE)
        _, embedding = path.embed_photograph(hopper, boxed)
        (by_yunet, by_dlib), stored = path.encoder.faces, path.encoder.stored
        assert stored
        found = landmarks.locate(hopper, boxed.box), shipped_yunet().find_near(hopper, boxed.box).landmarks
        expected = [cut(hopper, replace(boxed, landmarks=points), ARCFACE).image for points in found]
        np.testing.assert_array_equal(by_dlib[ARCFACE].image, expected[0])
        np.testing.assert_array_equal(by_yunet[ARCFACE].image, expected[1])
        assert (embedding.count, embedding.scatter) == (1, 0.0)

    def test_an_encoder_of_version_01_has_the_path_that_it_had(self, landmarks, encoder):
        """Its cache and its thresholds stay in force."""
        key = FaceEncoder(CheckedLandmarks(landmarks), encoder, PHOTOGRAPH).key
        assert key == "3-c12bf3fe26a4-checked-" + encoder.spec.key

    def test_the_pose_is_judged_by_dlibs_points_where_the_detector_brings_none(self, make, hopper, boxed, monkeypatch):
        aside = shipped_yunet().find_near(hopper, boxed.box)
        aside.landmarks.points[2, 0] -= 100
        path = make(ARCFACE, gates=Gates())
        monkeypatch.setattr(path._yunet, "find_near", lambda image, box: aside)
        assert path.examine(hopper, boxed).rejection is None

    def test_of_several_crops_each_is_cut_by_the_landmarks_that_suit_it_best(self, make, counting, hopper, pointed):
        shown, chips = chips_of(make(QUALITY_CROP, ARCFACE, BOX_160), hopper, pointed)
        assert list(chips) == [QUALITY_CROP, ARCFACE, BOX_160]
        assert (counting.asked, shown.landmarks) == (1, pointed.landmarks)
        assert chips[QUALITY_CROP].face.landmarks.scheme is Scheme.DLIB
        assert chips[BOX_160].face.landmarks is pointed.landmarks
        chips_of(make(BOX_160), hopper, pointed)
        assert counting.asked == 1  # a box needs no landmarks but those that are there

    def test_the_same_pictures_are_refused_whatever_crop_and_landmarks(self, make, hopper, boxed, pointed):
        spoilt = {
            Rejection.TOO_DARK: (hopper * 0.12).astype(np.uint8),
            Rejection.TOO_BRIGHT: np.maximum(hopper, 245),
            Rejection.TOO_BLURRED: np.asarray(cv2.GaussianBlur(hopper, (0, 0), 16)),
        }
        for face, crop in itertools.product((boxed, pointed), (QUALITY_CROP, ARCFACE, BOX_160)):
            assert {chips_of(make(crop), image, face)[1] for image in spoilt.values()} == set(spoilt)
            assert chips_of(make(crop, gates=Gates(min_face_px=300)), hopper, face)[1] is Rejection.TOO_SMALL
            assert chips_of(make(crop, gates=Gates(max_turn=0.0)), hopper, face)[1] is Rejection.OFF_POSE

    def test_a_profile_is_off_pose_by_the_detectors_points(self, make, hopper, pointed):
        points = pointed.landmarks.points.copy()
        points[2, 0] -= 100
        for odd in (points, np.full((5, 2), np.nan)):
            profile = replace(pointed, landmarks=Landmarks(odd, Scheme.ARCFACE))
            for crop in (QUALITY_CROP, ARCFACE):
                assert chips_of(make(crop, gates=Gates()), hopper, profile)[1] is Rejection.OFF_POSE

    def test_of_an_encoder_that_mirrors_always_a_photograph_is_as_a_frame(self, landmarks, encoder, hopper, boxed):
        path = FaceEncoder(landmarks, encoder, PHOTOGRAPH)
        one, other = live(path, hopper, boxed)[1], path.embed_photograph(hopper, boxed)[1]
        np.testing.assert_array_equal(one.vector, other.vector)

    def test_whatever_may_change_an_embedding_changes_the_key(self, landmarks, encoder, counting):
        other_trees = Counting(landmarks)
        other_trees.key = "other"
        keys = [
            PhotographReader(detector, FaceEncoder(model, one, PHOTOGRAPH)).key
            for detector in (HaarDetector(), Keyed("yunet-1"), Keyed("yunet-2"))
            for model in (counting, other_trees)
            for one in (encoder, Showing(encoder.spec, ARCFACE), Showing(encoder.spec, ARCFACE, key="another"))
        ]
        assert len(set(keys)) == len(keys)


class Keyed(HaarDetector):
    def __init__(self, key):
        super().__init__()
        self.key = key
