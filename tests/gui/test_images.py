import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage

from kiosk.gui.feed import to_qimage


def test_blue_green_and_red_keep_their_places():
    image = to_qimage(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8))
    assert [image.pixelColor(x, 0) for x in range(3)] == [QColor("#0000ff"), QColor("#00ff00"), QColor("#ff0000")]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 641])
def test_rows_of_any_length_stay_in_step(width):
    array = np.zeros((4, width, 3), np.uint8)
    array[:, -1] = 255
    image = to_qimage(array)
    assert [image.pixelColor(width - 1, y) for y in range(4)] == [QColor("white")] * 4


def test_the_image_is_its_own_and_outlives_the_array():
    array = np.full((4, 4, 3), 200, np.uint8)
    image = to_qimage(array)
    array[:] = 0
    del array
    assert image.pixelColor(2, 2) == QColor(200, 200, 200)


def test_a_view_that_is_not_contiguous_is_read_in_its_own_order():
    array = np.zeros((2, 4, 3), np.uint8)
    array[:, 0] = 255
    assert to_qimage(array[:, ::-1]).pixelColor(3, 1) == QColor("white")


def test_the_image_is_in_the_format_that_is_painted_fastest():
    assert to_qimage(np.zeros((2, 2, 3), np.uint8)).format() is QImage.Format.Format_RGB32


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3), (5, 0, 3)])
def test_an_array_without_pixels_is_a_null_image(shape):
    assert to_qimage(np.zeros(shape, np.uint8)).isNull()
