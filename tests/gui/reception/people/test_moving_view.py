import pytest

from kiosk.gui.reception.people.page import MovingView


@pytest.fixture
def view(context, shown, sticks) -> MovingView:
    view = shown(MovingView(context))
    view.open()
    return view


@pytest.fixture
def stick(view, sticks, qtbot):
    folder = sticks.plug()
    qtbot.waitUntil(lambda: view.place.folder == folder)
    return folder


def test_everybody_is_exported_and_comes_in_again(view, stick, qtbot, screen, services):
    view.export.click()
    assert (view.export.isEnabled(), view.import_.isEnabled()) == (False, False)
    qtbot.waitUntil(lambda: bool(screen.told or screen.faults))
    (path,) = stick.iterdir()
    assert path.name.startswith("kiosk 20")
    assert screen.told == [f"1 people are exported to {path}"]
    (services.folder / "Grace_Hopper.jpg").unlink()
    view.import_.click()
    assert screen.wanted.suffixes == {".zip"}
    with qtbot.waitSignal(view.changed):
        screen.pick_then([path])
    assert [one.name for one in services.folder.iterdir()] == ["Grace_Hopper"]
    assert [row.action for row in services.journal.actions(2)] == ["imported", "exported"]


def test_a_zip_that_is_not_as_it_should_be_changes_nothing(view, stick, qtbot, screen, home):
    (stick / "hostile.zip").write_text("no zip")
    view.import_.click()
    screen.pick_then([stick / "hostile.zip"])
    assert not view.import_.isEnabled()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "no zip" in screen.faults[0]
    assert [one.name for one in (home / "images").iterdir()] == ["Grace_Hopper.jpg"]
    assert (view.import_.isEnabled(), view.export.isEnabled()) == (True, True)


def test_a_stick_that_is_gone_is_told_and_everything_may_be_tried_again(view, stick, sticks, qtbot, screen):
    sticks.pull(stick)
    view.export.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert str(stick) in screen.faults[0]
    qtbot.waitUntil(lambda: view.place.folder != stick)
    assert view.export.isEnabled()


def test_without_a_place_nothing_can_be_exported(context, shown, sticks, qtbot, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/dev/null")
    view = shown(MovingView(context))
    view.open()
    stick = sticks.plug()
    qtbot.waitUntil(lambda: view.place.folder is not None)
    sticks.pull(stick)
    qtbot.waitUntil(lambda: view.place.folder is None)
    assert not view.export.isEnabled()
    assert view.place.hint.isVisible()


def test_the_way_back(view, qtbot):
    with qtbot.waitSignal(view.closed):
        view.back.click()
