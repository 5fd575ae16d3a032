import numpy as np
import pytest

from kiosk.domain import Box, Candidate, Embedding, Face, Frame, Identification, Observation, Rejection, TrackedFace
from kiosk.door.station import Capturing
from kiosk.people.capture import CaptureHint, CaptureSession

FRAME = Frame(np.zeros((480, 640, 3), np.uint8), 0.0, 0)


def face(track: int, size: int, person: str | None = None) -> TrackedFace:
    candidates = (Candidate(person or "Ada", 0.2 if person else 0.8),)
    found = Identification(candidates, 0.4, 0.0, 1)
    return TrackedFace(track, Face(Box(0, 0, size, size), 1.0), None if track else Rejection.NO_FACE, found)


def judged(capturing: Capturing, *faces: TrackedFace) -> list[int]:
    observation = capturing.look(FRAME, Observation(0, 0.0, faces))[1]
    return [one.track for one in observation.faces]


@pytest.fixture
def capturing() -> Capturing:
    found = Capturing()
    found.session = CaptureSession(lambda image: Embedding(np.ones(1, np.float32), "one"))
    return found


def test_without_a_session_the_door_judges_everybody():
    state, observation = Capturing().look(FRAME, Observation(0, 0.0, (face(1, 100),)))
    assert state is None
    assert len(observation.faces) == 1


def test_whoever_has_pictures_taken_is_not_refused_and_others_are_judged(capturing):
    assert judged(capturing, face(1, 200), face(2, 100)) == [2]
    state, _ = capturing.look(FRAME, Observation(0, 0.0, (face(1, 200),)))
    assert state.hint is not None


def test_whoever_is_known_is_let_in_while_pictures_are_taken(capturing):
    assert judged(capturing, face(1, 200, "Ada"), face(2, 100)) == [1, 2]


def test_a_fault_ends_the_session_and_the_door_goes_on(capturing, monkeypatch):
    def broken(frame, observation):
        raise RuntimeError("out of order")

    monkeypatch.setattr(capturing.session, "update", broken)
    state, observation = capturing.look(FRAME, Observation(0, 0.0, (face(1, 200),)))
    assert "out of order" in state.fault
    assert len(observation.faces) == 1
    assert capturing.session is None
    assert state.hint is not CaptureHint.NO_FACE


def test_at_the_station_the_stranger_before_the_camera_is_captured_and_not_refused(build, scene):
    station = build()
    station.capture = CaptureSession(lambda image: Embedding(np.ones(1, np.float32), "one"))
    reports = [station.process(frame) for frame in scene(10.0, 12.5)]
    assert not any(report.settled for report in reports)
    assert any(report.capture.box is not None for report in reports)
    station.capture = None
    later = [station.process(frame) for frame in scene(12.5, 14.0)]
    assert all(report.capture is None for report in later)
