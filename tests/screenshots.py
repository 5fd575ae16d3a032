"""Pictures of every page and state: python tests/screenshots.py FOLDER [PART ...]; a PART is one of the names.

One window a language, theme and size, on real services and a real station with the demo's people.
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
from unittest.mock import patch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_PLACE = Path(tempfile.mkdtemp(prefix="kiosk-screenshots-"))
for _name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
    os.environ[_name] = str(_PLACE / _name)

import numpy as np  # noqa: E402
from PyQt6.QtCore import QEvent, QThread  # noqa: E402
from PyQt6.QtWidgets import QApplication, QScrollArea, QWidget  # noqa: E402

from kiosk import paths  # noqa: E402
from kiosk.config import ConfigFile  # noqa: E402
from kiosk.domain import (  # noqa: E402
    Candidate,
    Conditions,
    Decision,
    Embedding,
    Frame,
    Identification,
    Outcome,
    Reason,
    Rejection,
)
from kiosk.door.build import Choices, build_station  # noqa: E402
from kiosk.door.report import Report, Status  # noqa: E402
from kiosk.door.services import StaffServices, open_services  # noqa: E402
from kiosk.errors import StaffError  # noqa: E402
from kiosk.files import asset  # noqa: E402
from kiosk.gui.feed import Feed  # noqa: E402
from kiosk.gui.keyboard import KeyboardDock  # noqa: E402
from kiosk.gui.language import ScreenLanguage  # noqa: E402
from kiosk.gui.reception.enrolment import EnrolmentPage  # noqa: E402
from kiosk.gui.reception.journal import JournalPage  # noqa: E402
from kiosk.gui.reception.page import Unsaved, warning  # noqa: E402
from kiosk.gui.reception.people.page import PeoplePage  # noqa: E402
from kiosk.gui.reception.picker import Picker  # noqa: E402
from kiosk.gui.reception.settings.page import SettingsPage  # noqa: E402
from kiosk.gui.reception.shell import Reception, shipped_pages  # noqa: E402
from kiosk.gui.reception.staff import StaffMembersPage  # noqa: E402
from kiosk.gui.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Look  # noqa: E402
from kiosk.gui.way_out import Wish  # noqa: E402
from kiosk.gui.window import KioskWindow  # noqa: E402
from kiosk.gui.workers import Latest  # noqa: E402
from kiosk.people.register import Consent  # noqa: E402
from kiosk.people.staff import Role, StaffMember, StaffRegister  # noqa: E402
from kiosk.store.journal import Action  # noqa: E402
from kiosk.vision.camera import CameraState  # noqa: E402
from kiosk.vision.demo import RATE_HZ, draw  # noqa: E402
from kiosk.vision.opencv import cv2  # noqa: E402
from kiosk.vision.pictures import read_picture  # noqa: E402

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
FIRST_NAMES = (
    *("Ada", "Alan", "Anita", "Barbara", "Claude", "Donald", "Edith", "Emmy", "Frances", "Grace", "Hedy", "Ida"),
    *("Jean", "Karen", "Lin", "Margaret", "Niklaus", "Radia", "Sophie", "Tim"),
)
LAST_NAMES = (
    *("Allen", "Borg", "Clarke", "Dijkstra", "Easley", "Floyd", "Goldberg", "Hamilton", "Irmscher", "Johnson"),
    *("Kilby", "Liskov", "Meitner", "Noether", "Oettinger", "Perlman", "Quine", "Ritchie", "Shannon", "Turing"),
    *("Ullman", "Vaughan", "Wilson", "Xiao", "Zuse"),
)
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
    services: StaffServices
    window: KioskWindow
    reception: Reception
    frames: Latest[Frame]
    name: str
    wanted: list[str]
    keyboard: KeyboardDock
    number: int = 0

    def show(self, second: float) -> Report | None:
        """The demo's picture of that second, recognised by the station."""
        self.number += 1
        return self.recognise(Frame(draw(round(second * RATE_HZ)), self.number / 10, self.number))

    def recognise(self, frame: Frame) -> Report | None:
        """What the camera, the recognition thread and the window do with a frame."""
        self.frames.put(frame)
        self.window.feed.on_ready()
        if self.services.station is None:
            return None
        report = self.services.station.process(frame)
        self.window.on_reported(report)
        self.reception.on_reported(report)
        return report

    def portrait(self, path: Path, turn: int) -> None:
        """Somebody close to the camera, never twice the same picture."""
        self.number += 1
        image = np.full((480, 640, 3), 90, np.uint8)
        image[:, 80:560] = cv2.resize(cv2.imread(str(path)), (480, 480))
        noise = np.random.default_rng(turn).integers(-3, 4, image.shape)
        self.recognise(Frame((image + noise).clip(0, 255).astype(np.uint8), self.number / 10, self.number))

    def wait(self, done: Callable[[], bool] = lambda: False, rounds: int = 20) -> None:
        """Let the window do what it has to, until `done` or for about so many hundredths of a second."""
        application = QApplication.instance()
        assert application is not None
        for _ in range(rounds):
            application.processEvents()
            # What was to be deleted later would else stay on the screen until the loop that there is not.
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            QThread.msleep(10)
            if done():
                break

    def shoot(self, state: str) -> None:
        """A picture of what is on the screen now."""
        name = f"{state}-{self.name}"
        if self.wanted and not all(part in name for part in self.wanted):
            return
        self.wait(rounds=6)
        self.window.grab().save(str(self.folder / f"{name}.png"))


