import itertools

import numpy as np
import pytest
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QApplication, QWidget

from kiosk.domain import Frame, Outcome, Reason, Rejection
from kiosk.door.greeting import HINTS
from kiosk.door.matching import advice_for
from kiosk.door.report import Status
from kiosk.gui.feed import Feed
from kiosk.gui.theme import DARK, LIGHT, Look
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import Latest
from kiosk.vision.camera import CameraState


def resized(window: KioskWindow, size: tuple[int, int]) -> None:
    """Gives it a size and lets the layout follow: the icon's size comes from the card's, which comes first."""
    window.resize(*size)
    for _ in range(3):
        QApplication.processEvents()


SIZES = [(800, 480), (1280, 800), (1920, 1080), (480, 800), (1080, 1920)]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def frames() -> Latest[Frame]:
    return Latest[Frame]()


@pytest.fixture
def make_window(qtbot, clock, frames):
    def make(**options) -> KioskWindow:
        window = KioskWindow(Feed(frames, mirror=True), Look(DARK), clock=clock, **options)
        qtbot.addWidget(window)
        window.resize(800, 480)
        window.show()
        return window

    return make


@pytest.fixture
def window(make_window, station) -> KioskWindow:
    """One that is ready: three people are enrolled, the camera lives."""
    window = make_window()
    window.on_camera_changed(CameraState.LIVE, "")
    window.on_built(station)
    window.on_status_changed(station.status)
    return window


def said(window: KioskWindow) -> str:
    """What the card says to whoever stands before it."""
    labels = (window.banner.headline, window.banner.detail)
    assert all(label.isVisible() for label in labels)
    return " | ".join(label.text() for label in labels)


def test_it_starts_with_a_page_that_says_so(make_window):
    assert said(make_window()).startswith("Starting")


def test_a_long_start_shows_a_bar(make_window, clock):
    window = make_window()
    window.on_progressed("Reading the gallery", 0, 1000)
    clock.now += 2
    window.on_progressed("Reading the gallery", 250, 1000)
    window.on_tick()
    assert "250 of 1000" in said(window)
    assert (window.banner.bar.isVisible(), window.banner.bar.value()) == (True, 250)


def test_ready_means_locked(window):
    assert said(window) == "Locked | Look at the camera to come in."


def test_a_start_that_failed_stays_on_the_screen(make_window):
    window = make_window()
    window.on_broken("weights: altered; install again")
    assert said(window) == "Out of order | The door stays locked. weights: altered; install again"
    assert window.isVisible()


def test_a_face_is_told_what_to_do(window, make_report, make_decision):
    window.on_reported(make_report(None, make_decision(Reason.GATHERING), rejection=Rejection.TOO_SMALL))
    assert said(window).startswith(HINTS[Rejection.TOO_SMALL])


def test_the_door_drives_welcome_and_countdown(window, station, make_report, make_decision):
    station.door.seconds_left = 5.0
    granted = make_decision(Reason.RECOGNISED, outcome=Outcome.GRANTED, person="Ada")
    window.on_reported(make_report(None, granted, welcome="Welcome Ada, Grace and Lin"))
    told = [said(window)]
    for left in (3.4, 0.4, 0.0):
        station.door.seconds_left = left
        window.on_tick()
        told.append(said(window))
    assert told[:3] == [f"Welcome Ada, Grace and Lin | Unlocked for {left} s" for left in (5, 4, 1)]
    assert told[3].startswith("Locked")


def test_the_countdown_runs_without_any_frame(window, station, qtbot):
    station.door.seconds_left = 2.0
    qtbot.waitUntil(lambda: "Unlocked for 2 s" in said(window))
    station.door.seconds_left = 0.0
    qtbot.waitUntil(lambda: said(window).startswith("Locked"))


def test_a_stranger_is_told_so(window, make_report, make_decision):
    window.on_reported(make_report(None, make_decision(Reason.TOO_FAR, outcome=Outcome.REFUSED)))
    assert said(window).startswith("Not recognised | The door stays locked.")


def test_who_was_named_by_the_recognition_that_is_replaced_is_not_named_any_more(
    window, frames, make_report, make_decision
):
    frames.put(frame := Frame(np.zeros((48, 64, 3), np.uint8), 1.0, 1))
    window.feed.on_ready()
    window.on_reported(make_report(frame, make_decision(Reason.GATHERING)))
    assert len(window.feed.marks()) == 1
    window.on_replaced()
    assert window.feed.marks() == ()


def test_a_lost_camera_is_told_and_its_last_picture_is_gone_until_it_is_back(window):
    window.on_camera_changed(CameraState.LOST, "camera 7: is gone; plug it in")
    assert said(window) == "Camera lost | camera 7: is gone; plug it in"
    assert window.feed.frame is None
    window.on_camera_changed(CameraState.LIVE, "")
    assert said(window).startswith("Locked")


def test_an_empty_gallery_is_explained_until_somebody_is_enrolled(window):
    window.on_status_changed(Status(0, 0, ()))
    assert said(window).startswith("Nobody is enrolled | Press F2")
    window.on_status_changed(Status(1, 0, ()))
    assert said(window).startswith("Locked")


