"""One kept face, to be chosen or left out."""

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSlot
from PyQt6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PyQt6.QtWidgets import QPushButton

from kiosk.gui.controls import px
from kiosk.gui.icons import icon
from kiosk.i18n import translate

_SIDE_UNITS = 68
_MARK_SHARE = 0.36  # of the picture's side
_LEFT_OUT_OPACITY = 0.35


class FaceButton(QPushButton):
    """A picture that is pressed to leave it out, and again to take it; chosen at first, which a tick says too."""

    def __init__(self, image: QImage, when: str) -> None:
        super().__init__()
        self._when = when
        self.setCheckable(True)
        self.setChecked(True)
        self.setProperty("kind", "face")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._image, self._side = image, 0
        self._draw()
        self.toggled.connect(self.on_toggled)
        self.on_toggled(chosen=True)

    @pyqtSlot(bool)
    def on_toggled(self, chosen: bool) -> None:
        text = (
            translate("visitors", "Face of {time}, chosen")
            if chosen
            else translate("visitors", "Face of {time}, left out")
        )
        self.setAccessibleName(text.format(time=self._when))
        self.setToolTip(self._when)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.StyleChange:
            self._draw()

    def _draw(self) -> None:
        """As large as the window has it now."""
        side = px(_SIDE_UNITS)
        if side != self._side:
            self._side = side
            drawn = QIcon(_picture(self._image, side, chosen=False))
            drawn.addPixmap(_picture(self._image, side, chosen=True), state=QIcon.State.On)
            self.setIcon(drawn)
            self.setIconSize(QSize(side, side))


def _picture(image: QImage, side: int, *, chosen: bool) -> QPixmap:
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setOpacity(1.0 if chosen else _LEFT_OUT_OPACITY)
    if not image.isNull():
        how = Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        scaled = image.scaled(side, side, *how)
        painter.drawImage((side - scaled.width()) // 2, (side - scaled.height()) // 2, scaled)
    if chosen:
        mark = round(side * _MARK_SHARE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawEllipse(side - mark - 2, side - mark - 2, mark, mark)
        inner = round(mark * 0.7)
        offset = side - mark - 2 + (mark - inner) // 2
        painter.drawPixmap(offset, offset, icon("tick_mark", "#ffffff", inner))
    painter.end()
    return picture
