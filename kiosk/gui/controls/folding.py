"""A text with buttons beside it, or below it where the text would get too narrow."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QWidget

from kiosk.gui.controls.layouts import row

_NARROWEST_LINES = 13  # of the text's width, in heights of a line


class Folding(QWidget):
    """The first part takes the room that the others leave."""

    def __init__(self, first: QWidget, *others: QWidget, gap: int = 10) -> None:
        super().__init__()
        self._others = others
        self._row = row(first, *others, gap=gap)
        self._row.setStretch(0, 1)
        self.setLayout(self._row)

    @property
    def folded(self) -> bool:
        """Whether the parts are below each other."""
        return self._row.direction() is QBoxLayout.Direction.TopToBottom

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        seen = [each for each in self._others if not each.isHidden()]
        taken = sum(each.sizeHint().width() + self._row.spacing() for each in seen)
        fold = self.width() - taken < _NARROWEST_LINES * self.fontMetrics().height()
        if fold is not self.folded:
            ways = QBoxLayout.Direction
            self._row.setDirection(ways.TopToBottom if fold else ways.LeftToRight)
            for each in self._others:
                # A button is as wide as its words, also where it has a line for itself.
                self._row.setAlignment(each, Qt.AlignmentFlag.AlignLeft if fold else Qt.AlignmentFlag(0))
