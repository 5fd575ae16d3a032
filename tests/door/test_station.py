"""A whole station on the demo's scene: who gets in, what is written down, and what changes while it runs."""

import os
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kiosk import i18n
from kiosk.domain import (
    Box,
    Candidate,
    Decision,
    Embedding,
    Face,
    Frame,
    Identification,
    Observation,
    Outcome,
    Reason,
    Rejection,
    TrackedFace,
)
from kiosk.door import build as build_module
from kiosk.door import station as station_module
from kiosk.door.greeting import HINTS
from kiosk.door.report import REMEMBERED, FrameStats, Report
from kiosk.door.station import Station, faces_to_decide
from kiosk.door.visitor_keeping import VisitorKeeping
from kiosk.door.voice import Voice
from kiosk.errors import DoorError, EncoderError
from kiosk.files import asset, stamps
from kiosk.paths import visitors_file
from kiosk.people.capture import CaptureSession
from kiosk.people.gallery import Gallery
from kiosk.people.register import PeopleRegister, PersonRecord, people_file
from kiosk.people.visitors import VisitorStore
from kiosk.store.journal import Journal, JournalEntry

# Moments of the demo's cycle, in s: one comes near the camera and is decided about.
GRACE, GRACE_AGAIN = (2.0, 2.6), (28.0, 28.6)
EILEEN = (10.0, 10.7)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def settle(station: Station, frames: list[Frame]) -> list[Decision]:
    return [decision for frame in frames for decision in station.process(frame).settled]


def outcomes(decisions: list[Decision]) -> list[tuple[Outcome, str | None]]:
    return [(decision.outcome, decision.person) for decision in decisions]


def journal(home: Path) -> list[JournalEntry]:
    with closing(Journal(home / "journal.sqlite3")) as record:
        return record.entries(100)


def wait_for(condition: Callable[[], bool]) -> None:
    while not condition():  # pytest's own time-out ends a test that waits in vain
        threading.Event().wait(0.01)


def save(home: Path, text: str) -> None:
    (home / "config.yaml").write_text("gallery: {folder: images}\njournal: {file: journal.sqlite3}\n" + text)


@pytest.fixture
def register(home):
    return PeopleRegister(people_file(home / "images"))


# At the door.


def test_an_employee_is_let_in_a_stranger_is_not_and_both_are_written_down(build, home, scene):
    station = build()
    station.process(scene(8.0, 8.1)[0])
    (refused,) = settle(station, scene(*EILEEN))
    assert (refused.outcome, refused.reason, refused.person) == (Outcome.REFUSED, Reason.TOO_FAR, None)
    assert not station.door.unlocked
    assert outcomes(settle(station, scene(*GRACE_AGAIN))) == [(Outcome.GRANTED, "Grace_Hopper")]
    assert station.door.unlocked
    rows = [(row.outcome, row.person, row.encoder) for row in journal(home)]
    assert rows == [("granted", "Grace_Hopper", "sface_fp16"), ("refused", "Grace_Hopper", "sface_fp16")]
    station.close()
    assert not station.door.unlocked


def test_a_frozen_picture_never_opens(build, scene):
    station, frame = build(), scene(3.5, 3.6)[0]
    frozen = [Frame(frame.image, frame.captured_at + n / 10, n) for n in range(30)]
    assert settle(station, frozen) == []
    assert not station.door.unlocked


def test_a_picture_on_the_wall_neither_opens_the_door_nor_keeps_it_shut(build, scene):
    station, frame = build(), scene(*GRACE)[0]
    wall = [Frame(frame.image ^ np.uint8(step % 2), 3.0 * step, step) for step in range(25)]
    reports = [station.process(one) for one in wall]
    assert outcomes([decision for report in reports for decision in report.settled]) == [
        (Outcome.GRANTED, "Grace_Hopper")
    ]
    assert {report.decisions for report in reports[22:]} == {()}
    assert station.refresh().background == 1
    mirrored = [Frame(one.image[:, ::-1].copy(), 100.0 + one.sequence, 25 + one.sequence) for one in wall[:5]]
    assert outcomes(settle(station, mirrored)) == [(Outcome.GRANTED, "Grace_Hopper")]


