"""What covers a page: questions, the countdown, messages, the door's corner; and the idle time."""

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


class Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[int] = []
        self.field = QLineEdit()
        self.setLayout(column(self.field))
        self.over = Cover(self)
        self.over.buttons = [QPushButton("a"), QPushButton("b")]
        self.over.setLayout(column(*self.over.buttons))

    def keyPressEvent(self, event) -> None:
        self.heard.append(event.key())


@pytest.fixture
def page(shown, qtbot) -> Page:
    page = shown(Page())
    page.window().activateWindow()
    page.field.setFocus()
    qtbot.waitUntil(page.field.hasFocus)
    page.over.cover()
    page.over.buttons[0].setFocus()
    return page


def test_no_key_reaches_what_lies_below(qtbot, page):
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F11, Qt.Key.Key_A, Qt.Key.Key_Escape):
        qtbot.keyClick(page.over.buttons[0], key)
    assert page.heard == []


def test_escape_takes_it_away_but_not_one_that_is_still_held_down(qtbot, page):
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "", True)
    QApplication.sendEvent(page.over, held)
    assert page.over.isVisible()
    qtbot.keyClick(page.over, Qt.Key.Key_Escape)
    assert (page.over.isVisible(), page.field.hasFocus()) == (False, True)


def test_what_lies_below_gets_the_focus_when_it_is_taken_away_and_not_before(qtbot, page):
    other = QLineEdit(page)
    other.show()
    page.over.buttons[1].setFocus()
    other.setFocus()
    assert page.over.buttons[1].hasFocus()
    page.over.uncover()
    assert other.hasFocus()


@pytest.fixture
def question_page(shown) -> QWidget:
    question_page = QWidget()
    question_page.field = QLineEdit()
    question_page.setLayout(column(question_page.field))
    question_page.question = Question(question_page)
    question_page.answers = []
    shown(question_page)
    question_page.window().activateWindow()
    return question_page


def ask(question_page, **options) -> None:
    answers = [
        ("Erase", lambda: question_page.answers.append("erased")),
        ("Cancel", lambda: question_page.answers.append("kept")),
    ]
    question_page.question.ask("Erase Ada?", "It cannot be undone.", answers, **options)


def test_escape_gives_the_answer_that_changes_nothing(qtbot, question_page):
    ask(question_page, danger=True)
    qtbot.keyClick(question_page.question, Qt.Key.Key_Escape)
    assert question_page.answers == ["kept"]


@pytest.mark.parametrize("danger", [True, False])
def test_enter_again_and_again_changes_nothing(qtbot, question_page, danger):
    question_page.field.returnPressed.connect(
        lambda: ask(question_page, danger=danger) if len(question_page.answers) < 3 else None
    )
    question_page.field.setFocus()
    for _ in range(20):
        qtbot.keyClick(question_page.window().focusWidget(), Qt.Key.Key_Return)
    assert set(question_page.answers) == {"kept"}
    ask(question_page, danger=danger)
    question_page.question.buttons[0].setFocus()
    qtbot.keyClick(question_page.question.buttons[0], Qt.Key.Key_Return)
    assert "erased" not in question_page.answers
    qtbot.keyClick(question_page.question.buttons[0], Qt.Key.Key_Space)
    assert question_page.answers[-1] == "erased"


def test_tab_stays_among_the_answers(qtbot, question_page):
    ask(question_page)
    qtbot.waitUntil(question_page.question.buttons[1].hasFocus)
    for index in (0, 1, 0):
        qtbot.keyClick(question_page.question.buttons[1 - index], Qt.Key.Key_Tab)
        assert question_page.question.buttons[index].hasFocus()


def test_the_focus_comes_back_to_where_it_was(qtbot, question_page):
    question_page.field.setFocus()
    qtbot.waitUntil(question_page.field.hasFocus)
    ask(question_page)
    question_page.question.buttons[1].click()
    assert question_page.field.hasFocus()


def test_a_long_line_wraps_and_stays_inside(shown):
    page = shown(QWidget(), (480, 800))
    line = Toast(page)
    line.tell("the journal cannot be written, " * 12, fault=True)
    assert page.rect().contains(line.geometry())
    assert line.height() >= line.heightForWidth(line.width())


def test_markup_in_a_name_is_shown_as_it_is(shown):
    line = Toast(shown(QWidget()))
    line.tell("<h1>Ada</h1> is enrolled.")
    assert line.textFormat().name == "PlainText"
    assert line.accessibleDescription() == "<h1>Ada</h1> is enrolled."


