from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain import Box, Chip, Face
from kiosk.files import asset
from kiosk.vision.alignment import quality_chip
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import DARK_GLASSES, shade_of_the_eyes


@pytest.fixture(scope="module")
def chip() -> Chip:
    image = read_picture(asset("demo", "gallery", "Grace_Hopper.jpg"))
    face = HaarDetector().find(image, min_face_px=60)[0]
    return quality_chip(image, replace(face, landmarks=shipped_landmarks().locate(image, face.box)))


def test_a_bare_face_is_not_covered_and_one_with_dark_glasses_is(chip):
    assert shade_of_the_eyes(chip) > 0.75
    image = chip.image.copy()
    for x in (47, 101):
        cv2.ellipse(image, (x, 52), (22, 16), 0, 0, 360, (20, 20, 20), -1)
    assert shade_of_the_eyes(replace(chip, image=image)) < DARK_GLASSES


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_chip_of_one_colour_gives_a_number(level):
    face = Face(Box(0, 0, 1, 1), 1.0)
    assert np.isfinite(shade_of_the_eyes(Chip(np.full((150, 150, 3), level, np.uint8), face)))


def test_faces_without_dark_glasses_are_hardly_ever_taken_for_covered(data):
    detector, model = HaarDetector(), shipped_landmarks()
    covered = 0
    pictures = sorted((data / "lfw-view1").glob("*/*_0002.jpg"))[:60]
    for path in pictures:
        image = read_picture(path)
        for face in detector.find(image, min_face_px=60)[:1]:
            located = replace(face, landmarks=model.locate(image, face.box))
            covered += shade_of_the_eyes(quality_chip(image, located)) < DARK_GLASSES
    assert covered <= 1
