from PyQt6.QtWidgets import QWidget

from kiosk.gui.reception import toast
from kiosk.gui.reception.toast import Toast


def test_a_line_is_shown_inside_the_page_and_goes_by_itself(qtbot, shown, monkeypatch):
    monkeypatch.setattr(toast, "_SHOWN_MS", 1)
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
