import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Box, Face
from kiosk.vision.tracking import Tracker


def face(x: float, y: float = 100, size: int = 100) -> Face:
    left, top = round(x), round(y)
    return Face(Box(left, top, left + size, top + size), score=5.0)


@pytest.fixture
def tracker():
    return Tracker()


def at_thirty_hz(tracker, until, faces=()):
    """Frames with the same faces, each 1/30 s, up to a time in s; the numbers of the last."""
    numbers = []
    for step in range(round(until * 30) + 1):
        numbers = tracker.update(faces, step / 30)
    return numbers


def test_numbers_start_with_one_for_each_face(tracker):
    assert tracker.update([face(0), face(300)], 0.0) == [1, 2]


def test_a_face_that_moves_keeps_its_number(tracker):
    numbers = {tracker.update([face(0 + 20 * step)], step / 30)[0] for step in range(40)}
    assert numbers == {1}


def test_a_face_that_comes_nearer_keeps_its_number(tracker):
    numbers = {tracker.update([face(300 - 4 * step, size=60 + 8 * step)], step / 30)[0] for step in range(40)}
    assert numbers == {1}


def test_the_order_in_which_faces_are_found_does_not_matter(tracker):
    tracker.update([face(0), face(300)], 0.0)
    assert tracker.update([face(305), face(5)], 0.1) == [2, 1]


def test_people_who_cross_keep_their_numbers(tracker):
    for step in range(31):
        near, far = face(20 * step, 100), face(600 - 20 * step, 160, size=80)
        assert tracker.update([near, far] if step % 2 else [far, near], step / 30) == ([2, 1] if step % 2 else [1, 2])


def test_who_passes_behind_somebody_never_gets_their_number(tracker):
    front, behind = set(), []
    for step in range(31):
        passing, covered = face(20 * step), face(600 - 20 * step)
        if passing.box.overlap(covered.box) > 0:
            front.update(tracker.update([passing], step / 30))
        else:
            first, second = tracker.update([passing, covered], step / 30)
            front.add(first)
            behind.append(second)
    assert front == {1}
    assert 1 not in behind


def test_the_surest_pair_is_joined_first(tracker):
    tracker.update([face(0), face(60)], 0.0)
    # The first face overlaps with both; the second track fits it better.
    assert tracker.update([face(50), face(10)], 0.1) == [2, 1]


def test_of_two_faces_on_one_track_the_surer_goes_on(tracker):
    tracker.update([face(0)], 0.0)
    assert tracker.update([face(30), face(10)], 0.1) == [2, 1]


def test_faces_that_hardly_overlap_are_two(tracker):
    tracker.update([face(0)], 0.0)
    assert tracker.update([face(59)], 0.1) == [1]
    assert tracker.update([face(59 + 61)], 0.2) == [2]


def test_a_face_that_was_hidden_for_a_moment_keeps_its_number(tracker):
    at_thirty_hz(tracker, 1.0, [face(0)])
    assert tracker.update([], 1.25) == []
    assert tracker.update([face(0)], 1.625) == [1]


def test_a_face_that_was_gone_for_longer_is_a_new_one(tracker):
    at_thirty_hz(tracker, 1.0, [face(0)])
    assert tracker.update([face(0)], 1.75) == [2]


@pytest.mark.parametrize("interval", [0.75, 1.0, 2.0, 4.0])
def test_a_face_is_followed_however_slowly_the_frames_come(tracker, interval):
    """It may be missed in two of them."""
    shown = [0, 1, 2, 3, 6, 7]
    frames = [[face(step)] if step in shown else [] for step in range(8)]
    numbers = [tracker.update(faces, step * interval) for step, faces in enumerate(frames)]
    assert numbers == [[1] if step in shown else [] for step in range(8)]
    assert tracker.interval_seconds == interval


def test_a_face_is_followed_where_the_frames_come_unevenly(tracker):
    times = [0.0, 0.3, 2.1, 2.2, 4.0, 4.1, 4.4, 6.3, 6.5, 8.2]
    assert [tracker.update([face(0)], time) for time in times] == [[1]] * 10


def test_one_long_pause_among_quick_frames_ends_the_tracks(tracker):
    """The camera was lost: somebody else may stand there now."""
    at_thirty_hz(tracker, 1.0, [face(0)])
    assert tracker.update([face(0)], 61.0) == [2]
    assert tracker.interval_seconds == pytest.approx(1 / 30)
    assert tracker.lost_after_seconds == 0.7


def test_the_usual_interval_is_not_known_before_the_second_frame(tracker):
    assert tracker.interval_seconds == 0.0
    tracker.update([], 0.0)
    assert tracker.interval_seconds == 0.0


def test_boxes_are_where_living_faces_were_seen_last(tracker):
    at_thirty_hz(tracker, 1.0, [face(0), face(300)])
    tracker.update([face(310)], 1.25)
    assert tracker.boxes == {1: face(0).box, 2: face(310).box}
    tracker.expire(1.85)
    assert tracker.boxes == {2: face(310).box}


@pytest.mark.parametrize("now", [9.0, -math.inf, math.nan])
def test_a_clock_that_jumps_back_ends_every_track(tracker, now):
    tracker.update([face(0), face(300)], 10.0)
    assert tracker.update([face(0), face(300)], now) == [3, 4]


def test_a_split_face_goes_on_under_its_new_number(tracker):
    tracker.update([face(0), face(300)], 0.0)
    assert tracker.split(1) == 3
    assert tracker.update([face(5), face(305)], 0.1) == [3, 2]


def test_a_track_that_is_gone_cannot_be_split(tracker):
    tracker.update([face(0)], 0.0)
    tracker.expire(10.0)
    assert tracker.split(1) == 1
    assert tracker.boxes == {}


@pytest.mark.parametrize("box", [Box(5, 5, 5, 5), Box(10, 10, 0, 0), Box(-(10**9), -(10**9), 10**9, 10**9)])
def test_odd_boxes_are_faces_like_others(tracker, box):
    assert tracker.update([Face(box, 1.0), face(0)], 0.0) == [1, 2]
    assert len(set(tracker.update([face(0), Face(box, 1.0)], 0.1))) == 2


# Few places and sizes, so that faces often overlap.
PLACES = st.sampled_from([-50, 0, 20, 40, 70, 300])
FACES = st.lists(st.builds(face, PLACES, PLACES, st.sampled_from([0, 50, 100, 150])), max_size=5)
STEPS = st.sampled_from([0.0, 0.03125, 0.25, 0.75, -0.125])


@given(st.lists(st.tuples(FACES, STEPS, st.booleans()), max_size=12))
def test_no_two_faces_share_a_track_and_no_number_comes_back(frames):
    tracker, now, ended = Tracker(), 0.0, set()
    for faces, step, split in frames:
        now += step
        before = set(tracker.boxes)
        numbers = tracker.update(faces, now)
        if split and numbers:
            numbers[0], gone = tracker.split(numbers[0]), numbers[0]
            ended.add(gone)
        assert len(numbers) == len(faces) == len(set(numbers))
        assert all(tracker.boxes[number] == one.box for number, one in zip(numbers, faces, strict=True))
        ended |= before - set(tracker.boxes)
        assert not ended & set(tracker.boxes)


@given(st.lists(FACES, min_size=2, max_size=6))
def test_a_face_never_goes_on_without_overlap(frames):
    tracker = Tracker()
    for index, faces in enumerate(frames):
        before = tracker.boxes
        for number, one in zip(tracker.update(faces, index / 8), faces, strict=True):
            assert number not in before or before[number].overlap(one.box) >= 0.25
