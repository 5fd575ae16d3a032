from pathlib import Path

import pytest

from kiosk.gui.reception.picker import PlaceWatch, place_words
from kiosk.paths import Place


@pytest.fixture
def watch(context, sticks):
    watch = PlaceWatch(context.run)
    yield watch
    watch.stop()


def test_sticks_are_told_of_when_they_come_and_go_and_only_then(watch, sticks, qtbot):
    told = []
    watch.changed.connect(lambda places, came: told.append(([each.path.name for each in places], came)))
    with qtbot.waitSignal(watch.changed):
        watch.start()
    watch.on_look()
    stick = sticks.plug()
    with qtbot.waitSignal(watch.changed):
        pass
    sticks.pull(stick)
    with qtbot.waitSignal(watch.changed):
        pass
    assert told == [
        (["exchange"], []),
        (["KINGSTON", "exchange"], [Place(stick, is_stick=True)]),
        (["exchange"], []),
    ]


def test_a_page_that_comes_back_is_told_again(watch, context, qtbot):
    with qtbot.waitSignal(watch.changed):
        watch.start()
    watch.on_look()
    context.forget_jobs()  # the page was left, and no answer came
    with qtbot.waitSignal(watch.changed):
        watch.start()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(Path("/media/ida/KINGSTON"), is_stick=True), "KINGSTON"),
        (Place(Path("/media/ida/\u202egpj"), is_stick=True), "\\u202egpj"),
        (Place(Path("/mnt") / ("long " * 20), is_stick=True), "long long long long lon…"),
        (Place(Path("/home/ida/exchange"), is_stick=False), "Exchange folder"),
    ],
)
def test_a_place_has_a_name_that_is_safe_and_short(place, words):
    assert place_words(place) == words
