import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk import i18n
from kiosk.domain import Decision, Frame, Outcome, Reason, Rejection
from kiosk.door import build as build_module
from kiosk.door.greeting import HINTS
from kiosk.door.station import Station
from kiosk.door.voice import Voice
from kiosk.encoders import encoder_spec
from kiosk.errors import DoorError, EncoderError
from kiosk.files import asset
from kiosk.paths import visitors_file
from kiosk.people.gallery import Gallery
from kiosk.people.register import PeopleRegister, PersonRecord, people_file
from kiosk.people.visitors import VisitorStore
from kiosk.store.journal import Journal, JournalEntry

# Moments of the demo's cycle, in s: one stands near the camera, alone or beside the other.
GRACE = (2.0, 4.5)
EILEEN = (10.0, 12.5)
BOTH = (18.5, 21.0)


def settle(station: Station, frames: list[Frame]) -> list[Decision]:
    return [decision for frame in frames for decision in station.process(frame).settled]


def outcomes(decisions: list[Decision]) -> list[tuple[Outcome, str | None]]:
    return [(decision.outcome, decision.person) for decision in decisions]


def journal(home: Path) -> list[JournalEntry]:
    record = Journal(home / "journal.sqlite3")
    try:
        return record.entries(100)
    finally:
        record.close()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


def refusal(station: Station, frame: Frame) -> str:
    """Why the frame could not be compared, empty where it was not to be; what it settled would be an error too."""
    try:
        assert not station.process(frame).settled
    except EncoderError as error:
        return str(error)
    return ""


def save(home: Path, text: str) -> None:
    (home / "config.yaml").write_text("gallery: {folder: images}\njournal: {file: journal.sqlite3}\n" + text)


class TestAtTheDoor:
    def test_an_employee_is_granted_the_door_opens_and_a_row_is_written(self, build, home, scene):
        station = build()
        assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
        assert station.door.unlocked
        (row,) = journal(home)
        assert (row.outcome, row.person, row.encoder) == ("granted", "Grace_Hopper", "sface_fp16")

    def test_a_stranger_finds_it_shut_and_is_written_down(self, build, home, scene):
        station = build()
        decisions = settle(station, scene(*EILEEN))
        assert outcomes(decisions) == [(Outcome.REFUSED, None)]
        assert decisions[0].reason is Reason.TOO_FAR
        assert not station.door.unlocked
        assert [row.outcome for row in journal(home)] == ["refused"]

    def test_a_frozen_picture_never_opens(self, build, scene):
        station, frame = build(), scene(3.5, 3.6)[0]
        frozen = [Frame(frame.image, frame.captured_at + n / 10, n) for n in range(30)]
        assert settle(station, frozen) == []
        assert not station.door.unlocked


class TestJournalFaults:
    def test_without_a_journal_the_door_stays_shut_and_the_status_says_why(self, build, home, scene):
        (home / "journal.sqlite3").mkdir()
        station = build()
        assert any("journal.sqlite3" in fault for fault in station.status.faults)
        decisions = settle(station, scene(*GRACE))
        assert {decision.reason for decision in decisions} == {Reason.FAULT}
        assert {decision.outcome for decision in decisions} == {Outcome.REFUSED}
        assert not station.door.unlocked

    def test_who_was_shut_out_by_a_fault_comes_in_once_it_is_mended(self, build, home, scene):
        (home / "journal.sqlite3").mkdir()
        station = build()
        settle(station, scene(2.0, 3.0))
        (home / "journal.sqlite3").rmdir()
        again = settle(station, scene(3.0, 3.1) + scene(28.0, 30.5))
        assert (Outcome.GRANTED, "Grace_Hopper") in outcomes(again)
        assert station.refresh().faults == ()

    def test_a_lock_that_fails_is_told_until_it_opens_again(self, build, scene, monkeypatch):
        station = build()

        def stuck(seconds: float) -> None:
            raise DoorError("lock", "is stuck", "oil it")

        with monkeypatch.context() as broken:
            broken.setattr(station.door, "unlock", stuck)
            (refused,) = settle(station, scene(2.0, 4.0))
        assert refused.fault == "lock: is stuck; oil it"
        assert station.refresh().faults == ("lock: is stuck; oil it",)
        settle(station, scene(28.0, 30.5))
        assert station.refresh().faults == ()


