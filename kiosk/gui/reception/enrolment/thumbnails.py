"""Pictures in small: those that were taken, each to be taken again by a touch."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QImageReader, QPainter, QPainterPath, QPixmap
from PyQt6.QtWidgets import QPushButton, QWidget

from kiosk.gui.controls import px, row
from kiosk.words import translate

SIDE_UNITS = 56


def thumbnail(content: bytes | Path, side_px: int) -> QPixmap:
    """The picture cut to a rounded square; an empty one where Qt cannot read it."""
    image = _read(content, side_px)
    if image.isNull():
        return QPixmap()
    scaled = image.scaled(
        side_px, side_px, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    square = QPixmap(side_px, side_px)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(square.rect()), side_px / 8, side_px / 8)
    painter.setClipPath(shape)
    painter.drawImage((side_px - scaled.width()) // 2, (side_px - scaled.height()) // 3, scaled)
    painter.end()
    return square


def _read(content: bytes | Path, side_px: int) -> QImage:
    if isinstance(content, bytes):
        return QImage.fromData(content)
    reader = QImageReader(str(content))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and min(size.width(), size.height()) > 2 * side_px:
        # Reduced while it is read: a picture of a camera takes a hundred times the memory of what is shown.
        factor = 2 * side_px / min(size.width(), size.height())
        reader.setScaledSize(QSize(round(size.width() * factor), round(size.height() * factor)))
    return reader.read()


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
            button.setIcon(QIcon(thumbnail(content, side - px(6))))
            button.setIconSize(QSize(side - px(6), side - px(6)))
            name = translate("enrolment", "Picture {number}: taken. Press to take it again.")
        button.setAccessibleName(name.format(number=number + 1))
        button.setToolTip(name.format(number=number + 1))
