"""The journal as a list: a line a row, newest first, loaded as far as somebody scrolls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QAbstractListModel, QLocale, QModelIndex, QObject, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QScroller,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from kiosk.domain import Outcome, Reason
from kiosk.gui.controls import px
from kiosk.gui.icons import icon
from kiosk.gui.reception.journal.wording import action_in_words, decision_in_words
from kiosk.store.journal import Action, ActionEntry, JournalEntry

_TIME_FORMAT = "%H:%M:%S"
_LINES, _MORE_LINES = 2, 3  # of text in a row, and in one that is narrow; what does not fit stands in the details
_NARROW_LETTERS = 60  # of a whole row
_HIGH_ROWS = 5  # that a narrow list has room for
_ALARMING = {Action.WRONG_PIN.value, Action.LOCKED_OUT.value}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is shown."""

    entry: JournalEntry | ActionEntry
    time: str
    day: str
    words: str
    icon: str

    @property
    def whole(self) -> str:
        """Everything in a sentence, as a screen reader says it."""
        return f"{self.day} {self.time}: {self.words}"


def line_of(entry: JournalEntry | ActionEntry) -> Line:
    """A row in words, in local time."""
    moment = entry.moment.astimezone()
    words = decision_in_words(entry) if isinstance(entry, JournalEntry) else action_in_words(entry)
    day = QLocale().toString(moment.date(), QLocale.FormatType.ShortFormat)
    return Line(entry, moment.strftime(_TIME_FORMAT), day, words, _icon_of(entry))


def lines_of(entries: Sequence[JournalEntry | ActionEntry]) -> list[Line]:
    """Rows in words; some milliseconds a dozen, so that it is done in the background."""
    return [line_of(entry) for entry in entries]


def _icon_of(entry: JournalEntry | ActionEntry) -> str:
    if isinstance(entry, ActionEntry):
        return "alert" if entry.action in _ALARMING else "staff"
    if entry.reason == Reason.FAULT.value:
        return "alert"
    return "lock_open" if entry.outcome == Outcome.GRANTED.value else "person_unknown"


