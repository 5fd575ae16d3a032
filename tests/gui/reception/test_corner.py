import numpy as np
import pytest

from kiosk.domain import Frame
from kiosk.gui.feed import Feed
from kiosk.gui.reception.corner import Corner
from kiosk.gui.state import Kind, View
from kiosk.gui.theme import DARK
from kiosk.gui.workers import Latest


@pytest.fixture
def frames() -> Latest[Frame]:
    return Latest[Frame]()


@pytest.fixture
def corner(qtbot, frames, shown) -> Corner:
    feed = Feed(frames, mirror=True)
    qtbot.addWidget(feed)
    corner = Corner(feed)
    corner.feed = feed
    return shown(corner, (400, 60))


def test_the_door_is_told_in_words_colour_and_to_screen_readers(corner):
    corner.show_view(View(Kind.UNLOCKED, "Welcome Ada", "Unlocked for 3 s"))
    assert corner.words == "Welcome Ada"
    assert corner.accessibleDescription() == "Welcome Ada. Unlocked for 3 s"
    image = corner.grab().toImage()
    assert image.pixelColor(image.width() - 12, 3).name() == DARK.kinds[Kind.UNLOCKED].back


def test_the_live_picture_follows_the_feed_that_nobody_sees(qtbot, corner, frames):
    for grey in (40, 200):
        frames.put(Frame(np.full((48, 64, 3), grey, np.uint8), 1.0, grey))
        corner.feed.on_ready()
        image = corner.picture.grab().toImage()
        assert image.pixelColor(image.width() // 2, image.height() // 2).red() == grey


def test_the_picture_is_a_mirror_where_the_large_one_is(corner, frames):
    halves = np.zeros((48, 64, 3), np.uint8)
    halves[:, 32:] = 255
    frames.put(Frame(halves, 1.0, 1))
    corner.feed.on_ready()
    image = corner.picture.grab().toImage()
    assert image.pixelColor(image.width() // 4, image.height() // 2).red() > 200


def test_an_old_picture_does_not_stay_when_the_camera_is_lost(corner, frames):
    frames.put(Frame(np.full((48, 64, 3), 200, np.uint8), 1.0, 1))
    corner.feed.on_ready()
    corner.feed.clear()
    image = corner.picture.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2).red() < 20


def test_other_colours_are_taken_over(corner):
    corner.show_view(View(Kind.LOCKED, "Locked"))
    corner.dress(DARK)
    assert corner.words == "Locked"
