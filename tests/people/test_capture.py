"""Capture of pictures from the camera: the hints, the automatic shutter, and real pictures."""

import numpy as np
import pytest

# Outer and inner corner of the eye at the right of the image, of the one at its left, base of the nose: in parts of the
# distance between the eyes, x to the right of the image, y down, z towards the camera.
from kiosk.domain import (
    Box,
    Conditions,
    Embedding,
    Face,
    Frame,
    Landmarks,
    Observation,
    Rejection,
    Scheme,
    TrackedFace,
    nearest_face,
)
from kiosk.encoders import load_encoder
from kiosk.people.capture import (
    PATIENCE_SECONDS,
    CaptureGates,
    CaptureHint,
    CaptureSession,
    Shot,
    hint_for,
)
from kiosk.people.enrolment import find_outliers
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader, Recogniser
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import pose_of, shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import PHOTOGRAPH, Gates

_POINTS = np.array([(0.72, 0, -0.1), (0.28, 0, 0), (-0.72, 0, -0.1), (-0.28, 0, 0), (0, 0.77, 0.35)])


def _landmarks(box: Box, aside: float, up: float) -> Landmarks:
    """Return the points of a head that is turned by these degrees."""
    yaw, pitch = np.radians(aside), np.radians(up)
    turned = np.array([(np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))])
    raised = np.array([(1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))])
    points = (_POINTS @ (raised @ turned).T)[:, :2] * box.width * 0.45
    return Landmarks(points + np.array(box.centre), Scheme.DLIB)


def somebody(
    *,
    size: int = 160,
    centre: tuple[int, int] = (320, 230),
    aside: float = 0.0,
    up: float = 0.0,
    light: float | None = 120.0,
    sharpness: float | None = 40.0,
    track: int = 1,
    rejection: Rejection | None = None,
) -> TrackedFace:
    """Return a tracked face in a frame of 640 x 480 px; degrees aside = to the person's own left."""
    left, top = centre[0] - size // 2, centre[1] - size // 2
    box = Box(left, top, left + size, top + size)
    face = Face(box, 1.0, _landmarks(box, aside, up))
    conditions = Conditions(face_px=size, light=light, sharpness=sharpness, turn=None)
    return TrackedFace(track, face, rejection, None, conditions)


GREY = np.full((480, 640, 3), 128, np.uint8)
GATES = CaptureGates()


@pytest.fixture
def hint():
    straight = pose_of(somebody().face.landmarks)

    def ask(*faces, shot=Shot.STRAIGHT, gates=GATES):
        return hint_for(GREY, faces, shot, straight, gates)

    return ask


def test_one_thing_is_asked_for_at_a_time(hint):
    for who, asked in (
        ({}, None),
        ({"size": 80}, CaptureHint.CLOSER),
        ({"size": 330}, CaptureHint.FURTHER),
        ({"centre": (100, 230)}, CaptureHint.CENTRE),
        ({"centre": (320, 440)}, CaptureHint.CENTRE),
        ({"light": 40.0}, CaptureHint.MORE_LIGHT),
        ({"light": None, "rejection": Rejection.TOO_DARK}, CaptureHint.MORE_LIGHT),
        ({"light": 220.0}, CaptureHint.LESS_LIGHT),
        ({"aside": 30}, CaptureHint.LOOK_STRAIGHT),
        ({"aside": -30}, CaptureHint.LOOK_STRAIGHT),
        ({"sharpness": 4.0}, CaptureHint.HOLD_STILL),
        ({"light": None, "sharpness": None, "rejection": Rejection.TOO_BLURRED}, CaptureHint.HOLD_STILL),
    ):
        assert hint(somebody(**who)) is asked, who


def test_each_picture_wants_its_pose(hint):
    for shot, aside, up, asked in (
        (Shot.LEFT, 0, 0, CaptureHint.TURN_LEFT),
        (Shot.LEFT, -20, 0, CaptureHint.TURN_LEFT),
        (Shot.LEFT, 18, 0, None),
        (Shot.LEFT, 55, 0, CaptureHint.TURN_RIGHT),
        (Shot.RIGHT, 0, 0, CaptureHint.TURN_RIGHT),
        (Shot.RIGHT, -18, 0, None),
        (Shot.RIGHT, -55, 0, CaptureHint.TURN_LEFT),
        (Shot.UP, 0, 0, CaptureHint.LOOK_UP),
        (Shot.UP, 0, 12, None),
        (Shot.AGAIN, 0, 0, None),
        (Shot.AGAIN, 30, 0, CaptureHint.LOOK_STRAIGHT),
    ):
        assert hint(somebody(aside=aside, up=up), shot=shot) is asked, (shot, aside, up)
    for shot in Shot:
        assert hint(somebody(), shot=shot, gates=GATES.lenient()) is None
        assert hint(somebody(aside=65), shot=shot, gates=GATES.lenient()) is not None


def test_nobody_two_people_and_dark_glasses_are_told_and_a_passer_by_is_not(hint):
    assert hint() is CaptureHint.NO_FACE
    assert hint(somebody(), somebody(size=110, centre=(80, 200), track=2)) is CaptureHint.ONE_PERSON
    assert hint(somebody(), somebody(size=60, centre=(80, 200), track=2)) is None
    assert nearest_face([somebody(size=60, track=2), somebody()]).track == 1
    image = GREY.copy()
    x, y = (int(value) for value in somebody().face.box.centre)
    image[y + 4 : y + 26, x - 60 : x + 60] = 10  # below the eyes, where the chip looks
    assert hint_for(image, [somebody()], Shot.STRAIGHT, None, GATES) is CaptureHint.UNCOVER_FACE, "dark glasses"


