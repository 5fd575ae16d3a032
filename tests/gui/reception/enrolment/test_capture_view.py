import numpy as np
import pytest

from kiosk.domain import Frame
from kiosk.gui.feed import Feed
from kiosk.gui.reception.enrolment.capture_step import CaptureView
from kiosk.gui.workers import Latest


@pytest.fixture
def view(qtbot):
    frames = Latest[Frame]()
    feed = Feed(frames, mirror=True)
    qtbot.addWidget(feed)
    found = CaptureView(feed)
    qtbot.addWidget(found)
    found.resize(320, 240)
    frames.put(Frame(np.full((480, 640, 3), 200, np.uint8), 0.0, 0))
    feed.on_ready()
    found.show()
    return found


def colours(view):
    image = view.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_the_room_around_the_oval_is_darker_than_the_face(view):
    image = view.grab().toImage()
    assert image.pixelColor(160, 120).lightness() > image.pixelColor(20, 120).lightness()


def test_waiting_looks_other_than_right_and_the_ring_fills(view):
    view.show_progress(right=False, share=0.0)
    waiting = colours(view)
    view.show_progress(right=True, share=0.5)
    half = view.grab().toImage()
    assert "#ffd166" in waiting
    assert "#5fd38d" in colours(view)
    view.show_progress(right=True, share=1.0)
    assert view.grab().toImage() != half


@pytest.mark.parametrize("arrow", ["arrow_left", "arrow_right", "arrow_up"])
def test_an_arrow_shows_where_to_turn(view, arrow):
    view.show_progress(right=False, share=0.0)
    before = view.grab().toImage()
    view.show_progress(right=False, share=0.0, arrow=arrow)
    after = view.grab().toImage()
    moved = [x for x in range(320) for y in range(240) if before.pixel(x, y) != after.pixel(x, y)]
    middle = sum(moved) / len(moved)
    assert {"arrow_left": middle < 130, "arrow_right": middle > 190, "arrow_up": 140 < middle < 180}[arrow]


def test_without_a_picture_it_is_dark(view):
    view._feed.clear()
    assert view.grab().toImage().pixelColor(160, 120).name() == "#05080b"
