"""What is told of the speed comes from the last frames alone."""

import pytest

from kiosk.domain import Box, Face, Observation, TrackedFace
from kiosk.door.report import REMEMBERED, FrameStats, Report

FACE = TrackedFace(1, Face(Box(0, 0, 90, 90), 1.0), None, None)


def report(faces: int = 0, repeated: bool = False, **seconds: float) -> Report:
    return Report(Observation(1, 1.0, (FACE,) * faces, repeated), (), (), "", seconds)


@pytest.fixture
def pulse() -> FrameStats:
    return FrameStats()


def test_without_frames_everything_is_zero(pulse):
    assert (pulse.frames, pulse.stages, pulse.faces, pulse.frame_ms, pulse.rate_hz(9.0)) == (0, (), 0.0, 0.0, 0.0)
    assert (pulse.ms("detect"), pulse.history("detect")) == (0.0, [])


def test_a_stage_is_its_median_where_it_was_needed(pulse):
    for number, seconds in enumerate((0.010, 0.012, 0.200)):
        pulse.add(report(detect=seconds), number)
    pulse.add(report(detect=0.012, encode=0.030), 3)
    assert pulse.ms("detect") == pytest.approx(12)
    assert pulse.ms("encode") == pytest.approx(30)
    assert pulse.frame_ms == pytest.approx(42)


def test_the_history_has_a_place_for_each_frame_since_a_stage_came_up(pulse):
    pulse.add(report(detect=0.010, encode=0.020), 0)
    pulse.add(report(detect=0.011), 1)
    assert pulse.stages == ("detect", "encode")
    assert pulse.history("encode") == pytest.approx([20, 0])


def test_faces_are_counted_a_frame(pulse):
    pulse.add(report(faces=2), 0)
    pulse.add(report(faces=1), 1)
    assert pulse.faces == 1.5


def test_a_repeated_picture_counts_for_nothing(pulse):
    pulse.add(report(repeated=True, detect=0.0), 0)
    assert pulse.frames == 0


def test_the_rate_is_that_of_the_last_seconds(pulse):
    for number in range(20):
        pulse.add(report(), number / 10)
    assert pulse.rate_hz(2.0) == pytest.approx(10)
    assert pulse.rate_hz(60.0) == 0.0


def test_a_year_of_frames_takes_no_more_room_than_a_minute(pulse):
    for number in range(3 * REMEMBERED):
        pulse.add(report(detect=0.01), number)
    assert (pulse.frames, len(pulse.history("detect"))) == (REMEMBERED, REMEMBERED)
