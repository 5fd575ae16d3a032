from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage

from kiosk.files import asset
from kiosk.gui.controls import px
from kiosk.gui.reception.enrolment.check_step import SIDE_UNITS, ShotButtons, thumbnail

PORTRAIT = asset("demo", "gallery", "Grace_Hopper.jpg")


def test_a_picture_is_a_square_of_the_side_asked_for(qapp):
    picture = thumbnail(QImage(str(PORTRAIT)), 40)
    assert (picture.width(), picture.height()) == (40, 40)
    assert thumbnail(QImage(), 40).isNull()


def test_a_picture_that_was_taken_can_be_asked_for_again(qtbot):
    shots = ShotButtons(3)
    qtbot.addWidget(shots)
    assert [button.isEnabled() for button in shots.buttons] == [False] * 3
    shots.show_picture(1, PORTRAIT.read_bytes())
    assert shots.buttons[1].accessibleName() == "Picture 2: taken. Press to take it again."
    with qtbot.waitSignal(shots.again) as heard:
        qtbot.mouseClick(shots.buttons[1], Qt.MouseButton.LeftButton)
    assert heard.args == [1]
    shots.show_picture(1, None)
    assert shots.buttons[1].text() == "2"
    assert shots.buttons[0].width() == px(SIDE_UNITS) >= px(44)