def laid_out(name: str) -> Path:
    """A folder with a configuration and an empty image folder."""
    folder = _PLACE / name
    (folder / "images").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def home() -> Path:
    """The demo's two people under six names, and a picture that cannot be used."""
    folder = laid_out("home")
    images = folder / "images"
    (images / "Grace Hopper").mkdir(parents=True)
    shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), images / "Grace Hopper" / "1.jpg")
    for name in ("Eileen Collins", *NAMES):
        (images / name).mkdir(parents=True)
        shutil.copy(asset("demo", "eileen_collins.jpg"), images / name / "1.jpg")
    shutil.copy(asset("demo", "grace_hopper.jpg"), images / "Grace Hopper" / "2.jpg")
    (images / "broken.jpg").write_bytes(b"")
    return folder


def stick(folder: Path) -> None:
    """A USB stick with folders and pictures, one of them broken."""
    for name in ("DCIM", "New colleagues"):
        (folder / name).mkdir(parents=True)
    for number in range(1, 15):
        source = asset("demo", ("grace_hopper.jpg", "eileen_collins.jpg")[number % 2])
        shutil.copy(source, folder / f"IMG_{2040 + 7 * number}.jpg")
    (folder / "IMG_2048.jpg").write_bytes(b"no picture")
    table = folder.parent / "mounts"
    table.write_text(f"/dev/sdb1 {folder} vfat rw 0 0\n")
    paths._MOUNTS, paths._STICK_ROOTS = table, (folder.parent,)


def crowded() -> Path:
    """A thousand people, of whom the demo's two have lent their faces to all."""
    folder = laid_out("crowded")
    faces = (asset("demo", "gallery", "Grace_Hopper.jpg"), asset("demo", "eileen_collins.jpg"))
    for number, (first, last) in enumerate(product(FIRST_NAMES, LAST_NAMES)):
        for middle in ("", " B."):
            shutil.copy(faces[number % 2], folder / "images" / f"{first}{middle} {last}.jpg")
    return folder


def fill(services: StaffServices) -> None:
    """People, staff and a week of the journal."""
    now = datetime.now(UTC)
    services.staff.add("Ida Installer", Role.INSTALLER, PIN)
    services.staff.add("Rita Reception", Role.RECEPTION, "739104")
    for number, name in enumerate(("Grace Hopper", "Eileen Collins", *NAMES)):
        record = services.people.record(name)
        consent = Consent(now, "1", "0" * 64, "en", "Rita Reception") if number % 2 == 0 else None
        record = replace(record, group=("Navy", "NASA")[number % 2], consent=consent, staff_number=f"{1000 + number}")
        if number == 3:
            record = replace(record, suspended=True)
        if number == 4:
            record = replace(record, valid_until=date.today() - timedelta(days=3))
        services.people.save(record)
    _fill_journal(services, now)
    _fill_visitors(services, now)


