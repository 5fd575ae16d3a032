"""The same face over frames: tracks, and the places where a face stands still."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain import Box, Face
from kiosk.files import asset
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.tracking import STILL_SECONDS, Background, Tracker


def face(x: float, y: float = 100, size: int = 100) -> Face:
    left, top = round(x), round(y)
    return Face(Box(left, top, left + size, top + size), score=5.0)


def at_thirty_hz(tracker, until, faces=()):
    """Frames with the same faces, each 1/30 s, up to a time in s; the numbers of the last."""
    numbers = []
    for step in range(round(until * 30) + 1):
        numbers = tracker.update(faces, step / 30)
    return numbers


class TestTracks:
    @pytest.fixture
    def tracker(self):
        return Tracker()

    def test_faces_that_move_keep_their_numbers_in_whatever_order_they_are_found(self, tracker):
        for step in range(40):
            moving, nearing = face(20 * step, 700), face(300 - 4 * step, size=60 + 8 * step)
            found = tracker.update([moving, nearing] if step % 2 else [nearing, moving], step / 30)
            assert found == ([2, 1] if step % 2 else [1, 2])

    def test_a_face_that_was_hidden_for_a_moment_keeps_its_number_and_not_for_longer(self):
        for gone_seconds, number in ((0.625, 1), (0.75, 2)):
            tracker = Tracker()
            at_thirty_hz(tracker, 1.0, [face(0)])
            assert tracker.update([], 1.25) == []
            assert tracker.update([face(0)], 1.0 + gone_seconds) == [number]

    def test_a_face_is_followed_however_slowly_the_frames_come(self):
        """It may be missed in two of them."""
        shown = [0, 1, 2, 3, 6, 7]
        for interval in (0.75, 1.0, 2.0, 4.0):
            tracker = Tracker()
            frames = [[face(step)] if step in shown else [] for step in range(8)]
            numbers = [tracker.update(faces, step * interval) for step, faces in enumerate(frames)]
            assert numbers == [[1] if step in shown else [] for step in range(8)], interval
            assert tracker.interval_seconds == interval
        uneven, tracker = [0.0, 0.3, 2.1, 2.2, 4.0, 4.1, 4.4, 6.3, 6.5, 8.2], Tracker()
        assert tracker.interval_seconds == 0
        assert [tracker.update([face(0)], time) for time in uneven] == [[1]] * 10

    def test_one_long_pause_among_quick_frames_ends_the_tracks(self, tracker):
        """The camera was lost: somebody else may stand there now."""
        at_thirty_hz(tracker, 1.0, [face(0)])
        assert tracker.update([face(0)], 61.0) == [2]
        assert tracker.interval_seconds == pytest.approx(1 / 30)
        assert tracker.lost_after_seconds == 0.7

    def test_a_clock_that_jumps_back_ends_every_track(self):
        for now in (9.0, -math.inf, math.nan):
            tracker = Tracker()
            tracker.update([face(0), face(300)], 10.0)
            assert tracker.update([face(0), face(300)], now) == [3, 4], now

    def test_a_split_face_goes_on_under_its_new_number(self, tracker):
        tracker.update([face(0), face(300)], 0.0)
        assert tracker.split(1) == 3
        assert tracker.update([face(5), face(305)], 0.1) == [3, 2]
        tracker.expire(10.0)
        assert tracker.split(3) == 3
        assert tracker.boxes == {}


# Few places and sizes, so that faces often overlap.
PLACES = st.sampled_from([-50, 0, 20, 40, 70, 300])
FACES = st.lists(st.builds(face, PLACES, PLACES, st.sampled_from([0, 50, 100, 150])), max_size=5)
STEPS = st.sampled_from([0.0, 0.03125, 0.25, 0.75, -0.125])


@settings(max_examples=40)
@given(st.lists(st.tuples(FACES, STEPS, st.booleans()), max_size=12))
def test_no_two_faces_share_a_track_and_no_number_comes_back(frames):
    tracker, now, ended = Tracker(), 0.0, set()
    for faces, step, split in frames:
        now += step
        before = tracker.boxes
        numbers = tracker.update(faces, now)
        for number, one in zip(numbers, faces, strict=True):
            assert number not in before or before[number].overlap(one.box) >= 0.25
        if split and numbers:
            numbers[0], gone = tracker.split(numbers[0]), numbers[0]
            ended.add(gone)
        assert len(numbers) == len(faces) == len(set(numbers))
        assert all(tracker.boxes[number] == one.box for number, one in zip(numbers, faces, strict=True))
        ended |= set(before) - set(tracker.boxes)
        assert not ended & set(tracker.boxes)


BOX = Box(100, 80, 200, 180)
EYES_PX = 37.5  # between the eyes of a face in this box


class TestBackground:
    @pytest.fixture
    def wall(self):
        """A camera's picture of a printed face (at BOX) on a grey wall, 320 x 240."""
        portrait = read_picture(asset("demo", "grace_hopper.jpg"))
        scale = 100 / 222
        moved = np.array([(scale, 0, 150 - 266 * scale), (0, scale, 130 - 216 * scale)])
        return np.asarray(cv2.warpAffine(portrait, moved, (320, 240), borderMode=cv2.BORDER_REPLICATE))

    @pytest.fixture
    def watching(self, wall):
        """A new background: shows the face, moved by x and y px and under noise, at a time in s; its place."""

        def watching():
            background, random = Background(), np.random.default_rng(0)

            def seen(now, x=0.0, y=0.0, *, track=1, light=1.0, box=BOX, image=wall):
                shifted = cv2.warpAffine(image, np.array([(1, 0, x), (0, 1, y)], float), (320, 240))
                noisy = np.clip(shifted * light + random.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
                return background.update(noisy, {track: Face(box, 5.0)}, [track], now)[track]

            return seen

        return watching

    @pytest.fixture
    def seen(self, watching):
        return watching()

    def test_a_face_that_does_not_move_belongs_to_the_background_after_a_minute(self, seen):
        shown = [(seen(time).number, seen(time).is_background()) for time in np.arange(0, 62, 2)]
        assert shown == [(1, False)] * 30 + [(1, True)]

    def test_a_face_that_moves_by_a_little_of_its_eye_distance_is_in_another_place(self, watching):
        for x, y in ((0.03, 0), (0, -0.03), (-0.1, 0.1), (0.3, 0)):
            seen = watching()
            assert seen(0.0).number == 1
            assert seen(30.0, x * EYES_PX, y * EYES_PX).number == 2, (x, y)
            assert not seen(STILL_SECONDS, x * EYES_PX, y * EYES_PX).is_background()
        for x in (0.005, -0.01):
            seen = watching()
            seen(0.0)
            assert seen(STILL_SECONDS, x * EYES_PX).is_background(), x

    def test_who_passes_in_front_does_not_move_a_picture(self, watching, wall):
        """The picture is where it was, under another track, however long it was covered."""
        for shown in (1.2, 4.0):
            seen = watching()
            first = [seen(time) for time in (0.0, shown)][-1]
            passing = np.roll(wall[:, ::-1], 40, axis=1)
            others = [seen(5 + step / 10, image=np.roll(passing, 5 * step, axis=1), track=2) for step in range(30)]
            assert first.number not in {one.number for one in others}
            again = seen(STILL_SECONDS + 1, track=3)
            assert (again.number, again.is_background()) == (first.number, True), shown

    def test_people_who_walk_past_do_not_push_a_picture_out_of_memory(self, seen):
        picture = [seen(time).number for time in (0.0, 4.0)][-1]
        passing = {seen(5 + step / 10, x=3.0 * (step % 7), track=2).number for step in range(1, 100) if step % 7}
        assert len(passing) > 60
        assert seen(30.0).number == picture

    def test_faces_that_were_seen_for_a_moment_do_not_push_a_covered_picture_out_of_memory(self, wall):
        """Each of them has a track of its own, which is lost; every other one stood still for more than a second."""
        background = Background()
        for time in (0.0, 4.0):
            picture = background.update(wall, {1: Face(BOX, 5.0)}, [1], time)[1].number
        for number in range(110):
            image = np.random.default_rng(number).integers(0, 255, wall.shape, np.uint8)
            for time in (0.0, 1.2 * (number % 2)):
                background.update(image, {10 + number: Face(BOX, 5.0)}, [10 + number], 5.0 + 2 * number + time)
        again = background.update(wall, {500: Face(BOX, 5.0)}, [500], 410.0)[500]
        assert (again.number, again.is_background()) == (picture, True)

    def test_a_face_in_front_of_a_picture_is_told_from_it_and_a_moved_picture_is_the_same(self, wall):
        elsewhere, aside = Box(120, 60, 260, 200), Box(103, 80, 203, 180)
        for seconds, shift, box, jumped in (
            (4.0, 40, elsewhere, (1,)),
            (2.0, 40, elsewhere, ()),
            (4.0, 3, aside, ()),
        ):
            background = Background()
            for time in (0.0, seconds):
                background.update(wall, {1: Face(BOX, 5.0)}, [1], time)
                assert background.jumped == ()
            background.update(np.roll(wall, shift, axis=1), {1: Face(box, 5.0)}, [1], seconds + 0.2)
            assert background.jumped == jumped

    def test_a_clock_that_is_set_back_begins_again(self, seen):
        seen(1000.0)
        assert seen(0.0).number == 2
        assert not seen(59.0).is_background()
