import pytest
from PyQt6.QtWidgets import QWidget

from kiosk.gui.banner import Strip


@pytest.fixture
def page(qtbot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def strip(page) -> Strip:
    strip = Strip()
    strip.setParent(page)
    strip.resize(300, 40)
    return strip


def test_it_is_there_while_something_is_to_be_said(strip):
    strip.show_messages(["", "journal: disk full"], 0.0, 1.0)
    assert (strip.isHidden(), strip.text()) == (False, "journal: disk full")
    strip.show_messages(["", ""], 0.0, 1.0)
    assert strip.isHidden()


def test_several_messages_take_turns(strip):
    told = []
    for now in (0.0, 5.0, 10.0):
        strip.show_messages(["disk full", "config wrong"], now, 1.0)
        told.append(strip.text())
    assert told == ["(1 of 2)  disk full", "(2 of 2)  config wrong", "(1 of 2)  disk full"]


def test_a_long_message_has_room_for_more_than_a_line(strip):
    strip.show_messages(["full"], 0.0, 2.0)
    low = strip.height()
    strip.show_messages(["the journal cannot be written, " * 8], 0.0, 2.0)
    assert strip.height() > low
