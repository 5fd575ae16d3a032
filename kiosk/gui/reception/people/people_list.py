"""The table of people, with search, filter and sorting; a thousand rows."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from PyQt6.QtCore import QAbstractTableModel, QEvent, QLocale, QModelIndex, QRect, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QResizeEvent
from PyQt6.QtWidgets import QHeaderView, QStackedWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kiosk.door.services import StaffServices
from kiosk.errors import EncoderError
from kiosk.gui.controls import Button, Choice, Note, Table, TextField
from kiosk.gui.layouts import SMALL, column, px, row, small
from kiosk.gui.reception.dates import day_text, time_text
from kiosk.gui.reception.portraits import Portraits
from kiosk.gui.theme import icon
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.people.listing import PersonRow, Quality, list_people, words_of
from kiosk.people.register import AccessStatus, PersonRecord, today
from kiosk.people.snapshot import GallerySnapshot


class Gathered(NamedTuple):
    """The list of people, and the data that it was made from."""

    rows: tuple[PersonRow, ...]
    snapshot: GallerySnapshot
    records: Mapping[str, PersonRecord]
    seen: Mapping[str, datetime]
    day: date


def gather(services: StaffServices, before: Gathered | None = None, day: Callable[[], date] = today) -> Gathered:
    """Return the list of people, read in the background; `before` where nothing has changed since."""
    snapshot, records, seen, on = services.snapshot, services.people.records(), services.journal.last_granted(), day()
    if before is not None and snapshot is before.snapshot and (records, seen, on) == before[2:]:
        return before
    threshold = 0.0
    with contextlib.suppress(EncoderError):  # the station is being built
        threshold = services.threshold
    return Gathered(list_people(snapshot, records, seen, threshold, on), snapshot, records, seen, on)


ROW_ROLE = Qt.ItemDataRole.UserRole
CELL_ROLE = Qt.ItemDataRole.UserRole + 1
_READ_OUT = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
_NO_INDEX = QModelIndex()
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Cell(NamedTuple):
    """The two lines of a cell, each with an alert or without."""

    first: str
    second: str
    alert: bool = False
    second_alert: bool = False


class Column(enum.IntEnum):
    """The columns; each shows two things, one below the other."""

    NAME = 0  # and group
    PICTURES = 1  # and quality
    SEEN = 2
    VALIDITY = 3  # and consent


KINDS: dict[str, Callable[[PersonRow], bool]] = {  # choices of whom to show
    QT_TRANSLATE_NOOP("people", "Everybody"): lambda row: True,
    QT_TRANSLATE_NOOP("people", "Without consent"): lambda row: row.record.consent is None,
    QT_TRANSLATE_NOOP("people", "No access"): lambda row: row.standing is not AccessStatus.IN_FORCE,
    QT_TRANSLATE_NOOP("people", "Pictures to improve"): lambda row: row.quality is not Quality.GOOD,
}
_SORTED: dict[Column, Callable[[PersonRow], Any]] = {
    Column.NAME: lambda row: row.indexed,
    Column.PICTURES: lambda row: len(row.sources),
    Column.SEEN: lambda row: row.last_seen or _LONG_AGO,
    Column.VALIDITY: lambda row: (row.standing is AccessStatus.IN_FORCE, row.record.consent is not None),
}
_QUALITY = {
    Quality.GOOD: QT_TRANSLATE_NOOP("people", "Good"),
    Quality.FEW: QT_TRANSLATE_NOOP("people", "Few"),
    Quality.DIFFER: QT_TRANSLATE_NOOP("people", "They differ"),
    Quality.NONE: QT_TRANSLATE_NOOP("people", "None usable"),
}
ACCESS = {
    AccessStatus.IN_FORCE: QT_TRANSLATE_NOOP("people", "May enter"),
    AccessStatus.SUSPENDED: QT_TRANSLATE_NOOP("people", "Suspended"),
    AccessStatus.NOT_YET_VALID: QT_TRANSLATE_NOOP("people", "Not yet valid"),
    AccessStatus.EXPIRED: QT_TRANSLATE_NOOP("people", "Expired"),
}
_CONSENT = {
    True: QT_TRANSLATE_NOOP("people", "Consent given"),
    False: QT_TRANSLATE_NOOP("people", "No consent"),
}


class PeopleModel(QAbstractTableModel):
    """Rows of the people that the search and the choice let through."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PersonRow] = []
        self.compact = False  # the column of the last visit is hidden: it stands below the name
        self.everybody: Sequence[PersonRow] = ()
        self._query: tuple[str, ...] = ()
        self._wanted = KINDS["Everybody"]
        self._sorted_by, self._descending = Column.NAME, False

    def set_people(self, people: Sequence[PersonRow]) -> None:
        self.everybody = people
        self._take()

    def search(self, query: str) -> None:
        words = words_of(query)
        if words != self._query:
            self._query = words
            self._take()

    def show_only(self, wanted: Callable[[PersonRow], bool]) -> None:
        self._wanted = wanted
        self._take()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by, self._descending = Column(column), order is Qt.SortOrder.DescendingOrder
        self._take()

    def rowCount(self, parent: QModelIndex = _NO_INDEX) -> int:  # noqa: N802  (Qt's name, as those that follow)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _NO_INDEX) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        shown, total = len(self.rows), len(self.everybody)
        names = translate("people", "%n people", "", total)
        if shown != total:
            names = translate("people", "{shown} of %n people", "", total).format(shown=shown)
        return {
            Column.NAME: names,
            Column.PICTURES: translate("people", "Pictures"),
            Column.SEEN: translate("people", "Last seen"),
            Column.VALIDITY: translate("people", "Access"),
        }[Column(section)]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role in {CELL_ROLE, Qt.ItemDataRole.DisplayRole, *_READ_OUT}:
            cell = self._cell(row, Column(index.column()))
            if role in _READ_OUT:
                return ", ".join(filter(None, cell[:2]))
            return cell if role == CELL_ROLE else cell.first
        return row if role == ROW_ROLE else None

    def _take(self) -> None:
        self.beginResetModel()
        found = (row for row in self.everybody if all(word in row.indexed for word in self._query))
        self.rows = list(filter(self._wanted, found))
        self.rows.sort(key=_SORTED[self._sorted_by], reverse=self._descending)
        self.endResetModel()

    def _cell(self, row: PersonRow, column: Column) -> Cell:
        if column is Column.NAME:
            return Cell(row.shown, _group_and_seen(row) if self.compact else row.record.group)
        if column is Column.PICTURES:
            poor = row.quality in {Quality.DIFFER, Quality.NONE}
            quality = translate("people", _QUALITY[row.quality])
            return Cell(QLocale().toString(len(row.sources)), quality, second_alert=poor)
        if column is Column.SEEN:
            return Cell(_seen(row.last_seen), time_text(row.last_seen) if row.last_seen is not None else "")
        agreed = row.record.consent is not None
        kept_out = row.standing is not AccessStatus.IN_FORCE
        validity = "" if kept_out else _validity(row.record)
        access = validity or translate("people", ACCESS[row.standing])
        return Cell(access, translate("people", _CONSENT[agreed]), kept_out, not agreed)


