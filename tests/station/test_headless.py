import logging
from threading import Event

import pytest

from kiosk.domain import Decision, Outcome
from kiosk.errors import CameraError, EncoderError
from kiosk.station.headless import camera_frames, run_headless, source_frames
from kiosk.vision.camera import WatchedCamera
from kiosk.vision.sources.demo import DemoScene


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[Decision, float]] = []

    def __call__(self, decision: Decision, seconds: float) -> None:
        self.heard.append((decision, seconds))


def test_each_decision_is_told_with_the_seconds_since_the_first_frame(build, scene):
    tell = Listener()
    run_headless(iter(scene(2.0, 4.5)), build(), tell)
    ((decision, seconds),) = tell.heard
    assert decision.outcome is Outcome.GRANTED
    assert seconds == pytest.approx(decision.decided_at - 2.0)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (EncoderError("encoder", "has a cold", "wait"), "encoder: has a cold; wait"),
        (ValueError("surprise"), "ValueError: surprise"),
    ],
)
def test_a_fault_in_one_frame_is_logged_and_the_next_is_tried(*, build, scene, monkeypatch, caplog, fault, told):
    station, tell = build(), Listener()
    process, frames = station.process, scene(2.0, 4.5)

    def failing(frame):
        if frame is frames[0]:
            raise fault
        return process(frame)

    monkeypatch.setattr(station, "process", failing)
    run_headless(iter(frames), station, tell)
    assert told in caplog.messages
    assert [decision.outcome for decision, _ in tell.heard] == [Outcome.GRANTED]


def test_a_fault_of_the_station_is_logged_once(build, home, scene, caplog):
    (home / "journal.sqlite3").mkdir()
    run_headless(iter(scene(7.6, 8.4)), build(), Listener())
    assert len([record for record in caplog.records if "journal.sqlite3" in record.message]) == 1


def test_the_frames_of_a_recording_end_when_asked_to():
    stop, seen = Event(), []
    with DemoScene(fast=True) as source:
        for frame in source_frames(source, stop):
            seen.append(frame.sequence)
            if len(seen) == 3:
                stop.set()
    assert seen == [0, 1, 2]


def test_a_camera_that_cannot_be_opened_is_told_and_waited_for(caplog):
    stop = Event()

    def refuse():
        raise CameraError("camera 9", "is not there", "connect it")

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            stop.set()

    logger, told = logging.getLogger("kiosk"), Told()
    logger.addHandler(told)
    try:
        with WatchedCamera(refuse) as camera:
            assert list(camera_frames(camera, stop)) == []
    finally:
        logger.removeHandler(told)
    assert "camera lost: camera 9: is not there; connect it" in caplog.text
