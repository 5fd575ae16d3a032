"""The loop that drives a station, without a window."""

import gc
import logging
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Decision, Frame, Outcome
from kiosk.door import supervisor
from kiosk.door.build import Choices
from kiosk.door.headless import CameraFrames, headless, run_headless
from kiosk.door.report import Status
from kiosk.door.supervisor import Ended, Events, FaultLog, Stopped, Supervisor
from kiosk.errors import CameraError, EncoderError
from kiosk.store.journal import Journal
from kiosk.vision.camera import CameraState, WatchedCamera

GRACE = (2.0, 2.6)  # s of the demo's cycle, in which she comes near and is let in


class Given:
    """Frames that a test has; `drop_old` drops nothing, as for a recording."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._frames = iter(frames)

    def wait(self, timeout_seconds: float) -> Frame:
        try:
            return next(self._frames)
        except StopIteration:
            raise Ended from None

    def drop_old(self) -> None:
        pass


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh with every frame, and no waiting before a station is built again."""
    monkeypatch.setattr(supervisor, "REFRESH_SECONDS", 0.0)
    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0.0)


@pytest.fixture
def told() -> list[tuple[Decision, float]]:
    return []


@pytest.fixture
def driven(build, told):
    """driven(frames): a station without a window that processes the frames."""

    def drive(frames: Iterable[Frame], build=build) -> None:
        headless(lambda progress: build(), lambda *heard: told.append(heard)).run(Given(frames))

    return drive


def outcomes(told: list[tuple[Decision, float]]) -> list[Outcome]:
    return [decision.outcome for decision, _ in told]


def save(home: Path, line: str) -> None:
    """Replace a line of the configuration, whole as an editor does."""
    text = (home / "config.yaml").read_text().partition("encoder:")[0].partition("decision:")[0]
    (home / "fresh.yaml").write_text(f"{text}{line}\n")
    (home / "fresh.yaml").replace(home / "config.yaml")


def test_a_fault_in_one_frame_is_logged_and_the_next_is_tried(*, build, driven, scene, told, monkeypatch, caplog):
    station, frames = build(), scene(*GRACE)
    process = station.process
    faults = {0: EncoderError("encoder", "has a cold", "wait"), 1: ValueError("surprise")}

    def failing(frame):
        for number, fault in faults.items():
            if frame is frames[number]:
                raise fault
        return process(frame)

    monkeypatch.setattr(station, "process", failing)
    driven(frames, build=lambda: station)
    assert {"encoder: has a cold; wait", "ValueError: surprise"} <= set(caplog.messages)
    ((decision, seconds),) = told
    assert decision.outcome is Outcome.GRANTED
    assert seconds == pytest.approx(decision.decided_at - frames[2].captured_at)


def test_a_fault_of_the_station_is_logged_once(driven, home, scene, caplog, at_once):
    (home / "journal.sqlite3").mkdir()
    driven(scene(7.6, 8.0))
    assert len([record for record in caplog.records if "journal.sqlite3" in record.message]) == 1


def test_with_another_encoder_the_door_is_locked_and_the_station_is_built_again(
    *, driven, build, home, save_spec, scene, told, at_once, caplog
):
    caplog.set_level(logging.INFO, "kiosk")
    save_spec("other", mirror=False)
    stations, locked = [], []

    def build_and_look():
        locked.extend(not station.door.unlocked for station in stations)
        stations.append(build())
        return stations[-1]

    def frames():
        yield from scene(*GRACE)
        assert stations[0].door.unlocked
        save(home, "encoder: other")
        yield from scene(4.5, 4.6)
        yield from scene(28.0, 28.6)

    driven(frames(), build_and_look)
    assert locked == [True]
    assert outcomes(told) == [Outcome.GRANTED, Outcome.GRANTED]
    with closing(Journal(home / "journal.sqlite3")) as journal:
        assert [row.encoder for row in journal.entries(9)] == ["other", "sface_fp16"]
    assert [line for line in caplog.messages if "load" in line] == [
        "Recognition is loading again. The door stays locked.",
        "Recognition is loaded.",
    ]


class Plain:
    """A station that counts its frames, and is outdated once the test says so."""

    status = Status(0, 0, ())

    def __init__(self) -> None:
        self.outdated = False
        self.frames = 0

    def process(self, frame):
        self.frames += 1

    def refresh(self):
        return self.status

    def close(self):
        pass


