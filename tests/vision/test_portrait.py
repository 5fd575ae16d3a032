"""A portrait shows the whole head upright, wherever and however the face is in the image."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain import Box, Face, Landmarks, Rejection, Scheme
from kiosk.encoders import load_encoder
from kiosk.files import asset
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader
from kiosk.vision.alignment import as_png, portrait
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import PHOTOGRAPH, Gates


@pytest.fixture(scope="module")
def path():
    return FaceEncoder(shipped_landmarks(), load_encoder("dlib_resnet", 1), Gates())


@pytest.fixture(scope="module")
def reader(path):
    return PhotographReader(HaarDetector(), FaceEncoder(shipped_landmarks(), path.encoder, PHOTOGRAPH))


def frame_of(picture: np.ndarray, degrees: float, place: tuple[int, int] = (200, 110)) -> np.ndarray:
    """A camera's frame with a picture in it, turned about its middle."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    frame = np.full((480, 640, 3), 110, np.uint8)
    left, top = place
    shown = turned[max(-top, 0) : 480 - top, max(-left, 0) : 640 - left]
    frame[max(top, 0) : max(top, 0) + shown.shape[0], max(left, 0) : max(left, 0) + shown.shape[1]] = shown
    return frame


@pytest.mark.parametrize("degrees", [-8, 0, 8])
def test_the_gallery_reads_a_portrait_as_the_same_face(path, reader, degrees):
    picture = read_picture(asset("demo", "gallery", "Grace_Hopper.jpg"), longest_side_px=260)
    frame = frame_of(picture, degrees)
    face, live = path.embed_photograph(frame, HaarDetector().find(frame, min_face_px=60)[0])
    stored = reader.one(portrait(frame, face))
    assert not isinstance(stored, Rejection)
    assert np.linalg.norm(stored.vector - live.vector) < 0.2


def test_nearly_every_portrait_is_accepted_as_a_gallery_picture(path, reader, data):
    pictures = sorted((data / "lfw-view1").rglob("*.jpg"))[::60][:24]
    outcomes = []
    for number, picture in enumerate(pictures):
        frame = frame_of(read_picture(picture), number % 25 - 12)
        for found in HaarDetector().find(frame, min_face_px=60)[:1]:
            face, live = path.embed_photograph(frame, found)
            if not isinstance(live, Rejection):
                outcomes.append(isinstance(reader.one(portrait(frame, face)), Rejection))
    assert len(outcomes) >= 20
    assert sum(outcomes) <= 1


def located(points: np.ndarray) -> Face:
    return Face(Box(100, 100, 200, 200), 1.0, Landmarks(points, Scheme.ARCFACE))


LEVEL = np.array([(120.0, 130), (180, 130), (150, 155), (125, 180), (175, 180)])


def test_the_eyes_are_level_in_it(path):
    picture = read_picture(asset("demo", "gallery", "Grace_Hopper.jpg"), longest_side_px=260)
    frame = frame_of(picture, 8)
    face = path.examine(frame, HaarDetector().find(frame, min_face_px=60)[0]).face
    upright = portrait(frame, face)
    found = path.examine(upright, HaarDetector().find(upright, min_face_px=60)[0]).face

    def slope(face: Face) -> float:
        right, left = face.landmarks.points[:2].mean(axis=0), face.landmarks.points[2:4].mean(axis=0)
        return abs(np.degrees(np.arctan2(*(right - left)[::-1])))

    assert slope(face) > 5
    assert slope(found) < 3


def test_an_edge_that_is_too_near_is_drawn_out_and_not_black():
    image = np.full((300, 300, 3), 200, np.uint8)
    assert portrait(image, located(LEVEL - 110)).min() == 200


def test_a_very_near_face_is_reduced():
    image = np.zeros((2000, 2000, 3), np.uint8)
    assert max(portrait(image, located(LEVEL * 10)).shape) == 640


@pytest.mark.parametrize("points", [np.full((5, 2), np.nan), np.full((5, 2), 7.0), LEVEL * 1e-4])
def test_without_usable_landmarks_it_is_what_lies_around_the_box(points):
    image = np.arange(300 * 300 * 3, dtype=np.uint32).astype(np.uint8).reshape(300, 300, 3)
    assert np.array_equal(portrait(image, located(points)), image[50:250, 50:250])


def test_without_landmarks_too():
    image = np.zeros((300, 300, 3), np.uint8)
    assert portrait(image, replace(located(LEVEL), landmarks=None)).shape == (200, 200, 3)


def test_a_png_holds_every_pixel(tmp_path):
    image = np.random.default_rng(1).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    path = tmp_path / "face.png"
    path.write_bytes(as_png(image))
    assert np.array_equal(read_picture(path), image)
