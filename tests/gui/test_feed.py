"""The camera picture on the screen: newest frame only, mirrored, with the box and the label of each face."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QImage, QPainter

from kiosk.domain import Box, Frame, Outcome, Reason
from kiosk.gui.feed import MOST_CROPPED, Feed, Mark, Overlay, marks_of, place, to_qimage
from kiosk.gui.state import Kind
from kiosk.gui.theme import DARK, LIGHT
from kiosk.gui.workers import Latest

SIDE = 300
UNUSED = Box(0, 0, 1, 1)


def half_white(captured_at: float = 1.0, sequence: int = 1) -> Frame:
    """Return a frame whose left half is white and whose right half is black."""
    image = np.zeros((60, 80, 3), np.uint8)
    image[:, :40] = 255
    return Frame(image, captured_at, sequence)


@pytest.fixture
def make_feed(qtbot):
    feeds: list[Feed] = []  # one that is not held is deleted while Qt paints it

    def make(*frames: Frame, mirror: bool = False) -> tuple[Feed, Latest[Frame]]:
        mailbox = Latest[Frame]()
        feed = Feed(mailbox, mirror=mirror)
        feeds.append(feed)
        qtbot.addWidget(feed)
        feed.resize(320, 240)
        for frame in frames:
            mailbox.put(frame)
            feed.on_ready()
        return feed, mailbox

    return make


def test_picture_and_boxes_are_mirrored_when_asked(make_feed, make_report, make_decision):
    for mirror, left, right, box_x in ((False, "white", "black", 80), (True, "black", "white", 240)):
        feed, _ = make_feed(half_white(), mirror=mirror)
        image = feed.grab().toImage()
        assert (image.pixelColor(40, 120), image.pixelColor(280, 120)) == (QColor(left), QColor(right))
        feed.show_report(make_report(half_white(), make_decision(Reason.TOO_FAR), box=Box(20, 10, 40, 40)))
        assert feed.grab().toImage().pixelColor(box_x, 100) == QColor(DARK.kinds[Kind.REFUSED].back)


def test_boxes_go_when_the_picture_has_moved_on_or_the_report_is_dropped(make_feed, make_report, make_decision):
    feed, mailbox = make_feed()
    feed.show_report(make_report(half_white(), make_decision(Reason.GATHERING)))
    for captured_at, count in ((1.0, 1), (1.5, 1), (1.51, 0), (0.4, 0), (1.0, 1)):
        mailbox.put(half_white(captured_at))
        feed.on_ready()
        assert len(feed.marks()) == count, captured_at
    feed.show_report(None)
    assert (feed.marks(), feed.frame is None) == ((), False)


def test_only_the_newest_picture_is_shown_and_none_without_a_camera(make_feed):
    feed, mailbox = make_feed()
    for number in range(5):
        mailbox.put(half_white(sequence=number))
    for _ in range(2):
        feed.on_ready()
        assert feed.frame.sequence == 4
    feed.clear()
    image = feed.grab().toImage()
    assert feed.frame is None
    assert image.pixelColor(40, 60) == image.pixelColor(280, 60) == QColor(DARK.feed.back)
    feed.dress(LIGHT, 1.0)
    assert feed.grab().toImage().pixelColor(160, 30) == QColor(LIGHT.feed.back)


def test_pictures_of_any_shape_can_be_shown(make_feed):
    for shape in ((1, 1), (1, 4000), (4000, 1), (0, 0), (0, 5), (2160, 3840)):
        feed, _ = make_feed(Frame(np.zeros((*shape, 3), np.uint8), 1.0, 1), mirror=True)
        assert not feed.grab().isNull(), shape
        assert feed.picture.isNull() == (0 in shape), shape


def test_an_image_keeps_colours_and_rows_and_outlives_its_array():
    image = to_qimage(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8))
    assert [image.pixelColor(x, 0).name() for x in range(3)] == ["#0000ff", "#00ff00", "#ff0000"]
    for width in (1, 2, 3, 5, 641):
        array = np.zeros((4, width, 3), np.uint8)
        array[:, -1] = 255
        image, flipped = to_qimage(array), to_qimage(array[:, ::-1])
        array[:] = 0
        assert [image.pixelColor(width - 1, y).name() for y in range(4)] == ["#ffffff"] * 4, width
        assert flipped.pixelColor(0, 3).name() == "#ffffff", width


SIZES = st.tuples(st.integers(1, 4000), st.integers(1, 4000))


def placed(picture: tuple[int, int], view: tuple[int, int], *, mirrored: bool = False) -> QRectF:
    return place(QSize(*picture), QSize(*view), mirrored=mirrored).mapRect(QRectF(0, 0, *picture))


@given(SIZES, SIZES, st.booleans())
def test_the_picture_is_centred_keeps_its_shape_and_is_cropped_no_more_than_allowed(picture, view, mirrored):
    where = placed(picture, view, mirrored=mirrored)
    assert (where.center().x(), where.center().y()) == (pytest.approx(view[0] / 2), pytest.approx(view[1] / 2))
    assert where.width() / where.height() == pytest.approx(picture[0] / picture[1])
    assert where.width() <= view[0] * MOST_CROPPED + 1e-6
    assert where.height() <= view[1] * MOST_CROPPED + 1e-6
    covered = where.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(QRectF(0, 0, *view))
    assert covered or max(where.width() / view[0], where.height() / view[1]) > 1.19


def test_only_a_person_who_was_let_in_is_named(make_report, make_decision):
    rows = (
        *((reason, Kind.UNLOCKED, "Grace Hopper") for reason in (Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT)),
        (Reason.GATHERING, Kind.LOOKING, ""),
        *((reason, Kind.REFUSED, "Not recognised") for reason in (Reason.TOO_FAR, Reason.AMBIGUOUS)),
        *((reason, Kind.REFUSED, "No access") for reason in (Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED)),
        (Reason.FAULT, Kind.REFUSED, ""),
    )
    for reason, kind, label in rows:
        outcome = Outcome.REFUSED if kind is Kind.REFUSED else Outcome.PENDING
        decision = make_decision(reason, outcome=outcome, person="Grace_Hopper", agreeing=2)
        (mark,) = marks_of(make_report(None, decision))
        assert (mark.kind, mark.label) == (kind, label), reason
        assert mark.share == (pytest.approx(2 / 3) if reason is Reason.GATHERING else None), reason
    report = make_report(None, make_decision(Reason.PRESENT, track=4, person="Ada"), make_decision(Reason.TOO_FAR, 9))
    assert [mark.label for mark in marks_of(report)] == ["Ada", "Not recognised"]
    assert marks_of(replace(report, shown={"Ada": "Countess"}))[0].label == "Countess"


def painted(mark: Mark, box: QRectF, around: int = 0) -> QImage:
    """Return a black picture with one mark; a border of `around` px does not belong to the view."""
    image = QImage(SIDE + 2 * around, SIDE + 2 * around, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.translate(around, around)
    Overlay(painter, QRectF(0, 0, SIDE, SIDE), DARK, 1.0).draw(mark, box)
    painter.end()
    return image


def pixels(image: QImage) -> np.ndarray:
    bits = image.constBits()
    return np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint32).reshape(image.height(), image.width())


def test_a_box_has_the_colour_of_its_state_and_the_ring_fills_as_frames_agree(qapp):
    box = QRectF(100, 100, 100, 100)
    for kind in Kind:
        assert painted(Mark(UNUSED, kind), box).pixelColor(100, 150) == QColor(DARK.kinds[kind].back), kind
    white = [
        (pixels(painted(Mark(UNUSED, Kind.LOOKING, share=part / 3), box))[75:125, 175:225] == 0xFFFFFFFF).sum()
        for part in range(4)
    ]
    assert white == sorted(set(white))


def test_name_and_ring_stay_in_the_picture_wherever_the_face_is(qapp):
    for corners in ((-80, -80, 100, 100), (280, 280, 100, 100), (-500, 100, 100, 100), (-50, -50, 900, 900)):
        box = QRectF(*corners)
        bare = pixels(painted(Mark(UNUSED, Kind.UNLOCKED), box, around=100))
        full = pixels(painted(Mark(UNUSED, Kind.UNLOCKED, "Ada Lovelace", share=0.5), box, around=100))
        ys, xs = np.nonzero(full != bare)
        assert len(xs) > 500, corners
        assert xs.min() >= 100 <= ys.min(), corners
        assert xs.max() < 100 + SIDE > ys.max(), corners


def test_any_name_can_be_drawn_and_a_long_one_leaves_the_sides_free(qapp):
    for name in ("Nguyễn Thị Minh Khai", "王小明", "محمد", "\u202eAda", ""):
        assert not painted(Mark(UNUSED, Kind.UNLOCKED, name), QRectF(10, 10, 50, 50)).isNull()
    image = painted(Mark(UNUSED, Kind.UNLOCKED, "X" * 1000), QRectF(140, 100, 20, 20))
    assert image.pixelColor(5, 120) == image.pixelColor(SIDE - 6, 120) == QColor("black")
