import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QScrollBar, QSpinBox, QWidget

from kiosk.gui.reception.idle import IdleWatch


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


def test_somebody_at_work_without_touching_anything_is_not_sent_away(watch):
    over = []
    watch.over.connect(lambda: over.append(True))
    seconds(watch, 11)
    watch.stay()
    seconds(watch, 11)
    assert over == []


def test_a_watch_that_was_stopped_looks_at_no_input(watch, qtbot):
    watch.stop()
    seconds(watch, 11)
    widget = QWidget()
    qtbot.addWidget(widget)
    over = []
    watch.over.connect(lambda: over.append(True))
    qtbot.keyClick(widget, Qt.Key.Key_A)
    seconds(watch, 1)
    assert over == [True]


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


def test_input_during_the_warning_is_told_once(watch):
    resumed = []
    watch.resumed.connect(lambda: resumed.append(True))
    watch.stay()
    seconds(watch, 3)
    watch.stay()
    watch.stay()
    assert resumed == [True]
