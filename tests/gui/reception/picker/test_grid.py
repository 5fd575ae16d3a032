from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

from kiosk.gui.reception.picker import EntryModel, Grid
from kiosk.gui.reception.portraits import Portraits, square_picture
from kiosk.gui.theme import DARK, LARGE_TYPE, style_sheet
from kiosk.people.browsing import Entry

RED = 0xFFFF0000
ENTRIES = (Entry(Path("/stick/new"), is_folder=True), *(Entry(Path(f"/stick/{n}.jpg"), False) for n in range(200)))


class Read:
    """Pictures that are there at once; which ones were asked for is remembered."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, work, then) -> None:
        self.count += 1
        image = QImage(60, 40, QImage.Format.Format_RGB32)
        image.fill(RED)
        then((image, ""))


@pytest.fixture
def read() -> Read:
    return Read()


@pytest.fixture
def grid(shown, read) -> Grid:
    model = EntryModel(several=True)
    grid = shown(Grid(model, Portraits(Path(), read, square_picture)))
    model.show_entries(ENTRIES)
    return grid


def drawn(grid: QWidget, where: QRect) -> set[int]:
    """The colours of the middle of an entry's picture."""
    image = grid.viewport().grab(QRect(where.center() - QPoint(6, 18), where.center() + QPoint(6, -6))).toImage()
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


def test_only_what_is_in_view_is_read(grid, read):
    grid.viewport().repaint()
    assert 6 <= read.count < 50


def test_pictures_are_drawn_and_folders_have_an_icon(grid):
    grid.grab()
    assert drawn(grid, grid.visualRect(grid.model().index(1))) == {RED}
    assert RED not in drawn(grid, grid.visualRect(grid.model().index(0)))


@pytest.mark.parametrize(("width", "columns"), [(800, 7), (460, 4), (180, 2)])
def test_there_are_as_many_columns_as_there_is_room_for(grid, qtbot, width, columns):
    grid.resize(width, 400)
    qtbot.waitUntil(lambda: top(grid, columns - 1) == top(grid, 0) < top(grid, columns))
    assert grid.visualRect(grid.model().index(columns - 1)).right() <= grid.viewport().width()
    assert not grid.horizontalScrollBar().isVisible()


def test_larger_letters_have_more_room_at_once(grid, qtbot):
    before = grid.gridSize()
    grid.window().setStyleSheet(style_sheet(DARK, 1.0, LARGE_TYPE))
    qtbot.waitUntil(lambda: grid.gridSize().height() > before.height())
    assert grid.gridSize().width() > before.width()


def top(grid: Grid, row: int) -> int:
    return grid.visualRect(grid.model().index(row)).top()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, None])
def test_entries_are_chosen_by_a_touch_and_by_keys(grid, qtbot, key):
    grid.setCurrentIndex(grid.model().index(2))
    with qtbot.waitSignal(grid.touched) as touched:
        if key is None:
            where = grid.visualRect(grid.model().index(2)).center()
            qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
        else:
            qtbot.keyClick(grid, key)
    assert touched.args[0].row() == 2


def test_the_arrows_move_in_all_directions_and_letters_find_a_name(grid, qtbot):
    grid.setCurrentIndex(grid.model().index(0))
    rows = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(grid, key)
        rows.append(grid.currentIndex().row())
    assert rows == [1, 8, 7, 0, 200, 0]
    qtbot.keyClicks(grid, "150")
    assert grid.currentIndex().data() == "150.jpg"


def test_nothing_can_be_dragged(grid):
    assert not grid.dragEnabled()
    assert grid.movement() is Grid.Movement.Static
