from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItem, QStandardItemModel

from kiosk.gui.controls import Table


def table_of(rows: int) -> Table:
    model = QStandardItemModel()
    for number in range(rows):
        model.appendRow([QStandardItem(f"person {number}"), QStandardItem("group")])
    table = Table(model, "People")
    model.setParent(table)
    return table


def test_rows_are_high_enough_for_a_finger(shown):
    assert shown(table_of(3)).rowHeight(0) >= 44


def test_enter_opens_the_row_that_is_chosen(qtbot, shown):
    table = shown(table_of(3))
    table.selectRow(1)
    table.setFocus()
    with qtbot.waitSignal(table.activated) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args[0].row() == 1


def test_tab_leaves_the_table(shown):
    assert not shown(table_of(3)).tabKeyNavigation()
