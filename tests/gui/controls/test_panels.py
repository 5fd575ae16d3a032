from PyQt6.QtWidgets import QLabel, QPushButton

from kiosk.gui.controls import Panel, ScrollPage, column


def test_what_does_not_fit_is_scrolled_to_when_it_gets_the_focus(qtbot, shown):
    last = QPushButton("last")
    page = shown(ScrollPage(column(*[QLabel("line") for _ in range(80)], last)))
    page.resize(300, 200)
    page.window().activateWindow()
    last.setFocus()
    qtbot.waitUntil(lambda: page.verticalScrollBar().value() > 0)


def test_a_panel_holds_its_parts_below_each_other(shown):
    first, second = QLabel("first"), QLabel("second")
    panel = shown(Panel(first, second))
    panel.resize(200, 200)
    panel.layout().activate()
    assert first.y() < second.y()