class Lines(QAbstractListModel):
    """Rows that were loaded so far; `load(before)` is asked for older ones and answers by `append`."""

    def __init__(self, load: Callable[[int | None], None]) -> None:
        super().__init__()
        self._load = load
        self._lines: list[Line] = []
        self._complete = True
        self._loading = False

    @property
    def newest(self) -> int:
        """The number of the newest row, 0 where there is none."""
        return self._lines[0].entry.id if self._lines else 0

    def line(self, index: QModelIndex) -> Line | None:
        """The row at an index."""
        return self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None

    def restart(self) -> None:
        """Forget everything and load the newest rows."""
        self.beginResetModel()
        self._lines, self._complete, self._loading = [], False, True
        self.endResetModel()
        self._load(None)

    def append(self, lines: Sequence[Line], *, complete: bool) -> None:
        """Older rows, newest first; complete = there are none that are older still."""
        self._complete = complete
        if not lines:
            self._loading = False
            return
        first = len(self._lines)
        self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
        self._lines += lines
        self._loading = False  # not before: views ask for more rows as soon as they hear of these
        self.endInsertRows()

    def prepend(self, lines: Sequence[Line]) -> None:
        """Rows that were written since, newest first."""
        fresh = [line for line in lines if line.entry.id > self.newest]
        if fresh:
            self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
            self._lines[:0] = fresh
            self.endInsertRows()

    def give_up(self) -> None:
        """The rows that were asked for could not be loaded."""
        self._loading, self._complete = False, True

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802  (Qt's own default and name)
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  (as Qt has it)
        line = self.line(index)
        if line is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return line.words
        return line.whole if role == Qt.ItemDataRole.AccessibleTextRole else None

    def canFetchMore(self, parent: QModelIndex) -> bool:  # noqa: N802  (Qt's name)
        return not self._complete and not self._loading

    def fetchMore(self, parent: QModelIndex) -> None:  # noqa: N802  (Qt's name)
        if self.canFetchMore(parent):
            self._loading = True
            self._load(self._lines[-1].entry.id if self._lines else None)


class LineDelegate(QStyledItemDelegate):
    """Time and day at the left, an icon, the words over two lines."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._drawn: dict[tuple[str, str, int], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(0, max(_lines_of(option) * option.fontMetrics.lineSpacing() + px(12), px(44)))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model = index.model()
        line = model.line(index) if isinstance(model, Lines) else None
        if painter is None or line is None:
            return
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style() if option.widget is not None else QApplication.style()
        if style is not None:
            style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = option.palette.ColorRole.HighlightedText if selected else option.palette.ColorRole.Text
        painter.save()
        self._draw(painter, option, line, option.palette.color(role))
        painter.restore()

    def _draw(self, painter: QPainter, option: QStyleOptionViewItem, line: Line, colour: QColor) -> None:
        inner = option.rect.adjusted(px(10), px(4), -px(10), -px(4))
        plain, bold = QFont(option.font), QFont(option.font)
        bold.setBold(True)
        painter.setPen(colour)
        painter.setFont(bold)
        metrics = QFontMetrics(bold)
        width = max(metrics.horizontalAdvance("00:00:00"), option.fontMetrics.horizontalAdvance(line.day)) + px(4)
        line_px = option.fontMetrics.lineSpacing()
        top = inner.top() + (inner.height() - 2 * line_px) // 2
        painter.drawText(QRect(inner.left(), top, width, line_px), Qt.AlignmentFlag.AlignLeft, line.time)
        painter.setFont(plain)
        painter.drawText(QRect(inner.left(), top + line_px, width, line_px), Qt.AlignmentFlag.AlignLeft, line.day)
        side = round(line_px * 1.3)
        where = QPoint(inner.left() + width + px(8), inner.top() + (inner.height() - side) // 2)
        painter.drawPixmap(where, self._pixmap(line.icon, colour.name(), side))
        high = _lines_of(option) * line_px
        words = QRect(where.x() + side + px(10), inner.top() + (inner.height() - high) // 2, 0, high)
        words.setRight(inner.right())
        _draw_wrapped(painter, words, line.words)

    def _pixmap(self, name: str, colour: str, side: int) -> QPixmap:
        wanted = name, colour, side
        if wanted not in self._drawn:
            self._drawn[wanted] = icon(*wanted)
        return self._drawn[wanted]


def _lines_of(option: QStyleOptionViewItem) -> int:
    """How many lines of text a row has in the room that the list has."""
    view = option.widget
    room = view.size() if view is not None else option.rect.size()
    narrow = room.width() < _NARROW_LETTERS * option.fontMetrics.averageCharWidth()
    high = room.height() > _HIGH_ROWS * _MORE_LINES * option.fontMetrics.lineSpacing()
    return _MORE_LINES if narrow and high else _LINES


def _draw_wrapped(painter: QPainter, where: QRect, text: str) -> None:
    """As many lines as there is room for; the last ends in an ellipsis where they are too few."""
    metrics = painter.fontMetrics()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    wrap = int(Qt.TextFlag.TextWordWrap)
    most = where.height() + round(0.8 * metrics.lineSpacing())  # letters from another font make lines higher
    while metrics.boundingRect(QRect(0, 0, where.width(), 10_000), wrap, text).height() > most:
        shorter = text[: -max(len(text) // 20, 2)].rstrip(" …")
        if not shorter:
            break
        text = f"{shorter}…"
    painter.drawText(where, int(flags) | int(Qt.TextFlag.TextDontClip) | wrap, text)


class LineList(QListView):
    """The view of the lines.

    Signals:
        opened: the index of the row that was tapped, or on which Enter was pressed.
    """

    opened = pyqtSignal(QModelIndex)

    def __init__(self, model: Lines, name: str) -> None:
        super().__init__()
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(LineDelegate(self))
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        room = px(2)  # for the frame that says that it has the focus
        self.setViewportMargins(room, room, room, room)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        viewport = self.viewport()
        if viewport is not None:
            QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)
        self.clicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