def _fill_journal(services: StaffServices, now: datetime) -> None:
    """A week of one employee's mornings: too dark on two of them."""
    for day, (distance, light) in enumerate(
        ((0.24, 120), (0.26, 110), (0.44, 32), (0.29, 90), (0.41, 38), (0.25, 118))
    ):
        candidates = (Candidate("Grace Hopper", distance), Candidate("Eileen Collins", 0.71))
        found = Identification(candidates, 0.38, 0.04, 6)
        granted = distance <= 0.38
        decision = Decision(
            Outcome.GRANTED if granted else Outcome.REFUSED,
            Reason.RECOGNISED if granted else Reason.TOO_FAR,
            day,
            day,
            1.0,
            3,
            3,
            "Grace Hopper" if granted else None,
            found,
            conditions=Conditions(face_px=150, light=light, sharpness=25.0, turn=0.1),
        )
        services.journal.record(decision, "dlib_resnet", now - timedelta(days=6 - day, minutes=17 * day))
    services.journal.note(Action.RENAMED, "Rita Reception", "Grace Hopper", "Grace B. Hopper", now)


def _fill_visitors(services: StaffServices, now: datetime) -> None:
    for name in ("grace_hopper.jpg", "eileen_collins.jpg"):
        path = asset("demo", name)
        with services.reader() as reader:
            seen = reader.one(read_picture(path))
        if isinstance(seen, Embedding):
            services.visitors.keep(path.read_bytes(), seen, now - timedelta(hours=2))


def door_states(stage: Stage) -> None:
    """What people at the door see."""
    window, station = stage.window, stage.services.station
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
    for tenth in range(175, 206):
        stage.show(tenth / 10)
    stage.shoot("door-together")
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
    members = stage.services.staff.members()
    stage.window.open_staff_side()
    stage.shoot("staff-pin" if members else "staff-nobody-yet")
    if members:
        for digit in "12":
            stage.reception.pin.add(digit)
        stage.shoot("staff-pin-typing")
        for digit in "1234":
            stage.reception.pin.add(digit)
        stage.reception.pin.on_done()
        stage.wait(lambda: "\n" in stage.reception.pin.message.text(), rounds=200)
        stage.shoot("staff-pin-wrong")
        stage.services.staff.reset("Rita Reception", "739104")
    stage.window.close_staff_side()


def way_out(stage: Stage) -> None:
    """What is asked before full screen is left or the kiosk ends."""
    ask, close_up = stage.window.way_out.ask, stage.window.way_out.close_up
    ask(Wish.END, guarded=False)
    stage.shoot("door-end")
    close_up()
    ask(Wish.END, guarded=True, warning=warning(Unsaved.ENROLMENT))
    stage.shoot("door-end-pin")
    close_up()
    ask(Wish.WINDOW, guarded=True)
    stage.shoot("door-leave-full-screen-pin")
    close_up()
    with patch.object(StaffRegister, "members", side_effect=StaffError("staff.sqlite3", "is damaged", "move it away")):
        ask(Wish.END, guarded=True)
    stage.shoot("door-no-way-out")
    close_up()


def pages(stage: Stage) -> None:
    """Every page as it is entered, then what can be reached from it."""
    stage.window.open_staff_side()
    stage.reception.on_entered(StaffMember("Ida Installer", Role.INSTALLER))
    for entry in shipped_pages():
        stage.show(0.5)
        stage.reception.go(entry.name)
        if stage.reception.question.isVisible():
            stage.shoot(f"staff-discard-before-{entry.name}")
            stage.reception.question.buttons[0].click()
        stage.wait()
        stage.shoot(f"page-{entry.name}")
        WITHIN.get(entry.name, lambda stage, page: None)(stage, stage.reception.stack.currentWidget())
    stage.reception.tell("Grace Hopper is enrolled.", fault=False)
    stage.reception.notice("images/broken.jpg: is empty; replace it")
    stage.shoot("staff-message")
    stage.reception.countdown.show_seconds(9)
    stage.shoot("staff-countdown")
    stage.window.close_staff_side()


