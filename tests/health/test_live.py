"""The health of the running kiosk: nothing is opened a second time, and no name leaves it."""

import json
import time
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from kiosk.domain import Embedding, Template
from kiosk.door.report import FrameStats
from kiosk.encoders import encoder_spec
from kiosk.errors import CameraError
from kiosk.health.checks import State
from kiosk.health.doctor import examine_all
from kiosk.health.live import live_findings, report_text, slow_findings
from kiosk.people.snapshot import GallerySnapshot, Skipped
from kiosk.store.journal import Journal
from kiosk.vision.camera import CameraState, WatchedCamera

HOSTILE = ["Ada Lovelace", "ok camera", "Zoë\u202eKäse", "x" * 90, "o'Neill; DROP", "../../etc/passwd", "100% <b>"]


def by_check(findings):
    return {finding.check: finding for finding in findings}


def test_a_running_kiosk_tells_of_every_part_and_a_loading_one_that_it_loads(services, build, scene, home):
    pulse = FrameStats()
    found = by_check([*live_findings(services, pulse, None), *slow_findings(services)])
    assert {found[check].state for check in ("recognition", "door", "encoder", "gallery")} == {State.WARNING}
    assert found["recognition"].remedy
    assert "people 0" not in found["gallery"].message

    services.station = station = build()
    begun = time.monotonic() - 1
    for number, frame in enumerate(scene(2.0, 3.0)):
        pulse.add(station.process(frame), begun + number / 10)
    found = by_check(live_findings(services, pulse, (640, 480)))
    assert list(found) == ["camera", "recognition", "door"]
    assert (found["recognition"].state, found["door"].state) == (State.OK, State.OK)
    assert found["recognition"].message.startswith("10.0 frames a second")
    assert "encode" in found["recognition"].public

    found = by_check(slow_findings(services))
    parts = "gallery encoder voice journal people staff disk memory clock config"
    assert set(found) - {"temperature"} == set(parts.split())  # where the machine tells
    assert not [finding for finding in found.values() if finding.state is State.FAULT]
    of_doctor = by_check(examine_all(lambda: services.config, "demo", home / "images"))
    for check in ("config", "gallery", "voice"):
        assert found[check].message == of_doctor[check].message
    assert found["encoder"].message == "sface_fp16, threshold 1.069, margin 0.05"
    assert of_doctor["encoder"].message.endswith("threshold 1.12 at most, less with more people; margin 0.05")

    # Also where no frame came in the last seconds.
    station.status = replace(station.status, slow="3 frames take 6.0 s; use a faster camera")
    for each in (pulse, FrameStats()):
        slow = by_check(live_findings(services, each, None))["recognition"]
        assert (slow.state, slow.message, slow.remedy) == (State.WARNING, "3 frames take 6.0 s", "use a faster camera")

    # What keeps the door shut is the door's finding.
    station._parts.journal.close()
    for path in home.glob("journal.sqlite3*"):
        path.unlink()
    (home / "journal.sqlite3").mkdir()
    for frame in scene(28.0, 30.5):
        station.process(frame)
    station.refresh()
    shut = by_check(live_findings(services, pulse, None))["door"]
    assert (shut.state, "journal" in shut.message) == (State.FAULT, True)


def camera_of(services, camera, source: str = ""):
    services.camera, services.source, services.demo = camera, source, False
    return by_check(live_findings(services, FrameStats(), (640, 480)))["camera"]


def test_a_live_camera_tells_its_rate_and_a_stream_no_password(services):
    camera = SimpleNamespace(state=CameraState.LIVE, fault=None, rate_hz=29.94, dropped=3)
    found = camera_of(services, camera, "/dev/video0")
    assert found.message == "/dev/video0: 640 x 480 px, 29.9 frames a second, 3 dropped since the start"
    assert (found.state, "/dev" in found.public) == (State.OK, False)
    found = camera_of(services, camera, "rtsp://ada:secret@door.example/live")
    assert ("secret" in found.message, "door.example" in found.public) == (False, False)


def test_a_camera_that_is_lost_is_a_fault_with_its_remedy(services):
    def gone():
        raise CameraError("/dev/video0", "was unplugged", "plug it in")

    with closing(WatchedCamera(gone, lost_after_seconds=0.5)) as camera:
        deadline = time.monotonic() + 10
        while camera.fault is None and time.monotonic() < deadline:
            camera.wait(0.05)
        found = camera_of(services, camera)
    assert (found.state, found.remedy) == (State.FAULT, "plug it in")


def test_no_name_and_no_path_is_in_the_report(services, home, monkeypatch):
    def refuse(self, *, whole=True):
        raise CameraError("/home/Ada Lovelace/journal.sqlite3", "Ada Lovelace took it", "ask Ada Lovelace")

    monkeypatch.setattr(Journal, "check", refuse)
    embedding = Embedding(np.ones(4, np.float32) / 2, "sface_fp16")
    services.station = SimpleNamespace(
        status=SimpleNamespace(
            faults=tuple(f"{name}: is broken; ask {name}" for name in HOSTILE), slow="", background=0
        ),
        snapshot=GallerySnapshot(
            "sface_fp16",
            tuple(Template(name, embedding, f"{name}.jpg") for name in HOSTILE),
            tuple(Skipped(f"{name}.jpg", "is empty") for name in HOSTILE),
        ),
        encoder=encoder_spec("sface_fp16"),
        voice=SimpleNamespace(fault=None),
    )
    services.source = "rtsp://ada:secret@host.example/Ada Lovelace"
    findings = [*live_findings(services, FrameStats(), None), *slow_findings(services)]
    text = report_text(findings, {})
    assert "Ada Lovelace" in json.dumps([finding.message for finding in findings])  # it would have been there
    told = {*HOSTILE, *(name.split()[0] for name in HOSTILE if len(name.split()[0]) > 3), str(home), "secret"}
    assert [name for name in told if name in text] == []
    assert f"people {len(HOSTILE)}, pictures {len(HOSTILE)}, skipped {len(HOSTILE)}" in text
    assert len(text) < 3000
