from collections.abc import Iterator

import numpy as np
import pytest

from kiosk.domain import Embedding, Frame, Observation, Rejection
from kiosk.encoders import load_encoder
from kiosk.errors import EncoderError
from kiosk.people.capture import PATIENCE_SECONDS, CaptureHint, CaptureSession, Shot
from kiosk.people.enrolment import find_duplicates, odd_ones_out
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader, Recogniser
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import PHOTOGRAPH, Gates

RATE_HZ = 10
POSES = {
    Shot.STRAIGHT: {},
    Shot.LEFT: {"aside": 18},
    Shot.RIGHT: {"aside": -18},
    Shot.UP: {"up": 12},
    Shot.AGAIN: {},
}


class Stage:
    """Feeds a session with frames of a tenth of a second, on which somebody does as they are told or not."""

    def __init__(self, session, image):
        self.session, self.image, self.number = session, image, 0

    def show(self, *faces, seconds=0.1, repeated=False):
        state = self.session.state
        for _ in range(round(seconds * RATE_HZ)):
            now = self.number / RATE_HZ
            frame = Frame(self.image, now, self.number)
            state = self.session.update(frame, Observation(self.number, now, faces, repeated))
            self.number += 1
        return state

    def obey(self, somebody, until=lambda state: state.done, most_seconds=60):
        """Does what each picture asks for; the seconds that it took."""
        for step in range(most_seconds * RATE_HZ):
            if until(self.session.state):
                return step / RATE_HZ
            self.show(somebody(**POSES[self.session.shots[self.session.state.number]]))
        raise AssertionError(self.session.state)


def encode(image):
    return Embedding(np.array([1.0], np.float32), "one")


@pytest.fixture
def stage(grey) -> Stage:
    return Stage(CaptureSession(encode), grey)


def test_five_pictures_are_taken_of_whoever_does_as_asked(stage, somebody):
    seconds = stage.obey(somebody)
    state = stage.session.state
    assert [taken.shot for taken in state.taken] == list(Shot)
    assert seconds < 12
    assert len({taken.picture.digest for taken in state.taken}) == 1  # here all frames are the same
    assert state.hint is None


def test_the_shutter_waits_for_half_a_second_in_which_all_is_right(stage, somebody):
    state = stage.show(somebody(), seconds=0.8)
    assert state.hint is None
    shares = [stage.show(somebody()).share for _ in range(4)]
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    stage.show(somebody(light=30.0))
    assert stage.session.state.share == 0
    assert stage.session.state.hint is CaptureHint.MORE_LIGHT
    state = stage.show(somebody(), seconds=0.4)
    assert state.taken[0] is None
    assert stage.show(somebody(), seconds=0.4).taken[0] is not None


def test_somebody_who_moves_is_asked_to_hold_still_and_a_stranger_starts_anew(stage, somebody):
    stage.show(somebody(), seconds=1)
    assert stage.show(somebody(centre=(350, 230))).hint is CaptureHint.HOLD_STILL
    stage.show(somebody(centre=(350, 230)), seconds=0.4)
    assert stage.show(somebody(centre=(350, 230), track=2)).hint is CaptureHint.HOLD_STILL
    assert stage.session.track == 2
    assert stage.session.state.taken[0] is None


def test_frames_that_repeat_and_gaps_count_for_nothing(stage, somebody):
    stage.show(somebody(), seconds=0.9)
    stage.show(somebody(), seconds=5, repeated=True)
    stage.number += 300
    assert stage.show(somebody()).taken[0] is None


def test_one_picture_is_taken_again_on_request(stage, somebody):
    stage.obey(somebody)
    before = stage.session.state.taken
    stage.session.retake(2)
    assert stage.session.state.taken[2] is None
    assert stage.session.state.number == 2
    stage.obey(somebody)
    after = stage.session.state.taken
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, False, True, True]


def test_a_pose_that_does_not_come_is_let_go_after_a_while(stage, somebody):
    stage.obey(somebody, until=lambda state: state.number == 1)
    assert stage.show(somebody(), seconds=2).hint is CaptureHint.TURN_LEFT
    state = stage.show(somebody(), seconds=PATIENCE_SECONDS)
    assert state.taken[1] is not None


def test_nobody_is_waited_for_without_end(stage, somebody):
    assert stage.show(seconds=20).hint is CaptureHint.NO_FACE
    assert stage.session.track is None
    assert stage.session.state.taken[0] is None


