import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit, QWidget

from kiosk.gui.controls import column
from kiosk.gui.reception.overlays import Question


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


@pytest.mark.parametrize(("danger", "kind"), [(True, "danger"), (False, "primary")])
def test_the_answer_that_changes_nothing_has_the_focus(qtbot, page, danger, kind):
    ask(page, danger=danger)
    qtbot.waitUntil(page.question.buttons[1].hasFocus)
    assert page.question.buttons[0].property("kind") == kind


@pytest.mark.parametrize("danger", [True, False])
def test_enter_again_and_again_changes_nothing(qtbot, page, danger):
    page.field.returnPressed.connect(lambda: ask(page, danger=danger) if len(page.answers) < 3 else None)
    page.field.setFocus()
    for _ in range(20):
        qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Return)
    assert set(page.answers) == {"kept"}
    ask(page, danger=danger)
    page.question.buttons[0].setFocus()
    qtbot.keyClick(page.question.buttons[0], Qt.Key.Key_Return)
    assert "erased" not in page.answers
    qtbot.keyClick(page.question.buttons[0], Qt.Key.Key_Space)
    assert page.answers[-1] == "erased"


def test_tab_stays_among_the_answers(qtbot, page):
    ask(page)
    qtbot.waitUntil(page.question.buttons[1].hasFocus)
    for index in (0, 1, 0):
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


def test_the_focus_comes_back_also_after_a_second_question_and_without_an_answer(qtbot, page):
    page.field.setFocus()
    ask(page)
    ask(page)
    page.question.dismiss()
    assert (page.answers, page.field.hasFocus()) == ([], True)


def test_what_stands_below_the_question_can_change(page):
    page.question.retell("nobody is asked")
    ask(page)
    page.question.retell("It can be undone.")
    assert page.question.detail.text() == "It can be undone."
    assert page.question._panel.accessibleDescription() == "It can be undone."
