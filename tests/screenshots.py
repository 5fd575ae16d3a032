"""Take pictures of every page and state: python tests/screenshots.py FOLDER [PART ...].

Each language, look and size has its own window, on real services and a real station with the people of the demo. Each
PART limits the pictures to those with that part in their names, such as de, light, 800x480, door or people.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PyQt6.QtCore import QEvent, QThread
from PyQt6.QtWidgets import QApplication, QScrollArea, QWidget

from kiosk import paths
from kiosk.config import ConfigFile
from kiosk.domain import (
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
from kiosk.door.build import Choices, build_station
from kiosk.door.report import Report, Status
from kiosk.door.services import StaffServices, open_services
from kiosk.errors import StaffError
from kiosk.files import asset
from kiosk.gui.feed import Feed
from kiosk.gui.keyboard import KeyboardDock
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.reception.enrolment.page import EnrolmentPage
from kiosk.gui.reception.journal.page import JournalPage
from kiosk.gui.reception.page import Unsaved, warning
from kiosk.gui.reception.people.page import PeoplePage
from kiosk.gui.reception.picker import Picker
from kiosk.gui.reception.settings.page import SettingsPage
from kiosk.gui.reception.shell import Reception, shipped_pages
from kiosk.gui.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Look
from kiosk.gui.way_out import Wish
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import Latest
from kiosk.people.enrolment import Offered
from kiosk.people.register import Consent
from kiosk.people.staff import Role, StaffMember, StaffRegister
from kiosk.store.journal import Action
from kiosk.vision.camera import CameraState
from kiosk.vision.demo import RATE_HZ, draw
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture

SIZES = {"800x480": (800, 480), "1280x800": (1280, 800), "1080x1920": (1080, 1920)}
LOOKS = {
    "dark": Look(DARK),
    "light": Look(LIGHT),
    "dark-large": Look(DARK, large_type=True),
    "light-contrast-large": Look(LIGHT_CONTRAST, large_type=True, still=True),
    "dark-contrast": Look(DARK_CONTRAST),
}
LANGUAGES = ("en", "de")
GRACE, EILEEN = "Grace Hopper", "Eileen Collins"
LONG_NAME = "Maximiliane-Wilhelmine Freifrau von und zu Hohenstein-Wolkenburg-Rabenfels"
NAMES = (GRACE, EILEEN, LONG_NAME, "محمد بن عبد الله", "山田 太郎", "Zoë O'Brien")
FIRST_NAMES = "Ada Alan Anita Barbara Edith Emmy Frances Grace Hedy Ida Jean Karen Lin Margaret Radia Sophie"
LAST_NAMES = "Allen Borg Easley Floyd Goldberg Hamilton Johnson Kilby Liskov Meitner Noether Perlman Quine Ritchie"
# The two people of the demo under six names, and under those of a crowd.
DEMO_PEOPLE = {
    **{f"{name}/1.jpg": "eileen_collins.jpg" for name in NAMES},
    f"{GRACE}/1.jpg": "gallery/Grace_Hopper.jpg",
    f"{GRACE}/2.jpg": "grace_hopper.jpg",
}
CROWD = {
    f"{first}{middle} {last}.jpg": ("gallery/Grace_Hopper.jpg", "eileen_collins.jpg")[number % 2]
    for number, (first, middle, last) in enumerate(product(FIRST_NAMES.split(), ("", " B.", " C."), LAST_NAMES.split()))
}
CONFIG = """\
gallery: {folder: images}
journal: {file: journal.sqlite3}
voice: {enabled: false}
reception: {staff_file: staff.sqlite3, keep_refused_hours: 24}
"""
INSTALLER = StaffMember("Ida Installer", Role.INSTALLER)


@dataclass
class Stage:
    """One window with everything behind it; `name` is its size, look and language."""

    folder: Path
    services: StaffServices
    window: KioskWindow
    reception: Reception
    keyboard: KeyboardDock
    frames: Latest[Frame]
    name: str
    parts: list[str]
    frames_shown: int = 0

    def show(self, second: float) -> Report | None:
        """Recognise the picture of the demo at that second."""
        return self.recognise(draw(round(second * RATE_HZ)))

    def portrait(self, turn: int) -> None:
        """Recognise Grace Hopper close to the camera; each turn gives another picture."""
        image = np.full((480, 640, 3), 90, np.uint8)
        image[:, 80:560] = cv2.resize(cv2.imread(str(asset("demo", "grace_hopper.jpg"))), (480, 480))
        noise = np.random.default_rng(turn).integers(-3, 4, image.shape)
        self.recognise((image + noise).clip(0, 255).astype(np.uint8))

    def recognise(self, image: np.ndarray) -> Report | None:
        """Do what the camera, the recognition thread and the window do with a frame."""
        self.frames_shown += 1
        frame = Frame(image, self.frames_shown / 10, self.frames_shown)
        self.frames.put(frame)
        self.window.feed.on_ready()
        if self.services.station is None:
            return None
        report = self.services.station.process(frame)
        self.window.on_reported(report)
        self.reception.on_reported(report)
        return report

    def wait(self, done: Callable[[], bool] = lambda: False, rounds: int = 20) -> None:
        """Handle events until `done`, or for `rounds` hundredths of a second."""
        for _ in range(rounds):
            QApplication.processEvents()
            # Without a running loop, Qt deletes nothing by itself.
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            QThread.msleep(10)
            if done():
                break

    def shoot(self, state: str) -> None:
        """Save a picture of the window, if its name holds every part."""
        name = f"{state}-{self.name}"
        if all(part in name for part in self.parts):
            self.wait(rounds=6)
            self.window.grab().save(str(self.folder / f"{name}.png"))


# Folders to show


def make_home(folder: Path, pictures: Mapping[str, str]) -> Path:
    """Make a folder with a configuration and images: pictures of the demo under other names."""
    (folder / "images").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG)
    for name, picture in pictures.items():
        path = folder / "images" / name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(asset("demo", picture), path)
    return folder


def plug_in_stick(folder: Path) -> None:
    """Make a USB stick with folders and pictures, one of them broken, and let the kiosk find it."""
    for name in ("DCIM", "New colleagues"):
        (folder / name).mkdir(parents=True)
    for number in range(1, 15):
        source = asset("demo", ("grace_hopper.jpg", "eileen_collins.jpg")[number % 2])
        shutil.copy(source, folder / f"IMG_{2040 + 7 * number}.jpg")
    (folder / "IMG_2048.jpg").write_bytes(b"no picture")
    table = folder.parent / "mounts"
    table.write_text(f"/dev/sdb1 {folder} vfat rw 0 0\n")
    paths._MOUNTS, paths._STICK_ROOTS = table, (folder.parent,)


def fill(services: StaffServices) -> None:
    """Add staff, records of people, a week of the journal and two refused visitors."""
    now = datetime.now(UTC)
    services.staff.add(INSTALLER.name, INSTALLER.role, "482913")
    services.staff.add("Rita Reception", Role.RECEPTION, "739104")
    for number, name in enumerate(NAMES):
        record = replace(
            services.people.record(name),
            group=("Navy", "NASA")[number % 2],
            consent=Consent(now, "1", "0" * 64, "en", "Rita Reception") if number % 2 == 0 else None,
            staff_number=f"{1000 + number}",
            suspended=number == 3,
            valid_until=date.today() - timedelta(days=3) if number == 4 else None,
        )
        services.people.save_all([record])
    # One employee's mornings; on two of them it is too dark.
    for day, (distance, light) in enumerate(
        ((0.24, 120), (0.26, 110), (0.44, 32), (0.29, 90), (0.41, 38), (0.25, 118))
    ):
        services.journal.record(morning(day, distance, light), "dlib_resnet", now - timedelta(days=6 - day, minutes=17))
    services.journal.note(Action.RENAMED, "Rita Reception", GRACE, "Grace B. Hopper", now)
    for name in ("grace_hopper.jpg", "eileen_collins.jpg"):
        path = asset("demo", name)
        with services.reader() as reader:
            embedding = reader.one(read_picture(path))
        if isinstance(embedding, Embedding):
            services.visitors.keep(path.read_bytes(), embedding, now - timedelta(hours=2))


def morning(day: int, distance: float, light: float) -> Decision:
    granted = distance <= 0.38
    return Decision(
        outcome=Outcome.GRANTED if granted else Outcome.REFUSED,
        reason=Reason.RECOGNISED if granted else Reason.TOO_FAR,
        track=day,
        sequence=day,
        decided_at=1.0,
        agreeing=3,
        required=3,
        person=GRACE if granted else None,
        identification=Identification((Candidate(GRACE, distance), Candidate(EILEEN, 0.71)), 0.38, 0.04, 6),
        conditions=Conditions(face_px=150, light=light, sharpness=25.0, turn=0.1),
    )


# The door's page and the ways in and out


def door_states(stage: Stage) -> None:
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
    if report is not None and report.observation.faces:
        window.on_reported(with_decision(report, Reason.GATHERING, Outcome.PENDING, Rejection.TOO_DARK))
        stage.shoot("door-hint")
        window.on_reported(with_decision(report, Reason.TOO_FAR, Outcome.REFUSED))
        stage.shoot("door-refused")
        window.on_reported(with_decision(report, Reason.SUSPENDED, Outcome.REFUSED))
        stage.shoot("door-suspended")
    window.on_camera_changed(CameraState.LOST, "camera 0: showed nothing new for 2 s; check its cable or network")
    stage.shoot("door-camera-lost")
    window.on_camera_changed(CameraState.LIVE, "")
    for tenth in range(23, 31):
        stage.show(tenth / 10)
    stage.shoot("door-unlocked")
    station.door.lock()
    for tenth in range(175, 206):
        stage.show(tenth / 10)
    stage.shoot("door-together")
    station.door.lock()


def with_decision(report: Report, reason: Reason, outcome: Outcome, rejection: Rejection | None = None) -> Report:
    """Return the report with one decision on its first face."""
    faces = tuple(replace(face, rejection=rejection) for face in report.observation.faces)
    decision = Decision(outcome, reason, faces[0].track, 1, 1.0, 1, 3)
    settled = () if outcome is Outcome.PENDING else (decision,)
    observation = replace(report.observation, faces=faces)
    return replace(report, observation=observation, decisions=(decision,), settled=settled)


def way_in(stage: Stage) -> None:
    members, pin = stage.services.staff.members(), stage.reception.pin
    stage.window.open_staff_side()
    stage.shoot("staff-pin" if members else "staff-nobody-yet")
    if members:
        for digit in "12":
            pin.add(digit)
        stage.shoot("staff-pin-typing")
        for digit in "1234":
            pin.add(digit)
        pin.on_done()
        stage.wait(lambda: "\n" in pin.message.text(), rounds=200)
        stage.shoot("staff-pin-wrong")
        stage.services.staff.reset("Rita Reception", "739104")
    stage.window.close_staff_side()


def way_out(stage: Stage) -> None:
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


# The staff side


def pages(stage: Stage) -> None:
    """Show every page, and then what it leads to."""
    stage.window.open_staff_side()
    stage.reception.on_entered(INSTALLER)
    for entry in shipped_pages():
        stage.show(0.5)
        stage.reception.go(entry.name)
        if stage.reception.question.isVisible():
            stage.shoot(f"staff-discard-before-{entry.name}")
            stage.reception.question.buttons[0].click()
        stage.wait()
        stage.shoot(f"page-{entry.name}")
        if entry.name in INSIDE:
            INSIDE[entry.name](stage, stage.reception.stack.currentWidget())
    stage.reception.tell("Grace Hopper is enrolled.", fault=False)
    stage.reception.notice("images/broken.jpg: is empty; replace it")
    stage.shoot("staff-message")
    stage.reception.countdown.show_seconds(9)
    stage.shoot("staff-countdown")
    stage.window.close_staff_side()


def enrolment(stage: Stage, page: EnrolmentPage) -> None:
    page.name.on_more()
    stage.shoot("enrol-more")
    page.name.on_more()
    page.name.name.set_text("grace hopper")
    page.name.on_next()
    stage.wait()
    stage.shoot("enrol-name-known")
    page.enter()
    stage.keyboard.mode = "on"
    stage.window.setFocus()
    page.name.name.edit.setFocus()
    page.name.name.set_text(LONG_NAME[:40])
    stage.wait()
    stage.shoot("enrol-name-keyboard")
    stage.keyboard.mode = "off"
    page.name.more.setFocus()
    page.name.on_next()
    stage.wait(lambda: page.step is page.consent)
    stage.shoot("enrol-consent")
    agree(stage, page)
    stage.wait(lambda: page.capture.session is not None, rounds=300)
    for turn in range(3):
        stage.portrait(turn)
    stage.shoot("enrol-capture-hint")
    picker(stage, page)
    for turn in range(60):
        stage.portrait(turn)
        session = page.capture.session
        if session is not None and sum(one is not None for one in session.state.taken) == 2:
            break
    stage.shoot("enrol-capture")
    grace, eileen = (Offered.file(asset("demo", name)) for name in ("grace_hopper.jpg", "eileen_collins.jpg"))
    for state, pictures, name in (("same", [grace], "Mary Brown"), ("odd", [grace, eileen], GRACE)):
        page.enter(pictures=pictures, person=name)
        page.name.name.set_text(name)
        page.name.on_next()
        stage.wait(lambda: page.step is not page.name)
        if page.step is page.name:
            page.name.on_add()
        stage.wait(lambda: page.step is page.consent)
        agree(stage, page)
        stage.wait(lambda: page.step is page.check and bool(page.check.checked.pictures), rounds=500)
        stage.shoot(f"enrol-check-{state}")
    page.leave()


def agree(stage: Stage, page: EnrolmentPage) -> None:
    scroll_bar = page.consent.page.verticalScrollBar()
    scroll_bar.setValue(scroll_bar.maximum())
    stage.wait(page.consent.agree.isEnabled, rounds=200)
    stage.shoot("enrol-consent-read")
    page.consent.agree.click()


def picker(stage: Stage, page: EnrolmentPage) -> None:
    page.capture.files.click()
    stage.wait(rounds=60)
    (found,) = page.capture.window().findChildren(Picker)
    for row in (5, 6):
        found.on_touched(found.model.index(row))
    stage.wait(rounds=60)
    stage.shoot("enrol-picker")
    found.on_touched(found.model.index(0))
    stage.wait()
    stage.shoot("enrol-picker-empty")
    found.cancel.click()


def people(stage: Stage, page: PeoplePage) -> None:
    page.list.search.set_text("zoe")
    stage.shoot("people-filtered")
    page.list.search.set_text("")
    page.on_moving_wanted()
    stage.wait()
    stage.shoot("people-moving")
    page.on_opened(GRACE)
    stage.wait(rounds=60)
    stage.shoot("people-person")
    for name in ("data", "access", "leaving"):
        scroll_to(getattr(page.person, name))
        stage.shoot(f"people-person-{name}")
    page.person.leaving.on_begin()
    stage.wait()
    scroll_to(page.person.leaving)
    stage.shoot("people-erase")
    page.person.leaving.on_keep()
    page.on_opened(LONG_NAME)
    stage.wait(rounds=40)
    stage.shoot("people-person-long-name")


def scroll_to(widget: QWidget) -> None:
    area = widget.parentWidget()
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    area.verticalScrollBar().setValue(widget.mapTo(area.widget(), widget.rect().topLeft()).y())


def journal(stage: Stage, page: JournalPage) -> None:
    for button, name in ((page.plotted, "plot"), (page.staff, "staff")):
        button.click()
        stage.wait(rounds=60)
        stage.shoot(f"journal-{name}")


def settings(stage: Stage, page: SettingsPage) -> None:
    for index in range(page.sections.count()):
        page.sections.setCurrentIndex(index)
        page.on_section(index)
        stage.wait(rounds=10)
        stage.shoot(f"settings-{index}")
    page.on_section(0)


INSIDE: dict[str, Callable[..., None]] = {
    "enrol": enrolment,
    "people": people,
    "journal": journal,
    "settings": settings,
    "staff": lambda stage, page: (page.add.click(), stage.shoot("staff-add")),
}


def lists(stage: Stage, how: str) -> None:
    """Show the pages that are lists while they are empty or long."""
    stage.window.open_staff_side()
    stage.reception.on_entered(INSTALLER)
    for name in ("people", "visitors", "journal"):
        stage.reception.go(name)
        stage.wait(rounds=40)
        stage.shoot(f"{how}-{name}")
    stage.window.close_staff_side()


# The windows


def window_names(parts: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield (name, size, look, language) of each window that the parts ask for.

    Looks with large type or high contrast have one size and one language only.
    """
    every = [
        (f"{size}-{look}-{code}", size, look, code)
        for code, look, size in product(LANGUAGES, LOOKS, SIZES)
        if "-" not in look or (size, code) == ("800x480", "de")
    ]
    of_windows = [part for part in parts if any(part in name for name, *_ in every)]
    yield from (window for window in every if all(part in window[0] for part in of_windows))