def test_an_answer_keeps_its_place_when_something_else_is_told(shown):
    line = Toast(shown(QWidget()))
    line.tell("Ada is enrolled.")
    for number in range(20):
        line.tell(f"picture {number}: cannot be read", fault=True, notice=True)
    assert line.text() == "Ada is enrolled.\npicture 19: cannot be read"
    line.tell("Grace is suspended.")
    assert line.text().splitlines()[0] == "Ada is enrolled."
    assert line.accessibleDescription() == line.text()


def test_another_one_goes_on_with_the_lines(shown):
    page = shown(QWidget())
    before, after = Toast(page), Toast(page)
    before.tell("Gespeichert.")
    before.tell("unlesbar", fault=True, notice=True)
    after.take_over(before)
    assert (after.text(), after.isVisible()) == ("Gespeichert.\nunlesbar", True)
    after.tell("wieder unlesbar", notice=True)
    assert after.text() == "Gespeichert.\nwieder unlesbar"


@pytest.fixture
def watch(qtbot):
    watch = IdleWatch(lambda: 12)
    watch.start()
    yield watch
    watch.stop()


def seconds(watch: IdleWatch, count: int) -> None:
    for _ in range(count):
        watch.on_second()


def test_without_input_the_time_is_over_and_the_last_seconds_are_counted(watch, qtbot):
    left, over = [], []
    watch.counting.connect(left.append)
    watch.over.connect(lambda: over.append(True))
    seconds(watch, 11)
    assert (left, over) == ([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], [])
    seconds(watch, 1)
    assert over == [True]


@pytest.mark.parametrize("act", ["key", "mouse"])
def test_any_input_starts_the_time_anew(watch, qtbot, act):
    over = []
    watch.over.connect(lambda: over.append(True))
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    seconds(watch, 11)
    if act == "key":
        qtbot.keyClick(widget, Qt.Key.Key_A)
    else:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    seconds(watch, 11)
    assert over == []


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox, QScrollBar])
def test_no_menu_opens_that_would_stay_over_the_door(watch, qtbot, kind):
    widget = kind()
    qtbot.addWidget(widget)
    widget.show()
    reason, where = QContextMenuEvent.Reason.Mouse, widget.mapToGlobal(QPoint(5, 5))
    QApplication.sendEvent(widget, QContextMenuEvent(reason, QPoint(5, 5), where))
    assert QApplication.activePopupWidget() is None


def test_before_something_is_lost_the_warning_is_longer_and_nobody_is_hurried(qtbot):
    unsaved = [True]
    watch = IdleWatch(lambda: 12, lambda: unsaved[-1])
    left, over = [], []
    watch.counting.connect(left.append)
    watch.over.connect(lambda: over.append(True))
    watch.stay()
    seconds(watch, 31)
    assert (left, over) == ([*range(30, 0, -1)], [])
    seconds(watch, 1)
    assert over == [True]


@pytest.fixture
def unsaved() -> list[Unsaved | None]:
    return [None]


@pytest.fixture
def countdown(shown, unsaved) -> Countdown:
    return Countdown(shown(QWidget()), lambda: unsaved[-1])


def test_it_says_what_will_be_discarded(countdown, unsaved):
    unsaved.append(Unsaved.ENROLMENT)
    countdown.show_seconds(30)
    assert countdown.detail.text() == (
        "Back to the door in 30 seconds. The enrolment is not saved and will be discarded."
    )


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_who_is_still_there_says_so(qtbot, countdown, key):
    countdown.show_seconds(5)
    (button,) = countdown.buttons
    assert (button.text(), button.hasFocus() or countdown.window().focusWidget() is button) == ("Continue", True)
    with qtbot.waitSignal(countdown.stayed):
        qtbot.keyClick(button, key)
    assert not countdown.isVisible()


@pytest.fixture
def frames() -> Latest[Frame]:
    return Latest[Frame]()


@pytest.fixture
def corner(qtbot, frames, shown) -> Corner:
    feed = Feed(frames, mirror=True)
    qtbot.addWidget(feed)
    corner = Corner(feed)
    corner.feed = feed
    return shown(corner, (400, 60))


def test_the_door_is_told_in_words_colour_and_to_screen_readers(corner):
    corner.show_view(View(Kind.UNLOCKED, "Welcome Ada", "Unlocked for 3 s"))
    assert corner.words == "Welcome Ada"
    assert corner.accessibleDescription() == "Welcome Ada. Unlocked for 3 s"
    image = corner.grab().toImage()
    assert image.pixelColor(image.width() - 12, 3).name() == DARK.kinds[Kind.UNLOCKED].back


def test_the_live_picture_follows_the_feed_that_nobody_sees(qtbot, corner, frames):
    for grey in (40, 200):
        frames.put(Frame(np.full((48, 64, 3), grey, np.uint8), 1.0, grey))
        corner.feed.on_ready()
        image = corner.picture.grab().toImage()
        assert image.pixelColor(image.width() // 2, image.height() // 2).red() == grey
