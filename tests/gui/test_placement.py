import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Box
from kiosk.gui.feed import MOST_CROPPED, place

SIZES = st.tuples(st.integers(1, 4000), st.integers(1, 4000))


@given(SIZES, SIZES, st.booleans())
def test_the_picture_is_centred_keeps_its_shape_and_is_cropped_no_more_than_allowed(picture, view, mirrored):
    where = place(picture, view, mirrored=mirrored)
    assert where.left + where.width / 2 == pytest.approx(view[0] / 2)
    assert where.top + where.height / 2 == pytest.approx(view[1] / 2)
    assert where.width / where.height == pytest.approx(picture[0] / picture[1])
    assert where.width <= view[0] * MOST_CROPPED + 1e-6
    assert where.height <= view[1] * MOST_CROPPED + 1e-6


def test_a_picture_of_nearly_the_same_shape_fills_the_view():
    where = place((640, 480), (600, 480), mirrored=False)
    assert (where.left <= 0, where.top <= 0) == (True, True)


def test_a_very_wide_picture_leaves_bars_instead_of_losing_its_sides():
    assert place((1920, 480), (600, 600), mirrored=False).height < 600


def test_a_box_goes_where_its_face_is_drawn():
    assert place((100, 100), (200, 200), mirrored=False).of(Box(10, 20, 40, 60)) == (20, 40, 60, 80)


def test_in_a_mirror_a_face_on_the_left_is_drawn_on_the_right():
    assert place((100, 100), (200, 200), mirrored=True).of(Box(10, 20, 40, 60)) == (120, 40, 60, 80)