def stages(folder: Path, parts: list[str], home: Path) -> Iterator[Stage]:
    """Yield one window after the other, each on the same station and services."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo", fast=True)
    language = ScreenLanguage()
    with closing(build_station(choices, lambda *_: None)) as station, closing(open_services(choices)) as services:
        services.station = station

        def ask(do: Callable[..., object], then: Callable[[object], None] | None) -> None:
            answer = do(station)
            if then is not None:
                then(answer)

        for name, size, look, code in window_names(parts):
            language.use(code)
            frames = Latest[Frame]()
            feed = Feed(frames, mirror=True)
            reception = Reception(services, feed, ask)
            window = KioskWindow(feed, LOOKS[look], reception)
            keyboard = KeyboardDock(window, "off")
            window.resize(*SIZES[size])
            window.show()
            window.on_built(station)
            window.on_status_changed(station.status)
            window.on_camera_changed(CameraState.LIVE, "")
            yield Stage(folder, services, window, reception, keyboard, frames, name, parts)
            window.end()
            window.deleteLater()


def take_pictures(target: Path, parts: list[str], place: Path) -> None:
    plug_in_stick(place / "media" / "KINGSTON")
    for stage in stages(target, parts, make_home(place / "empty", {})):
        way_in(stage)
        lists(stage, "empty")
    home = make_home(place / "home", DEMO_PEOPLE)
    (home / "images" / "broken.jpg").write_bytes(b"")
    for stage in stages(target, parts, home):
        if not stage.services.staff.members():
            fill(stage.services)
        door_states(stage)
        way_in(stage)
        way_out(stage)
        pages(stage)
        print(stage.name, len(list(target.glob("*.png"))))  # noqa: T201
    for stage in stages(target, parts, make_home(place / "crowded", CROWD)):
        lists(stage, "full")


def main(folder: str, *parts: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="kiosk-screenshots-") as place:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            os.environ[name] = str(Path(place) / name)
        application = QApplication(["kiosk"])
        take_pictures(target, list(parts), Path(place))
        application.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