def test_without_a_journal_the_door_stays_shut_until_it_is_mended(build, home, scene):
    (home / "journal.sqlite3").mkdir()
    station = build()
    assert any("journal.sqlite3" in fault for fault in station.status.faults)
    decisions = settle(station, scene(*GRACE))
    assert {(decision.outcome, decision.reason) for decision in decisions} == {(Outcome.REFUSED, Reason.FAULT)}
    assert not station.door.unlocked
    (home / "journal.sqlite3").rmdir()
    assert outcomes(settle(station, scene(*GRACE_AGAIN))) == [(Outcome.GRANTED, "Grace_Hopper")]
    assert station.refresh().faults == ()


def test_a_lock_that_fails_is_told_until_it_opens_again(build, scene, monkeypatch):
    station = build()

    def stuck(seconds: float) -> None:
        raise DoorError("lock", "is stuck", "oil it")

    with monkeypatch.context() as broken:
        broken.setattr(station.door, "unlock", stuck)
        (refused,) = settle(station, scene(*GRACE))
    assert refused.fault == "lock: is stuck; oil it"
    assert station.refresh().faults == ("lock: is stuck; oil it",)
    settle(station, scene(*GRACE_AGAIN))
    assert station.refresh().faults == ()


def test_a_test_of_the_door_opens_it_as_long_as_it_is_set_and_greets_nobody(build, home, scene):
    station = build()
    done = station.test_door("Noor")
    assert (done.outcome, done.reason) == (Outcome.GRANTED, Reason.TESTED)
    assert station.door.seconds_left == pytest.approx(5.0)
    assert station.process(scene(0.0, 0.1)[0]).welcome == ""
    assert [row.reason for row in journal(home)] == ["tested"]


def test_what_vanishes_while_running_stops_nobody_else(build, home, scene):
    station = build()
    for hostile in ("images", "config.yaml"):
        (home / hostile).rename(home / f"gone-{hostile}")
        station.refresh()
        assert station.process(scene(8.0, 8.1)[0]).settled == ()


def test_closing_lets_everything_go_whatever_one_part_raises(build, monkeypatch):
    station, closed = build(), []

    def stuck(part):
        closed.append(part)
        raise OSError("is stuck")

    with monkeypatch.context() as patched:
        for name in ("door", "voice", "gallery", "journal"):
            part = type(getattr(station._parts, name))
            patched.setattr(part, "close", lambda part: stuck(type(part).__name__))
        with pytest.raises(OSError, match="is stuck"):
            station.close()
    assert closed == ["ScreenDoor", "Voice", "GalleryWatch", "Journal"]


# Changes of the configuration while it runs.


def test_options_are_in_force_at_once_and_a_broken_edit_changes_nothing(build, home, scene):
    station = build()
    save(home, "matching: {treshold: 0.01}\n")
    for _ in range(2):
        assert any("matching.threshold" in fault for fault in station.refresh().faults)
    save(home, "decision: {k: 1, n: 1}\ndoor: {open_seconds: 40.0}\nscreen: {mirror: false}\n")
    status = station.refresh()
    assert (status.faults, station.outdated) == ((), False)
    assert "screen.mirror at the next start" in status.notice
    assert "decision" not in status.notice
    (granted,) = settle(station, scene(*GRACE))
    assert (granted.outcome, granted.required) == (Outcome.GRANTED, 1)
    assert station.door.seconds_left > 30


def test_the_voice_speaks_the_language_of_the_screen_unless_one_is_named(build, home, monkeypatch):
    voice = Voice(enabled=False)
    monkeypatch.setattr(build_module, "Voice", lambda **options: voice)
    station = build()
    assert voice.voice is None
    monkeypatch.setattr(i18n, "_language", "de")
    station.refresh()
    assert voice.voice == "de"
    save(home, "voice: {enabled: false, name: en-us}\n")
    station.refresh()
    assert voice.voice == "en-us"