class TestWhileRunning:
    def test_k_n_and_the_door_seconds_are_too(self, build, home, scene):
        station = build()
        save(home, "decision: {k: 1, n: 1}\ndoor: {open_seconds: 40.0}\n")
        station.refresh()
        (granted,) = settle(station, scene(*GRACE))
        assert granted.required == 1
        assert station.door.seconds_left > 30

    def test_the_voice_speaks_the_language_of_the_screen_unless_one_is_named(self, build, home, monkeypatch):
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

    def test_hints_are_said_aloud_on_request(self, build, home, scene, monkeypatch):
        said: list[str] = []
        monkeypatch.setattr(Voice, "say", lambda voice, text: said.append(text))
        save(home, "voice: {enabled: false, hints: true}\nquality: {min_light: 200.0, max_light: 210.0}\n")
        settle(build(), scene(*GRACE))
        assert said == [HINTS[Rejection.TOO_DARK]]

    def test_a_broken_edit_changes_nothing_and_is_shown_until_it_is_mended(self, build, home, scene):
        station = build()
        save(home, "matching: {treshold: 0.01}\n")
        assert any("matching.threshold" in fault for fault in station.refresh().faults)
        assert any("matching.threshold" in fault for fault in station.refresh().faults)
        assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
        save(home, "")
        assert station.refresh().faults == ()

    def test_what_waits_for_the_next_start_is_named(self, build, home):
        station = build()
        save(home, "screen: {mirror: false}\nmatching: {margin: {sface_fp16: 0.06}}\n")
        notice = station.refresh().notice
        assert "screen.mirror" in notice
        assert not station.outdated
        assert "matching" not in notice

    def test_a_threshold_on_another_encoders_scale_is_logged_once(self, build, home, caplog):
        own = encoder_spec("dlib_resnet").threshold
        save(home, "encoder: dlib_resnet\nmatching: {threshold: 1.05}\n")
        station = build()
        save(home, "encoder: dlib_resnet\nmatching: {threshold: 1.05, margin: 0.01}\n")
        wait_for(lambda: station.refresh() and station.margin == 0.01)
        told = [record.getMessage() for record in caplog.records if "scale" in record.getMessage()]
        scale = f"it is on another encoder's scale, dlib_resnet works around {own:g}"
        assert told == [f"matching.threshold: 1.05 is not used: {scale}"]
        assert station.threshold == station.automatic_threshold

    def test_frames_that_come_too_slowly_are_told_of_and_logged_once(self, build, scene, caplog):
        station = build()
        frames = list(scene(0.0, 2.0))
        for index in range(6):
            station.process(replace(frames[index], captured_at=2.0 * index))
            station.refresh()
        told = "Recognition is slow: 3 frames take 6.0 s; use a faster camera"
        assert station.status.slow.startswith(told)
        assert [told in record.getMessage() for record in caplog.records if "slow" in record.getMessage()] == [True]
        for index in range(6):
            station.process(replace(frames[6 + index], captured_at=20.0 + index))
        assert station.refresh().slow == ""

    def test_a_picture_on_the_wall_neither_opens_the_door_nor_keeps_it_shut(self, build, scene):
        station, frame = build(), next(iter(scene(*GRACE)))
        wall = [replace(frame, image=frame.image ^ np.uint8(step % 2), sequence=step) for step in range(70)]
        reports = [station.process(replace(one, captured_at=float(one.sequence))) for one in wall]
        granted = [report.decisions[0].outcome is Outcome.GRANTED for report in reports[:59] if report.decisions]
        assert granted.count(True) == 1
        assert {report.decisions for report in reports[61:]} == {()}
        assert station.refresh().background == 1
        mirrored = [replace(one, image=one.image[:, ::-1].copy(), sequence=100 + one.sequence) for one in wall[:5]]
        visitor = [station.process(replace(one, captured_at=float(one.sequence))) for one in mirrored]
        assert [decision.outcome for report in visitor for decision in report.settled] == [Outcome.GRANTED]

    def test_the_threshold_follows_the_number_of_people(self, build, home):
        station = build()
        alone = station.threshold
        (home / "images" / "Eileen Collins.jpg").write_bytes(asset("demo", "eileen_collins.jpg").read_bytes())
        wait_for(lambda: station.refresh().people == 2 and station.threshold < alone)
        assert station.threshold == station.automatic_threshold
        (home / "images" / "Eileen Collins.jpg").unlink()
        wait_for(lambda: station.refresh().people == 1 and station.threshold == alone)

    def test_a_deletion_counts_before_the_station_is_refreshed(self, build, home, scene):
        station = build()
        frames = scene(3.0, 4.5)
        settle(station, frames[:2])
        (home / "images" / "Grace_Hopper.jpg").unlink()
        wait_for(lambda: not station._parts.gallery.snapshot.people)
        assert not any(decision.outcome is Outcome.GRANTED for decision in settle(station, frames[2:]))
        assert "gallery" in station.refresh().notice

    def test_frames_counted_before_the_gallery_changed_do_not_count_after_it(self, build, home, scene):
        station = build()
        frames = scene(3.0, 4.5)
        assert settle(station, frames[:2]) == []
        portrait = asset("demo", "eileen_collins.jpg").read_bytes()
        (home / "images" / "Eileen Collins.jpg").write_bytes(portrait)
        wait_for(lambda: station.refresh().people == 2)
        (granted,) = settle(station, frames[2:])
        assert granted.sequence == frames[4].sequence


