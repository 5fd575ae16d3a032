import pytest

from kiosk.gui.controls.scale import px, set_scale


@pytest.mark.parametrize(("scale", "expected"), [(1.0, 44), (2.25, 99), (0.001, 1)])
def test_units_grow_with_the_window_and_never_vanish(scale, expected):
    set_scale(scale)
    assert px(44) == expected
