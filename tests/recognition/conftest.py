"""The shipped landmark model and one encoder for all tests of the recognition."""

import pytest

from kiosk.encoders import load_encoder
from kiosk.vision.landmarks import shipped_landmarks


@pytest.fixture(scope="session")
def landmarks():
    return shipped_landmarks()


@pytest.fixture(scope="session")
def encoder():
    return load_encoder("dlib_resnet", 1)
