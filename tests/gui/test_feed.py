import numpy as np
import pytest
from PyQt6.QtGui import QColor

from kiosk.domain import Box, Frame, Reason
from kiosk.gui.feed import Feed
from kiosk.gui.state import Kind
from kiosk.gui.theme import DARK, LIGHT
from kiosk.gui.workers import Latest


def half_white(captured_at: float = 1.0, sequence: int = 1) -> Frame:
    """The left half white, the right half black."""
    image = np.zeros((60, 80, 3), np.uint8)
    image[:, :40] = 255
    return Frame(image, captured_at, sequence)


@pytest.fixture
def make_feed(qtbot):
    def make(*, mirror: bool = False) -> tuple[Feed, Latest[Frame]]:
        frames = Latest[Frame]()
        feed = Feed(frames, mirror=mirror)
        qtbot.addWidget(feed)
        feed.resize(320, 240)
        return feed, frames

    return make


def test_only_the_newest_frame_is_shown(make_feed):
    feed, frames = make_feed()
    for number in range(5):
        frames.put(half_white(sequence=number))
    feed.on_ready()
    assert feed.frame is not None
    assert feed.frame.sequence == 4


def test_being_told_twice_shows_the_same_frame(make_feed):
    feed, frames = make_feed()
    frames.put(half_white())
    feed.on_ready()
    shown = feed.frame
    feed.on_ready()
    assert feed.frame is shown


@pytest.mark.parametrize(("mirror", "left", "right"), [(False, "white", "black"), (True, "black", "white")])
def test_the_picture_is_mirrored_when_asked(make_feed, mirror, left, right):
    feed, frames = make_feed(mirror=mirror)
    frames.put(half_white())
    feed.on_ready()
    image = feed.grab().toImage()
    assert (image.pixelColor(40, 120), image.pixelColor(280, 120)) == (QColor(left), QColor(right))


@pytest.mark.parametrize(("mirror", "x"), [(False, 80), (True, 240)])
def test_a_box_is_drawn_around_its_face_in_the_mirror_too(make_feed, make_report, make_decision, mirror, x):
    feed, frames = make_feed(mirror=mirror)
    frames.put(half_white())
    feed.on_ready()
    feed.show_report(make_report(half_white(), make_decision(Reason.TOO_FAR), box=Box(20, 10, 40, 40)))
    assert feed.grab().toImage().pixelColor(x, 100) == QColor(DARK.kinds[Kind.REFUSED].back)


def test_boxes_go_when_the_picture_has_moved_on(make_feed, make_report, make_decision):
    feed, frames = make_feed()
    feed.show_report(make_report(half_white(), make_decision(Reason.GATHERING)))
    shown = []
    for captured_at in (1.0, 1.4, 1.6):
        frames.put(half_white(captured_at))
        feed.on_ready()
        shown.append(len(feed.marks()))
    assert shown == [1, 1, 0]


def test_a_report_that_is_forgotten_leaves_the_picture(make_feed, make_report, make_decision):
    feed, frames = make_feed()
    frames.put(half_white())
    feed.on_ready()
    feed.show_report(make_report(half_white(), make_decision(Reason.GATHERING)))
    assert len(feed.marks()) == 1
    feed.forget_report()
    assert (feed.marks(), feed.frame is None) == ((), False)


def test_without_a_camera_there_is_no_old_picture(make_feed):
    feed, frames = make_feed()
    frames.put(half_white())
    feed.on_ready()
    feed.clear()
    image = feed.grab().toImage()
    assert feed.frame is None
    assert image.pixelColor(40, 60) == image.pixelColor(280, 60) == QColor(DARK.feed.back)


def test_the_surroundings_follow_the_theme(make_feed):
    feed, _ = make_feed()
    feed.dress(LIGHT, 1.0)
    assert feed.grab().toImage().pixelColor(160, 30) == QColor(LIGHT.feed.back)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (0, 0), (2160, 3840)])
def test_pictures_of_any_shape_can_be_shown(make_feed, shape):
    feed, frames = make_feed(mirror=True)
    frames.put(Frame(np.zeros((*shape, 3), np.uint8), 1.0, 1))
    feed.on_ready()
    assert not feed.grab().isNull()