class TestAnotherEncoder:
    def test_the_station_is_outdated_when_another_one_is_named(self, build, home):
        options = ("encoder: sface", "encoder: [sface_fp16]", "detector: none", "threads: 1", "weights: elsewhere")
        for option in (*options, "quality: {min_face_px: 70}"):
            save(home, "")
            station = build()
            assert not station.outdated
            save(home, option)
            assert station.refresh().notice == ""
            assert station.outdated, option

    def test_it_is_outdated_when_a_file_of_its_encoder_is_replaced(self, build, home, save_spec):
        save(home, "encoder: other")
        for change in (Path.unlink, lambda spec: spec.write_text("kind: encoder")):
            spec = save_spec("other", mirror=False)
            station = build()
            assert not station.refresh().notice
            assert not station.outdated
            change(spec)
            station.refresh()
            assert station.outdated

    def test_one_named_while_the_station_was_built_is_noticed(self, build, home, monkeypatch):
        read = Gallery.load

        def save_and_read(gallery, progress):
            save(home, "encoder: sface\n")
            read(gallery, progress)

        monkeypatch.setattr(Gallery, "load", save_and_read)
        assert build().outdated

    def test_the_threshold_is_the_one_for_this_encoder_and_follows_the_configuration(
        self, build, home, save_spec, scene
    ):
        save_spec("other", mirror=False, threshold=0.5, margin=0.01)
        save(home, "encoder: other\nmatching: {threshold: {dlib_resnet: 0.01}}")
        station = build()
        assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
        (row,) = journal(home)
        assert (row.encoder, row.threshold, row.margin) == ("other", 0.5, 0.01)
        save(home, "encoder: other\nmatching: {threshold: {other: 0.01}}")
        station.refresh()
        assert not station.outdated
        assert station._parts.recogniser.threshold == 0.01

    def test_templates_of_another_encoder_are_never_compared_and_the_door_stays_shut(
        self, *, build, home, save_spec, scene
    ):
        station = build()
        save_spec("other", mirror=False)
        save(home, "encoder: other")
        strange = build()._parts.gallery.snapshot
        assert {template.embedding.encoder for template in strange.templates} == {"other"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(station._parts.gallery._gallery, "snapshot", strange)
            # The watch would put it right: it looks once more at a picture that was new at the first look.
            patch.setattr(station._parts.gallery._gallery, "_publish", lambda listing: None)
            refused = [refusal(station, frame) for frame in scene(2.0, 4.5)]
        assert len([told for told in refused if "encode both with the same encoder" in told]) > 10
        assert not station.door.unlocked
        assert journal(home) == []

    def test_several_work_as_one(self, build, home, save_spec, scene):
        save_spec("other", mirror=False)
        save(home, "encoder: [dlib_resnet, other]")
        station = build()
        assert outcomes(settle(station, scene(*GRACE))) == [(Outcome.GRANTED, "Grace_Hopper")]
        assert outcomes(settle(station, scene(*EILEEN))) == [(Outcome.REFUSED, None)]
        assert {row.encoder for row in journal(home)} == {"dlib_resnet+other"}


def test_closing_locks_the_door(build, scene):
    station = build()
    settle(station, scene(*GRACE))
    station.close()
    assert not station.door.unlocked


class TestPeople:
    @pytest.fixture
    def register(self, home):
        return PeopleRegister(people_file(home / "images"))

    def test_a_suspended_employee_finds_it_shut_and_is_written_down(self, build, home, scene, register):
        station = build()
        register.save(PersonRecord("Grace_Hopper", suspended=True))
        station.refresh()
        (decision,) = settle(station, scene(*GRACE))
        assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.SUSPENDED)
        assert not station.door.unlocked
        (row,) = journal(home)
        assert (row.outcome, row.reason, row.person) == ("refused", "suspended", "Grace_Hopper")

    def test_who_comes_back_with_a_folder_that_was_away_is_still_suspended(self, build, home, scene, register):
        register.save(PersonRecord("Grace_Hopper", suspended=True))
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

    def test_a_damaged_register_lets_nobody_in_until_it_is_moved_away(self, build, home, scene, register):
        register.path.write_text("nonsense")
        station = build()
        assert any(register.path.name in fault for fault in station.status.faults)
        (decision,) = settle(station, scene(*GRACE))
        assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.FAULT)
        assert register.path.name in (decision.fault or "")
        assert not station.door.unlocked
        register.path.unlink()
        assert station.refresh().faults == ()
        assert (Outcome.GRANTED, "Grace_Hopper") in outcomes(settle(station, scene(28.0, 30.5)))