def test_hints_are_said_aloud_on_request(build, home, scene, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(Voice, "say", lambda voice, text: said.append(text))
    save(home, "voice: {enabled: false, hints: true}\nquality: {min_light: 200.0, max_light: 210.0}\n")
    settle(build(), scene(2.0, 3.4))
    assert said == [HINTS[Rejection.TOO_DARK]]


def test_frames_that_come_too_slowly_are_told_of_and_logged_once(build, scene, caplog):
    station, frames = build(), scene(0.0, 1.2)
    for index in range(6):
        station.process(replace(frames[index], captured_at=2.0 * index))
        station.refresh()
    told = "Recognition is slow: 3 frames take 6.0 s; use a faster camera"
    assert station.status.slow.startswith(told)
    assert [told in record.getMessage() for record in caplog.records if "slow" in record.getMessage()] == [True]
    for index in range(6):
        station.process(replace(frames[6 + index], captured_at=20.0 + index))
    assert station.refresh().slow == ""


# Changes of the gallery while it runs.


def test_with_another_person_the_count_starts_again_and_the_threshold_follows(build, home, scene):
    station, frames = build(), scene(3.0, 3.8)
    alone = station.threshold
    assert settle(station, frames[:2]) == []
    (home / "images" / "Eileen Collins.jpg").write_bytes(asset("demo", "eileen_collins.jpg").read_bytes())
    wait_for(lambda: station.refresh().people == 2)
    assert station.threshold == station.automatic_threshold < alone
    (granted,) = settle(station, frames[2:])
    assert granted.sequence == frames[4].sequence
    (home / "images" / "Eileen Collins.jpg").unlink()
    wait_for(lambda: station.refresh().people == 1 and station.threshold == alone)


def test_a_deletion_counts_before_the_station_is_refreshed(build, home, scene):
    station, frames = build(), scene(3.0, 3.8)
    settle(station, frames[:2])
    (home / "images" / "Grace_Hopper.jpg").unlink()
    wait_for(lambda: not station.snapshot.people)
    assert not any(decision.outcome is Outcome.GRANTED for decision in settle(station, frames[2:]))
    assert "gallery" in station.refresh().notice


# Another encoder.


def test_the_station_is_outdated_when_another_encoder_or_detector_is_named(build, home, monkeypatch):
    options = ("encoder: sface", "encoder: [sface_fp16]", "detector: none", "threads: 1", "weights: elsewhere")
    station = build()
    for option in (*options, "quality: {min_face_px: 70}"):
        save(home, "")
        station.refresh()
        station.outdated = False
        save(home, option)
        assert station.refresh().notice == ""
        assert station.outdated, option
    read = Gallery.load

    def save_and_read(gallery, progress):  # one that is named while the station is built
        save(home, "encoder: sface\n")
        read(gallery, progress)

    save(home, "")
    monkeypatch.setattr(Gallery, "load", save_and_read)
    assert build().outdated


def test_it_is_outdated_when_a_file_of_its_encoder_is_replaced(build, home, save_spec):
    save(home, "encoder: other")
    for change in (Path.unlink, lambda spec: spec.write_text("kind: encoder")):
        spec = save_spec("other", mirror=False)
        station = build()
        assert not station.refresh().notice
        assert not station.outdated
        change(spec)
        station.refresh()
        assert station.outdated


def test_the_threshold_is_the_one_for_this_encoder_and_follows_the_configuration(build, home, save_spec, scene):
    save_spec("other", mirror=False, threshold=0.5, margin=0.01)
    save(home, "encoder: other\nmatching: {threshold: {dlib_resnet: 0.01}}")
    station = build()
    assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
    (row,) = journal(home)
    assert (row.encoder, row.threshold, row.margin) == ("other", 0.5, 0.01)
    save(home, "encoder: other\nmatching: {threshold: {other: 0.01}}")
    station.refresh()
    assert (station.outdated, station.threshold) == (False, 0.01)


def test_templates_of_another_encoder_are_never_compared_and_the_door_stays_shut(build, home, save_spec, scene):
    station = build()
    save_spec("other", mirror=False)
    save(home, "encoder: other")
    strange = build().snapshot
    assert {template.embedding.encoder for template in strange.templates} == {"other"}
    gallery, refused = station._parts.gallery._gallery, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gallery, "snapshot", strange)
        # The watch would put it right: it looks once more at a picture that was new at the first look.
        patch.setattr(gallery, "_publish", lambda listing: None)
        for frame in scene(*GRACE):
            with pytest.raises(EncoderError, match="encode both with the same encoder"):
                station.process(frame)
            refused += 1
    assert refused == 6
    assert not station.door.unlocked
    assert journal(home) == []


