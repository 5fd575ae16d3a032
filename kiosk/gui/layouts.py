"""The scale of the window, and layouts whose gaps and widths follow it. Lengths are in units of that scale."""

from typing import TypeAlias, TypeVar, cast

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

SMALL = 0.82  # relative to normal letters
_PROPERTY = "kiosk_scale"


def application() -> QApplication:
    """Return the application, which there is as soon as there is a widget."""
    return cast("QApplication", QApplication.instance())


def set_scale(scale: float) -> None:
    """Set the scale in px per unit for every layout from now on."""
    application().setProperty(_PROPERTY, float(scale))


def px(units: float) -> int:
    """Return units as px, at least 1."""
    return max(round(units * (application().property(_PROPERTY) or 1.0)), 1)


def small(font: QFont) -> QFont:
    """Return the font for the second line of a cell, and for a name below a picture."""
    smaller = QFont(font)
    if font.pixelSize() > 0:
        smaller.setPixelSize(max(round(font.pixelSize() * SMALL), 1))
    return smaller


Part: TypeAlias = QWidget | QLayout | int  # an int is a stretch
L = TypeVar("L", bound=QBoxLayout)
Y = TypeVar("Y", bound=QLayout)
_GAP, _MARGIN, _MOST = "gap_units", "margin_units", "most_units"


def column(*parts: Part, gap: int = 8, margin: int = 0) -> QVBoxLayout:
    """Return a layout with the parts below each other; lengths in units."""
    return _filled(QVBoxLayout(), parts, gap, margin)


def row(*parts: Part, gap: int = 8, margin: int = 0) -> QHBoxLayout:
    """Return a layout with the parts beside each other; lengths in units."""
    return _filled(QHBoxLayout(), parts, gap, margin)


def flow(*widgets: QWidget, gap: int = 8) -> "FlowLayout":
    """Return a layout with the widgets beside each other on as many lines as they need; gap in units."""
    layout = spaced(FlowLayout(), gap=gap)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def spaced(layout: Y, *, gap: int = 8, margin: int = 0) -> Y:
    """Return the layout with gaps that grow with the window; lengths in units."""
    layout.setProperty(_GAP, gap)
    layout.setProperty(_MARGIN, margin)
    _apply(layout)
    return layout


def centred(widget: QWidget, most: int) -> QVBoxLayout:
    """Return a layout with the widget in the middle, at most `most` units wide."""
    limit_width(widget, most)
    middle = row(1, widget, 1)
    middle.setStretch(1, 100)
    return column(1, middle, 1)


def limit_width(widget: QWidget, most: int) -> None:
    """Limit the width of a widget to `most` units."""
    widget.setProperty(_MOST, most)
    widget.setMaximumWidth(px(most))


def discard(layout: QLayout, widget: QWidget) -> None:
    """Take a widget out of its layout and delete it, later: its own event may be the one being handled."""
    layout.removeWidget(widget)
    widget.hide()
    widget.deleteLater()


def turn(layout: QBoxLayout, *, down: bool) -> None:
    """Arrange the parts below each other, or beside each other."""
    layout.setDirection(QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight)


def fit_layouts(widget: QWidget) -> None:
    """Apply the present scale to the gaps and widths of everything below `widget`."""
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
    return spaced(layout, gap=gap, margin=margin)


def _apply(layout: QLayout) -> None:
    gap, margin = layout.property(_GAP), layout.property(_MARGIN)
    layout.setSpacing(px(gap) if gap else 0)
    margin = px(margin) if margin else 0
    layout.setContentsMargins(margin, margin, margin, margin)


class FlowLayout(QLayout):
    """A layout that puts as many widgets on a line as fit."""

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
        """Return the height of the lines in this width."""
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


_NARROWEST_LINES = 13  # of a running text's width, in heights of a line


class FoldingRow(QWidget):
    """Parts beside each other; below each other where they do not fit.

    The first part takes the room that the others leave; `equal` shares it out, `text` says that the first part is a
    running text, which needs some width to be readable.
    """

    def __init__(self, *parts: QWidget, gap: int = 10, equal: bool = False, text: bool = False) -> None:
        super().__init__()
        self._parts, self._equal, self._text = parts, equal, text
        self._row = row(*parts, gap=gap)
        for number in range(len(parts) if equal else 1):
            self._row.setStretch(number, 1)
        self._align(folded=False)
        self.setLayout(self._row)

    @property
    def folded(self) -> bool:
        """Return whether the parts are below each other."""
        return self._row.direction() is QBoxLayout.Direction.TopToBottom

    @property
    def wanted_width(self) -> int:
        """Return the width in px that the visible parts need beside each other."""
        shown = [part for part in self._parts if not part.isHidden()]
        widths = [
            part.wanted_width if isinstance(part, FoldingRow) else part.minimumSizeHint().width() for part in shown
        ]
        if self._text:
            widths[0] = max(widths[0], _NARROWEST_LINES * self.fontMetrics().height())
        return sum(widths) + self._row.spacing() * (len(widths) - 1)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return the size that is wanted: the parts beside each other, also while they are not."""
        return QSize(self.wanted_width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return the size below which something is cut off: the width of the widest part."""
        widths = [part.minimumSizeHint().width() for part in self._parts if not part.isHidden()]
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def event(self, event: QEvent | None) -> bool:
        """Fold again when the width changes, or the text of a part."""
        handled = super().event(event)
        if event is not None and event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            fold = self.width() < self.wanted_width
            if fold is not self.folded:
                turn(self._row, down=fold)
                self._align(folded=fold)
                self.updateGeometry()
        return handled

    def _align(self, *, folded: bool) -> None:
        """Keep buttons as wide as their text, and beside a field at its lower edge."""
        if isinstance(self._parts[0], QPushButton):
            return
        beside = Qt.AlignmentFlag(0) if self._text else Qt.AlignmentFlag.AlignBottom
        for part in self._parts[1:]:
            if isinstance(part, QPushButton):
                self._row.setAlignment(part, Qt.AlignmentFlag.AlignLeft if folded else beside)


class Bar(FoldingRow):
    """The buttons below a page: the first at the left, the others at the right."""

    def __init__(self, first: QWidget, *others: QWidget) -> None:
        super().__init__(first, FoldingRow(*others, gap=8, equal=True) if len(others) > 1 else others[0], gap=8)
        self._row.setStretch(0, 0)
        self._row.insertStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


class Halves(QWidget):
    """Two parts in the ratio 3 to 2: beside each other on a wide page, below each other on a tall one."""

    def __init__(self, first: QWidget | QLayout, second: QWidget | QLayout) -> None:
        super().__init__()
        self._row = row(first, second, gap=10)
        self._row.setStretch(0, 3)
        self._row.setStretch(1, 2)
        self.setLayout(self._row)

    def fit(self, page: QSize) -> bool:
        """Arrange the parts for the size of the page; return whether it is taller than wide."""
        tall = page.height() > page.width()
        turn(self._row, down=tall)
        return tall
