"""The texts, buttons, fields, tables and timers of the window."""

from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import (  # type: ignore[attr-defined]  # the stubs have no pyqtProperty
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QSize,
    Qt,
    QTimer,
    pyqtProperty,
    pyqtSignal,
    pyqtSlot,
)
from PyQt6.QtGui import QIcon, QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLayout,
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

from kiosk.gui.layouts import Part, application, column, px
from kiosk.gui.theme import icon

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

    def show_text(self, text: str) -> None:
        """Show the text; "" hides the note."""
        self.setText(text)
        self.setVisible(bool(text))


class Heading(Note):
    """The heading of a page (role "title") or of a part of it (role "heading")."""

    def __init__(self, text: str, role: str = "heading") -> None:
        super().__init__(text, role)
        self.setAccessibleDescription(text)


class StateLabel(QLabel):
    """A short text on the colour of its state: good, warning or fault."""

    def __init__(self, text: str, state: str = "good") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.show_state(text, state)

    def show_state(self, text: str, state: str) -> None:
        self.setText(text)
        restyle(self, "state", state)


def timer(parent: QObject, do: Callable[[], object], ms: int = 0, *, once: bool = False) -> QTimer:
    """Return a timer, still to be started, that calls `do` every `ms` ms, or once."""
    made = QTimer(parent)
    made.setInterval(ms)
    made.setSingleShot(once)
    made.timeout.connect(do)
    return made


def restyle(widget: QWidget, name: str, value: str, *inside: QWidget) -> bool:
    """Set a property that selects the styles of a widget and of those inside; return whether it changed."""
    if widget.property(name) == value:
        return False
    widget.setProperty(name, value)
    for each in (widget, *inside):
        style = each.style()
        if style is not None:  # apply the style sheet again
            style.unpolish(each)
            style.polish(each)
    return True


def breakable(text: str) -> str:
    """Return the text with places to break very long words, so that they are not cut off."""
    return " ".join(
        "\u200b".join(word[start : start + _LONGEST_PIECE] for start in range(0, len(word), _LONGEST_PIECE))
        for word in text.split(" ")
    )


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
        application().focusChanged.connect(self.on_focus_changed)

    @pyqtSlot(QWidget, QWidget)
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)


_REDRAWN = (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.EnabledChange)


class Icon(QLabel):
    """An icon in the colour of the texts beside it, `units` high or as high as their letters."""

    def __init__(self, units: int = 0) -> None:
        super().__init__()
        self._name, self._units = "", units

    def draw(self, name: str) -> None:
        """Show assets/icons/NAME.svg."""
        self._name = name
        if name:
            side = px(self._units) if self._units else max(self.fontMetrics().height(), 1)
            self.setPixmap(icon(name, self.palette().color(self.foregroundRole()).name(), side))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in _REDRAWN:
            self.draw(self._name)


_FINGER_UNITS = 44


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


def _labelled(label: QLabel, field: QWidget, *below: QWidget) -> QVBoxLayout:
    label.setBuddy(field)
    return column(label, field, *below, gap=3)


class TextField(QWidget):
    """A labelled field for one line of text."""

    changed = pyqtSignal(str)  # the text, at every change
    entered = pyqtSignal()  # Enter was pressed

    def __init__(self, label: str, *, hint: str = "", required: bool = False) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setAccessibleName(label)
        self.edit.setAccessibleDescription(hint)
        self.fault = Note("", "error")
        self.fault.hide()
        hints = [Note(hint, "hint")] if hint else []
        self.setLayout(_labelled(QLabel(f"{label} *" if required else label), self.edit, *hints, self.fault))
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
        self.fault.show_text(fault)
        if fault:
            self.edit.setAccessibleDescription(fault)

    @pyqtSlot(str)
    def on_text_changed(self, text: str) -> None:
        self.show_fault("")
        self.changed.emit(text)


class ChoiceBox(QComboBox):
    """A list to choose one option from, not wider than its place."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def values(self) -> list[Any]:
        """Return the values that can be chosen, in order."""
        return [self.itemData(index) for index in range(self.count())]

    def offer(self, options: Sequence[tuple[str, object]]) -> None:
        """Replace the options, as (text, value)."""
        self.clear()
        for text, value in options:
            self.addItem(text, value)


class Choice(QWidget):
    """A labelled list to choose one option from."""

    chosen = pyqtSignal(object)  # the value of the option that a person chose

    def __init__(self, label: str, options: Sequence[tuple[str, object]] = ()) -> None:
        super().__init__()
        self.label, self.box = QLabel(label), ChoiceBox()
        self.box.setAccessibleName(label)
        self.setLayout(_labelled(self.label, self.box))
        self.set_options(options)
        self.box.activated.connect(self.on_activated)

    @property
    def value(self) -> object:
        """Return the value of the present option; None if there are no options."""
        return self.box.currentData()

    def set_options(self, options: Sequence[tuple[str, object]]) -> None:
        """Replace the options, as (text, value); keep the present value if it is among them."""
        before = self.value
        self.box.offer(options)
        self.choose(before)

    def choose(self, value: object) -> None:
        """Choose the option with this value, or the first option."""
        values = self.box.values
        self.box.setCurrentIndex(values.index(value) if value in values else min(0, len(values) - 1))

    @pyqtSlot(int)
    def on_activated(self, index: int) -> None:
        self.chosen.emit(self.box.itemData(index))


class Switch(QCheckBox):
    """A labelled switch: on or off."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.setAccessibleName(label)


ROW_UNITS = 44


def _show_model(view: QAbstractItemView, model: QAbstractItemModel, name: str) -> None:
    view.setModel(model)
    view.setAccessibleName(name)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    scroll_by_touch(view)


class Table(QTableView):
    """A table of any model; Enter, a tap or a double click opens a row (`activated`)."""

    def __init__(self, model: QAbstractItemModel, name: str) -> None:
        super().__init__()
        _show_model(self, model, name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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


class TouchList(QListView):
    """A list whose entries are opened by a tap, Enter or the space bar."""

    opened = pyqtSignal(QModelIndex)  # the index of the entry

    def __init__(self, model: QAbstractItemModel, name: str) -> None:
        super().__init__()
        _show_model(self, model, name)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        keys = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        if event is not None and event.key() in keys and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
