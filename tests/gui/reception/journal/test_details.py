"""A row with everything in it leads to the person's other rows."""

import pytest
from PyQt6.QtCore import Qt

from kiosk.gui.reception.journal.lines import line_of
from kiosk.gui.reception.journal.page import Details
from kiosk.store.journal import ActionEntry


@pytest.fixture
def details(qtbot, shown) -> Details:
    return shown(Details())


def test_decision_is_shown_with_its_figures(details: Details, make_entry) -> None:
    line = line_of(make_entry(outcome="refused", reason="too_far", distance=0.44))
    details.show_line(line)
    assert details.sentence.text() == line.words
    assert line.day in details.when.text()
    assert "Threshold 0.39, margin 0.04, among 3 people" in details.figures.text().splitlines()


def test_buttons_lead_to_the_persons_rows_and_distances(details: Details, make_entry, qtbot) -> None:
    details.show_line(line_of(make_entry()))
    for button, signal in ((details.only, details.listed), (details.plot, details.plotted)):
        with qtbot.waitSignal(signal) as told:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert told.args == ["Ada"]
    with qtbot.waitSignal(details.closed):
        qtbot.keyClick(details.back, Qt.Key.Key_Return)


def test_escape_goes_one_step_back(details: Details, make_entry, qtbot) -> None:
    details.show_line(line_of(make_entry()))
    with qtbot.waitSignal(details.closed):
        qtbot.keyClick(details.back, Qt.Key.Key_Escape)


def test_screen_reader_hears_the_row_with_the_focus(details: Details, make_entry) -> None:
    details.show_line(line_of(make_entry()))
    said = details.back.accessibleDescription()
    assert "let in: Ada" in said
    assert "Encoder dlib_resnet" in said


def test_row_about_nobody_leads_nowhere(details: Details, make_entry) -> None:
    details.show_line(line_of(make_entry(person=None, reason="nobody_enrolled", outcome="refused")))
    assert details.only.isHidden()
    assert details.plot.isHidden()
    details.show_line(line_of(ActionEntry(1, make_entry().time, "Ida", "enrolled", "Ada", None)))
    assert details.only.isHidden()
    assert details.figures.text() == ""
