import pytest
from PyQt6.QtWidgets import QWidget

from kiosk.gui.window import FullScreen


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.show()
    return window


@pytest.fixture
def full_screen(window) -> FullScreen:
    full_screen = FullScreen(window)
    full_screen.enter()
    return full_screen


def covers(window: QWidget) -> bool:
    return window.isFullScreen() and not window.isMinimized() and window.geometry() == window.screen().geometry()


def test_the_window_covers_the_screen_and_has_its_place_back_afterwards(window):
    before = window.geometry()
    full_screen = FullScreen(window)
    full_screen.enter()
    assert (full_screen.active, covers(window)) == (True, True)
    full_screen.leave()
    assert (full_screen.active, window.isFullScreen(), window.geometry()) == (False, False, before)


@pytest.mark.parametrize("change", [QWidget.showMinimized, QWidget.showNormal, QWidget.showMaximized])
def test_what_a_window_manager_does_to_it_is_undone(qtbot, window, full_screen, change):
    for _ in range(2):
        change(window)
        qtbot.waitUntil(lambda: covers(window))
    assert window.isVisible()


def test_a_window_may_be_minimised(qtbot, window, full_screen):
    full_screen.leave()
    window.showMinimized()
    qtbot.wait(10)
    assert window.isMinimized()
