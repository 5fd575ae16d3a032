"""The door's page in its window: what it says, how it is laid out, full screen, and the way to the staff side."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont
from PyQt6.QtWidgets import QApplication, QWidget

from kiosk.domain import Frame, Outcome, Reason, Rejection
from kiosk.door.matching import advice_for
from kiosk.door.report import Status
from kiosk.gui.banner import FitLabel
from kiosk.gui.feed import Feed
from kiosk.gui.reception.shell import Reception
from kiosk.gui.state import Kind, View
from kiosk.gui.theme import DARK, LIGHT, Look
from kiosk.gui.window import FullScreen, KioskWindow
from kiosk.gui.workers import Latest
from kiosk.people.staff import Role
from kiosk.vision.camera import CameraState

SIZES = ((320, 320), (800, 480), (1280, 800), (1920, 1080), (480, 800), (1080, 1920))
LETTERS_PX = 40


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
def make_window(qtbot, clock, frames, services):
    windows: list[KioskWindow] = []  # one that is not held is deleted while Qt paints it

    def make(**options) -> KioskWindow:
        feed = Feed(frames, mirror=True)
        window = KioskWindow(feed, Look(DARK), Reception(services, feed, print), clock=clock, **options)
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(800, 480)
        window.show()
        return window

    return make


@pytest.fixture
def window(make_window, station) -> KioskWindow:
    """Three people are enrolled, and the camera is live."""
    window = make_window()
    window.on_camera_changed(CameraState.LIVE, "")
    window.on_built(station)
    window.on_status_changed(station.status)
    return window


def resized(window: QWidget, size: tuple[int, int]) -> None:
    window.resize(*size)
    for _ in range(3):  # the icon takes its size from the card, which is laid out first
        QApplication.processEvents()


def said(window: KioskWindow) -> str:
    labels = (window.banner.headline, window.banner.detail)
    assert all(label.isVisible() for label in labels)
    return " | ".join(label.text() for label in labels)


def test_from_the_start_to_the_open_door(make_window, station, clock, make_report, make_decision):
    window = make_window()
    assert said(window).startswith("Starting")
    window.on_progressed("gallery", 0, 1000)
    clock.now += 2
    window.on_progressed("gallery", 250, 1000)
    window.on_tick()
    assert (window.banner.bar.isVisible(), window.banner.bar.value()) == (True, 250)
    window.on_built(station)
    window.on_camera_changed(CameraState.LIVE, "")
    assert said(window) == "Locked | Look at the camera to come in."
    assert not window.banner.bar.isVisible()
    station.door.seconds_left = 5.0
    granted = make_decision(Reason.RECOGNISED, outcome=Outcome.GRANTED, person="Ada")
    window.on_reported(make_report(None, granted, welcome="Welcome Ada"))
    for left, seconds in ((5.0, 5), (3.4, 4), (0.4, 1)):
        station.door.seconds_left = left
        window.on_tick()
        assert said(window) == f"Welcome Ada | Unlocked for {seconds} s"
        assert window.banner.accessibleDescription() == f"Welcome Ada. Unlocked for {seconds} s"
    station.door.seconds_left = 0.0
    window.on_tick()
    assert said(window).startswith("Locked")
    names = [each.accessibleName() for each in (window, window.feed, window.banner, window.time, window.strip)]
    assert names == ["Kiosk", "Camera picture", "State of the door", "Time", "Messages for the staff"]
    assert (len(window.time.text()), window.date.text().count(" ")) == (5, 3)


def test_pictures_and_boxes_of_before_are_gone_and_faults_are_told(window, frames, station, make_report, make_decision):
    frames.put(frame := Frame(np.zeros((48, 64, 3), np.uint8), 1.0, 1))
    window.feed.on_ready()
    window.on_reported(make_report(frame, make_decision(Reason.GATHERING)))
    assert len(window.feed.marks()) == 1
    window.on_replaced()
    assert (window.feed.marks(), said(window).split(" | ")[0]) == ((), "Updating face recognition")
    window.on_built(station)
    window.on_camera_changed(CameraState.LOST, "camera 7: is gone")
    assert (window.feed.frame, said(window)) == (None, "Camera unavailable | camera 7: is gone")
    window.on_broken("weights: altered")
    assert said(window) == "Out of order | The door stays locked. weights: altered"


def test_messages_to_the_staff_take_turns_in_a_strip(make_window, station, clock):
    window = make_window(notice="Demo: no camera was found")
    window.on_built(station)
    assert (window.strip.isVisible(), window.strip.text()) == (True, "Demo: no camera was found")
    window.on_status_changed(Status(3, 0, ("journal: disk full",)))
    told = []
    for clock.now in (1000, 1005, 1010):
        window.on_tick()
        told.append(window.strip.text())
    assert told[0] == told[2] == "(1 of 2)  journal: disk full"
    assert told[1] == "(2 of 2)  Demo: no camera was found"
    one_line = window.strip.height()
    window.strip.show_messages(["the journal cannot be written, " * 8], 0.0, 1.0)
    assert window.strip.height() > one_line
    window.strip.show_messages(["", ""], 0.0, 1.0)
    assert window.strip.isHidden()


# Layout


def test_nothing_overlaps_or_leaves_the_window_in_any_size_and_small_again_it_is_as_before(window):
    window.on_status_changed(Status(3, 0, ("journal: disk full; free some space",)))
    card, places = window.banner, []
    for size in (*SIZES, SIZES[0]):
        resized(window, size)
        for outer, parts in (
            (window, (window.feed, window.time, window.date, card, window.strip)),
            (card, (card.picture, card.headline, card.detail)),
        ):
            assert all(outer.rect().contains(part.geometry()) for part in parts), size
            pairs = itertools.combinations([part.geometry() for part in parts], 2)
            assert not any(one.intersects(other) for one, other in pairs), size
        beside = window.feed.geometry().right() < card.geometry().left()
        assert beside is (size[0] >= size[1]), size
        places.append([part.geometry() for part in window.findChildren(QWidget) if part.isVisible()])
    assert places[0] == places[-1]


def test_every_state_is_written_in_32_px_and_more_and_not_cut(window, station, clock, make_report, make_decision):
    refused = make_report(None, make_decision(Reason.AMBIGUOUS, outcome=Outcome.REFUSED))
    reset = (lambda: window.on_camera_changed(CameraState.LIVE, ""), lambda: window.on_status_changed(Status(3, 0, ())))
    states = [
        lambda: None,
        lambda: window.on_camera_changed(CameraState.OPENING, ""),
        lambda: window.on_camera_changed(CameraState.LOST, ""),
        lambda: window.on_camera_changed(CameraState.ENDED, ""),
        lambda: window.on_status_changed(Status(0, 12, (), advice=advice_for("dlib_resnet"))),
        lambda: window.on_failed("journal /var/lib/kiosk/journal.sqlite: cannot be written (disk full); free space"),
        lambda: window.on_reported(refused),
    ]
    gathering = make_decision(Reason.GATHERING)
    for rejection in Rejection:
        report = make_report(None, gathering, rejection=rejection)
        states.append(lambda report=report: window.on_reported(report))
    for size in ((800, 480), (480, 800)):
        resized(window, size)
        for state in states:
            clock.now += 10
            for step in (*reset, state):
                step()
            QApplication.processEvents()
            headline, detail = window.banner.headline.fitted(), window.banner.detail.fitted()
            assert headline.font().pixelSize() >= 32, said(window)
            assert (headline.text(), detail.text()) == tuple(said(window).split(" | "))


def test_the_card_has_the_colours_and_the_icon_of_its_state_in_every_theme(window):
    icons = set()
    for theme in (DARK, LIGHT):
        window.dress(Look(theme))
        for kind in Kind:
            window.banner.show_view(View(kind, "Headline", "Detail"))
            image = window.banner.grab().toImage()
            colours = theme.kinds[kind]
            assert image.pixelColor(image.width() // 2, image.height() - 5) == QColor(colours.back), kind
            headline = window.banner.headline
            assert headline.palette().color(headline.foregroundRole()) == QColor(colours.text), kind
            picture = window.banner.picture.pixmap().toImage()
            icons.add((theme is DARK, picture.bits().asstring(picture.sizeInBytes())))
    assert len(icons) == 2 * len(Kind)
    assert window.grab().toImage().pixelColor(2, 2) == QColor(LIGHT.page.back)


# A text that fits its space


@pytest.fixture
def label(qtbot) -> FitLabel:
    label = FitLabel("headline", smallest=0.5)
    qtbot.addWidget(label)
    font = QFont(label.font())
    font.setPixelSize(LETTERS_PX)
    label.setFont(font)
    label.resize(300, 120)
    return label


def lines(label: FitLabel) -> list[str]:
    layout = label.fitted()
    found = [layout.lineAt(number) for number in range(layout.lineCount())]
    return [layout.text()[each.textStart() : each.textStart() + each.textLength()].strip() for each in found]


def test_a_text_wraps_at_words_into_lines_of_like_length_and_shrinks_before_it_is_cut(label):
    label.setText("Locked")
    assert (lines(label), label.fitted().font().pixelSize()) == (["Locked"], LETTERS_PX)
    label.setText("Look at the camera")
    assert (len(lines(label)), " ".join(lines(label))) == (2, "Look at the camera")
    label.setText("Please look straight at the camera and hold still")
    assert label.fitted().text() == label.text()
    assert LETTERS_PX / 2 <= label.fitted().font().pixelSize() < LETTERS_PX
    label.setText("Wolfeschlegelsteinhausenbergerdorff " * 20)
    assert label.fitted().text().endswith("…")
    assert label.fitted().font().pixelSize() == LETTERS_PX / 2
    assert label.fitted().boundingRect().height() <= 120
    label.setText("W" * 40)
    assert len(lines(label)) > 1
    label.resize(400, 200)
    label.setText("Look at the camera to come in")
    first, last = lines(label)
    assert len(last) > len(first) / 2


def test_names_of_the_world_leave_ink_and_large_type_may_shrink_to_the_size_that_is_legible_without_it(label):
    for name in ("Nguyễn Thị Minh Khai", "王小明", "محمد بن سلمان", "<h1>Ada</h1><img src=x>"):
        label.setText(name)
        image = label.grab().toImage()
        colours = {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
        assert len(colours) > 1, name
        assert label.fitted().text() == name
    label.setText("Please look straight at the camera, and hold still until the door has opened for you. " * 2)
    assert label.fitted().text() != label.text()
    label.set_type_scale(2.0)
    assert label.fitted().text() == label.text()
    assert label.fitted().font().pixelSize() >= LETTERS_PX / 4


@given(text=st.text(max_size=200), width=st.integers(0, 500), height=st.integers(0, 300))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_in_any_space_can_be_drawn(label, text, width, height):
    label.setText(text)
    label.resize(width, height)
    assert not label.grab().isNull() or not width or not height


# Full screen


def covers_screen(window: QWidget) -> bool:
    return window.isFullScreen() and not window.isMinimized() and window.geometry() == window.screen().geometry()


def test_f11_takes_the_whole_screen_and_gives_it_back(window, qtbot):
    before = window.geometry()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert (covers_screen(window), window.cursor().shape()) == (True, Qt.CursorShape.BlankCursor)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert (window.isFullScreen(), window.cursor().shape()) == (False, Qt.CursorShape.ArrowCursor)
    assert window.geometry() == before


def test_full_screen_is_kept_against_the_window_manager_until_it_is_left(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    full_screen = FullScreen(window)
    full_screen.enter()
    for change in (QWidget.showMinimized, QWidget.showNormal, QWidget.showMaximized):
        change(window)
        qtbot.waitUntil(lambda: covers_screen(window))
    full_screen.leave()
    window.showMinimized()
    full_screen.on_changed()
    assert window.isMinimized()


# The way to the staff side


def test_the_corner_button_and_f2_lead_to_the_staff_side_and_it_leads_back(qtbot, staff_window, services):
    window = staff_window(services)
    reception = window.reception
    assert min(window.staff.width(), window.staff.height()) >= 42, "large enough for a finger"
    for enter in (
        lambda: qtbot.mouseClick(window.staff, Qt.MouseButton.LeftButton),
        lambda: qtbot.keyClick(window, Qt.Key.Key_F2),
    ):
        enter()
        assert (reception.isVisible(), window.door.isVisible()) == (True, False)
        qtbot.keyClick(window, Qt.Key.Key_Escape)  # belongs to the staff side while that is open
        assert (reception.isVisible(), window.door.isVisible(), window.way_out.isVisible()) == (False, True, False)
    window.toggle_full_screen()
    window.open_staff_side()
    assert window.cursor().shape() == Qt.CursorShape.ArrowCursor, "in full screen only the staff side has a pointer"
    assert window.settled
    services.staff.add("Ida", Role.INSTALLER, "482913")
    reception.pin.add("4")
    assert not window.settled, "another language waits for what is unfinished"
    window.close_staff_side()
    assert (window.cursor().shape(), window.settled) == (Qt.CursorShape.BlankCursor, True)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.settled, "and for what is asked"
