"""Four choices make a filter, and those that are made stay while others are offered."""

from datetime import date

import pytest
from PyQt6.QtWidgets import QComboBox

from kiosk.domain import Outcome, Reason
from kiosk.gui.reception.journal.page import FilterBar
from kiosk.store.journal import Filter

DAY = date(2026, 3, 1)


@pytest.fixture
def bar(qtbot, shown) -> FilterBar:
    bar = FilterBar()
    bar.offer(["Ada", "Bo_B"], [date(2026, 3, 2), DAY])
    return shown(bar)


def pick(box: QComboBox, words: str) -> None:
    index = box.findText(words)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_nothing_is_filtered_at_first(bar: FilterBar) -> None:
    assert bar.wanted == Filter()


def test_choices_make_a_filter_and_say_so(bar: FilterBar, qtbot) -> None:
    with qtbot.waitSignals([bar.changed] * 3):
        pick(bar.person.box, "Bo B")
        pick(bar.outcome.box, "Refused")
        pick(bar.reason.box, "Not recognised")
    assert bar.wanted == Filter("Bo_B", Outcome.REFUSED, Reason.TOO_FAR)
    bar.day.choose(DAY)
    assert bar.wanted.day == DAY
    bar.offer(["Ada", "Bo_B", "Cy"], [DAY])
    assert bar.wanted == Filter("Bo_B", Outcome.REFUSED, Reason.TOO_FAR, DAY)
    pick(bar.person.box, "Everybody")
    assert bar.wanted.person is None


def test_somebody_who_is_not_offered_yet_can_be_chosen(bar: FilterBar) -> None:
    bar.choose(Filter("Zoe", day=DAY))
    assert bar.wanted == Filter("Zoe", day=DAY)


def test_every_choice_has_a_name_for_screen_readers(bar: FilterBar) -> None:
    names = [box.accessibleName() for box in bar.findChildren(QComboBox)]
    assert names == ["Person", "Outcome", "Reason", "Day"]


@pytest.mark.parametrize(("width", "columns"), [(800, 4), (400, 2), (40, 2)])
def test_choices_stand_beside_each_other_as_there_is_room(bar: FilterBar, qtbot, width: int, columns: int) -> None:
    bar.resize(width, 200)
    choices = (bar.person, bar.outcome, bar.reason, bar.day)
    qtbot.waitUntil(lambda: len({choice.y() for choice in choices}) == 4 // columns)
    assert bar.minimumSizeHint().width() == 0