def test_a_failing_frame_is_a_fault_for_a_while(window, clock):
    window.on_failed("RuntimeError: boom")
    assert said(window) == "Out of order | The door stays locked. RuntimeError: boom"
    clock.now += 5
    window.on_tick()
    assert said(window).startswith("Locked")


def test_recognition_that_does_not_answer_is_a_fault(make_window, station, clock):
    begun = clock.now
    window = make_window(busy_since=lambda: begun)
    window.on_built(station)
    clock.now += 6
    window.on_tick()
    assert "does not answer" in said(window)


def test_a_fault_is_shown_in_a_strip_which_is_not_there_without_any(window):
    assert not window.strip.isVisible()
    window.on_status_changed(Status(3, 0, ("journal: disk full; free some space",)))
    assert (window.strip.isVisible(), window.strip.text()) == (True, "journal: disk full; free some space")
    window.on_status_changed(Status(3, 0, ()))
    assert not window.strip.isVisible()


def test_several_messages_take_turns(window, clock):
    window.on_status_changed(Status(3, 0, ("journal: disk full", "config.yaml: wrong"), "The gallery has changed."))
    told = set()
    for _ in range(20):
        window.on_tick()
        told.add(window.strip.text())
        clock.now += 1
    assert {"(1 of 3)  journal: disk full", "(2 of 3)  config.yaml: wrong", "(3 of 3)  The gallery has changed."} & told
    assert {"(1 of 2)  journal: disk full", "(2 of 2)  config.yaml: wrong"} <= told


def test_a_notice_from_the_start_stays(make_window, station):
    window = make_window(notice="Demo: no camera was found")
    window.on_built(station)
    assert (window.strip.isVisible(), window.strip.text()) == (True, "Demo: no camera was found")


def test_there_is_a_clock(window):
    assert window.time.isVisible()
    assert len(window.time.text()) == 5
    assert window.date.text().count(" ") == 3


