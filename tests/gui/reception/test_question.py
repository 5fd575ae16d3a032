import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit, QWidget

from kiosk.gui.controls import column
from kiosk.gui.reception.question import Question


@pytest.fixture
def page(shown) -> QWidget:
    page = QWidget()
    page.field = QLineEdit()
    page.setLayout(column(page.field))
    page.question = Question(page)
    page.answers = []
    shown(page)
    page.window().activateWindow()
    return page


def ask(page, **options) -> None:
    answers = [("Erase", lambda: page.answers.append("erased")), ("Cancel", lambda: page.answers.append("kept"))]
    page.question.ask("Erase Ada?", "It cannot be undone.", answers, **options)


def test_the_answer_is_carried_out_and_the_question_goes(qtbot, page):
    ask(page)
    qtbot.mouseClick(page.question.buttons[0], Qt.MouseButton.LeftButton)
    assert (page.answers, page.question.isVisible()) == (["erased"], False)


def test_escape_gives_the_answer_that_changes_nothing(qtbot, page):
    ask(page, danger=True)
    qtbot.keyClick(page.question, Qt.Key.Key_Escape)
    assert page.answers == ["kept"]


def test_what_cannot_be_undone_does_not_have_the_focus(qtbot, page):
    ask(page, danger=True)
    qtbot.waitUntil(page.question.buttons[1].hasFocus)
    assert page.question.buttons[0].property("kind") == "danger"


def test_tab_stays_among_the_answers(qtbot, page):
    ask(page)
    qtbot.waitUntil(page.question.buttons[0].hasFocus)
    for index in (1, 0, 1):
        qtbot.keyClick(page.question.buttons[1 - index], Qt.Key.Key_Tab)
        assert page.question.buttons[index].hasFocus()


def test_it_covers_the_page_and_follows_its_size(qtbot, page):
    ask(page)
    page.resize(333, 222)
    assert page.question.geometry() == page.rect()


def test_the_focus_comes_back_to_where_it_was(qtbot, page):
    page.field.setFocus()
    qtbot.waitUntil(page.field.hasFocus)
    ask(page)
    page.question.buttons[1].click()
    assert page.field.hasFocus()


def test_a_second_question_takes_the_place_of_the_first(page):
    ask(page)
    page.question.ask("Really?", "", [("Yes", lambda: page.answers.append("yes"))])
    assert [button.text() for button in page.question.buttons] == ["Yes"]
