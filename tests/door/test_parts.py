"""The small parts of a station: enrolment beside the door, names and access, watched files, statistics."""

import os
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import (
    Box,
    Candidate,
    Embedding,
    Face,
    Frame,
    Identification,
    Observation,
    Reason,
    Rejection,
    TrackedFace,
)
from kiosk.door.report import REMEMBERED, FrameStats, Report
from kiosk.door.station import Capturing, KnownPeople, stamps
from kiosk.people.capture import CaptureHint, CaptureSession
from kiosk.people.register import PeopleRegister, PersonRecord

FRAME = Frame(np.zeros((480, 640, 3), np.uint8), 0.0, 0)
DAY = date(2026, 3, 2)


# Pictures that are taken of a person beside the door's work.


def encode(image):
    return Embedding(np.ones(1, np.float32), "one")


def face(track: int, size: int, person: str | None = None) -> TrackedFace:
    candidates = (Candidate(person or "Ada", 0.2 if person else 0.8),)
    found = Identification(candidates, 0.4, 0.0, 1)
    return TrackedFace(track, Face(Box(0, 0, size, size), 1.0), None if track else Rejection.NO_FACE, found)


def judged(capturing: Capturing, *faces: TrackedFace) -> list[int]:
    observation = capturing.look(FRAME, Observation(0, 0.0, faces))[1]
    return [one.track for one in observation.faces]


def test_a_person_who_is_enrolled_is_not_refused_and_others_are_judged():
    capturing = Capturing(encode)
    assert judged(capturing, face(1, 200)) == [1]
    capturing.session = CaptureSession()
    assert judged(capturing, face(1, 200), face(2, 100)) == [2]
    assert judged(capturing, face(1, 200, "Ada"), face(2, 100)) == [1, 2]  # a known person is let in all the same
    state, _ = capturing.look(FRAME, Observation(0, 0.0, (face(1, 200),)))
    assert state.hint is not None


def test_a_fault_ends_the_session_and_the_door_goes_on(monkeypatch):
    def broken(frame, observation, encode):
        raise RuntimeError("out of order")

    capturing = Capturing(encode)
    capturing.session = CaptureSession()
    monkeypatch.setattr(capturing.session, "update", broken)
    state, observation = capturing.look(FRAME, Observation(0, 0.0, (face(1, 200),)))
    assert "out of order" in state.fault
    assert len(observation.faces) == 1
    assert capturing.session is None
    assert state.hint is not CaptureHint.NO_FACE


def test_at_the_station_the_stranger_before_the_camera_is_captured_and_not_refused(build, scene):
    station = build()
    station.capture = CaptureSession()
    reports = [station.process(frame) for frame in scene(10.0, 12.5)]
    assert not any(report.settled for report in reports)
    assert any(report.capture.box is not None for report in reports)
    station.capture = None
    assert station.process(scene(12.5, 12.6)[0]).capture is None


class Photographer:
    """A session that encodes every frame."""

    track = None

    def update(self, frame, observation, encode):
        return encode(frame.image)


def test_the_door_takes_a_picture_while_the_staff_side_reads_photographs(build, services, scene):
    services.station = station = build()
    station.capture = Photographer()
    taken = []
    with services.reader():
        door = threading.Thread(target=lambda: taken.append(station.process(scene(8.0, 8.2)[0]).capture), daemon=True)
        door.start()
        door.join(60)
    assert isinstance(taken[0], Embedding)


# Names and access.


@pytest.fixture
def register(tmp_path: Path) -> PeopleRegister:
    return PeopleRegister(tmp_path / "people.sqlite3")


def test_names_and_access_come_from_the_register(register: PeopleRegister) -> None:
    register.save(PersonRecord("Ada_L", shown="Ada Lovelace", spoken="Eyda", valid_until=date(2026, 3, 1)))
    people = KnownPeople(register, lambda: DAY)
    assert people.access_restriction("Ada_L") is Reason.EXPIRED
    assert (people.shown("Ada_L"), people.spoken("Ada_L")) == ("Ada Lovelace", "Eyda")
    assert people.access_restriction("Grace_Hopper") is None
    assert people.shown("Grace_Hopper") == "Grace Hopper"


def test_a_register_that_could_never_be_read_keeps_everybody_out_and_still_names_them(tmp_path: Path) -> None:
    path = tmp_path / "people.sqlite3"
    path.write_text("nonsense")
    register = PeopleRegister(path)
    people = KnownPeople(register)
    assert people.access_restriction("Grace_Hopper") is Reason.FAULT
    assert people.shown("Grace_Hopper") == people.spoken("Grace_Hopper") == "Grace Hopper"
    path.unlink()
    register.refresh()
    assert (people.access_restriction("Grace_Hopper"), register.fault) == (None, None)


# Files of encoder and detector.


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"after!")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def test_a_file_that_was_replaced_removed_or_written_to_has_changed(tmp_path):
    touches = (replace, Path.unlink, lambda path: path.write_bytes(b"longer"), become_a_folder)
    for number, touch in enumerate(touches):
        file = tmp_path / f"{number}.onnx"
        file.write_bytes(b"before")
        before = stamps([file, tmp_path / "is not there", tmp_path / ("x" * 300)])
        assert stamps(before) == before
        touch(file)
        assert stamps(before) != before


def test_a_file_that_comes_has_changed(tmp_path):
    before = stamps([tmp_path / "new" / "net.onnx"])
    (tmp_path / "new").mkdir()
    assert stamps(before) == before
    (tmp_path / "new" / "net.onnx").write_bytes(b"after")
    assert stamps(before) != before


# Statistics of the last frames.


def report(faces: int = 0, repeated: bool = False, **seconds: float) -> Report:
    seen = TrackedFace(1, Face(Box(0, 0, 90, 90), 1.0), None, None)
    return Report(Observation(1, 1.0, (seen,) * faces, repeated), (), (), "", seconds)


def test_statistics_are_those_of_the_last_frames():
    stats = FrameStats()
    assert (stats.frames, stats.stages, stats.faces, stats.frame_ms, stats.rate_hz(9.0)) == (0, (), 0.0, 0.0, 0.0)
    assert (stats.ms("detect"), stats.history("detect")) == (0.0, [])
    for number, seconds in enumerate((0.010, 0.012, 0.200)):
        stats.add(report(faces=2, detect=seconds), number / 10)
    stats.add(report(faces=0, detect=0.012, encode=0.030), 0.3)
    stats.add(report(repeated=True, detect=0.0), 0.4)  # a repeated picture counts for nothing
    assert (stats.frames, stats.stages, stats.faces) == (4, ("detect", "encode"), 1.5)
    assert (stats.ms("detect"), stats.ms("encode"), stats.frame_ms) == pytest.approx((12, 30, 42))
    assert stats.history("encode") == pytest.approx([30])
    assert stats.rate_hz(0.4) == pytest.approx(10)
    assert stats.rate_hz(60.0) == 0.0


def test_a_year_of_frames_takes_no_more_room_than_a_minute():
    stats = FrameStats()
    for number in range(3 * REMEMBERED):
        stats.add(report(detect=0.01), number)
    assert (stats.frames, len(stats.history("detect"))) == (REMEMBERED, REMEMBERED)