def test_several_encoders_work_as_one(build, home, save_spec, scene):
    save_spec("other", mirror=False)
    save(home, "encoder: [dlib_resnet, other]")
    station = build()
    assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
    assert outcomes(settle(station, scene(*EILEEN))) == [(Outcome.REFUSED, None)]
    assert {row.encoder for row in journal(home)} == {"dlib_resnet+other"}


# The register.


def test_a_suspended_or_expired_employee_finds_it_shut_and_is_written_down(build, home, scene, register, monkeypatch):
    monkeypatch.setattr(station_module, "today", lambda: date(2026, 3, 2))
    station = build()
    register.save_all([PersonRecord("Grace_Hopper", suspended=True)])
    station.refresh()
    (decision,) = settle(station, scene(*GRACE))
    assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.SUSPENDED)
    assert not station.door.unlocked
    (row,) = journal(home)
    assert (row.outcome, row.reason, row.person) == ("refused", "suspended", "Grace_Hopper")
    register.save_all([PersonRecord("Grace_Hopper", valid_until=date(2026, 3, 1))])
    station.refresh()
    assert [decision.reason for decision in settle(station, scene(*GRACE_AGAIN))] == [Reason.EXPIRED]


def test_an_employee_is_greeted_by_the_names_of_the_register(build, scene, register, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(Voice, "say", lambda voice, text: said.append(text))
    register.save_all([PersonRecord("Grace_Hopper", shown="Grace B. Hopper", spoken="Amazing Grace")])
    station = build()
    reports = [station.process(frame) for frame in scene(2.0, 3.0)]
    assert "Grace B. Hopper" in reports[-1].welcome
    assert reports[-1].shown == {"Grace_Hopper": "Grace B. Hopper"}
    assert said == ["Welcome Amazing Grace, have a nice day!"]


def test_who_comes_back_with_a_folder_that_was_away_is_still_suspended(build, home, scene, register):
    register.save_all([PersonRecord("Grace_Hopper", suspended=True)])
    station = build()
    for path in (home / "images", register.path):
        path.rename(path.with_name(f"away-{path.name}"))
    wait_for(lambda: not station.snapshot.people)
    station.refresh()
    for path in (register.path, home / "images"):
        path.with_name(f"away-{path.name}").rename(path)
    wait_for(lambda: bool(station.snapshot.people))
    (decision,) = settle(station, scene(*GRACE))  # before the next look at the register
    assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.SUSPENDED)


def test_a_damaged_register_lets_nobody_in_until_it_is_moved_away(build, scene, register):
    register.path.write_text("nonsense")
    station = build()
    assert any(register.path.name in fault for fault in station.status.faults)
    reports = [station.process(frame) for frame in scene(*GRACE)]
    (decision,) = [decision for report in reports for decision in report.settled]
    assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.FAULT)
    assert register.path.name in (decision.fault or "")
    assert reports[0].shown == {"Grace_Hopper": "Grace Hopper"}
    assert not station.door.unlocked
    register.path.unlink()
    assert station.refresh().faults == ()
    assert outcomes(settle(station, scene(*GRACE_AGAIN))) == [(Outcome.GRANTED, "Grace_Hopper")]