def enrolment(stage: Stage, page: EnrolmentPage) -> None:
    """The steps of the wizard, with the camera and with pictures that are not right."""
    page.name.on_more()
    stage.shoot("enrol-more")
    page.name.on_more()
    page.name.name.set_text("grace hopper")
    page.name.on_next()
    stage.wait()
    stage.shoot("enrol-name-known")
    page.enter()
    keyboard = stage.window.findChild(KeyboardDock)
    assert keyboard is not None
    keyboard.mode = "on"
    page.name.more.setFocus()
    stage.keyboard.mode = "on"
    stage.window.setFocus()
    page.name.name.edit.setFocus()
    page.name.name.set_text(LONG_NAME[:40])
    stage.wait()
    stage.shoot("enrol-name-keyboard")
    stage.keyboard.mode = "off"
    keyboard.mode = "auto"
    page.name.more.setFocus()
    page.name.on_next()
    stage.wait(lambda: page.step is page.consent)
    stage.shoot("enrol-consent")
    _agree(stage, page)
    stage.wait(lambda: page.capture.session is not None, rounds=300)
    for turn in range(3):
        stage.portrait(asset("demo", "grace_hopper.jpg"), turn)
    stage.shoot("enrol-capture-hint")
    page.capture.files.click()
    stage.wait(rounds=60)
    picker = page.capture.window().findChild(Picker)
    assert picker is not None
    for row in (5, 6):
        picker.on_touched(picker.model.index(row))
    stage.wait(rounds=60)
    stage.shoot("enrol-picker")
    picker.on_touched(picker.model.index(0))
    stage.wait(rounds=20)
    stage.shoot("enrol-picker-empty")
    picker.cancel.click()
    for turn in range(60):
        stage.portrait(asset("demo", "grace_hopper.jpg"), turn)
        session = page.capture.session
        if session is not None and sum(one is not None for one in session.state.taken) == 2:
            break
    stage.shoot("enrol-capture")
    for state, pictures, name in (
        ("same", ["grace_hopper.jpg"], "Mary Brown"),
        ("odd", ["grace_hopper.jpg", "eileen_collins.jpg"], "Grace Hopper"),
    ):
        page.enter(pictures=[asset("demo", picture) for picture in pictures], person=name)
        page.name.name.set_text(name)
        page.name.on_next()
        stage.wait(lambda: page.step is not page.name)
        if page.step is page.name:
            page.name.on_add()
        stage.wait(lambda: page.step is page.consent)
        _agree(stage, page)
        stage.wait(lambda: page.step is page.check and bool(page.check.checked.pictures), rounds=500)
        stage.shoot(f"enrol-check-{state}")
    page.leave()


def _agree(stage: Stage, page: EnrolmentPage) -> None:
    bar = page.consent.page.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    stage.wait(page.consent.agree.isEnabled)
    stage.shoot("enrol-consent-read")
    page.consent.agree.click()


def people(stage: Stage, page: PeoplePage) -> None:
    """The filter, and one person from top to bottom."""
    page.list.search.set_text("zoe")
    stage.shoot("people-filtered")
    page.list.search.set_text("")
    page.on_moving_wanted()
    stage.wait()
    stage.shoot("people-moving")
    page.on_opened("Grace Hopper")
    stage.wait(rounds=60)
    stage.shoot("people-person")
    for name in ("data", "access", "leaving"):
        panel = getattr(page.person, name, None)
        if isinstance(panel, QWidget):
            _scroll_to(panel)
            stage.shoot(f"people-person-{name}")
    page.person.leaving.on_begin()
    stage.wait()
    _scroll_to(page.person.leaving)
    stage.shoot("people-erase")
    page.person.leaving.on_keep()
    page.on_opened(LONG_NAME)
    stage.wait(rounds=40)
    stage.shoot("people-person-long-name")


