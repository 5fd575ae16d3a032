import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from kiosk.domain import Box
from kiosk.gui.feed import Mark, Overlay
from kiosk.gui.state import Kind
from kiosk.gui.theme import DARK

SIDE = 300
UNUSED = Box(0, 0, 1, 1)


def painted(mark: Mark, box: QRectF, around: int = 0) -> QImage:
    """A black picture with one mark, and so many px beside it that belong to others."""
    image = QImage(SIDE + 2 * around, SIDE + 2 * around, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.translate(around, around)
    Overlay(painter, QRectF(0, 0, SIDE, SIDE), DARK, 1.0).draw(mark, box)
    painter.end()
    return image


def ink(image: QImage, area: QRectF, colour: str) -> int:
    """How many pixels of a colour lie in an area."""
    left, top, right, bottom = (round(x) for x in area.getCoords())
    wanted = QColor(colour)
    return sum(image.pixelColor(x, y) == wanted for x in range(left, right) for y in range(top, bottom))


@pytest.mark.parametrize("kind", Kind)
def test_a_box_has_the_colours_of_its_state(qapp, kind):
    image = painted(Mark(UNUSED, kind), QRectF(100, 100, 100, 100))
    assert image.pixelColor(100, 150) == QColor(DARK.kinds[kind].back)


def test_the_ring_fills_as_frames_agree(qapp):
    corner = QRectF(175, 75, 50, 50)
    box = QRectF(100, 100, 100, 100)
    filled = [ink(painted(Mark(UNUSED, Kind.LOOKING, share=n / 3), box), corner, "white") for n in range(4)]
    assert filled == sorted(set(filled))


@pytest.mark.parametrize(
    "box",
    [
        QRectF(-80, -80, 100, 100),
        QRectF(280, 280, 100, 100),
        QRectF(-500, 100, 100, 100),
        QRectF(100, 200, 100, 200),
        QRectF(-50, -50, 900, 900),
    ],
)
def test_name_and_ring_stay_in_the_picture_wherever_the_face_is(qapp, box):
    bare = painted(Mark(UNUSED, Kind.UNLOCKED), box, around=100)
    full = painted(Mark(UNUSED, Kind.UNLOCKED, "Ada Lovelace", share=0.5), box, around=100)
    side = range(SIDE + 200)
    changed = [(x, y) for x in side for y in side if full.pixel(x, y) != bare.pixel(x, y)]
    assert len(changed) > 500
    assert all(100 <= x < 100 + SIDE and 100 <= y < 100 + SIDE for x, y in changed)


@pytest.mark.parametrize("name", ["X" * 1000, "Nguyễn Thị Minh Khai", "王小明", "محمد", "\u202eAda", ""])
def test_any_name_can_be_drawn(qapp, name):
    assert not painted(Mark(UNUSED, Kind.UNLOCKED, name), QRectF(10, 10, 50, 50)).isNull()


def test_a_long_name_does_not_cover_the_whole_width(qapp):
    image = painted(Mark(UNUSED, Kind.UNLOCKED, "X" * 1000), QRectF(140, 100, 20, 20))
    row = [image.pixelColor(x, 120) for x in range(SIDE)]
    assert row[5] == row[SIDE - 6] == QColor("black")
