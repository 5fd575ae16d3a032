"""Stand-ins for a source of frames and for a station; everything between them is real."""

import functools
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.domain import Box, Decision, Face, Frame, Observation, Outcome, Reason, Rejection, TrackedFace
from kiosk.door.report import Report, Status
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.door.supervisor import ShowProgress
from kiosk.gui.feed import Feed
from kiosk.gui.layouts import set_scale
from kiosk.gui.reception.page import PageEntry
from kiosk.gui.reception.shell import Reception, shipped_pages
from kiosk.gui.theme import DARK, Look, style_sheet
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import Latest
from kiosk.vision.camera import WatchedCamera

BOX = Box(100, 100, 200, 220)


class FakeSource:
    """A source of the frames that a test pushes; read() waits for them, as a driver does."""

    name = "camera 7"

    def __init__(self, *, endless: bool = True) -> None:
        self.endless = endless
        self.pushed: queue.Queue[Frame | None] = queue.Queue()
        self.closed = threading.Event()

    def read(self) -> Frame | None:
        return self.pushed.get()

    def push(self, grey: int) -> None:
        self.pushed.put(Frame(np.full((48, 64, 3), grey, np.uint8), float(grey), grey))

    def end(self) -> None:
        self.pushed.put(None)

    def close(self) -> None:
        self.closed.set()


class FakeDoor:
    seconds_left = 0.0


class FakeStation:
    """A station that calls `process_with`; it notes its frames and the threads that call it."""

    def __init__(self) -> None:
        self.door = FakeDoor()
        self.status = Status(people=3, skipped=0, faults=())
        self.outdated = False
        self.process_with: Callable[[Frame], Report] = report_of
        self.frames: list[Frame] = []
        self.threads: set[int] = set()
        self.closed = threading.Event()
        self.entered = threading.Event()

    def process(self, frame: Frame) -> Report:
        self.threads.add(threading.get_ident())
        self.frames.append(frame)
        self.entered.set()
        return self.process_with(frame)

    def refresh(self) -> Status:
        self.threads.add(threading.get_ident())
        return self.status

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed.set()

    def build(self, progress: ShowProgress) -> "FakeStation":
        self.threads.add(threading.get_ident())
        progress("Reading the gallery", 1, 2)
        return self


def decision(reason: Reason, track: int = 1, **others: object) -> Decision:
    """Return a decision; pending unless `outcome` is given."""
    values: dict[str, object] = {
        "outcome": Outcome.PENDING,
        "sequence": 1,
        "decided_at": 1.0,
        "agreeing": 0,
        "required": 3,
    }
    return Decision(reason=reason, track=track, **(values | others))  # type: ignore[arg-type]


def report_of(
    frame: Frame | None = None,
    *decisions: Decision,
    rejection: Rejection | None = None,
    welcome: str = "",
    box: Box = BOX,
) -> Report:
    """Return a report with one face for each decision; the faces of later decisions are larger."""
    faces = tuple(
        TrackedFace(each.track, Face(Box(box.left, box.top, box.right + 10 * n, box.bottom), 1.0), rejection, None)
        for n, each in enumerate(decisions)
    )
    captured_at = frame.captured_at if frame is not None else 1.0
    observation = Observation(frame.sequence if frame is not None else 1, captured_at, faces)
    settled = tuple(each for each in decisions if each.outcome is not Outcome.PENDING)
    return Report(observation, decisions, settled, welcome, {})


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """The fixture of pytest-qt with longer deadlines, for a busy machine."""
    qtbot.waitUntil = functools.partial(qtbot.waitUntil, timeout=30_000)
    return qtbot


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., QWidget]:
    """shown(page, (800, 480)): on the screen in that size, dressed as the staff side is."""
    holders = []

    def show(page: QWidget, size: tuple[int, int] = (800, 480)) -> QWidget:
        scale = min(max(size) / 800, min(size) / 480)
        set_scale(scale)
        holder = QWidget()
        holder.setObjectName("reception")
        holder.setStyleSheet(style_sheet(DARK, scale))
        holders.append(holder)
        page.setParent(holder)
        qtbot.addWidget(holder)
        holder.resize(*size)
        page.resize(*size)
        holder.show()
        page.show()
        return page

    return show


@pytest.fixture
def staff_window(qtbot: QtBot) -> Iterator[Callable[..., KioskWindow]]:
    """staff_window(services): the kiosk's window with the staff side, whose station is asked at once."""
    windows: list[KioskWindow] = []

    def make(
        services: StaffServices,
        *,
        frames: Latest[Frame] | None = None,
        look: Look | None = None,
        size: tuple[int, int] = (800, 480),
        pages: Callable[[], Sequence[PageEntry]] = shipped_pages,
    ) -> KioskWindow:
        def ask(do: Callable[[Station | None], object], then: Callable[[object], None] | None) -> None:
            answer = do(services.station)
            if then is not None:
                then(answer)

        feed = Feed(frames or Latest[Frame](), mirror=True)
        window = KioskWindow(feed, look or Look(DARK), Reception(services, feed, ask, pages))
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        window.activateWindow()
        return window

    yield make
    for window in windows:
        window.end()


@pytest.fixture
def source() -> Iterator[FakeSource]:
    source = FakeSource()
    yield source
    source.end()  # ends a read that still waits


@pytest.fixture
def camera(source: FakeSource) -> Iterator[WatchedCamera]:
    # Long deadlines: the test, not the clock, decides when the camera is lost.
    with closing(WatchedCamera(lambda: source, lost_after_seconds=3600, open_within_seconds=3600)) as camera:
        yield camera


@pytest.fixture
def station() -> FakeStation:
    return FakeStation()


@pytest.fixture
def make_station() -> Callable[[], FakeStation]:
    return FakeStation


@pytest.fixture
def make_decision() -> Callable[..., Decision]:
    return decision


@pytest.fixture
def make_report() -> Callable[..., Report]:
    return report_of
