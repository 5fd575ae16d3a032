import pytest
from PyQt6.QtCore import Qt

from kiosk.gui.reception.people import moving_view
from kiosk.gui.reception.people.moving_view import MovingView


@pytest.fixture
def drive(tmp_path, monkeypatch):
    folder = tmp_path / "drive"
    folder.mkdir()
    monkeypatch.setattr(moving_view, "export_folders", lambda: [folder])
    return folder


@pytest.fixture
def view(drive, office, shown) -> MovingView:
    view = shown(MovingView(office))
    view.open()
    return view


def test_everybody_is_exported_and_comes_in_again(view, drive, qtbot, screen, desk):
    assert (view.export.isEnabled(), view.import_.isEnabled()) == (True, False)
    view.export.click()
    qtbot.waitUntil(lambda: bool(screen.told or screen.faults))
    (path,) = drive.iterdir()
    assert screen.told == [f"1 people are exported to {path}"]
    (desk.folder / "Grace_Hopper.jpg").unlink()
    assert view.import_.isEnabled()
    view.import_.setFocus()
    qtbot.keyClick(view.import_, Qt.Key.Key_Return)
    assert view.import_.isEnabled(), "Enter brings nobody in"
    with qtbot.waitSignal(view.changed):
        qtbot.keyClick(view.import_, Qt.Key.Key_Space)
    assert [one.name for one in desk.folder.iterdir()] == ["Grace_Hopper"]
    assert [row.action for row in desk.journal.actions(2)] == ["imported", "exported"]


def test_a_zip_that_is_not_as_it_should_be_changes_nothing(view, drive, qtbot, screen, home):
    (drive / "hostile.zip").write_text("no zip")
    view.open()
    view.import_.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "no zip" in screen.faults[0]
    assert [one.name for one in (home / "images").iterdir()] == ["Grace_Hopper.jpg"]
    assert view.import_.isEnabled()


def test_without_a_place_nothing_can_be_done(view, monkeypatch):
    monkeypatch.setattr(moving_view, "export_folders", list)
    view.open()
    assert (view.export.isEnabled(), view.import_.isEnabled()) == (False, False)


def test_the_way_back(view, qtbot):
    with qtbot.waitSignal(view.closed):
        view.back.click()
