"""Real files and registers, a screen that remembers what pages ask of it, and a gallery made of vectors."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from kiosk.config import ConfigFile
from kiosk.domain import Candidate, Decision, Embedding, Frame, Identification, Outcome, Reason, Template
from kiosk.door.build import Choices
from kiosk.door.services import StaffServices, open_services
from kiosk.files import asset
from kiosk.gui.feed import Feed
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.picker import Wanted
from kiosk.gui.workers import Latest
from kiosk.people.register import Consent
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import Role, StaffMember


@dataclass
class ScreenOfTests:
    """What a page asked of the shell, in order."""

    went: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, Callable[[], None]] = field(default_factory=dict)
    wanted: Wanted | None = None  # files that are to be picked, and what is called with them, or without
    pick_then: Callable[[list[Path]], None] | None = None
    pick_cancelled: Callable[[], None] | None = None
    stayed: int = 0
    restarts: int = 0

    def go(self, name: str, **arguments: object) -> None:
        self.went.append((name, arguments))

    def tell(self, text: str, *, fault: bool = False) -> None:
        (self.faults if fault else self.told).append(text)

    def notice(self, text: str) -> None:
        self.noticed.append(text)

    def ask(self, question: str, detail: str, answers, *, danger: bool = False) -> None:
        self.asked.append((question, detail))
        self.answers = dict(answers)

    def pick(self, wanted, then, cancelled) -> None:
        self.wanted, self.pick_then, self.pick_cancelled = wanted, then, cancelled

    def stay(self) -> None:
        self.stayed += 1

    def restart(self) -> None:
        self.restarts += 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a config.yaml and an image folder in which Grace Hopper is enrolled."""
    folder = tmp_path / "home"
    (folder / "images").mkdir(parents=True)
    (folder / "config.yaml").write_text(
        "gallery: {folder: images}\njournal: {file: journal.sqlite3}\nvoice: {enabled: false}\n"
        "reception: {staff_file: staff.sqlite3}\n"
    )
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    (folder / "images" / portrait.name).write_bytes(portrait.read_bytes())
    return folder


@pytest.fixture
def portrait(home: Path) -> Path:
    """Grace Hopper's picture."""
    return home / "images" / "Grace_Hopper.jpg"


@pytest.fixture
def services(home: Path) -> Iterator[StaffServices]:
    """Real registers, journal and configuration below `home`; its station is for a test to set."""
    with closing(open_services(Choices(ConfigFile(home / "config.yaml"), home / "images", "demo"))) as services:
        yield services


@pytest.fixture
def feed(qtbot: QtBot) -> Feed:
    feed = Feed(Latest[Frame](), mirror=True)
    qtbot.addWidget(feed)
    return feed


@pytest.fixture
def screen() -> ScreenOfTests:
    return ScreenOfTests()


@pytest.fixture
def make_office(services: StaffServices, feed: Feed, screen: ScreenOfTests) -> Iterator[Callable[..., PageContext]]:
    """make_office(role=Role.INSTALLER): as after signing in; the station is asked at once, in this thread."""
    offices: list[PageContext] = []

    def ask_station(do, then) -> None:
        answer = do(services.station)
        if then is not None:
            then(answer)

    def make(role: Role = Role.INSTALLER, name: str = "Ida") -> PageContext:
        offices.append(PageContext(services, StaffMember(name, role), feed, screen, ask_station))
        return offices[-1]

    yield make
    for context in offices:
        context.close()


@pytest.fixture
def context(make_office: Callable[..., PageContext]) -> PageContext:
    return make_office()


@pytest.fixture
def agree(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """agree(step): reads the consent text to its end, and agrees; steps made from now on wait for no double tap."""
    monkeypatch.setattr("PyQt6.QtWidgets.QApplication.doubleClickInterval", lambda: 0)

    def read_and_agree(step: ConsentStep) -> None:
        qtbot.waitUntil(lambda: step.page.verticalScrollBar().maximum() > 0 or step.agree.isEnabled())
        qtbot.keyClick(step.page, Qt.Key.Key_End)
        qtbot.waitUntil(step.agree.isEnabled)
        qtbot.mouseClick(step.agree, Qt.MouseButton.LeftButton)

    return read_and_agree


GRACE = "Grace_Hopper"
CONSENT = Consent(datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "1", "ab" * 32, "en", "Eve")


@dataclass
class StationWithGallery:
    snapshot: GallerySnapshot
    threshold: float = 0.39
    margin: float = 0.04
    voice: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(say=[].append))


def templates_of(person: str, apart: list[float], number: int = 0) -> list[Template]:
    """Templates of one person, each at so many radians from the person's own direction."""
    made = []
    for index, angle in enumerate(apart):
        vector = np.zeros(8, np.float32)
        vector[number % 7], vector[7] = np.cos(angle), np.sin(angle)
        source = f"{person}.jpg" if len(apart) == 1 else f"{person}/{index}.jpg"
        made.append(Template(person, Embedding(vector, "dlib_resnet"), source))
    return made


@pytest.fixture
def crowd(services: StaffServices) -> Callable[..., StationWithGallery]:
    """crowd(Ada=[0.0, 0.1]): the gallery in force, by person with the angles of the pictures; Grace is in it too."""

    def make(**people: list[float]) -> StationWithGallery:
        everybody = {GRACE: [0.0], **people}
        templates = [
            template
            for number, (person, apart) in enumerate(everybody.items())
            for template in templates_of(person, apart, number)
        ]
        services.station = StationWithGallery(GallerySnapshot("dlib_resnet", tuple(templates)))  # type: ignore[assignment]
        return services.station  # type: ignore[return-value]

    return make


@pytest.fixture
def granted(services: StaffServices) -> Callable[..., None]:
    """granted("Ada", moment): the door has opened."""

    def record(person: str, moment: datetime) -> None:
        found = Identification((Candidate(person, 0.3),), 0.39, 0.04, 1)
        decision = Decision(Outcome.GRANTED, Reason.RECOGNISED, 1, 1, 0.0, 3, 3, person, found)
        services.journal.record(decision, "dlib_resnet", moment)

    return record


class StationOfTests:
    """Takes what the wizard hands over."""

    def __init__(self) -> None:
        self.capture = None
        self.snapshot = GallerySnapshot("dlib_resnet")
        self.said: list[str] = []
        self.voice = SimpleNamespace(say=self.said.append)


@pytest.fixture
def bare(services: StaffServices) -> StationOfTests:
    """A station that recognises nothing."""
    services.station = StationOfTests()  # type: ignore[assignment]
    return services.station  # type: ignore[return-value]
