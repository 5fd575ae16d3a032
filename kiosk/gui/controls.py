"""The texts, layouts, buttons, fields and tables of the staff side. Lengths are in units of the window's scale."""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from PyQt6.QtCore import (  # type: ignore[attr-defined]  # the stubs have no pyqtProperty
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    pyqtProperty,
    pyqtSignal,
    pyqtSlot,
)
from PyQt6.QtGui import QFont, QIcon, QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QListView,
    QPushButton,
    QScrollArea,
    QScroller,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kiosk.gui.theme import icon

SMALL = 0.82  # relative to normal letters
_PROPERTY = "kiosk_scale"


def set_scale(scale: float) -> None:
    """Set the scale in px per unit for every layout from now on."""
    application = QApplication.instance()
    if application is not None:
        application.setProperty(_PROPERTY, float(scale))


def px(units: float) -> int:
    """Return units as px, at least 1."""
    application = QApplication.instance()
    scale = application.property(_PROPERTY) if application is not None else None
    return max(round(units * (scale if isinstance(scale, float) else 1.0)), 1)


def small(font: QFont) -> QFont:
    """Return the font for the second line of a cell, and for a name below a picture."""
    smaller = QFont(font)
    if font.pixelSize() > 0:
        smaller.setPixelSize(max(round(font.pixelSize() * SMALL), 1))
    return smaller


_LONGEST_PIECE = 14  # letters of a word that stay together


class Note(QLabel):
    """A plain text that wraps; role: "" for running text, muted, hint, or error."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


class Heading(Note):
    """The heading of a page (role "title") or of a part of it (role "heading")."""

    def __init__(self, text: str, role: str = "heading") -> None:
        super().__init__(text, role)
        self.setAccessibleDescription(text)


class State(QLabel):
    """A short text on the colour of its state: good, warning or fault."""

    def __init__(self, text: str = "", state: str = "good") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.show_state(text, state)

    def show_state(self, text: str, state: str) -> None:
        """Show another text and state."""
        self.setText(text)
        if self.property("state") != state:
            self.setProperty("state", state)
            polish_again(self)


def polish_again(widget: QWidget) -> None:
    """Apply the style sheet again, which a changed property needs."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


def breakable(text: str) -> str:
    """Return the text with places to break very long words, so that they are not cut off."""
    return " ".join(
        "\u200b".join(word[start : start + _LONGEST_PIECE] for start in range(0, len(word), _LONGEST_PIECE))
        for word in text.split(" ")
    )


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
    layout = FlowLayout()
    _remember(layout, gap, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def spaced(layout: Y, *, gap: int = 8, margin: int = 0) -> Y:
    """Return the layout with gaps that grow with the window; lengths in units."""
    _remember(layout, gap, margin)
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
        widths = [_least_width(part) for part in self._parts if not part.isHidden()]
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
            self._fold()
        return handled

    def _fold(self) -> None:
        fold = self.width() < self.wanted_width
        if fold is not self.folded:
            ways = QBoxLayout.Direction
            self._row.setDirection(ways.TopToBottom if fold else ways.LeftToRight)
            self._align(folded=fold)
            self.updateGeometry()

    def _align(self, *, folded: bool) -> None:
        """Keep buttons as wide as their text, and beside a field at its lower edge."""
        if isinstance(self._parts[0], QPushButton):
            return
        beside = Qt.AlignmentFlag(0) if self._text else Qt.AlignmentFlag.AlignBottom
        for part in self._parts[1:]:
            if isinstance(part, QPushButton):
                self._row.setAlignment(part, Qt.AlignmentFlag.AlignLeft if folded else beside)


def _least_width(part: QWidget) -> int:
    return part.wanted_width if isinstance(part, FoldingRow) else part.minimumSizeHint().width()


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
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if tall else QBoxLayout.Direction.LeftToRight)
        return tall


class Panel(QFrame):
    """A card with parts below each other."""

    def __init__(self, *parts: Part, gap: int = 8, margin: int = 12) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setLayout(column(*parts, gap=gap, margin=margin))


def scroll_by_touch(area: QAbstractScrollArea) -> None:
    """Let a finger scroll a view."""
    viewport = area.viewport()
    if viewport is not None:
        QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)


class ScrollPage(QScrollArea):
    """A page that scrolls; the widget that gets the focus comes into view."""

    def __init__(self, content: QLayout) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrolled")
        inner.setLayout(content)
        self.setWidget(inner)
        scroll_by_touch(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self.on_focus_changed)

    @pyqtSlot(QWidget, QWidget)
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)


_FINGER_UNITS = 44
_REDRAWN = (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.EnabledChange)