def test_escape_closes_a_window_once_that_was_confirmed(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.isVisible()
    with qtbot.waitSignal(window.closed):
        window.way_out.question.buttons[0].click()
    assert not window.isVisible()


def test_f11_takes_the_whole_screen_and_gives_it_back(window, qtbot):
    before = window.geometry()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert (window.isFullScreen(), window.cursor().shape()) == (True, Qt.CursorShape.BlankCursor)
    assert window.geometry() == window.screen().geometry()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert (window.isFullScreen(), window.cursor().shape()) == (False, Qt.CursorShape.ArrowCursor)
    assert window.geometry() == before


def test_a_window_that_is_told_to_end_closes_at_once(window, qtbot):
    with qtbot.waitSignal(window.closed):
        window.end()
    assert not window.isVisible()


@pytest.mark.parametrize("size", [(320, 320), *SIZES])
def test_nothing_overlaps_or_leaves_the_window_in_any_size(window, size):
    window.on_status_changed(Status(3, 0, ("journal: disk full; free some space",)))
    resized(window, size)
    parts: list[QWidget] = [window.feed, window.time, window.date, window.banner, window.strip]
    assert all(window.rect().contains(part.geometry()) for part in parts)
    assert not any(one.geometry().intersects(other.geometry()) for one, other in itertools.combinations(parts, 2))
    inside = [window.banner.picture, window.banner.headline, window.banner.detail]
    assert all(window.banner.rect().contains(part.geometry()) for part in inside)
    assert not any(one.geometry().intersects(other.geometry()) for one, other in itertools.combinations(inside, 2))


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_is_above_in_portrait_and_beside_in_landscape(window, size):
    resized(window, size)
    beside = window.feed.geometry().right() < window.banner.geometry().left()
    assert beside is (size[0] > size[1])


@pytest.mark.parametrize(
    "state", ["locked", "starting", "nobody", "lost", "ended", "fault", "refused", *(each.name for each in Rejection)]
)
@pytest.mark.parametrize("size", [(800, 480), (480, 800)])
def test_every_state_is_written_in_32_px_and_more_and_not_cut(window, make_report, make_decision, state, size):
    resized(window, size)
    if state in Rejection.__members__:
        report = make_report(None, make_decision(Reason.GATHERING), rejection=Rejection[state])
        window.on_reported(report)
    elif state == "starting":
        window.on_camera_changed(CameraState.OPENING, "")
    elif state == "nobody":
        window.on_status_changed(Status(0, 12, (), advice=advice_for("dlib_resnet")))
    elif state in ("lost", "ended"):
        window.on_camera_changed(CameraState[state.upper()], "")
    elif state == "fault":
        window.on_failed("journal /var/lib/kiosk/journal.sqlite: cannot be written (disk full); free some space")
    elif state == "refused":
        window.on_reported(make_report(None, make_decision(Reason.AMBIGUOUS, outcome=Outcome.REFUSED)))
    QApplication.processEvents()
    headline, detail = window.banner.headline.fitted(), window.banner.detail.fitted()
    assert headline.font().pixelSize() >= 32
    assert headline.text() == window.banner.headline.text()
    assert detail.text() == window.banner.detail.text()


def test_the_countdown_is_written_in_32_px_when_several_are_welcomed(window, station, make_report):
    station.door.seconds_left = 5.0
    window.on_reported(make_report(welcome="Welcome Ada, Grace and Lin, have a nice day!"))
    QApplication.processEvents()
    headline, detail = window.banner.headline.fitted(), window.banner.detail.fitted()
    assert (headline.font().pixelSize() >= 26, detail.font().pixelSize()) == (True, 32)
    assert headline.text() == "Welcome Ada, Grace and Lin, have a nice day!"


def test_a_window_made_small_again_is_as_tidy_as_before(window):
    resized(window, (800, 480))
    before = [part.geometry() for part in window.findChildren(QWidget) if part.isVisible()]
    resized(window, (1080, 1920))
    resized(window, (800, 480))
    after = [part.geometry() for part in window.findChildren(QWidget) if part.isVisible()]
    assert after == before


def test_another_theme_is_taken_over(window):
    window.dress(Look(LIGHT))
    assert window.grab().toImage().pixelColor(2, 2) == QColor(LIGHT.page.back)


def test_a_person_with_a_screen_reader_finds_the_parts(window):
    names = [each.accessibleName() for each in (window, window.feed, window.banner, window.time, window.strip)]
    assert names == ["Kiosk", "Camera picture", "State of the door", "Time", "Messages for the staff"]


def test_a_frame_in_the_mailbox_is_painted(make_window, qtbot):
    frames = Latest[Frame]()
    feed = Feed(frames, mirror=True)
    window = KioskWindow(feed, Look(DARK))
    qtbot.addWidget(window)
    frames.put(Frame(np.full((48, 64, 3), 255, np.uint8), 1.0, 1))
    feed.on_ready()
    window.resize(800, 480)
    centre = feed.geometry().center()
    assert window.grab().toImage().pixelColor(centre) == QColor("white")


# The staff side in the window.


class ReceptionOfTests(QWidget):
    """Remembers what the window asks of it."""

    left = pyqtSignal()
    services, unsaved, settled = None, None, True

    def __init__(self) -> None:
        super().__init__()
        self.happened: list[str] = []

    def open(self) -> None:
        self.happened.append("opened")

    def leave(self) -> None:
        self.happened.append("asked to leave")

    def close_up(self) -> None:
        self.happened.append("closed up")

    def close_jobs(self) -> None:
        self.happened.append("ended")

    def dress(self, theme) -> None:
        self.happened.append("dressed")

    def show_view(self, view) -> None:
        self.view = view


@pytest.fixture
def reception(window) -> ReceptionOfTests:
    reception = ReceptionOfTests()
    window.add_reception(reception)
    reception.happened.clear()
    return reception


def test_without_a_staff_side_there_is_no_way_in(qtbot, window):
    assert not window.staff.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F2)
    assert window.door.isVisible()


@pytest.mark.parametrize("way", ["button", "key"])
def test_the_corner_button_and_f2_lead_to_the_staff_side_and_it_leads_back(qtbot, window, reception, way):
    if way == "button":
        qtbot.mouseClick(window.staff, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(window, Qt.Key.Key_F2)
    assert (reception.isVisible(), window.door.isVisible(), reception.happened) == (True, False, ["opened"])
    reception.left.emit()
    assert (reception.isVisible(), window.door.isVisible(), reception.happened[-1]) == (False, True, "closed up")


def test_the_corner_button_is_large_enough_for_a_finger_and_has_a_name(window, reception):
    assert min(window.staff.width(), window.staff.height()) >= 42
    assert window.staff.accessibleName() == "Staff side (F2)"


def test_the_state_of_the_door_reaches_the_staff_side(window, reception):
    window.open_staff_side()
    window.on_camera_changed(CameraState.LOST, "camera 7: is gone")
    assert reception.view.headline == "Camera lost"


def test_in_full_screen_the_pointer_is_there_for_the_staff_alone(window, reception):
    window.toggle_full_screen()
    assert window.cursor().shape() == Qt.CursorShape.BlankCursor
    window.open_staff_side()
    assert window.cursor().shape() == Qt.CursorShape.ArrowCursor
    window.close_staff_side()
    assert window.cursor().shape() == Qt.CursorShape.BlankCursor
    window.toggle_full_screen()


def test_a_window_that_closes_ends_the_staff_side(window, reception):
    window.end()
    assert reception.happened == ["ended"]


def test_escape_is_the_staff_sides_while_that_is_open_even_if_nothing_has_the_focus(qtbot, window, reception):
    window.open_staff_side()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert (reception.happened[-1], window.way_out.isVisible()) == ("asked to leave", False)


def test_another_language_waits_for_what_is_asked_or_unfinished(qtbot, window, reception):
    assert window.settled
    reception.settled = False
    assert not window.settled
    reception.settled = True
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.settled
