"""The demo scene: two people who walk up to the camera and are found there, and nobody in the empty corridor."""

from pathlib import Path

import numpy as np
import pytest

from kiosk.files import asset
from kiosk.vision.demo import CYCLE_SECONDS, RATE_HZ, WALKS, DemoScene, Figure, Pose, draw
from kiosk.vision.opencv import cv2


@pytest.fixture(scope="module")
def cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(asset("cascades", "haarcascade_frontalface_default.xml")))


def faces(cascade: cv2.CascadeClassifier, image: np.ndarray) -> list[tuple[int, ...]]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return sorted(tuple(map(int, box)) for box in cascade.detectMultiScale(grey, 1.1, 5, minSize=(60, 60)))


def frames_between(start: float, end: float, count: int) -> list[int]:
    return [int(index) for index in np.linspace(start * RATE_HZ + 1, end * RATE_HZ - 1, count)]


def test_a_frame_is_a_pure_function_of_its_index_and_no_two_are_identical():
    assert np.array_equal(draw(100), draw(100))
    assert (draw(100).shape, draw(100).dtype) == ((480, 640, 3), np.uint8)
    empty = [draw(index) for index in (0, 1, 2, round(CYCLE_SECONDS * RATE_HZ), round(7.8 * RATE_HZ))]
    pairs = [(a, b) for position, a in enumerate(empty) for b in empty[:position]]
    assert not any(np.array_equal(a, b) for a, b in pairs)


def test_fast_is_one_cycle_with_video_time_and_live_has_no_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kiosk.vision.demo.CYCLE_SECONDS", 1.0)
    with DemoScene(fast=True) as scene:
        frames = [(frame.sequence, frame.captured_at) for frame in scene]
        assert not scene.endless
    assert frames == [(index, index / 30) for index in range(RATE_HZ)]
    with DemoScene(fast=False) as scene:
        assert scene.endless
        assert np.array_equal(scene.read().image, draw(0))


def test_people_are_found_where_they_stand_and_nobody_in_the_empty_corridor(cascade: cv2.CascadeClassifier):
    for walk in WALKS[:2]:
        assert walk.pose(walk.gone) is walk.pose(0) is None
        found = [faces(cascade, draw(index)) for index in frames_between(walk.arrives, walk.leaves, 3)]
        assert [len(boxes) for boxes in found] == [1] * 3, walk
        assert all(120 <= boxes[0][2] <= 195 for boxes in found), walk
    eileen, grace = WALKS[2:]
    for index in frames_between(eileen.arrives, grace.leaves, 3):
        (left, _, width, _), (right, _, other, _) = faces(cascade, draw(index))
        assert left + width < right
        assert min(width, other) >= 95
    empty = [0, *frames_between(WALKS[0].gone, WALKS[1].enters, 3), *frames_between(WALKS[1].gone, WALKS[3].enters, 2)]
    assert not any(faces(cascade, draw(index)) for index in empty)


@pytest.fixture
def figure(tmp_path: Path) -> Figure:
    """A person of 100 x 400 px: a white disc of 60 px around (50, 40) above a blue body."""
    body = np.zeros((400, 100, 4), np.uint8)
    body[70:, 30:70] = (200, 40, 40, 255)
    cv2.circle(body, (50, 40), 30, (255, 255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / "person.png"), body)
    return Figure(tmp_path / "person.png", (50, 40), 40)


def drawn(figure: Figure, pose: Pose, background: int = 0) -> np.ndarray:
    picture = np.full((480, 640, 3), background, np.uint8)
    figure.draw_on(picture, pose)
    return picture


def head(picture: np.ndarray) -> np.ndarray:
    """Rows and columns of the white disc."""
    return np.argwhere(picture.min(axis=2) > 200)


def test_a_figure_stands_where_and_as_its_pose_says(figure: Figure):
    for face_px in (12, 40, 90):
        found = head(drawn(figure, Pose(300, 100, face_px)))
        assert np.allclose(found.mean(axis=0), (100, 300), atol=1.5)
        assert np.ptp(found[:, 1]) == pytest.approx(60 * face_px / 40, abs=3)
    straight, turned = (np.ptp(head(drawn(figure, Pose(320, 100, 80, turn=turn)))[:, 1]) for turn in (0, 1))
    assert turned < straight
    assert drawn(figure, Pose(320, 100, 40, light=0.5))[100, 320].tolist() == pytest.approx([128] * 3, abs=2)
    assert drawn(figure, Pose(320, 100, 40, presence=0.5), 100)[100, 320].tolist() == pytest.approx([178] * 3, abs=2)
    for nowhere in (Pose(320, 100, 40, presence=0), Pose(-900, 100, 40), Pose(320, 2000, 40)):
        assert not drawn(figure, nowhere).any()
    inside, cut = (len(head(drawn(figure, Pose(x, 100, 40)))) for x in (320, 0))
    assert cut == pytest.approx(inside / 2, rel=0.1)
