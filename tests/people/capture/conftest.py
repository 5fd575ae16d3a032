"""People in front of a camera: real pictures on a frame of 640 x 480, and faces of which only the numbers are known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Box, ByteImage, Conditions, Face, Landmarks, Scheme, TrackedFace
from kiosk.vision.opencv import cv2

# Outer and inner corner of the eye at the right of the image, of the one at its left, base of the nose: in parts of the
# distance between the eyes, x to the right of the image, y down, z towards the camera.
_POINTS = np.array([(0.72, 0, -0.1), (0.28, 0, 0), (-0.72, 0, -0.1), (-0.28, 0, 0), (0, 0.77, 0.35)])


def _landmarks(box: Box, aside: float, up: float) -> Landmarks:
    """Of a head that is turned by so many degrees."""
    yaw, pitch = np.radians(aside), np.radians(up)
    turned = np.array([(np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))])
    raised = np.array([(1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))])
    points = (_POINTS @ (raised @ turned).T)[:, :2] * box.width * 0.45
    return Landmarks(points + np.array(box.centre), Scheme.DLIB)


@pytest.fixture(scope="session")
def somebody() -> Callable[..., TrackedFace]:
    """A tracked face of a frame of 640 x 480 px; degrees aside = to the person's own left."""

    def make(
        *,
        size: int = 160,
        centre: tuple[int, int] = (320, 230),
        aside: float = 0.0,
        up: float = 0.0,
        light: float | None = 120.0,
        sharpness: float | None = 40.0,
        track: int = 1,
        **others: object,
    ) -> TrackedFace:
        left, top = centre[0] - size // 2, centre[1] - size // 2
        box = Box(left, top, left + size, top + size)
        face = Face(box, 1.0, _landmarks(box, aside, up))
        conditions = Conditions(face_px=size, light=light, sharpness=sharpness, turn=None)
        return TrackedFace(track, face, others.get("rejection"), others.get("identification"), conditions)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def grey() -> ByteImage:
    return np.full((480, 640, 3), 128, np.uint8)


@pytest.fixture(scope="session")
def shown() -> Callable[[Path, int], ByteImage]:
    """A picture in the middle of the camera's; never twice the same pixels."""

    def draw(path: Path, seed: int = 0) -> ByteImage:
        portrait = cv2.resize(cv2.imread(str(path)), (480, 480), interpolation=cv2.INTER_CUBIC)
        image = np.full((480, 640, 3), 90, np.uint8)
        image[:, 80:560] = portrait
        noise = np.random.default_rng(seed).integers(-3, 4, image.shape)
        return (image + noise).clip(0, 255).astype(np.uint8)

    return draw
