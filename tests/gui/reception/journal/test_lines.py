"""The list shows rows as they come, asks for older ones while somebody scrolls, and opens one by touch or key."""

from datetime import datetime

import pytest
from PyQt6.QtCore import QLocale, QModelIndex, QPoint, Qt
from PyQt6.QtTest import QAbstractItemModelTester

from kiosk.gui.reception.journal.lines import LineList, Lines, line_of, lines_of
from kiosk.store.journal import ActionEntry


@pytest.fixture
def asked() -> list[int | None]:
    return []


@pytest.fixture
def lines(asked: list[int | None], qtbot) -> Lines:
    lines = Lines(asked.append)
    lines.tester = QAbstractItemModelTester(lines, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return lines


def texts(lines: Lines) -> list[str]:
    return [lines.data(lines.index(row)) for row in range(lines.rowCount())]


def test_line_says_when_and_what_in_local_time(make_entry) -> None:
    entry = make_entry(3, outcome="refused", reason="too_far", distance=0.44)
    line = line_of(entry)
    here = datetime.fromisoformat(entry.time).astimezone()
    assert line.time == f"{here:%H:%M:%S}"
    assert line.day == QLocale().toString(here.date(), QLocale.FormatType.ShortFormat)
    assert line.whole == f"{line.day} {line.time}: not recognised: closest Ada at 0.44, needs 0.39"


def test_icon_says_the_same_as_the_words(make_entry) -> None:
    did = ActionEntry(1, make_entry().time, "Ida", "enrolled", "Ada", None)
    entries = [
        make_entry(),
        make_entry(outcome="refused", reason="too_far"),
        make_entry(outcome="refused", reason="fault"),
        did,
        ActionEntry(2, did.time, "?", "wrong_pin", None, None),
    ]
    assert [line_of(entry).icon for entry in entries] == [
        "lock_open",
        "person_unknown",
        "alert",
        "staff",
        "alert",
    ]


def test_older_rows_are_asked_for_once_until_there_are_none(lines: Lines, asked, make_entry) -> None:
    assert not lines.canFetchMore(QModelIndex())
    lines.restart()
    assert asked == [None]
    assert not lines.canFetchMore(QModelIndex())
    lines.append(lines_of([make_entry(9), make_entry(8)]), complete=False)
    lines.fetchMore(QModelIndex())
    lines.fetchMore(QModelIndex())
    assert asked == [None, 8]
    lines.append(lines_of([make_entry(7)]), complete=True)
    assert not lines.canFetchMore(QModelIndex())
    assert [lines.line(lines.index(row)).entry.id for row in range(3)] == [9, 8, 7]


def test_rows_written_since_come_first_and_once(lines: Lines, make_entry) -> None:
    lines.prepend(lines_of([make_entry(2), make_entry(1)]))
    lines.prepend(lines_of([make_entry(3), make_entry(2)]))
    lines.prepend(lines_of([]))
    assert [lines.line(lines.index(row)).entry.id for row in range(lines.rowCount())] == [3, 2, 1]
    assert lines.newest == 3


def test_restart_forgets_what_was_there(lines: Lines, asked, make_entry) -> None:
    lines.append(lines_of([make_entry()]), complete=True)
    lines.restart()
    assert (lines.rowCount(), lines.newest, asked) == (0, 0, [None])


def test_rows_that_could_not_be_loaded_are_not_asked_for_again(lines: Lines) -> None:
    lines.restart()
    lines.give_up()
    assert not lines.canFetchMore(QModelIndex())


def test_screen_reader_hears_the_whole_row(lines: Lines, make_entry) -> None:
    lines.append(lines_of([make_entry()]), complete=True)
    index = lines.index(0)
    said = lines.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert said == lines.line(index).whole
    assert lines.data(index, Qt.ItemDataRole.DecorationRole) is None
    assert lines.data(lines.index(5)) is None


@pytest.fixture
def view(lines: Lines, qtbot, make_entry, shown) -> LineList:
    lines.append(
        lines_of([make_entry(9, person="Ada " * 50), make_entry(8, outcome="refused", reason="too_far")]), complete=True
    )
    return shown(LineList(lines, "Rows"), (800, 480))


def test_row_is_opened_by_a_tap(view: LineList, qtbot) -> None:
    where = view.visualRect(view.model().index(1, 0)).center()
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert opened.args[0].row() == 1


def test_row_is_opened_by_the_keyboard(view: LineList, qtbot) -> None:
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    view.setCurrentIndex(view.model().index(1, 0))
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args[0].row() == 1


@pytest.mark.parametrize("size", [(800, 480), (1080, 1920), (320, 200)])
def test_rows_are_high_enough_for_a_finger_and_are_drawn(view: LineList, size: tuple[int, int]) -> None:
    view.resize(*size)
    assert view.visualRect(view.model().index(0, 0)).height() >= 44
    picture = view.grab().toImage()
    colours = {picture.pixelColor(QPoint(x, 20)).name() for x in range(0, picture.width(), 3)}
    assert len(colours) > 3
