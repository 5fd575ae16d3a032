import numpy as np
import pytest

from kiosk.evaluation.pages import curves
from kiosk.evaluation.pages.curves import Line, det, roc
from kiosk.evaluation.rates import curve


def line(name: str = "dlib_resnet, haar", pairs: int = 300, mean: float = 0.4) -> Line:
    random = np.random.default_rng(1)
    genuine, impostor = random.normal(mean, 0.1, pairs), random.normal(0.8, 0.1, pairs)
    return Line(name, curve(genuine, impostor), (pairs, pairs), ((0.01, 0.05), (0.0, 0.2)))


@pytest.mark.parametrize("draw", [det, roc])
def test_several_paths_stand_in_one_figure(draw) -> None:
    svg = draw([line("first"), line("second", mean=0.6)]).svg
    assert "first" in svg
    assert "second" in svg


@pytest.mark.parametrize("draw", [det, roc])
def test_a_handful_of_pairs_and_perfect_separation_can_be_drawn(draw) -> None:
    tiny = Line("tiny", curve([0.1], [0.9]), (1, 1))
    assert draw([tiny]).png
    assert draw([Line("same", curve([0.5] * 3, [0.5] * 3), (3, 3))]).png


def test_pairs_without_a_distance_can_be_drawn() -> None:
    assert det([Line("failed", curve([np.nan, 0.3], [np.inf, np.nan]), (2, 2))]).png


def test_a_million_steps_make_no_larger_a_drawing_than_a_reader_can_see() -> None:
    across = np.linspace(1e-4, 1, 1_000_000)
    kept = curves._seen(across, 1.0 - across * 0.999)
    assert 100 < np.count_nonzero(kept) < 3000
    assert kept[0]
    assert kept[-1]


def test_axes_reach_below_what_so_many_pairs_can_show() -> None:
    assert "0.01 %" in det([line(pairs=20_000)]).svg
    assert "0.01 %" not in det([line(pairs=300)]).svg
