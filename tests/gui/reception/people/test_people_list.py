import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

from kiosk.gui.reception.people.model import Column
from kiosk.gui.reception.people.people_list import PeopleList
from kiosk.gui.reception.people.rows import gather
from kiosk.gui.reception.portraits import Portraits, round_picture
from kiosk.people.register import PersonRecord


@pytest.fixture
def listed(shown, services, crowd, home) -> PeopleList:
    crowd(Zoë=[0.0], Ada_L=[0.0, 0.1])
    people = shown(PeopleList(Portraits(home / "images", lambda work, then: then((QImage(), "")), round_picture)))
    people.show_people(gather(services))
    return people


def names(people: PeopleList) -> list[str]:
    return [row.shown for row in people.model.rows]


def test_typing_anywhere_searches_and_enter_opens_the_only_one(listed, qtbot):
    listed.table.setFocus()
    qtbot.keyClicks(listed, "zo")
    assert listed.search.text == "zo"
    assert names(listed) == ["Zoë"]
    with qtbot.waitSignal(listed.opened) as opened:
        qtbot.keyClick(listed.search.edit, Qt.Key.Key_Return)
    assert opened.args == ["Zoë"]


def test_enter_goes_into_the_table_where_several_are_found(listed, qtbot):
    qtbot.keyClick(listed.search.edit, Qt.Key.Key_Return)
    assert listed.table.currentIndex().row() == 0
    with qtbot.waitSignal(listed.opened) as opened:
        qtbot.keyClick(listed.table, Qt.Key.Key_Return)
    assert opened.args == ["Ada_L"]


def test_a_tap_opens_a_person(listed, qtbot):
    place = listed.table.visualRect(listed.model.index(1, 0)).center()
    with qtbot.waitSignal(listed.opened) as opened:
        qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == ["Grace_Hopper"]


def test_who_was_chosen_stays_so_when_others_come(listed, services, crowd):
    listed.table.selectRow(1)
    crowd(Zoë=[0.0], Ada_L=[0.0, 0.1], Ben=[0.0])
    listed.show_people(gather(services))
    assert listed.model.rows[listed.table.currentIndex().row()].person == "Grace_Hopper"


def test_nobody_is_told_apart_from_nobody_found(listed, shown, home, qtbot):
    listed.search.set_text("nobody of that name")
    assert (listed.nobody.isVisible(), listed.nobody.text()) == (True, "Nobody found.")
    assert not listed.enrol.isVisible()
    empty = shown(PeopleList(Portraits(home / "images", lambda work, then: None, round_picture)))
    assert (empty.nobody.text(), empty.enrol.isVisible()) == ("Nobody is enrolled yet.", True)
    with qtbot.waitSignal(empty.enrolment_wanted):
        empty.enrol.click()


@pytest.mark.parametrize(("size", "hidden"), [((800, 480), False), ((480, 853), True)])
def test_the_columns_fit_the_width(listed, size, hidden):
    listed.resize(*size)
    listed.grab()
    assert listed.table.isColumnHidden(Column.SEEN) is hidden
    widths = [listed.table.columnWidth(column) for column in Column]
    assert sum(widths) <= listed.table.viewport().width()
    assert widths[0] >= 0.39 * listed.table.viewport().width()


def test_a_thousand_people_are_in_the_table(listed, services, crowd):
    services.people.save_all([PersonRecord(f"P{number}", group="Lab") for number in range(1000)])
    crowd(**{f"P{number}": [0.0, 0.1, 0.2] for number in range(1000)})
    listed.show_people(gather(services))
    assert len(names(listed)) == 1001
    listed.search.set_text("p99 lab")
    assert len(names(listed)) == 11


def test_only_portraits_in_view_are_read(shown, services, crowd, home):
    crowd(**{f"P{number}": [0.0] for number in range(1000)})
    asked = []
    people = shown(
        PeopleList(
            Portraits(home / "images", lambda work, then: (asked.append(1), then((QImage(), ""))), round_picture)
        )
    )
    people.show_people(gather(services))
    people.grab()
    in_view = people.table.viewport().height() // people.table.rowHeight(0) + 2
    assert 0 < len(asked) <= in_view
    people.table.scrollToBottom()
    people.grab()
    assert len(asked) <= 2 * in_view


def test_every_control_has_a_name(listed):
    controls = listed.findChildren((QAbstractButton, QLineEdit, QComboBox))
    assert [one for one in controls if one.isVisible() and not one.accessibleName()] == []
    assert listed.table.accessibleName() == "People"


def test_escape_shows_everybody_again(listed, qtbot):
    listed.search.set_text("zo")
    qtbot.keyClick(listed, Qt.Key.Key_Escape)
    assert len(names(listed)) == 3