def test_a_picture_that_the_gallery_could_not_use_is_not_taken(grey, somebody):
    answers = iter([Rejection.NO_FACE, *[encode(None)] * 9])
    stage = Stage(CaptureSession(lambda image: next(answers)), grey)
    state = stage.show(somebody(), seconds=1.4)
    assert state.taken[0] is None
    assert state.hint is CaptureHint.HOLD_STILL
    assert stage.show(somebody(), seconds=2).taken[0] is not None


def test_what_the_encoder_raises_passes_through(grey, somebody):
    def broken(image):
        raise EncoderError("encoder", "is broken", "mend it")

    with pytest.raises(EncoderError):
        Stage(CaptureSession(broken), grey).show(somebody(), seconds=3)


@pytest.fixture(scope="module")
def parts() -> Iterator[tuple[FaceEncoder, PhotographReader]]:
    encoder, landmarks = load_encoder("dlib_resnet"), shipped_landmarks()
    reader = PhotographReader(HaarDetector(), FaceEncoder(landmarks, encoder, PHOTOGRAPH))
    return FaceEncoder(landmarks, encoder, Gates()), reader


class RealStage:
    """Real frames through a real recogniser, ten a second, until all pictures are taken."""

    def __init__(self, parts):
        path, reader = parts
        self.session = CaptureSession(reader.one)
        self.recogniser = Recogniser(HaarDetector(), path, GallerySnapshot("dlib_resnet"), threshold=0.38, margin=0.04)
        self.seconds = 0.0

    def run(self, draw, most_seconds=70):
        for number in range(most_seconds * RATE_HZ):
            if self.session.state.done:
                break
            frame = Frame(draw(number), number / RATE_HZ, number)
            self.session.update(frame, self.recogniser.observe(frame))
            self.seconds = number / RATE_HZ
        return self.session.state


def test_photographs_are_taken_though_they_do_not_turn_and_show_one_person(data, parts, shown):
    pictures = sorted((data / "lfw-view1" / "Ricardo_Lagos").glob("*.jpg"))
    stage = RealStage(parts)
    state = stage.run(lambda number: shown(pictures[number // 30 % len(pictures)], number))
    assert state.done
    assert stage.seconds < 60
    embeddings = [taken.picture.embedding for taken in state.taken]
    assert odd_ones_out(embeddings, [], 0.38) == set()
    again = [parts[1].one(shown(path)) for path in pictures]
    assert odd_ones_out([one for one in again if isinstance(one, Embedding)], embeddings, 0.5) == set()
    assert find_duplicates(embeddings, "x", GallerySnapshot("dlib_resnet"), threshold=0.38, margin=0.04).same == ()


def test_whoever_turns_the_head_as_asked_is_done_in_ten_seconds(data, parts, shown):
    """The nose is moved in a real picture, which the landmarks take for a turn."""
    path = min((data / "lfw-view1" / "Hans_Blix").glob("*.jpg"))
    face = HaarDetector().find(shown(path), min_face_px=60)[0]
    points = shipped_landmarks().locate(shown(path), face.box).points
    eyes = float(np.hypot(*(points[:2].mean(axis=0) - points[2:4].mean(axis=0))))
    turns = {Shot.LEFT: (0.22, 0.0), Shot.RIGHT: (-0.22, 0.0), Shot.UP: (0.0, -0.14)}
    now = np.zeros(2)
    stage = RealStage(parts)

    def draw(number):
        wanted = np.array(turns.get(stage.session.shots[stage.session.state.number], (0.0, 0.0)))
        now[:] = now + np.clip(wanted - now, -0.06, 0.06)
        return moved(shown(path, number), points[4], now * eyes, eyes * 0.35)

    state = stage.run(draw)
    assert state.done
    assert stage.seconds < 12
    assert odd_ones_out([taken.picture.embedding for taken in state.taken], [], 0.38) == set()


def moved(image, place, by, reach):
    """What lies around a place is pulled aside."""
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(np.float32)
    pull = np.exp(-(((x - place[0]) / reach) ** 2 + ((y - place[1]) / reach) ** 2) / 2)
    across, down = (x - by[0] * pull).astype(np.float32), (y - by[1] * pull).astype(np.float32)
    return cv2.remap(image, across, down, cv2.INTER_LINEAR)