class Button(QPushButton):
    """A button of the staff side.

    Args:
        text: the label; empty for a button with an icon only, which needs a `name`.
        icon_name: a name in assets/icons; empty = no icon.
        kind: plain, primary (the main action), danger (cannot be undone), quiet (no frame) or key (of a pad).
        name: the name for screen readers, if it is not the text.
        deliberate: only Space and touch press it, not Enter, for actions that need a careful decision.
    """

    def __init__(
        self, text: str = "", icon_name: str = "", kind: str = "plain", *, name: str = "", deliberate: bool = False
    ) -> None:
        super().__init__(text)
        self._icon_name = icon_name
        self._drawn: tuple[str, str, int] | None = None
        self._checked_colour = ""
        self.setProperty("kind", kind)
        self.setAccessibleName(name or text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_deliberate(deliberate)
        if name and not text:
            self.setToolTip(name)
        self._draw()

    def set_deliberate(self, deliberate: bool) -> None:
        """Set whether Enter leaves the button alone."""
        self._deliberate = deliberate
        self.setAutoDefault(not deliberate)  # Enter presses the button that has the focus

    def set_text(self, text: str, icon_name: str | None = None) -> None:
        """Change the text, and the icon if one is given."""
        self.setText(text)
        self.setAccessibleName(text)
        if icon_name is not None:
            self._icon_name, self._drawn = icon_name, None
            self._draw()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Let Enter press once, however long it is held, and a deliberate button not at all."""
        enter = event is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if event is not None and enter and (self._deliberate or event.isAutoRepeat()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return a size not narrower than a finger; a minimum width in the style sheet would cut off long texts."""
        return super().sizeHint().expandedTo(QSize(px(_FINGER_UNITS), 0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return self.sizeHint()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in _REDRAWN:
            self._draw()

    @pyqtProperty(str)
    def checkedColour(self) -> str:  # noqa: N802  (the name in the style sheet)
        """Return the colour of the icon while the button is checked; the style sheet sets it."""
        return self._checked_colour

    @checkedColour.setter  # type: ignore[no-redef]
    def checkedColour(self, colour: str) -> None:  # noqa: N802
        self._checked_colour = colour
        self._draw()

    def _draw(self) -> None:
        side = max(round(self.fontMetrics().height() * 1.3), 1)
        colour = self.palette().color(self.foregroundRole()).name()
        if not self._icon_name or self._drawn == (colour, self._checked_colour, side):
            return
        self._drawn = colour, self._checked_colour, side
        drawn = QIcon(icon(self._icon_name, colour, side))
        if self._checked_colour:
            drawn.addPixmap(icon(self._icon_name, self._checked_colour, side), state=QIcon.State.On)
        self.setIconSize(QSize(side, side))
        self.setIcon(drawn)


class TextField(QWidget):
    """A labelled field for one line of text.

    Signals:
        changed: the text, at every change.
        entered: Enter was pressed.
    """

    changed = pyqtSignal(str)
    entered = pyqtSignal()

    def __init__(self, label: str, text: str = "", *, hint: str = "", required: bool = False) -> None:
        super().__init__()
        self.edit = QLineEdit(text)
        self.edit.setAccessibleName(label)
        self.edit.setAccessibleDescription(hint)
        self.fault = Note("", "error")
        self.fault.hide()
        name = QLabel(f"{label} *" if required else label)
        name.setBuddy(self.edit)
        parts: list[QWidget] = [name, self.edit]
        if hint:
            parts.append(Note(hint, "hint"))
        self.setLayout(column(*parts, self.fault, gap=3))
        self.edit.textChanged.connect(self.on_text_changed)
        self.edit.returnPressed.connect(self.entered)

    @property
    def text(self) -> str:
        """Return the text without spaces around it."""
        return self.edit.text().strip()

    def set_text(self, text: str) -> None:
        self.edit.setText(text)

    def show_fault(self, fault: str) -> None:
        """Show what is wrong below the field; "" hides it."""
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        if fault:
            self.edit.setAccessibleDescription(fault)

    @pyqtSlot(str)
    def on_text_changed(self, text: str) -> None:
        self.show_fault("")
        self.changed.emit(text)


class Choice(QWidget):
    """A labelled list to choose one option from.

    Signals:
        chosen: the value of the option that a person chose.
    """

    chosen = pyqtSignal(object)

    def __init__(self, label: str, options: Sequence[tuple[str, object]] = (), *, hint: str = "") -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName(label)
        self.box.setAccessibleDescription(hint)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        name = QLabel(label)
        name.setBuddy(self.box)
        parts: list[QWidget] = [name, self.box]
        if hint:
            parts.append(Note(hint, "hint"))
        self.setLayout(column(*parts, gap=3))
        self.set_options(options)
        self.box.activated.connect(self.on_activated)

    @property
    def value(self) -> object:
        """Return the value of the present option; None if there are no options."""
        return self.box.currentData()

    def set_options(self, options: Sequence[tuple[str, object]]) -> None:
        """Replace the options, as (text, value); keep the present value if it is among them."""
        before = self.value
        self.box.clear()
        for text, value in options:
            self.box.addItem(text, value)
        self.choose(before)

    def choose(self, value: object) -> None:
        """Choose the option with this value, or the first option."""
        values = [self.box.itemData(index) for index in range(self.box.count())]
        self.box.setCurrentIndex(values.index(value) if value in values else min(0, len(values) - 1))

    @pyqtSlot(int)
    def on_activated(self, index: int) -> None:
        self.chosen.emit(self.box.itemData(index))


class Switch(QCheckBox):
    """A labelled switch: on or off."""

    def __init__(self, label: str, *, on: bool = False, hint: str = "") -> None:
        super().__init__(label)
        self.setChecked(on)
        self.setAccessibleName(label)
        self.setAccessibleDescription(hint)


ROW_UNITS = 44


class Table(QTableView):
    """A table of any model; Enter, a tap or a double click opens a row (`activated`)."""

    def __init__(self, model: QAbstractItemModel, name: str) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)  # Tab leaves the table, the arrows move in it
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        if rows is not None:
            rows.hide()
            rows.setDefaultSectionSize(px(ROW_UNITS))
        columns = self.horizontalHeader()
        if columns is not None:
            columns.setHighlightSections(False)
            columns.setStretchLastSection(True)
        scroll_by_touch(self)


class TouchList(QListView):
    """A list whose entries are opened by a tap, Enter or the space bar.

    Signals:
        opened: the index of the entry.
    """

    opened = pyqtSignal(QModelIndex)

    def __init__(self, model: QAbstractItemModel, name: str) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll_by_touch(self)
        self.clicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        keys = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        if event is not None and event.key() in keys and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
