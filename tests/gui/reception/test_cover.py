import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from kiosk.gui.controls import column
from kiosk.gui.reception.overlays import Cover


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


def test_it_covers_the_page_and_follows_its_size(page):
    page.resize(333, 222)
    assert page.over.geometry() == page.rect()


def test_no_key_reaches_what_lies_below(qtbot, page):
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F11, Qt.Key.Key_A, Qt.Key.Key_Escape):
        qtbot.keyClick(page.over.buttons[0], key)
    assert page.heard == []


def test_tab_stays_among_the_buttons(qtbot, page):
    for index in (1, 0, 1):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert page.over.buttons[index].hasFocus()


def test_escape_takes_it_away_but_not_one_that_is_still_held_down(qtbot, page):
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "", True)
    QApplication.sendEvent(page.over, held)
    assert page.over.isVisible()
    qtbot.keyClick(page.over, Qt.Key.Key_Escape)
    assert (page.over.isVisible(), page.field.hasFocus()) == (False, True)


def test_the_focus_is_where_it_was_before_unless_that_is_gone(qtbot, page):
    page.over.cover()  # a second time: what had the focus is not what lies over the page
    page.over.uncover()
    assert page.field.hasFocus()
    page.over.cover()
    page.field.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    page.over.uncover()
    assert not page.over.isVisible()


def test_what_lies_below_gets_the_focus_when_it_is_taken_away_and_not_before(qtbot, page):
    other = QLineEdit(page)
    other.show()
    page.over.buttons[1].setFocus()
    other.setFocus()
    assert page.over.buttons[1].hasFocus()
    page.over.uncover()
    assert other.hasFocus()


def test_another_one_above_it_keeps_the_focus(qtbot, page):
    above = Cover(page)
    button = QPushButton("c", above)
    above.cover()
    button.setFocus()
    assert button.hasFocus()
    above.uncover()
    assert page.over.buttons[0].hasFocus()
