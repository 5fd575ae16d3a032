from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Frame, Rejection
from kiosk.evaluation.extractors import Extracted, KioskRecipe, PixelsRecipe
from kiosk.evaluation.recordings import FrameByFrame, KioskWatcher, watcher_of
from kiosk.evaluation.results import PathLabel
from kiosk.files import asset
from kiosk.recognition.matching import PLAIN
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture

EMPTY = np.full((240, 320, 3), 120, np.uint8)


def config(folder: Path, text: str = "") -> ConfigFile:
    path = folder / "config.yaml"
    path.write_text(text)
    return ConfigFile(path)


@pytest.fixture
def watcher(tmp_path: Path) -> KioskWatcher:
    return KioskWatcher(config(tmp_path))


@pytest.fixture(scope="module")
def hopper() -> np.ndarray:
    return cv2.resize(read_picture(asset("demo", "gallery", "Grace_Hopper.jpg")), (320, 320))


def frames(*images):
    return [Frame(image, number / 10, number) for number, image in enumerate(images)]


def test_a_face_is_followed_and_encoded(watcher, hopper):
    seen = list(watcher.watch(frames(hopper, np.roll(hopper, 3, axis=1)), only_middle=True))
    assert [len(frame.faces) for frame in seen] == [1, 1]
    one, other = (frame.faces[0] for frame in seen)
    assert one.track == other.track
    assert np.linalg.norm(one.vector - other.vector) < 0.3
    assert (one.rejection, one.conditions.face_px > 60) == (None, True)
    assert [frame.at_seconds for frame in seen] == [0.0, 0.1]


def test_the_gates_are_those_of_the_door(tmp_path, hopper):
    strict = KioskWatcher(config(tmp_path, "quality: {min_light: 220}\n"))
    (frame,) = strict.watch(frames(hopper), only_middle=True)
    assert [(face.rejection, face.vector) for face in frame.faces] == [(Rejection.TOO_DARK, None)]


def test_of_several_faces_the_one_in_the_middle_counts_where_only_that_is_asked_for(watcher, hopper):
    aside = np.hstack([hopper, np.full((320, 100, 3), 120, np.uint8), hopper])
    (everybody,) = watcher.watch(frames(aside), only_middle=False)
    (middle,) = watcher.watch(frames(aside[:, 120:]), only_middle=True)
    assert (len(everybody.faces), len(middle.faces)) == (2, 1)


def test_an_empty_frame_shows_nobody(watcher):
    assert [frame.faces for frame in watcher.watch(frames(EMPTY, EMPTY), only_middle=True)] == [(), ()]


def test_what_was_watched_before_changes_nothing(watcher, hopper):
    moving = frames(*(np.roll(hopper, shift, axis=0) for shift in range(0, 9, 3)))
    first = list(watcher.watch(moving, only_middle=False))
    list(watcher.watch(frames(EMPTY, hopper), only_middle=False))
    again = list(watcher.watch(moving, only_middle=False))
    for one, other in zip(first, again, strict=True):
        assert [face.track for face in one.faces] == [face.track for face in other.faces]
        assert all(np.array_equal(a.vector, b.vector) for a, b in zip(one.faces, other.faces, strict=True))


def test_another_gate_or_detector_is_another_key(tmp_path):
    keys = {KioskWatcher(config(tmp_path, text)).key for text in ("", "quality: {min_light: 20}\n")}
    assert len(keys) == 2


def test_options_of_the_comparison_are_taken_from_the_configuration(tmp_path):
    watcher = KioskWatcher(config(tmp_path, "path: {pooling_frames: 4, template_rule: nearest}\n"))
    assert (watcher.pooling_frames, watcher.comparison.rule.value) == (4, "nearest")
    fixed = KioskWatcher(config(tmp_path, "matching: {threshold: {sface_fp16: 0.31}, margin: {sface_fp16: 0.02}}\n"))
    assert fixed.numbers(50) == (0.31, 0.02)


class Found:
    """An extractor that gives what it is told to."""

    label = PathLabel("net", "none")
    key, threshold, margin = "net", 0.6, 0.0

    def __init__(self, *found):
        self._found = iter(found)

    def extract(self, image, *, template):
        assert not template
        return next(self._found)


def test_a_path_without_tracks_sees_one_face_a_frame():
    vector = np.ones(3, np.float32)
    path = FrameByFrame(
        Found(Extracted(probe=vector), Extracted(rejection=Rejection.NO_FACE), Extracted(rejection=Rejection.TOO_DARK))
    )
    seen = list(path.watch(frames(EMPTY, EMPTY, EMPTY), only_middle=False))
    assert [[(face.track, face.rejection) for face in frame.faces] for frame in seen] == [
        [(1, None)],
        [],
        [(1, Rejection.TOO_DARK)],
    ]
    assert (path.numbers(10), path.comparison, path.pooling_frames) == ((0.6, 0.0), PLAIN, 1)


def test_the_kiosks_own_path_is_watched_live_and_others_frame_by_frame(tmp_path):
    assert isinstance(watcher_of(KioskRecipe(config(tmp_path))), KioskWatcher)
    assert isinstance(watcher_of(PixelsRecipe()), FrameByFrame)
