"""Parts beside each other, or below each other where there is no room: a text with buttons, and buttons alone."""

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

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


class Bar(QWidget):
    """The buttons below a page, on one line where there is room, else on two or below each other."""

    def __init__(self, *buttons: QWidget, left: int = 1) -> None:
        super().__init__()
        self._buttons, self._answers = buttons, buttons[left:]
        self._right = row(*self._answers)
        self._row = row(*buttons[:left], 1, self._right)
        self.setLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As narrow as the widest button: on a line of their own they take no more."""
        return QSize(max(button.sizeHint().width() for button in self._buttons), super().minimumSizeHint().height())

    def event(self, event: QEvent | None) -> bool:
        """Other words on a button may need another line, too."""
        handled = super().event(event)
        if event is not None and event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self._fold()
        return handled

    def _fold(self) -> None:
        for layout, buttons in ((self._row, self._buttons), (self._right, self._answers)):
            beside = self._needed(buttons) <= self.width()
            layout.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _needed(self, buttons: Sequence[QWidget]) -> int:
        shown = [button.sizeHint().width() for button in buttons if not button.isHidden()]
        return sum(shown) + self._row.spacing() * len(shown)
