"""A face is chosen or left out, which is seen without colours and heard."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon, QImage

from kiosk.gui.controls import set_scale
from kiosk.gui.reception.visitors import FaceButton


@pytest.fixture
def face(shown) -> FaceButton:
    image = QImage(120, 90, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.yellow)
    return shown(FaceButton(image, "14:03"))


def test_it_is_chosen_at_first_and_left_out_when_it_is_pressed(face):
    assert (face.isChecked(), face.accessibleName()) == (True, "Face of 14:03, chosen")
    face.click()
    assert (face.isChecked(), face.accessibleName()) == (False, "Face of 14:03, left out")


def test_both_look_different_where_colours_are_not_seen(face):
    pictures = [face.icon().pixmap(face.iconSize(), QIcon.Mode.Normal, state) for state in QIcon.State]
    grey = [picture.toImage().convertToFormat(QImage.Format.Format_Grayscale8) for picture in pictures]
    assert grey[0] != grey[1]


def test_a_finger_can_press_it(face):
    assert min(face.sizeHint().width(), face.sizeHint().height()) >= 44


def test_it_grows_with_the_window(face):
    before = face.iconSize().width()
    set_scale(2.0)
    face.parentWidget().setStyleSheet(face.parentWidget().styleSheet() + " ")
    set_scale(1.0)
    assert face.iconSize().width() == 2 * before


def test_a_picture_that_could_not_be_read_is_an_empty_button(shown):
    assert shown(FaceButton(QImage(), "14:03")).isEnabled()
