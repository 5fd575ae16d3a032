"""A badge says its state in a word and a drawing, not by its colour alone."""

import pytest

from kiosk.gui.reception.health import Badge
from kiosk.health.checks import State


@pytest.fixture
def badge(shown) -> Badge:
    badge = Badge()
    shown(badge)
    return badge


def test_each_state_has_a_word_and_a_drawing_of_its_own(badge):
    words, drawings = set(), []
    for state in (State.OK, State.FAULT):
        badge.show_state(state)
        words.add(badge.word.text())
        drawings.append(badge._icon.pixmap().toImage())
    assert words == {"In order", "Fault"}
    assert drawings[0] != drawings[1]


def test_the_drawing_has_the_colour_of_the_word(badge):
    for state in State:
        badge.show_state(state)
        colour = badge._icon.palette().color(badge._icon.foregroundRole())
        assert colour == badge.word.palette().color(badge.word.foregroundRole())
        drawn = badge._icon.pixmap().toImage()
        pixels = [drawn.pixelColor(x, y) for x in range(drawn.width()) for y in range(drawn.height())]
        assert max(pixels, key=lambda pixel: pixel.alpha()).name() == colour.name()


def test_the_style_sheet_gives_each_state_its_colour(badge):
    seen = set()
    for state in State:
        badge.show_state(state)
        seen.add(badge.grab().toImage().pixelColor(badge.width() // 2, 3).name())
    assert len(seen) == 3
