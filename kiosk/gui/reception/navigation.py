"""The list of pages: beside the page on a wide screen, above it on a tall one."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QWidget

from kiosk.gui.controls import Button, spaced
from kiosk.gui.reception.page import PageEntry
from kiosk.i18n import translate

_COLUMNS_ABOVE = 3


class Navigation(QWidget):
    """A button a page.

    Signals:
        wanted: the name of the page that was asked for.
    """

    wanted = pyqtSignal(str)

    def __init__(self, entries: Sequence[PageEntry]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.buttons = {entry.name: _button(entry) for entry in entries}
        self._group = QButtonGroup(self)
        self._grid = spaced(QGridLayout(self), gap=4)
        for name, button in self.buttons.items():
            self._group.addButton(button)
            button.clicked.connect(lambda _checked, name=name: self.wanted.emit(name))
        self.arrange(above=False)

    def arrange(self, *, above: bool, room_px: int = 0) -> None:
        """One column beside the page, or as many above it as there is room for, up to three."""
        columns = self._columns(room_px) if above else 1
        for index, button in enumerate(self.buttons.values()):
            self._grid.removeWidget(button)
            self._grid.addWidget(button, index // columns, index % columns)
        last = self._grid.rowCount()
        for line in range(last):
            self._grid.setRowStretch(line, 0)
        self._grid.setRowStretch(last, 0 if above else 1)
        vertical = QSizePolicy.Policy.Fixed if above else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)

    def _columns(self, room_px: int) -> int:
        widest = max((button.sizeHint().width() for button in self.buttons.values()), default=1) + self._grid.spacing()
        return max(min(_COLUMNS_ABOVE, len(self.buttons), room_px // widest), 1)

    def mark(self, name: str) -> None:
        """Show which page is on the screen."""
        if name in self.buttons:
            self.buttons[name].setChecked(True)


def _button(entry: PageEntry) -> Button:
    button = Button(translate("staff", entry.title), entry.icon)
    button.setCheckable(True)
    return button