def test_a_station_that_cannot_be_built_is_told_once_and_works_when_it_is_mended(at_once, caplog, scene):
    frame = scene(2.0, 2.1)[0]
    mended, stations, told = [False], [], []

    def build(progress):
        if not mended[0]:
            raise EncoderError("encoder", "is not there", "fetch it")
        stations.append(Plain())
        return stations[-1]

    def frames():
        for _ in range(2):
            mended[0] = False
            while len(told) < 3:  # however many frames come meanwhile
                yield frame
            told.clear()
            mended[0] = True
            stations.clear()
            while not (stations and stations[-1].frames):
                yield frame
            stations[-1].outdated = True

    Supervisor(build, Events(broken=told.append)).run(Given(frames()))
    assert caplog.messages == ["encoder: is not there; fetch it"] * 2  # once for each of the two times


def test_the_kiosk_ends_without_waiting_for_a_station(caplog):
    def build(progress):
        driven.stopping.set()
        progress("encoder", 0, 1)

    driven = Supervisor(build, Events())
    driven.run(Given([]))
    with pytest.raises(Stopped):
        driven.load()
    assert caplog.messages == []


class Outdated(Plain):
    """A station that is outdated as soon as it has seen a frame, and cannot be closed."""

    def process(self, frame):
        self.outdated = True
        raise EncoderError("encoder", "has a cold", "wait")

    def close(self):
        raise OSError("the journal is stuck")


def test_a_station_that_cannot_be_closed_is_replaced_and_nobody_holds_it_meanwhile(scene, at_once):
    alive: list[weakref.ref] = []
    held: list[object] = []
    faults: list[str] = []

    def build(progress):
        gc.collect()
        held.extend(one() for one in alive if one() is not None)
        station = Outdated()
        alive.append(weakref.ref(station))
        return station

    logging.getLogger("kiosk").addFilter(no := lambda record: False)  # a record would hold the traceback
    try:
        Supervisor(build, Events(failed=faults.append)).run(Given(scene(2.0, 2.5)))
    finally:
        logging.getLogger("kiosk").removeFilter(no)
    assert len(alive) > 1
    assert held == []
    assert "OSError: the journal is stuck" in faults


class Film:
    """A recording of three frames."""

    name, endless = "film", False

    def __init__(self) -> None:
        self._frames = [Frame(np.full((8, 8, 3), number, np.uint8), float(number), number) for number in range(3)]

    def read(self) -> Frame | None:
        return self._frames.pop(0) if self._frames else None

    def close(self) -> None:
        pass


def wait_for(condition: Callable[[], bool]) -> None:
    while not condition():  # pytest's own time-out ends a test that waits in vain
        threading.Event().wait(0.01)


def test_the_last_frame_of_a_recording_is_processed_though_it_ended_meanwhile():
    with closing(WatchedCamera(Film)) as camera:
        frames = CameraFrames(camera)
        wait_for(lambda: camera.state is CameraState.ENDED)  # as while a slow frame is processed
        assert frames.wait(1.0).sequence == 2
        with pytest.raises(Ended):
            frames.wait(1.0)


def test_a_camera_that_cannot_be_opened_is_told_and_waited_for(caplog):
    def refuse():
        raise CameraError("camera 9", "is not there", "connect it")

    with closing(WatchedCamera(refuse)) as camera:
        frames = CameraFrames(camera)
        while "camera lost: camera 9: is not there; connect it" not in caplog.text:
            assert frames.wait(0.05) is None


def test_the_demo_runs_without_a_window_until_its_end_or_a_signal(home):
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo", demo=True, fast=True)
    told, stop = [], threading.Event()

    def tell(decision, seconds):
        told.append(decision.outcome)
        stop.set()

    assert run_headless(choices, stop, tell) is None
    assert told == [Outcome.GRANTED]


def test_the_same_fault_in_a_row_is_logged_once_with_its_traceback_and_told_each_time(caplog):
    log = FaultLog()
    told = [log.note(ValueError(text)) for text in "aaba"]
    assert told == ["ValueError: a", "ValueError: a", "ValueError: b", "ValueError: a"]
    assert caplog.messages == ["ValueError: a", "ValueError: b", "ValueError: a"]