# Pictures of a person who is being enrolled.


def tracked(track: int, person: str | None = None) -> TrackedFace:
    found = Identification((Candidate(person or "Ada", 0.2 if person else 0.8),), 0.4, 0.0, 1)
    return TrackedFace(track, Face(Box(0, 0, 200, 200), 1.0), None, found)


def test_a_person_who_is_enrolled_is_no_stranger_and_one_who_is_known_is_let_in_all_the_same():
    session = SimpleNamespace(track=1)
    for faces, decided in (([tracked(1), tracked(2)], [2]), ([tracked(1, "Ada"), tracked(2)], [1, 2])):
        observation = faces_to_decide(Observation(0, 0.0, tuple(faces)), session)
        assert [face.track for face in observation.faces] == decided


def test_a_stranger_who_is_enrolled_is_not_refused_until_a_fault_ends_it(build, scene, monkeypatch):
    def broken(frame, observation, encode):
        raise RuntimeError("out of order")

    station, frames = build(), scene(10.0, 11.6)
    station.capture = CaptureSession()
    reports = [station.process(frame) for frame in frames[:8]]
    assert not any(report.settled for report in reports)
    assert any(report.capture.box is not None for report in reports)
    monkeypatch.setattr(station.capture, "update", broken)
    reports = [station.process(frame) for frame in frames[8:]]
    assert "out of order" in reports[0].capture.fault
    assert station.capture is None
    assert [decision.outcome for report in reports for decision in report.settled] == [Outcome.REFUSED]


class Photographer:
    """A session that takes a picture with every frame."""

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


# Faces of refused visitors: kept only where that is wanted, and never longer than that.


class Door:
    """A keeping with its store and a clock that is set by hand; looks are frames in which a decision falls."""

    IMAGE = np.random.default_rng(3).integers(0, 256, (480, 640, 3)).astype(np.uint8)

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, NOON
        self.store = VisitorStore(path)
        self.keeping = VisitorKeeping(self.store, lambda: self.now)
        self.keeping.hours = 2

    def look(self, track=1, reason=Reason.TOO_FAR, outcome=Outcome.REFUSED, px=100) -> None:
        face = Face(Box(200, 100, 200 + px, 100 + px), 1.0)
        observation = Observation(1, 1.0, (TrackedFace(track, face, None, None),))
        decision = Decision(outcome, reason, track, 1, 1.0, 0, 3)
        self.keeping.update(Frame(self.IMAGE, 1.0, 1), observation, [decision], self.probe)

    def probe(self, track: int) -> Embedding:
        return Embedding(np.eye(128, dtype=np.float32)[track], "pixels")

    def after(self, **passed: float) -> None:
        self.now += timedelta(**passed)
        self.keeping.purge()


@pytest.fixture
def door(tmp_path):
    door = Door(tmp_path / "visitors.sqlite3")
    yield door
    door.keeping.close()


def test_the_largest_face_of_each_unknown_visitor_is_kept(door):
    for reason in (Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED, Reason.FAULT):
        door.look(track=9, reason=reason)
    for px in (80, 120, 100):
        door.look(track=5, px=px)
    for track, reason in ((6, Reason.AMBIGUOUS), (7, Reason.NOBODY_ENROLLED)):
        door.look(track=track, reason=reason)
    door.look(track=6, outcome=Outcome.GRANTED, reason=Reason.RECOGNISED)  # let in after all: no unknown visitor
    kept = door.store.visitors()
    assert {int(np.argmax(one.embedding.vector)) for one in kept} == {5, 7}
    assert {one.time for one in kept} == {NOON}
    assert {content[:4] for content in door.store.pictures(one.id for one in kept).values()} == {b"\x89PNG"}


