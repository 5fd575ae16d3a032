from xml.etree import ElementTree as ET

import numpy as np
import pytest

from kiosk.training.checkpoint import Row
from kiosk.training.plot import plot

SVG = "{http://www.w3.org/2000/svg}"


def row(step, loss, accuracy):
    return Row(step, 1.0, 1e-3, loss, 100.0, 0.1, 80.0, accuracy)


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - it was drawn here


def lines(svg):
    """The points of each line."""
    found = parsed(svg).iter(f"{SVG}polyline")
    return [[tuple(map(float, point.split(","))) for point in line.get("points").split()] for line in found]


@pytest.fixture(scope="module")
def svg():
    random = np.random.default_rng(1)
    rows = [row(10, 0.4, 0.5), row(20, 0.2, 0.6), row(30, 0.1, 0.7)]
    return plot(rows, random.normal(0.5, 0.1, 500), random.normal(1.2, 0.1, 500))


def test_loss_falls_and_accuracy_rises_from_left_to_right(svg):
    loss, zero, accuracy, *_ = lines(svg)
    assert [x for x, _ in loss] == sorted(x for x, _ in loss)
    assert [y for _, y in loss] == sorted(y for _, y in loss)  # px count from above
    assert len({y for _, y in zero}) == 1
    assert [y for _, y in accuracy] == sorted((y for _, y in accuracy), reverse=True)


def test_each_kind_of_distance_peaks_where_it_lies(svg):
    *_, same, different = lines(svg)
    left, right = 60, 580
    peaks = [min(line, key=lambda point: point[1])[0] for line in (same, different)]
    places = [(x - left) / (right - left) * 1.975 for x in peaks]  # the middle of the last of 40 bins
    assert places == pytest.approx([0.5, 1.2], abs=0.15)


def test_the_axes_say_what_they_are(svg):
    texts = [text.text for text in parsed(svg).iter(f"{SVG}text")]
    assert {"step", "loss", "accuracy", "learning rate", "distance", "30"} <= set(texts)


def test_everything_lies_inside_the_picture(svg):
    assert all(0 <= x <= 640 and 0 <= y <= 300 for line in lines(svg) for x, y in line)


@pytest.mark.parametrize("rows", [[], [row(1, 0.0, 0.0)]])
def test_runs_without_numbers_are_drawn_too(rows):
    assert len(lines(plot(rows, np.zeros(0), np.zeros(0)))) == 6
