"""The curves show the frames that are remembered, the newest at the right."""

import pytest

from kiosk.domain import Observation
from kiosk.door.report import REMEMBERED, FrameStats, Report
from kiosk.gui.reception.health import Sparkline, SpeedPanel


@pytest.fixture
def pulse() -> FrameStats:
    pulse = FrameStats()
    for number in range(3):
        pulse.add(Report(Observation(number, 1.0, ()), (), (), "", {"detect": 0.004 * (number + 1)}), number)
    return pulse


def test_each_stage_has_its_name_its_milliseconds_and_its_curve(shown, pulse):
    panel = shown(SpeedPanel())
    panel.show_pulse(pulse)
    panel.show_pulse(pulse)
    name, number, curve = panel.lines["detect"]
    assert (name.text(), number.text(), curve.values) == ("Finding faces", "8.0 ms", pytest.approx([4, 8, 12]))
    assert curve.accessibleDescription() == "8.0 ms"
    assert not panel.nothing.isVisible()


def test_without_frames_it_says_so(shown):
    panel = shown(SpeedPanel())
    panel.show_pulse(FrameStats())
    assert panel.nothing.isVisible()


def test_the_newest_value_is_at_the_right_edge_and_the_largest_at_the_top(shown):
    curve = shown(Sparkline(), (200, 40))
    curve.show_values([2.0, 8.0, 4.0])
    (x0, y0), (x1, y1), (x2, y2) = curve.points()
    assert x0 < x1 < x2 <= 200
    assert y1 < y2 < y0 <= 40
    curve.show_values([1.0] * REMEMBERED)
    assert curve.points()[0][0] < 5


def test_the_noise_of_a_stage_that_takes_nothing_lies_at_the_bottom(shown):
    curve = shown(Sparkline(), (200, 40))
    curve.show_values([0.01, 0.02])
    assert min(y for _, y in curve.points()) > 35


def test_an_empty_curve_is_painted_too(shown):
    curve = shown(Sparkline(), (200, 40))
    assert not curve.grab().isNull()