def test_a_face_stays_for_its_hours_and_not_a_second_longer(door):
    door.look()
    (picture,) = door.store.pictures([1]).values()
    mark = picture[100:164]
    door.after(hours=2)
    assert mark in door.path.read_bytes()
    door.after(seconds=1)
    assert mark not in door.path.read_bytes()
    door.look()
    door.keeping.hours = 0
    door.after(seconds=1)
    door.look()
    assert door.store.count() == 0


def test_a_store_that_cannot_be_used_is_told_and_raises_nothing(door):
    door.path.mkdir()
    door.look()
    assert "visitors.sqlite3" in door.keeping.fault
    door.keeping.purge()
    door.path.rmdir()
    door.look()
    door.keeping.purge()
    assert (door.keeping.fault, door.store.count()) == (None, 1)


def test_who_is_refused_is_kept_as_a_picture_that_the_gallery_takes_and_for_an_hour_only(build, home, scene):
    save(home, "reception: {keep_refused_hours: 1}\n")
    visitors_file().mkdir(parents=True)  # a store that cannot be used costs nobody the door
    station = build()
    assert any("visitors.sqlite3" in fault for fault in station.status.faults)
    assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
    visitors_file().rmdir()
    assert outcomes(settle(station, scene(*EILEEN))) == [(Outcome.REFUSED, None)]
    store = VisitorStore(visitors_file())
    (kept,) = store.visitors()
    picture = store.pictures([kept.id])[kept.id]
    (home / "images" / "Eileen Collins.png").write_bytes(picture)
    wait_for(lambda: station.refresh().people == 2)
    again = [Frame(frame.image, frame.captured_at + 60, frame.sequence + 3000) for frame in scene(*EILEEN)]
    assert outcomes(settle(station, again)) == [(Outcome.GRANTED, "Eileen Collins")]
    VisitorStore(visitors_file()).keep(picture, kept.embedding, kept.time)
    parts = picture[1000:1064], kept.embedding.vector.tobytes()[:64]
    for minutes, there in ((59, True), (61, False)):
        station._parts.visitors._now = lambda late=minutes: datetime.now(UTC) + timedelta(minutes=late)
        station.refresh()
        content = b"".join(path.read_bytes() for path in visitors_file().parent.glob("visitors*"))
        assert [part in content for part in parts] == [there, there]


# Files of encoder and detector.


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"after!")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def test_a_file_that_comes_goes_or_is_written_to_has_changed(tmp_path):
    for number, touch in enumerate((replaced, Path.unlink, lambda path: path.write_bytes(b"longer"), become_a_folder)):
        file = tmp_path / f"{number}.onnx"
        file.write_bytes(b"before")
        before = stamps([file, tmp_path / "is not there", tmp_path / ("x" * 300)])
        assert stamps(before) == before
        touch(file)
        assert stamps(before) != before
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
    assert (stats.stages, stats.faces, stats.frame_ms, stats.rate_hz(9.0)) == ((), 0.0, 0.0, 0.0)
    assert (stats.ms("detect"), stats.history("detect")) == (0.0, [])
    for number, seconds in enumerate((0.010, 0.012, 0.200)):
        stats.add(report(faces=2, detect=seconds), number / 10)
    stats.add(report(faces=0, detect=0.012, encode=0.030), 0.3)
    stats.add(report(repeated=True, detect=0.0), 0.4)  # a repeated picture counts for nothing
    assert (stats.stages, stats.faces) == (("detect", "encode"), 1.5)
    assert (stats.ms("detect"), stats.ms("encode"), stats.frame_ms) == pytest.approx((12, 30, 42))
    assert stats.history("encode") == pytest.approx([30])
    assert stats.rate_hz(0.4) == pytest.approx(10)
    assert stats.rate_hz(60.0) == 0.0
    for number in range(3 * REMEMBERED):
        stats.add(report(detect=0.01), number)
    assert len(stats.history("detect")) == REMEMBERED
