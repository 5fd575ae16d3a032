import pytest
from PyQt6.QtGui import QColor

from kiosk.gui.banner import Banner
from kiosk.gui.state import Kind, View
from kiosk.gui.theme import DARK, LIGHT, style_sheet


@pytest.fixture
def banner(qtbot) -> Banner:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.setStyleSheet(style_sheet(DARK, 1.0))
    banner.dress(DARK, 1.0)
    banner.resize(330, 400)
    banner.show()
    return banner


@pytest.mark.parametrize("kind", Kind)
def test_a_state_is_told_in_words_icon_and_colour(banner, kind):
    banner.show_view(View(kind, "Headline", "Detail"))
    assert (banner.headline.text(), banner.detail.text()) == ("Headline", "Detail")
    assert banner.grab().toImage().pixelColor(165, 395) == QColor(DARK.kinds[kind].back)
    assert banner.headline.palette().color(banner.headline.foregroundRole()) == QColor(DARK.kinds[kind].text)
    assert banner.picture.pixmap().toImage().pixelColor(0, 0).alpha() == 0


def test_the_icon_changes_with_the_state(banner):
    keys = set()
    for kind in Kind:
        banner.show_view(View(kind, "Headline"))
        keys.add(banner.picture.pixmap().toImage().bits().asstring(4 * banner.picture.pixmap().width() ** 2))
    assert len(keys) == len(Kind)


def test_the_bar_is_there_only_when_there_is_something_to_measure(banner):
    banner.show_view(View(Kind.UNLOCKED, "Welcome", "Unlocked for 3 s", 0.5))
    assert (banner.bar.isVisible(), banner.bar.value()) == (True, 500)
    banner.show_view(View(Kind.LOCKED, "Locked"))
    assert not banner.bar.isVisible()


def test_a_screen_reader_gets_the_whole_state(banner):
    banner.show_view(View(Kind.UNLOCKED, "Welcome Ada", "Unlocked for 3 s", 0.5))
    assert banner.accessibleName() == "State of the door"
    assert banner.accessibleDescription() == "Welcome Ada. Unlocked for 3 s"


def test_the_colours_of_another_theme_are_taken_over(banner):
    banner.show_view(View(Kind.LOCKED, "Locked"))
    banner.setStyleSheet(style_sheet(LIGHT, 1.0))
    banner.dress(LIGHT, 1.0)
    assert banner.grab().toImage().pixelColor(165, 395) == QColor(LIGHT.kinds[Kind.LOCKED].back)
