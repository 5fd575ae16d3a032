"""Pictures of every page and state: python tests/screenshots.py FOLDER [PART ...] (PARTs: of the names of those that are wanted).

One window a language, theme and size, on a real desk and a real station with the demo's people; see `make screenshots`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_PLACE = Path(tempfile.mkdtemp(prefix="kiosk-screenshots-"))
for _name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
    os.environ[_name] = str(_PLACE / _name)

from PyQt6.QtWidgets import QApplication  # noqa: E402

from kiosk.access.people import Consent  # noqa: E402
from kiosk.access.staff import Role, StaffMember  # noqa: E402
from kiosk.config import ConfigFile  # noqa: E402
from kiosk.domain import Decision, Frame, Outcome, Reason, Rejection  # noqa: E402
from kiosk.gui.feed import Feed  # noqa: E402
from kiosk.gui.language import ScreenLanguage  # noqa: E402
from kiosk.gui.mailbox import Latest  # noqa: E402
from kiosk.gui.reception.shell import Reception, shipped_pages  # noqa: E402
from kiosk.gui.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Look  # noqa: E402
from kiosk.gui.window import KioskWindow  # noqa: E402
from kiosk.resources import asset  # noqa: E402
from kiosk.station.build import Choices, build_station  # noqa: E402
from kiosk.station.desk import Desk, open_desk  # noqa: E402
from kiosk.station.report import Report, Status  # noqa: E402
from kiosk.vision.camera import CameraState  # noqa: E402
from kiosk.vision.sources.demo import RATE_HZ, draw  # noqa: E402

SIZES = {"800x480": (800, 480), "1280x800": (1280, 800), "1080x1920": (1080, 1920)}
LOOKS = {
    "dark": Look(DARK),
    "light": Look(LIGHT),
    "dark-large": Look(DARK, large_type=True),
    "light-contrast-large": Look(LIGHT_CONTRAST, large_type=True, still=True),
    "dark-contrast": Look(DARK_CONTRAST),
}
LANGUAGES = ("en", "de")
LONG_NAME = "Maximiliane-Wilhelmine Freifrau von und zu Hohenstein-Wolkenburg-Rabenfels"
NAMES = (LONG_NAME, "محمد بن عبد الله", "山田 太郎", "Zoë O'Brien")
CONFIG = """\
gallery: {folder: images}
journal: {file: journal.sqlite3}
voice: {enabled: false}
reception: {staff_file: staff.sqlite3, keep_refused_hours: 24}
"""
PIN = "482913"


@dataclass
class Stage:
    """One window with everything behind it."""

    folder: Path
    desk: Desk
    window: KioskWindow
    reception: Reception
    frames: Latest[Frame]
    name: str
    wanted: list[str]
    number: int = 0

    def show(self, second: float) -> Report | None:
        """The demo's picture of that second, recognised by the station."""
        self.number += 1
        frame = Frame(draw(round(second * RATE_HZ)), self.number / 10, self.number)
        self.frames.put(frame)
        self.window.feed.on_ready()
        if self.desk.station is None:
            return None
        report = self.desk.station.process(frame)
        self.window.on_reported(report)
        self.reception.on_reported(report)
        return report

    def wait(self, done: Callable[[], bool] = lambda: False, rounds: int = 40) -> None:
        """Let the window do what it has to, until `done` or for about so many hundredths of a second."""
        application = QApplication.instance()
        assert application is not None
        for _ in range(rounds):
            application.processEvents()
            application.thread().msleep(10)
            if done():
                break

    def shoot(self, state: str) -> None:
        """A picture of what is on the screen now."""
        name = f"{state}-{self.name}"
        if self.wanted and not all(part in name for part in self.wanted):
            return
        self.wait(rounds=6)
        self.window.grab().save(str(self.folder / f"{name}.png"))


def home() -> Path:
    """A configuration, and an image folder of the demo's two people under six names."""
    folder = _PLACE / "home"
    images = folder / "images"
    (images / "Grace Hopper").mkdir(parents=True)
    shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), images / "Grace Hopper" / "1.jpg")
    for name in ("Eileen Collins", *NAMES):
        (images / name).mkdir(parents=True)
        shutil.copy(asset("demo", "eileen_collins.jpg"), images / name / "1.jpg")
    shutil.copy(asset("demo", "grace_hopper.jpg"), images / "Grace Hopper" / "2.jpg")
    (images / "broken.jpg").write_bytes(b"")
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def fill(desk: Desk) -> None:
    """People, staff and a week of the journal."""
    now = datetime.now(UTC)
    desk.staff.add("Ida Installer", Role.INSTALLER, PIN)
    desk.staff.add("Rita Reception", Role.RECEPTION, "739104")
    for number, name in enumerate(("Grace Hopper", "Eileen Collins", *NAMES)):
        record = desk.people.record(name)
        consent = Consent(now, "1", "0" * 64, "en", "Rita Reception") if number % 2 == 0 else None
        record = replace(record, group=("Navy", "NASA")[number % 2], consent=consent, staff_number=f"{1000 + number}")
        if number == 3:
            record = replace(record, suspended=True)
        if number == 4:
            record = replace(record, valid_until=date.today() - timedelta(days=3))
        desk.people.save(record)