class TestVisitors:
    def test_who_is_refused_is_kept_as_a_picture_that_the_gallery_takes(self, build, home, scene):
        save(home, "reception: {keep_refused_hours: 1}\n")
        station = build()
        assert outcomes(settle(station, scene(*EILEEN))) == [(Outcome.REFUSED, None)]
        assert outcomes(settle(station, scene(28.0, 30.5))) == [(Outcome.GRANTED, "Grace_Hopper")]
        (kept,) = VisitorStore(visitors_file()).visitors()
        (home / "images" / "Eileen Collins.png").write_bytes(kept.picture)
        wait_for(lambda: station.refresh().people == 2)
        again = [Frame(frame.image, frame.captured_at + 60, frame.sequence + 3000) for frame in scene(*EILEEN)]
        assert outcomes(settle(station, again)) == [(Outcome.GRANTED, "Eileen Collins")]

    def test_a_face_goes_when_its_time_is_up_while_the_kiosk_runs(self, build, home, scene):
        save(home, "reception: {keep_refused_hours: 1}\n")
        station = build()
        settle(station, scene(*EILEEN))
        (kept,) = VisitorStore(visitors_file()).visitors()
        parts = kept.picture[1000:1064], kept.embedding.vector.tobytes()[:64]
        for minutes, there in ((59, True), (61, False)):
            station._parts.visitors._now = lambda late=minutes: datetime.now(UTC) + timedelta(minutes=late)
            station.refresh()
            content = b"".join(path.read_bytes() for path in visitors_file().parent.glob("visitors*"))
            assert [part in content for part in parts] == [there, there]

    def test_a_store_that_cannot_be_used_is_told_and_costs_nobody_the_door(self, build, home, scene):
        save(home, "reception: {keep_refused_hours: 1}\n")
        visitors_file().mkdir(parents=True)
        station = build()
        assert any("visitors.sqlite3" in fault for fault in station.status.faults)
        assert outcomes(settle(station, scene(*EILEEN))) == [(Outcome.REFUSED, None)]
        assert outcomes(settle(station, scene(28.0, 30.5))) == [(Outcome.GRANTED, "Grace_Hopper")]


class TestDoorTest:
    def test_the_door_opens_for_as_long_as_it_is_set_and_greets_nobody(self, build, home, scene):
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
