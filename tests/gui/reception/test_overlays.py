"""What covers a page: questions, the countdown, messages; the idle time; and the door's corner."""

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QScrollBar, QSpinBox, QWidget

from kiosk.domain import Frame
from kiosk.gui.banner import Corner
from kiosk.gui.feed import Feed
from kiosk.gui.layouts import column
from kiosk.gui.reception.overlays import Countdown, Cover, IdleWatch, Question, Toast
from kiosk.gui.reception.page import Unsaved
from kiosk.gui.state import Kind, View
from kiosk.gui.theme import DARK
from kiosk.gui.workers import Latest

Key = Qt.Key


class Page(QWidget):
    """A page with a field that has the focus, and what may cover it."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[int] = []
        self.answers: list[str] = []
        self.field = QLineEdit()
        self.setLayout(column(self.field))
        self.cover, self.question = Cover(self), Question(self)
        self.cover.setLayout(column(QPushButton("a"), QPushButton("b")))

    def keyPressEvent(self, event) -> None:
        self.heard.append(event.key())

    def ask(self, **options: bool) -> None:
        answers = [("Erase", lambda: self.answers.append("erased")), ("Cancel", lambda: self.answers.append("kept"))]
        self.question.ask("Erase Ada?", "It cannot be undone.", answers, **options)


@pytest.fixture
def page(shown, qtbot) -> Page:
    page = shown(Page())
    page.window().activateWindow()
    page.field.setFocus()
    qtbot.waitUntil(page.field.hasFocus)
    return page


def test_a_cover_takes_every_key_and_the_focus_until_escape_is_pressed(qtbot, page):
    first, second = page.cover.findChildren(QPushButton)
    page.cover.cover()
    first.setFocus()
    for key in (Key.Key_F2, Key.Key_F11, Key.Key_A):
        qtbot.keyClick(first, key)
    second.setFocus()
    other = QLineEdit(page)
    other.show()
    other.setFocus()
    assert (page.heard, second.hasFocus()) == ([], True)
    held = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "", True)
    QApplication.sendEvent(page.cover, held)
    assert page.cover.isVisible(), "the key that brought it up may still be held down"
    qtbot.keyClick(page.cover, Key.Key_Escape)
    assert (page.cover.isVisible(), other.hasFocus()) == (False, True), "what asked for the focus gets it now"


def test_tab_stays_among_the_answers_and_escape_gives_the_one_that_changes_nothing(qtbot, page):
    page.ask(danger=True)
    qtbot.waitUntil(page.question.buttons[1].hasFocus)
    for index in (0, 1, 0):
        qtbot.keyClick(page.question.buttons[1 - index], Key.Key_Tab)
        assert page.question.buttons[index].hasFocus()
    qtbot.keyClick(page.question, Key.Key_Escape)
    assert (page.answers, page.field.hasFocus()) == (["kept"], True)


def test_enter_again_and_again_changes_nothing(qtbot, page):
    for danger in (True, False):
        page.answers.clear()
        page.field.returnPressed.connect(lambda danger=danger: page.ask(danger=danger))
        page.field.setFocus()
        for _ in range(20):
            qtbot.keyClick(page.window().focusWidget(), Key.Key_Return)
        assert set(page.answers) == {"kept"}
        page.ask(danger=danger)
        page.question.buttons[0].setFocus()
        qtbot.keyClick(page.question.buttons[0], Key.Key_Return)
        assert "erased" not in page.answers
        qtbot.keyClick(page.question.buttons[0], Key.Key_Space)
        assert page.answers[-1] == "erased"
        page.field.returnPressed.disconnect()


def test_a_line_wraps_stays_inside_and_shows_markup_as_it_is(shown):
    page = shown(QWidget(), (480, 800))
    line = Toast(page)
    line.tell("<h1>Ada</h1>: the journal cannot be written, " * 12, fault=True)
    assert page.rect().contains(line.geometry())
    assert line.height() >= line.heightForWidth(line.width())
    assert (line.textFormat(), line.accessibleDescription()) == (Qt.TextFormat.PlainText, line.text())


def test_an_answer_keeps_its_place_when_something_else_is_told_and_in_another_language(shown):
    page = shown(QWidget())
    line, after = Toast(page), Toast(page)
    line.tell("Ada is enrolled.")
    for number in range(20):
        line.tell(f"picture {number}: cannot be read", fault=True, notice=True)
    assert line.text() == "Ada is enrolled.\npicture 19: cannot be read"
    line.tell("Grace is suspended.")
    after.take_over(line)
    assert (after.text(), after.isVisible()) == (line.text(), True)
    after.tell("it is whole again", notice=True)
    assert after.text() == "Ada is enrolled.\nGrace is suspended.\nit is whole again"


# The idle time


class Watched:
    """An idle watch over 12 seconds, and what it told."""

    def __init__(self) -> None:
        self.left: list[int] = []
        self.over = self.unsaved = False
        self.watch = IdleWatch(None, lambda: 12, lambda: self.unsaved)
        self.watch.counting.connect(self.left.append)
        self.watch.over.connect(lambda: setattr(self, "over", True))

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.watch.on_second()


@pytest.fixture
def watched(qapp):
    watched = Watched()
    watched.watch.start()
    yield watched
    watched.watch.stop()


def test_without_input_the_last_seconds_are_counted_and_more_of_them_before_something_is_lost(watched):
    for unsaved, warning, whole in ((False, 10, 12), (True, 30, 32)):
        watched.unsaved, watched.over = unsaved, False
        watched.left.clear()
        watched.watch.stay()
        watched.seconds(whole - 1)
        assert (watched.left, watched.over) == ([*range(warning, 0, -1)], False)
        watched.seconds(1)
        assert watched.over


def test_any_input_restarts_the_time_and_no_menu_opens_that_would_stay_over_the_door(watched, qtbot):
    for kind in (QLineEdit, QPlainTextEdit, QSpinBox, QScrollBar):
        widget = kind()
        qtbot.addWidget(widget)
        widget.show()
        watched.seconds(11)
        qtbot.keyClick(widget, Key.Key_A)
        where = widget.mapToGlobal(QPoint(5, 5))
        QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), where))
        assert QApplication.activePopupWidget() is None, kind
    for _ in range(2):
        watched.seconds(11)
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    assert not watched.over


def test_the_countdown_says_what_will_be_discarded_and_any_answer_means_somebody_is_there(qtbot, shown):
    countdown = Countdown(shown(QWidget()), lambda: Unsaved.ENROLMENT)
    for key in (Key.Key_Return, Key.Key_Escape):
        countdown.show_seconds(30)
        told = "Back to the door in 30 seconds. The enrolment is not saved and will be discarded."
        (button,) = countdown.buttons
        assert (countdown.detail.text(), button.text()) == (told, "Continue")
        assert countdown.window().focusWidget() is button
        with qtbot.waitSignal(countdown.stayed):
            qtbot.keyClick(button, key)
        assert not countdown.isVisible()


def test_the_corner_tells_the_door_and_follows_the_feed_that_nobody_sees(qtbot, shown):
    frames = Latest[Frame]()
    feed = Feed(frames, mirror=True)
    qtbot.addWidget(feed)
    corner = shown(Corner(feed), (400, 60))
    corner.show_view(View(Kind.UNLOCKED, "Welcome Ada", "Unlocked for 3 s"))
    assert (corner.words.text(), corner.accessibleDescription()) == ("Welcome Ada", "Welcome Ada. Unlocked for 3 s")
    image = corner.grab().toImage()
    assert image.pixelColor(image.width() - 12, 3).name() == DARK.kinds[Kind.UNLOCKED].back
    for grey in (40, 200):
        frames.put(Frame(np.full((48, 64, 3), grey, np.uint8), 1.0, grey))
        feed.on_ready()
        image = corner.picture.grab().toImage()
        assert image.pixelColor(image.width() // 2, image.height() // 2).red() == grey
