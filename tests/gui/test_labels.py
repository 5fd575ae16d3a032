import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont

from kiosk.gui.banner import FitLabel

LARGEST_PX = 40


@pytest.fixture
def label(qtbot) -> FitLabel:
    label = FitLabel("headline", smallest=0.5)
    qtbot.addWidget(label)
    font = QFont(label.font())
    font.setPixelSize(LARGEST_PX)
    label.setFont(font)
    label.resize(300, 120)
    return label


def lines(label: FitLabel) -> list[str]:
    layout = label.fitted()
    found = []
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        found.append(layout.text()[line.textStart() : line.textStart() + line.textLength()].strip())
    return found


def test_a_short_text_is_drawn_as_large_as_the_style_sheet_says(label):
    label.setText("Locked")
    assert (lines(label), label.fitted().font().pixelSize()) == (["Locked"], LARGEST_PX)


def test_a_longer_text_wraps_at_words(label):
    label.setText("Look at the camera")
    assert " ".join(lines(label)) == "Look at the camera"
    assert len(lines(label)) == 2


def test_no_word_stands_alone_when_lines_can_be_of_like_length(label):
    label.resize(400, 200)
    label.setText("Look at the camera to come in")
    first, last = lines(label)
    assert len(last) > len(first) / 2


def test_a_text_that_does_not_fit_is_drawn_smaller_and_whole(label):
    label.setText("Please look straight at the camera and hold still")
    layout = label.fitted()
    assert layout.text() == label.text()
    assert LARGEST_PX / 2 <= layout.font().pixelSize() < LARGEST_PX


def test_what_fits_at_no_legible_size_is_elided(label):
    label.setText("Wolfeschlegelsteinhausenbergerdorff " * 20)
    layout = label.fitted()
    assert layout.text().endswith("…")
    assert layout.font().pixelSize() == LARGEST_PX / 2
    assert layout.boundingRect().height() <= 120


def test_one_endless_word_is_broken(label):
    label.setText("W" * 40)
    assert len(lines(label)) > 1


def test_a_name_that_looks_like_html_is_shown_as_it_is_written(label):
    label.setText("<h1>Ada</h1><img src=x>")
    assert " ".join(lines(label)).replace("> <", "><") == "<h1>Ada</h1><img src=x>"
    assert label.textFormat() is Qt.TextFormat.PlainText


@given(text=st.text(max_size=200), width=st.integers(0, 500), height=st.integers(0, 300))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_in_any_space_can_be_drawn(label, text, width, height):
    label.setText(text)
    label.resize(width, height)
    assert not label.grab().isNull() or not width or not height


@pytest.mark.parametrize("name", ["Nguyễn Thị Minh Khai", "王小明", "محمد بن سلمان", "Zoë Öztürk-O'Neill"])
def test_names_of_the_world_leave_ink(label, name):
    label.setText(name)
    image = label.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert len(colours) > 1


def test_large_type_may_shrink_to_the_size_that_is_legible_without_it(label):
    label.setText("Please look straight at the camera, and hold still until the door has opened for you. " * 2)
    assert label.fitted().text() != label.text()
    label.allow(2.0)
    assert label.fitted().text() == label.text()
    assert label.fitted().font().pixelSize() >= LARGEST_PX / 4
