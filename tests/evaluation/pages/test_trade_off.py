import numpy as np

from kiosk.evaluation.pages.curves import trade_off


def test_both_rates_the_marks_and_what_was_asked_are_shown() -> None:
    thresholds = np.linspace(0.2, 0.6, 30)
    strangers, members = np.geomspace(1e-9, 0.5, 30), np.linspace(0.9, 0, 30)
    marks = [("in force", 0.38), ("proposed", 0.33)]
    drawn = trade_off("t", "T", thresholds, strangers, members, asked=1e-4, marks=marks)
    for text in ("a stranger is let in", "a member is refused", "proposed 0.330", "asked", "0.01 %"):
        assert text in drawn.svg
    assert "in force 0.380" in drawn.described


def test_rates_of_nothing_can_be_drawn() -> None:
    nothing = np.zeros(3)
    for asked in (1e-7, None):
        assert trade_off("t", "T", np.array([0.1, 0.2, 0.3]), nothing, nothing, asked=asked, marks=[]).png