RATE_HZ = 10
POSES = {
    Shot.STRAIGHT: {},
    Shot.LEFT: {"aside": 18},
    Shot.RIGHT: {"aside": -18},
    Shot.UP: {"up": 12},
    Shot.AGAIN: {},
}


class Stage:
    """Feeds a session with ten frames a second."""

    def __init__(self, image, encode):
        self.session, self.image, self.encode, self.number = CaptureSession(), image, encode, 0

    def show(self, *faces, seconds=0.1, repeated=False):
        state = self.session.state
        for _ in range(round(seconds * RATE_HZ)):
            now = self.number / RATE_HZ
            frame = Frame(self.image, now, self.number)
            state = self.session.update(frame, Observation(self.number, now, faces, repeated), self.encode)
            self.number += 1
        return state

    def obey(self, until=lambda state: state.done, most_seconds=60):
        """Does what each picture asks for; the seconds that it took."""
        for step in range(most_seconds * RATE_HZ):
            if until(self.session.state):
                return step / RATE_HZ
            self.show(somebody(**POSES[self.session.state.shot]))
        raise AssertionError(self.session.state)


def encode(image):
    return Embedding(np.array([1.0], np.float32), "one")


@pytest.fixture
def stage() -> Stage:
    return Stage(GREY, encode)


def test_five_pictures_are_taken_of_whoever_does_as_asked(stage):
    seconds = stage.obey()
    state = stage.session.state
    assert [taken.offered.name for taken in state.taken] == [f"{shot.value}.jpg" for shot in Shot]
    assert seconds < 12
    assert len({taken.digest for taken in state.taken}) == 1  # here all frames are the same
    assert state.hint is None
    stage.session.retake(2)
    assert (stage.session.state.taken[2], stage.session.state.number) == (None, 2)
    stage.obey()
    same = [old is new for old, new in zip(state.taken, stage.session.state.taken, strict=True)]
    assert same == [True, True, False, True, True]


def test_the_shutter_waits_for_half_a_second_in_which_all_is_right(stage):
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


def test_somebody_who_moves_is_asked_to_hold_still_and_a_stranger_starts_anew(stage):
    stage.show(somebody(), seconds=0.9)
    stage.show(somebody(), seconds=5, repeated=True)
    stage.number += 300
    assert stage.show(somebody()).taken[0] is None, "repeated frames and gaps count for nothing"
    assert stage.show(somebody(centre=(350, 230))).hint is CaptureHint.HOLD_STILL
    stage.show(somebody(centre=(350, 230)), seconds=0.4)
    assert stage.show(somebody(centre=(350, 230), track=2)).hint is CaptureHint.HOLD_STILL
    assert stage.session.track == 2
    assert stage.session.state.taken[0] is None


def test_a_pose_that_does_not_come_is_let_go_after_a_while(stage):
    stage.obey(until=lambda state: state.number == 1)
    assert stage.show(somebody(), seconds=2).hint is CaptureHint.TURN_LEFT
    state = stage.show(somebody(), seconds=PATIENCE_SECONDS)
    assert state.taken[1] is not None


def test_a_picture_that_the_gallery_could_not_use_is_not_taken():
    answers = iter([Rejection.NO_FACE, *[encode(None)] * 9])
    stage = Stage(GREY, lambda image: next(answers))
    state = stage.show(somebody(), seconds=1.4)
    assert state.taken[0] is None
    assert state.hint is CaptureHint.HOLD_STILL
    assert stage.show(somebody(), seconds=2).taken[0] is not None


@pytest.mark.slow
def test_a_person_who_turns_the_head_as_asked_is_done_in_ten_seconds(data):
    """The nose is moved in a real picture, which the landmarks take for a turn."""
    portrait = cv2.imread(str(min((data / "lfw-view1" / "Hans_Blix").glob("*.jpg"))))
    still = np.full((480, 640, 3), 90, np.uint8)
    still[:, 80:560] = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_CUBIC)
    encoder, landmarks = load_encoder("dlib_resnet"), shipped_landmarks()
    reader = PhotographReader(HaarDetector(), FaceEncoder(landmarks, encoder, PHOTOGRAPH))
    live = FaceEncoder(landmarks, encoder, Gates())
    recogniser = Recogniser(HaarDetector(), live, GallerySnapshot("dlib_resnet"), threshold=0.38, margin=0.04)
    session = CaptureSession()
    points = landmarks.locate(still, HaarDetector().find(still, min_face_px=60)[0].box).points
    eyes = float(np.hypot(*(points[:2].mean(axis=0) - points[2:4].mean(axis=0))))
    turns = {Shot.LEFT: (0.22, 0.0), Shot.RIGHT: (-0.22, 0.0), Shot.UP: (0.0, -0.14)}
    y, x = np.mgrid[0:480, 0:640].astype(np.float32)
    pull = np.exp(-(((x - points[4][0]) ** 2 + (y - points[4][1]) ** 2) / (eyes * 0.35) ** 2) / 2)
    turned = np.zeros(2)
    for number in range(12 * RATE_HZ):
        turned += np.clip(np.array(turns.get(session.state.shot, (0.0, 0.0))) - turned, -0.06, 0.06)
        across, down = (x - turned[0] * eyes * pull), (y - turned[1] * eyes * pull)
        image = cv2.remap(still, across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR)
        noise = np.random.default_rng(number).integers(-3, 4, image.shape)  # never twice the same pixels
        frame = Frame((image + noise).clip(0, 255).astype(np.uint8), number / RATE_HZ, number)
        session.update(frame, recogniser.observe(frame), reader.one)
    assert session.state.done
    assert find_outliers([taken.embedding for taken in session.state.taken], [], 0.38) == set()
