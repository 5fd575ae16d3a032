import threading

import numpy as np
import pytest

from kiosk.files import asset
from kiosk.vision import demo
from kiosk.vision.demo import CYCLE_SECONDS, RATE_HZ, WALKS, DemoScene, draw
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


@pytest.fixture(scope="module")
def cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(asset("cascades", "haarcascade_frontalface_default.xml")))


def faces(cascade: cv2.CascadeClassifier, image: np.ndarray) -> list[tuple[int, ...]]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return sorted(tuple(map(int, box)) for box in cascade.detectMultiScale(grey, 1.1, 5, minSize=(60, 60)))


def frames_between(start: float, end: float, count: int) -> list[int]:
    return [int(index) for index in np.linspace(start * RATE_HZ + 1, end * RATE_HZ - 1, count)]


def test_a_frame_is_a_pure_function_of_its_index():
    assert np.array_equal(draw(100), draw(100))
    assert draw(100).shape == (480, 640, 3)
    assert draw(100).dtype == np.uint8


def test_no_two_frames_are_identical_even_when_nobody_is_there():
    empty = [draw(index) for index in (0, 1, 2, round(CYCLE_SECONDS * RATE_HZ), round(7.8 * RATE_HZ))]
    pairs = [(a, b) for position, a in enumerate(empty) for b in empty[:position]]
    assert not any(np.array_equal(a, b) for a, b in pairs)


def test_fast_gives_every_frame_with_video_time():
    with DemoScene(fast=True) as scene:
        frames = [scene.read() for _ in range(4)]
    assert [frame.captured_at for frame in frames] == [index / 30 for index in range(4)]
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    assert np.array_equal(frames[3].image, draw(3))


def test_own_pace_is_30_hz():
    with DemoScene(fast=False) as scene:
        times = [scene.read().captured_at for _ in range(7)]
    assert times[-1] - times[0] >= 6 / 30 - 0.001


def test_the_scene_starts_over():
    walkers = {walk.person for walk in WALKS}
    assert walkers == {"grace_hopper", "eileen_collins"}
    for walk in WALKS:
        assert 0 < walk.enters < walk.arrives < walk.leaves < walk.gone < CYCLE_SECONDS
        assert walk.pose(walk.gone) is None
        assert walk.pose(0) is None


def test_closing_ends_the_scene_also_while_it_waits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo, "RATE_HZ", 1e-3)
    scene = DemoScene(fast=False)
    assert scene.read() is not None
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(scene.read()), daemon=True)
    waiting.start()
    scene.close()
    waiting.join(20)
    assert answers == [None]


@pytest.mark.parametrize("walk", WALKS[:2], ids=lambda walk: walk.person)
def test_who_stands_alone_is_found_large_enough(walk: demo.Walk, cascade: cv2.CascadeClassifier):
    found = [faces(cascade, draw(index)) for index in frames_between(walk.arrives, walk.leaves, 6)]
    assert [len(boxes) for boxes in found] == [1] * 6
    assert all(120 <= boxes[0][2] <= 195 for boxes in found)


def test_both_are_found_side_by_side(cascade: cv2.CascadeClassifier):
    eileen, grace = WALKS[2:]
    found = [faces(cascade, draw(index)) for index in frames_between(eileen.arrives, grace.leaves, 6)]
    assert [len(boxes) for boxes in found] == [2] * 6
    for (left, _, width, _), (right, _, other, _) in found:
        assert left + width < right
        assert min(width, other) >= 95


def test_nobody_is_found_in_the_empty_corridor(cascade: cv2.CascadeClassifier):
    empty = [0, *frames_between(WALKS[0].gone, WALKS[1].enters, 3), *frames_between(WALKS[1].gone, WALKS[3].enters, 2)]
    assert not any(faces(cascade, draw(index)) for index in empty)


def test_a_walk_brings_the_face_nearer():
    walk = WALKS[0]
    sizes = [walk.pose(second).face_px for second in np.linspace(walk.enters, walk.arrives, 8)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 25
    assert sizes[-1] > 140


def test_the_gallery_holds_one_good_picture_of_grace_and_nobody_else(cascade: cv2.CascadeClassifier):
    assert [path.name for path in asset("demo", "gallery").iterdir()] == ["Grace_Hopper.jpg"]
    assert len(faces(cascade, read_picture(asset("demo", "gallery", "Grace_Hopper.jpg")))) == 1


def test_a_fast_scene_is_one_cycle_and_a_live_one_has_no_end():
    with DemoScene(fast=True) as scene:
        assert sum(1 for _ in scene) == CYCLE_SECONDS * RATE_HZ
        assert not scene.endless
    with DemoScene(fast=False) as scene:
        assert scene.endless
