"""Columns and rows whose gaps grow with the window, and a row that breaks into lines."""

from typing import TypeAlias, TypeVar

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget

from kiosk.gui.controls.scale import px

Part: TypeAlias = QWidget | QLayout | int  # an int is room that stretches by so much
L = TypeVar("L", bound=QBoxLayout)
Y = TypeVar("Y", bound=QLayout)
_GAP, _MARGIN, _MOST = "gap_units", "margin_units", "most_units"


def column(*parts: Part, gap: int = 8, margin: int = 0) -> QVBoxLayout:
    """Parts below each other; lengths in units."""
    return _filled(QVBoxLayout(), parts, gap, margin)


def row(*parts: Part, gap: int = 8, margin: int = 0) -> QHBoxLayout:
    """Parts beside each other; lengths in units."""
    return _filled(QHBoxLayout(), parts, gap, margin)


def flow(*widgets: QWidget, gap: int = 8) -> "FlowLayout":
    """Widgets beside each other, on as many lines as they need; gap in units."""
    layout = FlowLayout()
    _remember(layout, gap, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def spaced(layout: Y, *, gap: int = 8, margin: int = 0) -> Y:
    """Any layout with gaps that grow with the window; lengths in units."""
    _remember(layout, gap, margin)
    return layout


def centred(widget: QWidget, most: int) -> QVBoxLayout:
    """A widget in the middle, as wide as there is room, up to `most` units."""
    limit_width(widget, most)
    middle = row(1, widget, 1)
    middle.setStretch(1, 100)
    return column(1, middle, 1)


def limit_width(widget: QWidget, most: int) -> None:
    """Let a widget be at most so many units wide."""
    widget.setProperty(_MOST, most)
    widget.setMaximumWidth(px(most))


def fit_layouts(widget: QWidget) -> None:
    """Gives everything below `widget` the gaps and widths of the present scale."""
    for layout in widget.findChildren(QLayout):
        if layout.property(_GAP) is not None:
            _apply(layout)
    for part in widget.findChildren(QWidget):
        most = part.property(_MOST)
        if most is not None:
            part.setMaximumWidth(px(most))


def _filled(layout: L, parts: tuple[Part, ...], gap: int, margin: int) -> L:
    for part in parts:
        if isinstance(part, QLayout):
            layout.addLayout(part)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addStretch(part)
    _remember(layout, gap, margin)
    return layout


def _remember(layout: QLayout, gap: int, margin: int) -> None:
    layout.setProperty(_GAP, gap)
    layout.setProperty(_MARGIN, margin)
    _apply(layout)


def _apply(layout: QLayout) -> None:
    gap, margin = layout.property(_GAP), layout.property(_MARGIN)
    layout.setSpacing(px(gap) if gap else 0)
    margin = px(margin) if margin else 0
    layout.setContentsMargins(margin, margin, margin, margin)


class FlowLayout(QLayout):
    """Puts as many widgets on a line as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem | None) -> None:  # noqa: N802  (Qt's name, as those that follow)
        if item is not None:
            self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802
        size = QSize(0, 0)
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """The height that the lines take in this width."""
        x, y, line_height = rect.left(), rect.top(), 0
        for item in self._items:
            if item.isEmpty():  # hidden
                continue
            size = item.sizeHint()
            if x > rect.left() and x + size.width() > rect.right() + 1:
                x, y, line_height = rect.left(), y + line_height + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size.boundedTo(QSize(rect.width(), size.height()))))
            x += size.width() + self.spacing()
            line_height = max(line_height, size.height())
        return y + line_height - rect.top()