def door_states(stage: Stage) -> None:
    """What people at the door see."""
    window, station = stage.window, stage.desk.station
    assert station is not None
    stage.show(0.0)
    window.on_progressed("gallery", 0, 12)
    stage.shoot("door-starting")
    window.on_broken("weights/sface.tflite: is not there; fetch it with kiosk weights fetch sface")
    stage.shoot("door-out-of-order")
    window.on_built(station)
    window.on_status_changed(Status(0, 1, ()))
    window.on_camera_changed(CameraState.LIVE, "")
    stage.shoot("door-nobody-enrolled")
    window.on_status_changed(Status(6, 1, ("journal.sqlite3: the disk is full; free space on its disk",)))
    stage.shoot("door-locked-with-message")
    window.on_status_changed(Status(6, 0, ()))
    stage.shoot("door-locked")
    report = stage.show(2.3)
    assert report is not None
    faces = report.observation.faces
    if faces:
        window.on_reported(_with(report, faces[0].track, Reason.GATHERING, rejection=Rejection.TOO_DARK))
        stage.shoot("door-hint")
        window.on_reported(_with(report, faces[0].track, Reason.TOO_FAR, Outcome.REFUSED))
        stage.shoot("door-refused")
        window.on_reported(_with(report, faces[0].track, Reason.SUSPENDED, Outcome.REFUSED))
        stage.shoot("door-suspended")
    window.on_camera_changed(CameraState.LOST, "camera 0: showed nothing new for 2 s; check its cable or network")
    stage.shoot("door-camera-lost")
    window.on_camera_changed(CameraState.LIVE, "")
    for second in (2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0):
        stage.show(second)
    stage.shoot("door-unlocked")
    station.door.lock()


def _with(
    report: Report,
    track: int,
    reason: Reason,
    outcome: Outcome = Outcome.PENDING,
    *,
    rejection: Rejection | None = None,
) -> Report:
    faces = tuple(replace(face, rejection=rejection) for face in report.observation.faces)
    decision = Decision(outcome, reason, track, 1, 1.0, 1, 3)
    return replace(
        report,
        observation=replace(report.observation, faces=faces),
        decisions=(decision,),
        settled=(decision,) if outcome is not Outcome.PENDING else (),
    )


def way_in(stage: Stage) -> None:
    """Before and at the PIN pad."""
    members = stage.desk.staff.members()
    stage.window.open_staff_side()
    stage.shoot("staff-pin" if members else "staff-nobody-yet")
    if members:
        for digit in "12":
            stage.reception.pin.add(digit)
        stage.reception.pin.message.setText("")
        stage.shoot("staff-pin-typing")
    stage.window.close_staff_side()


def pages(stage: Stage) -> None:
    """Every page as it is entered, then what can be reached from it."""
    stage.window.open_staff_side()
    stage.reception.on_entered(StaffMember("Ida Installer", Role.INSTALLER))
    for entry in shipped_pages():
        stage.show(0.5)
        stage.reception.go(entry.name)
        stage.wait()
        stage.shoot(f"page-{entry.name}")
    stage.reception.tell("Grace Hopper is enrolled.", fault=False)
    stage.shoot("staff-message")
    stage.window.close_staff_side()


def stages(folder: Path, wanted: list[str]) -> Iterator[Stage]:
    """A window for each language, look and size; those that are large or of high contrast in one size and language."""
    place = home()
    choices = Choices(ConfigFile(place / "config.yaml"), place / "images", "demo", fast=True)
    with closing(build_station(choices, lambda *_: None)) as station, closing(open_desk(choices)) as desk:
        desk.station = station
        language = ScreenLanguage()
        for code, (look, dressed), (size, (width, height)) in product(LANGUAGES, LOOKS.items(), SIZES.items()):
            if "-" in look and (size, code) != ("800x480", "de"):
                continue
            language.use(code)
            frames = Latest[Frame]()
            window = KioskWindow(Feed(frames, mirror=True), dressed)
            reception = Reception(desk, window.feed, lambda do, then: _ask(station, do, then))
            window.add_reception(reception)
            window.resize(width, height)
            window.show()
            yield Stage(folder, desk, window, reception, frames, f"{size}-{look}-{code}", wanted)
            window.close()
            window.deleteLater()


def _ask(station: object, do: Callable[..., object], then: Callable[[object], None] | None) -> None:
    answer = do(station)
    if then is not None:
        then(answer)


def main(folder: str, *wanted: str) -> None:
    """All pictures, or those whose names hold all of `wanted`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    application = QApplication(["kiosk"])
    filled = False
    for stage in stages(target, list(wanted)):
        if not filled:
            way_in(stage)
            fill(stage.desk)
            filled = True
        door_states(stage)
        way_in(stage)
        pages(stage)
        print(stage.name, len(list(target.glob("*.png"))))  # noqa: T201
    application.quit()
    shutil.rmtree(_PLACE, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
