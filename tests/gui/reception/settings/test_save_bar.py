import pytest

from kiosk.gui.reception.settings.page import SaveBar


@pytest.fixture
def bar(shown):
    return shown(SaveBar())


def visible(bar: SaveBar) -> set[str]:
    buttons = {"save": bar.save_button, "discard": bar.discard_button, "restart": bar.restart_button}
    return {name for name, button in buttons.items() if not button.isHidden()}


def test_nothing_to_tell_is_not_shown(bar):
    bar.show_state(0, "", [])
    assert bar.isHidden()


def test_changes_can_be_saved_or_discarded(bar):
    bar.show_state(3, "", ["Mirror"])
    assert visible(bar) == {"save", "discard"}
    assert bar.save_button.isEnabled()
    assert bar.words.text() == "Not saved yet: 3"


def test_changes_that_are_objected_to_cannot_be_saved(bar):
    bar.show_state(1, "No more frames can agree than are counted.", [])
    assert not bar.save_button.isEnabled()
    assert bar.words.text() == "No more frames can agree than are counted."


def test_what_waits_for_a_restart_is_named_and_offered(qtbot, bar):
    bar.show_state(0, "", ["Mirror", "Source"])
    assert visible(bar) == {"restart"}
    assert bar.words.text() == "Saved, and in force after a restart: Mirror, Source"
    with qtbot.waitSignal(bar.restart):
        bar.restart_button.click()


def test_buttons_tell(qtbot, bar):
    bar.show_state(1, "", [])
    with qtbot.waitSignal(bar.save):
        bar.save_button.click()
    with qtbot.waitSignal(bar.discard):
        bar.discard_button.click()
