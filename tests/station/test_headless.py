import logging
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from kiosk.access.journal import Journal, JournalEntry
from kiosk.domain import Decision, Outcome
from kiosk.errors import CameraError, EncoderError
from kiosk.station import headless
from kiosk.station.headless import StationKeeper, Stopped, camera_frames, run_headless, source_frames
from kiosk.vision.camera import WatchedCamera
from kiosk.vision.sources.demo import DemoScene


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[Decision, float]] = []

    def __call__(self, decision: Decision, seconds: float) -> None:
        self.heard.append((decision, seconds))


def test_each_decision_is_told_with_the_seconds_since_the_first_frame(build, scene):
    tell = Listener()
    run_headless(iter(scene(2.0, 4.5)), StationKeeper(build), tell)
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
    run_headless(iter(frames), StationKeeper(lambda: station), tell)
    assert told in caplog.messages
    assert [decision.outcome for decision, _ in tell.heard] == [Outcome.GRANTED]


def test_a_fault_of_the_station_is_logged_once(build, home, scene, caplog):
    (home / "journal.sqlite3").mkdir()
    run_headless(iter(scene(7.6, 8.4)), StationKeeper(build), Listener())
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


class TestAnotherEncoder:
    """Of two on the same network, whose embeddings are not compared all the same."""

    @pytest.fixture
    def keeper(self, build, monkeypatch):
        monkeypatch.setattr(headless, "_REFRESH_SECONDS", 0.0)
        monkeypatch.setattr(headless, "_RETRY_SECONDS", 0.0)
        with closing(StationKeeper(build)) as keeper:
            yield keeper

    def test_the_station_is_built_anew_and_goes_on(self, keeper, home, save_spec, scene):
        before, tell = keeper.station(), Listener()
        save_spec("other", mirror=False)
        save(home, "encoder: other")
        run_headless(iter(scene(2.0, 4.5)), keeper, tell)
        assert keeper.station() is not before
        assert [decision.outcome for decision, _ in tell.heard] == [Outcome.GRANTED]
        assert [row.encoder for row in journal(home)] == ["other"]

    def test_the_door_is_locked_before_the_next_one_is_read(self, keeper, home, save_spec, scene):
        before = keeper.station()
        for frame in scene(2.0, 4.5):
            before.process(frame)
        assert before.door.unlocked
        save(home, "encoder: sface")
        assert keeper.station() is None
        assert not before.door.unlocked

    def test_one_that_does_not_load_is_told_once_and_back_when_it_is_mended(self, *, keeper, home, scene, caplog):
        save(home, "encoder: sface")
        tell = Listener()
        run_headless(iter(scene(2.0, 4.5)), keeper, tell)
        assert tell.heard == []
        assert len([line for line in caplog.messages if "kiosk weights fetch sface" in line]) == 1
        save(home, "encoder: dlib_resnet")
        run_headless(iter(scene(2.0, 4.5)), keeper, tell)
        assert [decision.outcome for decision, _ in tell.heard] == [Outcome.GRANTED]

    def test_who_stops_it_meanwhile_does_not_wait(self, *, build, home, save_spec, scene, monkeypatch, caplog):
        monkeypatch.setattr(headless, "_REFRESH_SECONDS", 0.0)
        builders = iter([build])

        def build_once():
            try:
                return next(builders)()
            except StopIteration:
                raise Stopped from None

        with closing(StationKeeper(build_once)) as keeper:
            save(home, "encoder: sface")
            with pytest.raises(Stopped):
                run_headless(iter(scene(2.0, 4.5)), keeper, Listener())
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def save(home: Path, line: str) -> None:
    """Another configuration, written whole as an editor does."""
    text = (home / "config.yaml").read_text().partition("encoder:")[0]
    (home / "fresh.yaml").write_text(f"{text}{line}\n")
    (home / "fresh.yaml").replace(home / "config.yaml")


def journal(home: Path) -> list[JournalEntry]:
    with closing(Journal(home / "journal.sqlite3")) as record:
        return record.entries(100)
