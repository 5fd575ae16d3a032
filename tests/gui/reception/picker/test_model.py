from pathlib import Path

import pytest
from PyQt6.QtCore import QModelIndex, Qt

from kiosk.gui.reception.picker import CHOSEN_ROLE, EntryModel
from kiosk.people.browsing import Entry

FOLDER, A, B = Path("/stick/new"), Path("/stick/a.jpg"), Path("/stick/b.jpg")
ENTRIES = (Entry(FOLDER, is_folder=True), Entry(A, is_folder=False), Entry(B, is_folder=False))
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def model(qtmodeltester) -> EntryModel:
    model = EntryModel(several=True)
    model.show_entries(ENTRIES)
    qtmodeltester.check(model)
    return model


def texts(model: EntryModel, role: Qt.ItemDataRole) -> list[str]:
    return [model.data(model.index(row), role) for row in range(model.rowCount())]


def test_a_screen_reader_hears_folders_and_what_is_chosen(model):
    model.toggle(A)
    assert texts(model, Qt.ItemDataRole.DisplayRole) == ["new", "a.jpg", "b.jpg"]
    assert texts(model, SPOKEN) == ["Folder new", "a.jpg, chosen", "b.jpg"]


def test_several_are_chosen_in_order_and_stay_so_in_other_folders(model, qtbot):
    with qtbot.waitSignal(model.dataChanged):
        model.toggle(B)
    model.show_entries(())
    model.toggle(A)
    assert model.chosen == [B, A]
    model.show_entries(ENTRIES)
    assert texts(model, CHOSEN_ROLE) == [False, True, True]
    model.toggle(B)
    assert model.chosen == [A]
    model.keep(lambda path: path != A)
    assert model.chosen == []


def test_where_one_is_wanted_it_takes_the_place_of_the_one_before():
    model = EntryModel(several=False)
    for path in (A, B):
        model.toggle(path)
    assert model.chosen == [B]
    model.toggle(B)
    assert model.chosen == []


def test_what_is_not_there_has_no_data(model):
    assert model.data(QModelIndex(), SPOKEN) is None
    assert (model.row_of(B), model.row_of(Path("/elsewhere"))) == (2, 0)
