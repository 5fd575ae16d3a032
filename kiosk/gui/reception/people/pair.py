"""Two parts beside each other, or below each other where there is no room for both."""

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QWidget

from kiosk.gui.controls import row


class Pair(QWidget):
    """As narrow as the wider of its parts."""

    def __init__(self, first: QWidget, second: QWidget, *, gap: int = 12, equal: bool = True) -> None:
        super().__init__()
        self._parts = (first, second)
        self._row = row(first, second, gap=gap)
        self._row.setStretch(0, 1)
        if equal:
            self._row.setStretch(1, 1)
        else:
            self._row.setAlignment(second, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(self._row)

    @property
    def folded(self) -> bool:
        """Whether the parts are below each other."""
        return self._row.direction() is QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        widths = [part.minimumSizeHint().width() for part in self._parts]
        return QSize(max(widths), self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        wanted = sum(part.minimumSizeHint().width() for part in self._parts) + self._row.spacing()
        fold = self.width() < wanted
        if fold is not self.folded:
            ways = QBoxLayout.Direction
            self._row.setDirection(ways.TopToBottom if fold else ways.LeftToRight)
            self._row.activate()
            self.updateGeometry()