def journal(stage: Stage, page: JournalPage) -> None:
    """What the staff did, the plot, and an entry in full."""
    page.plotted.click()
    stage.wait(rounds=60)
    stage.shoot("journal-plot")
    page.staff.click()
    stage.wait()
    stage.shoot("journal-staff")


def settings(stage: Stage, page: SettingsPage) -> None:
    """Every section, and the bar that saves."""
    for index in range(page.sections.count()):
        page.sections.setCurrentIndex(index)
        page.on_section(index)
        stage.wait(rounds=10)
        stage.shoot(f"settings-{index}")
    page.on_section(0)


def staff(stage: Stage, page: StaffMembersPage) -> None:
    """The form for somebody new."""
    page.add.click()
    stage.shoot("staff-add")


WITHIN: dict[str, Callable[..., None]] = {
    "enrol": enrolment,
    "people": people,
    "journal": journal,
    "settings": settings,
    "staff": staff,
}


def _scroll_to(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if isinstance(above, QScrollArea):
        above.ensureWidgetVisible(widget, 0, 0)
        bar = above.verticalScrollBar()
        if bar is not None:
            bar.setValue(widget.mapTo(above.widget(), widget.rect().topLeft()).y())


def _combinations(wanted: list[str]) -> list[tuple[str, str, str]]:
    """Language, look and size of each window; none that no picture is wanted of."""
    every = [
        (code, look, size)
        for code, look, size in product(LANGUAGES, LOOKS, SIZES)
        if "-" not in look or (size, code) == ("800x480", "de")
    ]
    windows = [part for part in wanted if any(part in f"{size}-{look}-{code}" for code, look, size in every)]
    return [one for one in every if all(part in f"{one[2]}-{one[1]}-{one[0]}" for part in windows)]


def stages(folder: Path, wanted: list[str], place: Path) -> Iterator[Stage]:
    """A window for each language, look and size; those that are large or of high contrast in one size and language."""
    choices = Choices(ConfigFile(place / "config.yaml"), place / "images", "demo", fast=True)
    with closing(build_station(choices, lambda *_: None)) as station, closing(open_services(choices)) as services:
        services.station = station
        language = ScreenLanguage()
        for code, look, size in _combinations(wanted):
            language.use(code)
            dressed, (width, height) = LOOKS[look], SIZES[size]
            frames = Latest[Frame]()
            window = KioskWindow(Feed(frames, mirror=True), dressed)
            reception = Reception(services, window.feed, lambda do, then: _ask(station, do, then))
            window.add_reception(reception)
            keyboard = KeyboardDock(window, "off")
            window.resize(width, height)
            window.show()
            window.on_built(station)
            window.on_status_changed(station.status)
            window.on_camera_changed(CameraState.LIVE, "")
            yield Stage(folder, services, window, reception, frames, f"{size}-{look}-{code}", wanted, keyboard)
            window.end()
            window.deleteLater()


def lists(stage: Stage, how: str) -> None:
    """The pages that are lists, where they are empty or long."""
    stage.window.open_staff_side()
    stage.reception.on_entered(StaffMember("Ida Installer", Role.INSTALLER))
    for name in ("people", "visitors", "journal"):
        stage.reception.go(name)
        stage.wait(rounds=40)
        stage.shoot(f"{how}-{name}")
    stage.window.close_staff_side()


def _ask(station: object, do: Callable[..., object], then: Callable[[object], None] | None) -> None:
    answer = do(station)
    if then is not None:
        then(answer)


def main(folder: str, *wanted: str) -> None:
    """All pictures, or those whose names hold all of `wanted`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    application = QApplication(["kiosk"])
    parts = list(wanted)
    stick(_PLACE / "media" / "KINGSTON")
    for stage in stages(target, parts, laid_out("empty")):
        way_in(stage)
        lists(stage, "empty")
    for stage in stages(target, parts, home()):
        if not stage.services.staff.members():
            fill(stage.services)
        door_states(stage)
        way_in(stage)
        way_out(stage)
        pages(stage)
        print(stage.name, len(list(target.glob("*.png"))))  # noqa: T201
    for stage in stages(target, parts, crowded()):
        lists(stage, "full")
    application.quit()
    shutil.rmtree(_PLACE, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