def _validity(record: PersonRecord) -> str:
    first, last = (day_text(day) if day else "" for day in (record.valid_from, record.valid_until))
    if first and last:
        return translate("people", "{first} to {last}").format(first=first, last=last)
    if first:
        return translate("people", "From {day}").format(day=first)
    return translate("people", "Until {day}").format(day=last) if last else ""


def _seen(moment: datetime | None) -> str:
    if moment is None:
        return translate("people", "Never")
    day = moment.astimezone().date()
    return translate("people", "Today") if day == today() else day_text(day)


def _group_and_seen(row: PersonRow) -> str:
    seen = translate("people", "Not seen yet")
    if row.last_seen is not None:
        seen = translate("people", "Seen {day}").format(day=_seen(row.last_seen))
    # Isolated by control characters: the group may be written from right to left.
    return f"\u2068{row.record.group}\u2069 · {seen}" if row.record.group else seen


_PORTRAIT_UNITS = 40
_GAP_UNITS = 8


class PersonCells(QStyledItemDelegate):
    """Paints from the roles of PeopleModel; colours are those of the view's palette."""

    def __init__(self, portraits: Portraits) -> None:
        super().__init__()
        self._portraits = portraits

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        if painter is None:
            return
        # Not by the style, which asks the style sheet for each cell again and takes three times as long.
        role, active = QPalette.ColorRole.Text, QPalette.ColorGroup.Active
        if option.state & QStyle.StateFlag.State_Selected:
            role = QPalette.ColorRole.HighlightedText
            painter.fillRect(option.rect, option.palette.color(active, QPalette.ColorRole.Highlight))
        colour = option.palette.color(active, role)
        room = option.rect.adjusted(px(_GAP_UNITS), 0, -px(_GAP_UNITS) // 2, 0)
        painter.save()
        painter.setPen(colour)
        if index.column() == Column.NAME:
            side, sources = px(_PORTRAIT_UNITS), index.data(ROW_ROLE).sources
            picture = self._portraits.get(sources[0], side) if sources else None
            if picture is None or picture.isNull():
                picture = icon("person", colour.name(), side)
            painter.drawPixmap(room.left(), room.center().y() - side // 2, picture)
            room = room.adjusted(side + px(_GAP_UNITS), 0, 0, 0)
        cell: Cell = index.data(CELL_ROLE)
        if cell.second:
            middle = room.top() + round(room.height() * 0.54)
            lower = QRect(room.left(), middle, room.width(), room.bottom() - middle - px(3))
            self._line(painter, lower, cell.second, small(option.font), colour, alert=cell.second_alert)
            room = QRect(room.left(), room.top() + px(4), room.width(), middle - room.top() - px(4))
        self._line(painter, room, cell.first, option.font, colour, alert=cell.alert)
        painter.restore()

    def _line(self, painter: QPainter, room: QRect, text: str, font: QFont, colour: QColor, *, alert: bool) -> None:
        painter.setFont(font)
        if alert:
            side = painter.fontMetrics().height()
            painter.drawPixmap(room.left(), room.center().y() - side // 2, icon("alert", colour.name(), side))
            room = room.adjusted(side + px(3), 0, 0, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        # A name that is written from right to left stays beside its portrait.
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(room, left | Qt.AlignmentFlag.AlignVCenter, shown)


def _row_height(font: QFont) -> int:
    """Return the height of two lines and a portrait, at least as high as a finger needs, in px."""
    size = font.pixelSize() if font.pixelSize() > 0 else px(16)
    return max(px(56), round(size * (1.3 + 1.3 * SMALL)) + px(8))


def _wanted_widths(font: QFont) -> dict[Column, int]:
    """Return the widths in px that the usual texts of the columns beside the name need."""
    access, quality, consent = (
        [translate("people", text) for text in texts.values()] for texts in (ACCESS, _QUALITY, _CONSENT)
    )
    first, second = QFontMetrics(font), QFontMetrics(small(font))
    widths = {}
    for number, firsts, seconds in (
        (Column.PICTURES, [translate("people", "Pictures")], quality),
        (Column.SEEN, [translate("people", "Last seen"), day_text(today())], [""]),
        (Column.VALIDITY, [*access, "⚠ " + access[1]], consent),
    ):
        wide = [first.horizontalAdvance(text) for text in firsts]
        wide += [second.horizontalAdvance(text) + second.height() + px(3) for text in seconds]
        widths[number] = max(wide) + 2 * px(_GAP_UNITS)
    return widths


class PeopleTable(Table):
    """A table whose rows and columns fit the font and the width."""

    def __init__(self, model: PeopleModel, name: str) -> None:
        self.people = model
        super().__init__(model, name)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        rows, columns, viewport = self.verticalHeader(), self.horizontalHeader(), self.viewport()
        if rows is None or columns is None or viewport is None:
            return
        rows.setDefaultSectionSize(_row_height(self.font()))
        columns.setStretchLastSection(False)
        columns.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        wanted = _wanted_widths(self.font())
        # The names keep two fifths; whatever is cut off elsewhere stands on the person's page.
        room = 0.6 * viewport.width()
        compact = sum(wanted.values()) > 1.1 * room
        self.setColumnHidden(Column.SEEN, compact)
        self.people.compact = compact
        if compact:
            del wanted[Column.SEEN]
        share = min(room / sum(wanted.values()), 1.0)
        for number, width in wanted.items():
            columns.resizeSection(number, round(width * share))


class PeopleList(QWidget):
    """The table of people, with a search and a choice of whom to show."""

    opened = pyqtSignal(str)  # a person was chosen, by the name in the gallery
    enrolment_wanted = pyqtSignal()  # a new person is to be enrolled
    moving_wanted = pyqtSignal()  # everybody is to be exported, or people are to be imported

    def __init__(self, portraits: Portraits) -> None:
        super().__init__()
        self.model = PeopleModel()
        self.search = TextField(translate("people", "Search"))
        self.search.edit.setClearButtonEnabled(True)
        self.search.edit.setPlaceholderText(translate("people", "Name, group or number"))
        kinds = [(translate("people", kind), wanted) for kind, wanted in KINDS.items()]
        self.show_only = Choice(translate("people", "Show"), kinds)
        self.enrol = Button(translate("people", "Enrol a person"), "person_plus", "primary")
        self.move_all = Button("", "export", name=translate("people", "Export and import"))
        self.nobody = Note("", "muted")
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = PeopleTable(self.model, translate("people", "People"))
        self.model.setParent(self.table)  # deleted together
        self._cells = PersonCells(portraits)
        self.table.setItemDelegate(self._cells)
        self._stack = QStackedWidget()  # no bare layout: that would show the table as a window of its own
        self._lay_out()
        self.search.changed.connect(self.model.search)
        self.search.entered.connect(self.on_entered)
        self.show_only.chosen.connect(self.model.show_only)
        for narrowed in (self.search.changed, self.show_only.chosen):
            narrowed.connect(self.table.scrollToTop)
        for opening in (self.table.activated, self.table.clicked):
            opening.connect(self.on_activated)
        self.model.modelReset.connect(self.on_reset)
        self.enrol.clicked.connect(self.enrolment_wanted)
        self.move_all.clicked.connect(self.moving_wanted)
        portraits.ready.connect(self.on_portrait)
        self.on_reset()

    def show_people(self, people: Sequence[PersonRow]) -> None:
        """Show other people; selection and scroll position stay."""
        bar, chosen = self.table.verticalScrollBar(), self.table.currentIndex()
        scrolled = bar.value() if bar is not None else 0
        key = self.model.rows[chosen.row()].key if chosen.isValid() else ""
        self.model.set_people(people)
        for place, person in enumerate(self.model.rows):
            if person.key == key:
                self.table.selectRow(place)
        if bar is not None:
            bar.setValue(scrolled)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Put what is typed anywhere on the page into the search; Esc clears it."""
        typed = event.text() if event is not None else ""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.search.text:
            self.search.set_text("")
        elif typed.strip() and typed.isprintable():
            self.search.edit.setFocus()
            self.search.edit.insert(typed)
        else:
            super().keyPressEvent(event)

    @pyqtSlot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.model.rows[index.row()].person)

    @pyqtSlot()
    def on_entered(self) -> None:
        if len(self.model.rows) == 1:
            self.opened.emit(self.model.rows[0].person)
        elif self.model.rows:
            self.table.setFocus()
            self.table.selectRow(0)

    @pyqtSlot()
    def on_reset(self) -> None:
        empty = not self.model.everybody
        nobody = translate("people", "Nobody is enrolled yet.") if empty else translate("people", "Nobody found.")
        self.nobody.setText(nobody)
        self.enrol.setVisible(empty)
        self._stack.setCurrentIndex(0 if self.model.rows else 1)

    @pyqtSlot(str)
    def on_portrait(self, source: str) -> None:
        viewport = self.table.viewport()
        if viewport is not None:
            viewport.update()

    def _lay_out(self) -> None:
        empty = QWidget()
        empty.setLayout(column(1, self.nobody, row(1, self.enrol, 1), 2, gap=12))
        self._stack.addWidget(self.table)
        self._stack.addWidget(empty)
        tools = row(self.search, self.show_only, self.move_all, gap=8)
        tools.setAlignment(self.move_all, Qt.AlignmentFlag.AlignBottom)
        tools.setStretch(0, 3)
        tools.setStretch(1, 2)
        self.setLayout(column(tools, self._stack, gap=8))
        header = self.table.horizontalHeader()
        if header is not None:
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
