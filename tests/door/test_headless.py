import gc
import logging
import weakref
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest

from kiosk.domain import Decision, Outcome
from kiosk.door import headless
from kiosk.door.headless import StationKeeper, camera_frames, run_headless, source_frames
from kiosk.door.report import Status, Stopped
from kiosk.errors import CameraError, EncoderError
from kiosk.store.journal import Journal, JournalEntry
from kiosk.vision.camera import WatchedCamera
from kiosk.vision.demo import DemoScene


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
        monkeypatch.setattr(headless, "REFRESH_SECONDS", 0.0)
        monkeypatch.setattr(headless, "RETRY_SECONDS", 0.0)
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

    def test_a_frame_from_before_it_was_loaded_opens_to_nobody(self, keeper, home, save_spec, scene):
        save_spec("other", mirror=False)
        save(home, "decision: {k: 1, n: 1}\nencoder: other")
        frames, tell = scene(3.0, 3.3), Listener()
        run_headless(iter(frames[:1]), keeper, tell)
        assert tell.heard == []
        run_headless(iter(frames[1:2]), keeper, tell)
        assert [decision.outcome for decision, _ in tell.heard] == [Outcome.GRANTED]

    def test_one_that_cannot_be_closed_is_told_and_replaced_all_the_same(self, keeper, home, monkeypatch, caplog):
        before = keeper.station()
        with monkeypatch.context() as patched:
            patched.setattr(before, "close", stuck)
            save(home, "encoder: sface")
            assert keeper.station() is None
        save(home, "encoder: dlib_resnet")
        assert keeper.station() is None
        assert keeper.station() not in (None, before)
        assert caplog.messages.count("OSError: the journal is stuck") == 1

    def test_it_is_said_once_that_it_is_being_loaded(self, keeper, home, caplog):
        caplog.set_level(logging.INFO, "kiosk")
        save(home, "encoder: sface")
        for _ in range(3):
            assert keeper.station() is None
        save(home, "encoder: dlib_resnet")
        for _ in range(3):
            keeper.station()
        told = [line for line in caplog.messages if "loaded" in line]
        assert told == ["the recognition is being loaded anew, the door stays locked", "the recognition is loaded"]

    def test_a_fault_that_comes_back_after_it_was_mended_is_told_again(self, keeper, home, caplog):
        for _ in range(2):
            save(home, "encoder: sface")
            keeper.station()
            save(home, "encoder: dlib_resnet")
            keeper.station()
        assert len([line for line in caplog.messages if "kiosk weights fetch sface" in line]) == 2

    def test_who_stops_it_meanwhile_does_not_wait(self, *, build, home, save_spec, scene, monkeypatch, caplog):
        monkeypatch.setattr(headless, "REFRESH_SECONDS", 0.0)
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


def test_nobody_holds_the_old_station_while_the_next_one_is_read(scene, monkeypatch):
    monkeypatch.setattr(headless, "REFRESH_SECONDS", 0.0)
    alive: list[weakref.ref] = []
    held: list[object] = []

    class Outdated:
        """One that has had its time as soon as it has seen a frame."""

        status = Status(0, 0, ())
        outdated = False

        def process(self, frame):
            self.outdated = True
            raise EncoderError("encoder", "has a cold", "wait")

        def refresh(self):
            return self.status

        def close(self):
            pass

    def build():
        gc.collect()
        held.extend(one() for one in alive if one() is not None)
        station = Outdated()
        alive.append(weakref.ref(station))
        return station

    logging.getLogger("kiosk").addFilter(no := lambda record: False)
    try:
        run_headless(iter(scene(2.0, 2.5)), StationKeeper(build), Listener())
    finally:
        logging.getLogger("kiosk").removeFilter(no)
    assert len(alive) > 1
    assert held == []


def stuck() -> NoReturn:
    raise OSError("the journal is stuck")


def save(home: Path, line: str) -> None:
    """Another configuration, written whole as an editor does."""
    text = (home / "config.yaml").read_text().partition("encoder:")[0].partition("decision:")[0]
    (home / "fresh.yaml").write_text(f"{text}{line}\n")
    (home / "fresh.yaml").replace(home / "config.yaml")


def journal(home: Path) -> list[JournalEntry]:
    with closing(Journal(home / "journal.sqlite3")) as record:
        return record.entries(100)
