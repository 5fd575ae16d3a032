import numpy as np
import pytest

from kiosk.evaluation.pages.curves import distances


def test_both_kinds_and_the_thresholds_are_named() -> None:
    random = np.random.default_rng(0)
    svg = distances("d", "t", random.normal(0.4, 0.1, 300), random.normal(0.8, 0.1, 1), [("FMR 1 %", 0.61)]).svg
    assert "300\u00a0pairs of one person" in svg
    assert "1\u00a0pair of two people" in svg
    assert "FMR 1 % 0.610" in svg


@pytest.mark.parametrize(
    ("genuine", "impostor"),
    [([], []), ([0.3], []), ([], [0.5]), ([np.nan], [np.inf, 0.4]), ([0.5] * 9, [0.5] * 9), ([0.0], [1e9])],
    ids=["nothing", "no impostor", "no genuine", "no numbers", "all the same", "far apart"],
)
def test_whatever_was_measured_can_be_drawn(genuine: list[float], impostor: list[float]) -> None:
    drawn = distances("d", "t", np.array(genuine), np.array(impostor), [("", 0.5), ("none", np.inf)])
    assert drawn.png.startswith(b"\x89PNG")


def test_thresholds_are_told_to_who_cannot_see_them() -> None:
    assert "balanced 0.520" in distances("d", "t", np.ones(3), np.ones(3), [("balanced", 0.52)]).described
