from PyQt6.QtWidgets import QWidget

from kiosk.gui.reception import overlays as toast
from kiosk.gui.reception.overlays import Line, Toast


def test_a_line_is_shown_inside_the_page_and_goes_by_itself(qtbot, shown, monkeypatch):
    monkeypatch.setattr(toast, "_SHOWN_MS", 1)
    monkeypatch.setattr(toast, "_LETTER_MS", 0)
    page = shown(QWidget(), (800, 480))
    line = Toast(page)
    line.tell("Ada is enrolled.")
    assert (line.isVisible(), page.rect().contains(line.geometry())) == (True, True)
    qtbot.waitUntil(lambda: not line.isVisible())


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


def test_the_same_line_is_not_told_twice_and_old_answers_make_room(shown):
    line = Toast(shown(QWidget()))
    for text in ("a", "b", "a", "c", "d"):
        line.tell(text)
    assert line.text() == "a\nc\nd"


def test_each_line_goes_by_itself_and_a_long_one_stays_longer(qtbot, shown, monkeypatch):
    monkeypatch.setattr(toast, "_SHOWN_MS", 1)
    monkeypatch.setattr(toast, "_LETTER_MS", 0)
    line = Toast(shown(QWidget()))
    line.tell("fault", fault=True)
    line.tell("short")
    qtbot.waitUntil(lambda: line.text() == "fault")
    monkeypatch.setattr(toast, "_LETTER_MS", 60)
    assert Line(line, "x" * 200, fault=False, notice=False).interval() == 12_001
    line.clear()
    assert (line.isVisible(), line.text()) == (False, "")


def test_another_one_goes_on_with_the_lines(shown):
    page = shown(QWidget())
    before, after = Toast(page), Toast(page)
    before.tell("Gespeichert.")
    before.tell("unlesbar", fault=True, notice=True)
    after.take_over(before)
    assert (after.text(), after.isVisible()) == ("Gespeichert.\nunlesbar", True)
    after.tell("wieder unlesbar", notice=True)
    assert after.text() == "Gespeichert.\nwieder unlesbar"
