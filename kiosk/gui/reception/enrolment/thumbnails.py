"""Pictures in small: those that were taken, each to be taken again by a touch."""

from __future__ import annotations

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QPushButton, QWidget

from kiosk.gui.controls import px, row
from kiosk.gui.reception.portraits import square_picture
from kiosk.i18n import translate

SIDE_UNITS = 56


def thumbnail(image: QImage, side_px: int) -> QPixmap:
    """The picture cut to a rounded square; an empty one where there is none."""
    return QPixmap() if image.isNull() else square_picture(image, side_px)


class ShotButtons(QWidget):
    """One button a picture.

    Signals:
        again: the number of the picture that is to be taken again.
    """

    again = pyqtSignal(int)

    def __init__(self, total: int) -> None:
        super().__init__()
        self.buttons = [QPushButton(str(number + 1)) for number in range(total)]
        layout = row(*self.buttons, gap=6)
        layout.addStretch(1)
        self.setLayout(layout)
        for number, button in enumerate(self.buttons):
            button.setProperty("kind", "shot")
            button.clicked.connect(lambda _checked, number=number: self.again.emit(number))
            self.show_picture(number, None)

    def show_picture(self, number: int, content: bytes | None) -> None:
        """The picture that was taken; None = not yet."""
        button = self.buttons[number]
        side = px(SIDE_UNITS)
        button.setFixedSize(side, side)
        button.setEnabled(content is not None)
        if content is None:
            button.setIcon(QIcon())
            button.setText(str(number + 1))
            name = translate("enrolment", "Picture {number}: not taken yet")
        else:
            button.setText("")
            button.setIcon(QIcon(thumbnail(QImage.fromData(content), side - px(6))))
            button.setIconSize(QSize(side - px(6), side - px(6)))
            name = translate("enrolment", "Picture {number}: taken. Press to take it again.")
        button.setAccessibleName(name.format(number=number + 1))
        button.setToolTip(name.format(number=number + 1))
