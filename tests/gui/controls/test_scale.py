import pytest
from PyQt6.QtGui import QFont

from kiosk.gui.controls import px, set_scale, small


@pytest.mark.parametrize(("scale", "expected"), [(1.0, 44), (2.25, 99), (0.001, 1)])
def test_units_grow_with_the_window_and_never_vanish(qapp, scale, expected):
    set_scale(scale)
    assert px(44) == expected


def test_small_letters_are_smaller_and_those_without_a_size_in_px_stay(qapp):
    font = QFont()
    font.setPixelSize(20)
    assert small(font).pixelSize() == 16
    font.setPointSize(12)
    assert small(font) == font
