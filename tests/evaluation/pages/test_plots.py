import re
from xml.etree import ElementTree

import numpy as np
from matplotlib.axes import Axes

from kiosk.evaluation.pages.plots import GENUINE, SERIES, Plot, label, legend_above, percent_axis, plot, series_style
from kiosk.files import asset
from kiosk.vision.opencv import cv2


def drawn(name: str = "one", text: str = "line") -> Plot:
    def draw(axes: Axes) -> None:
        axes.plot([0, 0.5, 1], [0, 0.2, 1], label=label(text), **series_style(0))
        axes.axhline(0.5, color=GENUINE)
        percent_axis(axes, "y")
        legend_above(axes)

    return plot(name, "Title", "Described.", draw)


def test_png_is_sharp_enough_for_dense_screens() -> None:
    image = cv2.imdecode(np.frombuffer(drawn().png, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape[1] >= 1000


def test_drawing_for_the_page_is_well_formed_and_refers_to_nothing_outside() -> None:
    svg = drawn().svg
    ElementTree.fromstring(svg)  # noqa: S314  (our own drawing)
    assert set(re.findall(r'href="(.)', svg)) <= {"#"}
    assert "width" not in svg[: svg.index(">")], "it fills the room that the page gives it"


def test_every_colour_of_a_drawing_follows_the_theme() -> None:
    svg = drawn().svg
    assert re.findall(r"#[0-9a-f]{6}\b", svg.partition("</style>")[2]) == []
    style = asset("report", "style.css").read_text(encoding="utf-8")
    light, _, dark = style.partition("prefers-color-scheme: dark")
    for variable in set(re.findall(r"var\((--[\w-]+)\)", svg)):
        assert f"{variable}:" in light, variable
        assert f"{variable}:" in dark, variable


def test_drawings_are_the_same_each_time_and_do_not_share_what_they_refer_to() -> None:
    assert drawn() == drawn()
    one, other = (set(re.findall(r' id="([mp][0-9a-f]+)"', drawn(name).svg)) for name in ("one", "other"))
    assert one
    assert not one & other


def test_letters_stay_letters_and_a_hostile_name_is_text() -> None:
    hostile = "$x^{2$ </text><script>alert(1)</script> & \\frac"
    svg = drawn(text=hostile).svg
    assert "<script" not in svg
    assert hostile[:12] in "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314


def test_names_that_a_legend_would_drop_or_that_have_no_end_are_shown() -> None:
    assert label("_hidden") == "hidden"
    assert label("__") == "?"
    assert len(label("x" * 500)) < 60


def test_lines_are_told_apart_without_colours_and_there_are_always_more() -> None:
    styles = [series_style(index) for index in range(20)]
    assert len({str(style["linestyle"]) for style in styles[: len(SERIES)]}) == len(SERIES)
