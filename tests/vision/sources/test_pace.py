import threading
import time

import numpy as np

from kiosk.vision.source import Pace


def test_fast_time_is_the_index_over_the_rate():
    pace = Pace(25, fast=True)
    assert [pace.captured_at(index) for index in (0, 1, 50)] == [0, 1 / 25, 2]


def test_fast_does_not_wait_for_a_frame_that_would_be_due_next_year():
    assert Pace(1e-7, fast=True).captured_at(3) == 3e7


def test_paced_frames_are_an_interval_apart_on_the_monotonic_clock():
    pace = Pace(50, fast=False)
    before = time.monotonic()
    times = [pace.captured_at(index) for index in range(6)]
    assert before <= times[0] <= times[-1] <= time.monotonic()
    assert times[-1] - times[0] >= 0.099


def test_a_late_reader_is_not_made_to_catch_up_in_a_burst():
    pace = Pace(50, fast=False)
    pace.captured_at(0)
    threading.Event().wait(0.2)
    late, following = pace.captured_at(1), pace.captured_at(2)
    assert following - late >= 0.019


def test_stopping_ends_a_wait_under_way_and_every_later_one():
    pace = Pace(1e-3, fast=False)
    pace.captured_at(0)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(pace.captured_at(1)), daemon=True)
    waiting.start()
    pace.stop()
    waiting.join(20)
    assert answers == [None]
    assert pace.stopped
    assert pace.captured_at(2) is None


def test_stopping_ends_a_fast_source_too():
    pace = Pace(30, fast=True)
    pace.stop()
    assert pace.captured_at(0) is None


def test_frames_are_counted_and_no_image_is_none():
    pace, image = Pace(10, fast=True), np.zeros((2, 2, 3), np.uint8)
    assert pace.frame(None) is None
    frames = [pace.frame(image), pace.frame(image)]
    assert [(frame.sequence, frame.captured_at) for frame in frames] == [(0, 0.0), (1, 0.1)]
    pace.stop()
    assert pace.frame(image) is None
    assert pace.sequence == 2
