import pytest

from kiosk.gui.reception.page import EVERYBODY, PageEntry, StaffPage
from kiosk.gui.reception.shell import Navigation

ENTRIES = [
    PageEntry(name, name.title(), "people", EVERYBODY, StaffPage) for name in ("people", "journal", "health", "enrol")
]


@pytest.fixture
def navigation(shown) -> Navigation:
    return shown(Navigation(ENTRIES), (600, 480))


def test_a_button_leads_to_its_page(qtbot, navigation):
    with qtbot.waitSignal(navigation.wanted) as wanted:
        navigation.buttons["journal"].click()
    assert wanted.args == ["journal"]


def test_one_page_is_marked_at_a_time(navigation):
    navigation.mark("people")
    navigation.mark("health")
    navigation.mark("nowhere")
    assert [name for name, button in navigation.buttons.items() if button.isChecked()] == ["health"]


def test_beside_the_page_there_is_one_column_and_above_it_there_are_three(qtbot, navigation):
    def columns() -> int:
        navigation.layout().activate()
        return len({button.x() for button in navigation.buttons.values()})

    assert columns() == 1
    navigation.arrange(above=True, room_px=600)
    assert columns() == 3
    navigation.arrange(above=True, room_px=260)
    assert columns() == 2
    navigation.arrange(above=False)
    assert columns() == 1
