from datetime import date

import pytest
from PyQt6.QtGui import QFont, QPixmap

from kiosk.gui.controls import Table
from kiosk.gui.reception.people.model import PeopleModel
from kiosk.gui.reception.people.people_list import PersonCells, row_height, wanted_width
from kiosk.gui.reception.people.rows import PersonRow, Quality
from kiosk.people.register import PersonRecord


class NoPortraits:
    def get(self, source: str, side_px: int) -> QPixmap | None:
        return None


def person(name: str, **known: object) -> PersonRow:
    record = PersonRecord(name, **known)  # type: ignore[arg-type]
    return PersonRow(name, name, record, ("a.jpg",), Quality.DIFFER, record.standing(date(2026, 3, 2)), None, name)


@pytest.mark.parametrize("name", ["Ada", "عائشة بنت أبي بكر", "李小龍", "x" * 100, "Владимир"])
def test_any_name_is_painted(shown, name):
    model = PeopleModel()
    model.set_people([person(name, group=name, suspended=True), person("Lin")])
    table = Table(model, "People")
    model.setParent(table)
    cells = PersonCells(NoPortraits())
    table.setItemDelegate(cells)
    shown(table)
    empty = table.grab().toImage()
    table.selectRow(0)
    assert table.grab().toImage() != empty


def test_a_row_has_room_for_two_lines_and_a_finger(qapp):
    font = QFont()
    font.setPixelSize(16)
    assert row_height(font) >= 44
    font.setPixelSize(60)
    assert row_height(font) > 120
    assert wanted_width(font, (["wide enough"], [""])) > wanted_width(font, (["w"], [""]))
